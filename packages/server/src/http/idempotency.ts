/** What makes two create requests the same one: a key that the client chose, or a body that equals another. */
import { createHash } from 'node:crypto';
import type { Refusal } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import { canonicalJson } from '../decide/order.ts';

export type Repeatability =
  | { ok: true; requestKey: string | null; requestHash: string; marked: boolean }
  | { ok: false; refusal: Refusal };

const KEY = /^[\x20-\x7e]{1,255}$/;

/** `body` is the validated one, so that the spelling of its JSON does not matter. */
export function repeatabilityOf(request: FastifyRequest, operation: string, body: unknown): Repeatability {
  const given = request.headers['idempotency-key'];
  const requestKey = given === undefined ? null : String(given).trim();
  if (requestKey !== null && !KEY.test(requestKey)) {
    const message = 'An Idempotency-Key has 1 to 255 printable characters.';
    return { ok: false, refusal: { code: 'invalid_input', field: 'Idempotency-Key', message } };
  }
  const requestHash = createHash('sha256')
    .update(`${operation}\n${canonicalJson(body)}`)
    .digest('hex');
  return { ok: true, requestKey, requestHash, marked: isMarkedRepeat(request) };
}

/** The OpenAI SDK counts its repeats in a header; the others leave no mark (their versions of 2026-11). */
function isMarkedRepeat(request: FastifyRequest): boolean {
  return Number(request.headers['x-stainless-retry-count'] ?? 0) > 0;
}
