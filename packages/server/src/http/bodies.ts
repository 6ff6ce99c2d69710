/**
 * Request bodies: JSON, read whole, capped in bytes and in time; everything else is refused unless a route takes raw
 * streams. Bytes that are not UTF-8, and keys that would change an object's prototype, are no JSON to us.
 */
import { type Operation, operations } from '@sluice/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse } from 'lossless-json';
import type { HttpContext } from './context.ts';
import { UnreadableBody } from './problem.ts';

export function registerBodies(app: FastifyInstance, context: HttpContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (takesStream(request)) return done(null, undefined);
    try {
      done(null, readJson(body as Buffer));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), undefined);
    }
  });
  // Uploads are handed to their route as they come in; other routes have no use for such types.
  app.addContentTypeParser('*', (request, payload, done) => {
    if (takesStream(request)) return done(null, payload);
    const allowed = ['application/json'];
    done(new UnreadableBody({ code: 'unsupported_media_type', allowed }), undefined);
  });
  app.addHook('preParsing', async (request, _reply, payload) => {
    if (takesStream(request) || !bringsBody(request)) return payload;
    const read = new AbortController();
    payload.once('end', () => read.abort());
    payload.once('close', () => read.abort());
    void cutWhenLate(context, request, read.signal);
    return payload;
  });
}

/** A body that trickles holds a connection and memory; after its time the connection is closed. */
async function cutWhenLate(context: HttpContext, request: FastifyRequest, read: AbortSignal): Promise<void> {
  await context.clock.sleep(context.http.bodyTimeoutMs, read);
  if (!read.aborted) request.raw.destroy();
}

/** Without one nobody reads to its end, and a stream of events would be cut off in the middle. */
function bringsBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function takesStream(request: FastifyRequest): boolean {
  const { operation: id, body } = request.routeOptions.config;
  if (body !== undefined) return body === 'stream' || (body === 'form' && !isJson(request));
  const operation: Operation | null = id === undefined ? null : operations[id];
  return operation?.bodyTypes !== undefined;
}

function isJson({ headers }: FastifyRequest): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

export function readText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new UnreadableBody({ code: 'invalid_json', message: 'The body is not UTF-8.' });
  }
}

/** An empty body is no body: some clients declare JSON and send none. */
function readJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  const text = readText(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
    // A whole number that a double cannot hold keeps its digits, as text: ids of some vendors are such numbers.
    if (LONG_NUMBER.test(text)) value = parse(text, undefined, numberOrDigits);
  } catch {
    throw new UnreadableBody({ code: 'invalid_json' });
  }
  // The name may be hidden behind escapes; without either there is nothing to look for.
  if ((text.includes('__proto__') || text.includes('\\u')) && hasPrototypeKey(value)) {
    throw new UnreadableBody({ code: 'invalid_json', message: 'The body has a forbidden key.' });
  }
  return value;
}

const LONG_NUMBER = /\d{16}/;

function numberOrDigits(digits: string): number | string {
  const value = Number(digits);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}

function hasPrototypeKey(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    left.push(...Object.values(next));
  }
  return false;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route beside the contract's table takes. */
    body?: 'none' | 'json' | 'form' | 'stream';
  }
}
