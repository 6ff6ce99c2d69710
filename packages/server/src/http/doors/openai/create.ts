/** Create, as JSON or as the multipart form that OpenAI's client always sends. */
import type { Refusal } from '@sluice/contract';
import type { FileRow } from '../../../store/files.ts';
import { parseFields } from '../../fields.ts';
import { answered, type DoorAnswer, type DoorCall, refused } from '../door.ts';
import { dropUploads } from '../form.ts';
import { isDataAddress, uploadDataAddress } from '../inputs.ts';
import { readAsked } from './asked.ts';
import { CreateVideo, orderOf } from './order.ts';
import { videoOf } from './reply.ts';

export async function createVideo(call: DoorCall): Promise<DoorAnswer> {
  const given = await readAsked(call, 'input_reference');
  if (!given.ok) return refused(given.refusal);
  const uploads = given.file ? [given.file] : [];
  const parsed = parseFields(CreateVideo, given.body);
  const answer = parsed.ok ? await orderVideo(call, parsed.value, uploads) : refused(parsed.refusal);
  return answer;
}

async function orderVideo(call: DoorCall, asked: CreateVideo, uploads: FileRow[]): Promise<DoorAnswer> {
  const picture = await pictureOf(call, asked, uploads);
  if (!picture.ok) return dropped(call, uploads, refused(picture.refusal));
  const read = orderOf(asked, picture.picture, call.context.catalogue);
  if (!read.ok) return dropped(call, uploads, refused(read.refusal));
  const { model, size } = asked;
  const words = { model, ...(size === undefined ? {} : { size }) };
  // The same bytes are the same wish, however they were sent again.
  const reference = uploads[0] ? { sha256: uploads[0].sha256 } : asked.input_reference;
  const ordered = await call.order({
    order: read.order,
    asked: { ...asked, input_reference: reference },
    words,
  });
  if (ordered.kind === 'refused') return dropped(call, uploads, refused(ordered.refusal));
  const video = answered(videoOf({ task: ordered.task, words }));
  return ordered.replayed ? dropped(call, uploads, video) : video;
}

async function dropped(call: DoorCall, uploads: readonly FileRow[], answer: DoorAnswer): Promise<DoorAnswer> {
  await dropUploads(call, uploads);
  return answer;
}

type PictureRead =
  | { ok: true; picture: { address: string; file: FileRow | null } | null }
  | { ok: false; refusal: Refusal };

async function pictureOf(call: DoorCall, asked: CreateVideo, uploads: FileRow[]): Promise<PictureRead> {
  const [upload] = uploads;
  if (upload) return seen(upload);
  const { image_url: address, file_id: fileId } = asked.input_reference ?? {};
  if (address !== undefined && isDataAddress(address)) {
    const inline = await uploadDataAddress(call, 'input_reference', address);
    if (!inline.ok) return inline;
    uploads.push(inline.file);
    return seen(inline.file);
  }
  if (address !== undefined) return { ok: true, picture: { address, file: null } };
  if (fileId === undefined) return { ok: true, picture: null };
  const { store, clock } = call.context;
  const file = await store.files.find(fileId, call.accountId, clock.now());
  if (file) return seen(file);
  const message = `There is no file ${fileId}.`;
  return { ok: false, refusal: { code: 'invalid_input', field: 'input_reference', message } };
}

function seen(file: FileRow): PictureRead {
  if (!file.content_type.startsWith('image/')) {
    const message = `input_reference: a picture is wanted, not ${file.content_type}.`;
    return { ok: false, refusal: { code: 'invalid_input', field: 'input_reference', message } };
  }
  return { ok: true, picture: { address: `file:${file.id}`, file } };
}
