/** What a client asks for, as JSON or as the multipart form that OpenAI's client sends. */
import type { Refusal } from '@sluice/contract';
import type { FileRow } from '../../../store/files.ts';
import type { DoorCall } from '../door.ts';
import { readForm } from '../form.ts';

export type Asked = { ok: true; body: unknown; file: FileRow | null } | { ok: false; refusal: Refusal };

/** `filePart`: the part of a form that may be a file. An object stands in a form as `input_reference[image_url]`. */
export async function readAsked(call: DoorCall, filePart: string | null): Promise<Asked> {
  const { body } = call;
  if (/^application\/json\b/i.test(call.request.headers['content-type'] ?? '')) {
    if (body !== undefined) return { ok: true, body, file: null };
    return { ok: false, refusal: { code: 'invalid_json', message: 'A body is required.' } };
  }
  const read = await readForm(call, filePart === null ? [] : [filePart]);
  if (!read.ok) return read;
  const { fields, files } = read.form;
  return { ok: true, body: nested(fields), file: files.get(filePart ?? '') ?? null };
}

function nested(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const [, outer = name, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
    if (inner === undefined) body[outer] = value;
    else body[outer] = { ...(typeof body[outer] === 'object' ? body[outer] : {}), [inner]: value };
  }
  return body;
}
