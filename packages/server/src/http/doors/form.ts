/**
 * A multipart form as foreign clients send it: fields as text, and files that take the way of every upload: streamed to
 * the disk, looked at, limited, content-addressed. A form that ends badly leaves no upload behind.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Refusal } from '@sluice/contract';
import { deleteFile, receiveFile } from '../../lifecycle/operate/files.ts';
import type { FileRow } from '../../store/files.ts';
import type { DoorCall } from './door.ts';

export type Form = {
  /** The last value of each. */
  fields: Readonly<Record<string, string>>;
  /** By the name of their part. */
  files: ReadonlyMap<string, FileRow>;
};

export type FormRead = { ok: true; form: Form } | { ok: false; refusal: Refusal };

const LIMITS = { fields: 60, fieldSize: 64 * 1024, parts: 70, headerPairs: 50 };
const CUT_OFF: Refusal = { code: 'invalid_input', message: 'The form ended before it was complete.' };

/** `takes`: names of the parts that may be files; `leaves`: files that are read past. */
export async function readForm(
  call: DoorCall,
  takes: readonly string[],
  leaves: readonly string[] = [],
): Promise<FormRead> {
  const { body: payload, request } = call;
  const contentType = request.headers['content-type'] ?? '';
  if (!(payload instanceof Readable) || !/^multipart\/form-data\b.*boundary=/is.test(contentType)) {
    const allowed = ['multipart/form-data', 'application/json'];
    return { ok: false, refusal: { code: 'unsupported_media_type', allowed } };
  }
  const fields: Record<string, string> = {};
  const files = new Map<string, FileRow>();
  let refusal: Refusal | null = null;
  let uploads: Promise<void> = Promise.resolve();
  const refuse = (why: Refusal): void => {
    refusal ??= why;
  };
  const upload = async (name: string, stream: Readable): Promise<void> => {
    const answer = refusal ? null : await receiveFile(call.context, call.accountId, undestroyed(stream));
    if (answer?.kind === 'refused') refuse({ ...answer.refusal, field: name });
    if (answer?.kind === 'stored') files.set(name, answer.file);
    stream.resume();
  };
  const form = new Busboy({
    headers: { 'content-type': contentType },
    limits: { ...LIMITS, files: takes.length + leaves.length + 1 },
  });
  form.on('field', (name, value, _nameCut, valueCut) => {
    if (valueCut) refuse({ code: 'invalid_input', field: name, message: `${name}: too long.` });
    fields[name] = value;
  });
  form.on('file', (name, stream) => {
    // A part that breaks off reports it here as well; unheard, that would end the process.
    stream.on('error', () => {});
    if (leaves.includes(name)) return void stream.resume();
    if (!takes.includes(name) || files.has(name)) {
      refuse({
        code: 'unknown_field',
        field: name,
        message: `There is no file "${name}" here.`,
        allowed: takes,
      });
      stream.resume();
      return;
    }
    // One after another: the form hands out a part only when the one before it was read.
    uploads = uploads.then(() => upload(name, stream)).catch(() => refuse(CUT_OFF));
  });
  for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
    form.on(limit, () => refuse({ code: 'invalid_input', message: 'The form has too many parts.' }));
  }
  const whole = await pipeline(payload, form).then(
    () => true,
    () => false,
  );
  if (!whole) refuse(CUT_OFF);
  await uploads;
  if (refusal === null) return { ok: true, form: { fields, files } };
  await dropUploads(call, [...files.values()]);
  return { ok: false, refusal };
}

/** Uploads of a request that ordered nothing: a repeat, or one that was refused. */
export async function dropUploads(call: DoorCall, files: readonly FileRow[]): Promise<void> {
  for (const file of files) await deleteFile(call.context, file.id, call.accountId);
}

/** Leaving a part early would destroy the form, and with it the connection over which the refusal is to go. */
async function* undestroyed(stream: Readable): AsyncGenerator<Uint8Array> {
  yield* stream.iterator({ destroyOnReturn: false });
}
