/**
 * Large answers go out compressed to whoever takes it: a comparison of all vendors is a quarter of a megabyte of words
 * that repeat, and a tenth of that on the line. Streams and files are left alone, and so is everything that is small,
 * above all the answers that carry a token: what is compressed beside a secret can give it away.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const WORTH_IT_BYTES = 4_096;
const TEXT = /^(application\/([a-z.-]+\+)?json|text\/)/;
const compressed = promisify(gzip);

export function registerCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || !isWorthIt(reply, payload)) return payload;
    const vary = reply.getHeader('vary');
    reply.header('vary', vary === undefined ? 'accept-encoding' : `${vary}, accept-encoding`);
    if (!takes(request)) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compressed(payload);
  });
}

function isWorthIt(reply: FastifyReply, payload: string): boolean {
  if (payload.length < WORTH_IT_BYTES || reply.hasHeader('content-encoding')) return false;
  return TEXT.test(String(reply.getHeader('content-type') ?? ''));
}

/** `gzip;q=0` is a refusal. */
function takes(request: FastifyRequest): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted);
}
