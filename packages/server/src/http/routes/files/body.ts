/** The bytes of an upload, out of a multipart form with one `file` part or as the raw body. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { operations, type Refusal } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import { UnreadableBody } from '../../problem.ts';

export type FileBody =
  | { kind: 'bytes'; bytes: AsyncIterable<Uint8Array> }
  | { kind: 'refused'; refusal: Refusal };

const FORM_OVERHEAD_BYTES = 64 * 1024;
const UNNAMED_TYPE = 'application/octet-stream';

export async function fileBody(request: FastifyRequest, mostBytes: number): Promise<FileBody> {
  const payload = request.body;
  const type = (request.headers['content-type'] ?? UNNAMED_TYPE).split(';')[0]?.trim().toLowerCase() ?? '';
  const accepted: readonly string[] = operations.uploadFile.bodyTypes;
  if (
    !(payload instanceof Readable) ||
    ![...accepted, UNNAMED_TYPE, 'image/webp', 'video/webm'].includes(type)
  ) {
    return refuse({ code: 'unsupported_media_type', allowed: accepted });
  }
  if (Number(request.headers['content-length'] ?? 0) > mostBytes + FORM_OVERHEAD_BYTES) {
    return refuse({ code: 'payload_too_large', allowed: { max_bytes: mostBytes } });
  }
  if (type !== 'multipart/form-data') return { kind: 'bytes', bytes: undestroyed(payload) };
  return filePart(request.headers, payload);
}

async function filePart(headers: FastifyRequest['headers'], payload: Readable): Promise<FileBody> {
  const contentType = headers['content-type'];
  if (contentType === undefined || !/boundary=/i.test(contentType)) {
    return refuse({ code: 'invalid_input', message: 'The form has no boundary in its content type.' });
  }
  const form = new Busboy({
    headers: { 'content-type': contentType } satisfies BusboyHeaders,
    limits: { files: 2, fields: 20, fieldSize: 1_000, parts: 25, headerPairs: 50 },
  });
  const files: Readable[] = [];
  const found = new Promise<Readable | null>((resolve) => {
    form.on('file', (name, stream) => {
      // A part that breaks off reports it here as well; unheard, that would end the process.
      stream.on('error', () => {});
      if (name !== 'file' || files.length > 0) {
        stream.resume();
        return;
      }
      files.push(stream);
      resolve(stream);
    });
    form.on('finish', () => resolve(null));
    form.on('error', () => resolve(null));
  });
  const read = pipeline(payload, form).catch(() => {
    // A form that breaks off must not look like a short file.
    for (const file of files) file.destroy(brokenForm());
    return 'broken' as const;
  });
  const file = await found;
  if (file) return { kind: 'bytes', bytes: wholeOf(file, read) };
  const message = 'The form has no part named "file".';
  return refuse({ code: 'invalid_input', field: 'file', message });
}

/** The bytes of the part, and then the certainty that the form ended as it should. */
async function* wholeOf(file: Readable, read: Promise<unknown>): AsyncGenerator<Uint8Array> {
  yield* undestroyed(file);
  if ((await read) === 'broken') throw brokenForm();
}

/**
 * Leaving a stream early would destroy it, and with it the connection over which the refusal is to go. What is still
 * coming is thrown away until the answer is out and the connection closes.
 */
async function* undestroyed(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } finally {
    stream.resume();
  }
}

function brokenForm(): UnreadableBody {
  const message = 'The form ended before the file did.';
  return new UnreadableBody({ code: 'invalid_input', field: 'file', message });
}

function refuse(refusal: Refusal): FileBody {
  return { kind: 'refused', refusal };
}
