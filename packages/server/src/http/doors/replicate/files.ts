/** Uploads as its client makes them before a create: a form whose file is called `content`. */

import { deleteFile } from '../../../lifecycle/operate/files.ts';
import type { FileRow } from '../../../store/files.ts';
import { linkBase } from '../../links.ts';
import { answered, type DoorAnswer, type DoorCall, missing, refused } from '../door.ts';
import { readForm } from '../form.ts';
import { FILES } from './order.ts';

export async function upload(call: DoorCall): Promise<DoorAnswer> {
  const read = await readForm(call, ['content'], ['metadata']);
  if (!read.ok) return refused(read.refusal);
  const file = read.form.files.get('content');
  if (file) return answered(fileView(call, file), 201);
  return refused({ code: 'invalid_input', message: 'The form has no file called content.' });
}

export async function getUpload(call: DoorCall): Promise<DoorAnswer> {
  const { store, clock } = call.context;
  const file = await store.files.find(call.params.id ?? '', call.accountId, clock.now());
  return file ? answered(fileView(call, file)) : missing;
}

export async function deleteUpload(call: DoorCall): Promise<DoorAnswer> {
  const gone = await deleteFile(call.context, call.params.id ?? '', call.accountId);
  return gone ? answered(undefined, 204) : missing;
}

function fileView({ context, request }: DoorCall, file: FileRow): object {
  return {
    id: file.id,
    name: file.id,
    content_type: file.content_type,
    size: Number(file.bytes),
    etag: file.sha256,
    checksums: { sha256: file.sha256 },
    metadata: {},
    created_at: new Date(file.created_at).toISOString(),
    expires_at: file.expires_at === null ? null : new Date(file.expires_at).toISOString(),
    urls: { get: `${linkBase(context.settings, request)}${FILES}${file.id}` },
  };
}
