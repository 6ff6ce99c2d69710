/** Sends a stored object: ranges, validators, and no more bytes in memory than the client takes. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpContext } from './context.ts';
import { type Answer, notFound, refused } from './operation.ts';
import { matchesTag, rangeOf, rangeStands } from './range.ts';

export type StoredObject = {
  key: string;
  bytes: number;
  sha256: string;
  contentType: string;
  /** Offered to whoever saves it; made by us, plain ASCII. */
  fileName: string;
  download: boolean;
};

/** The address carries the hash's right to be read, so what it names never changes. */
const CACHE = 'private, max-age=3600, immutable';

export async function sendBlob(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  object: StoredObject,
): Promise<Answer> {
  const tag = `"${object.sha256}"`;
  const { headers } = request;
  const ifRange = headers['if-range'];
  reply.headers({
    etag: tag,
    'accept-ranges': 'bytes',
    'cache-control': CACHE,
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    'content-disposition': disposition(object),
  });
  if (matchesTag(headers['if-none-match'], tag)) {
    reply.status(304).send();
    return { kind: 'sent' };
  }
  const redirect = await redirectOf(context, object);
  if (redirect !== null) {
    reply.header('cache-control', 'no-store').redirect(redirect, 302);
    return { kind: 'sent' };
  }
  const asked = rangeStands(typeof ifRange === 'string' ? ifRange : undefined, tag)
    ? headers.range
    : undefined;
  const range = rangeOf(asked, object.bytes);
  if (range.kind === 'unsatisfiable') {
    reply.header('content-range', `bytes */${object.bytes}`).removeHeader('content-disposition');
    return refused({ code: 'range_not_satisfiable', allowed: { bytes: object.bytes } });
  }
  return sendBytes(context, request, reply, object, range.kind === 'part' ? range : null);
}

async function sendBytes(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  object: StoredObject,
  part: { start: number; end: number } | null,
): Promise<Answer> {
  const length = part ? part.end - part.start + 1 : object.bytes;
  const body = request.method === 'HEAD' ? null : await context.blobs.read(object.key, part ?? undefined);
  if (body === null && request.method !== 'HEAD') {
    context.telemetry.log('error', 'a stored object is missing from the store', { key: object.key });
    return notFound;
  }
  if (part) reply.header('content-range', `bytes ${part.start}-${part.end}/${object.bytes}`);
  reply.status(part ? 206 : 200);
  reply.header('content-type', object.contentType).header('content-length', String(length));
  reply.send(body === null ? undefined : Readable.from(body, { objectMode: false }));
  return { kind: 'sent' };
}

async function redirectOf(context: HttpContext, object: StoredObject): Promise<string | null> {
  if (!context.http.redirectDownloads) return null;
  const options = { expiresInSeconds: 300, ...(object.download ? { downloadName: object.fileName } : {}) };
  return context.blobs.presign(object.key, options);
}

/** RFC 6266. */
function disposition({ download, fileName }: StoredObject): string {
  return `${download ? 'attachment' : 'inline'}; filename="${fileName}"`;
}
