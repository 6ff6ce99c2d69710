/**
 * Webhooks: signed with ED25519 over four lines (request id, user id, time, hash of the body) by a key of a published
 * set that rotates (webhooks page, autumn 2026). Any key of the set may be the one; five minutes either way.
 *
 * The address that was called carries the attempt's token, and the body names the request: together they are how an
 * attempt whose answer was lost is found again. The body does not name the endpoint, so the handle that it leads to
 * holds no address; the few possible ones are tried.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { CallbackOutcome, PathContext, RawCallback } from '../contract.ts';
import { MEDIA_SECONDS } from './body.ts';
import { Callback, type Handle, readAs, SigningKey } from './wire.ts';

const TOLERANCE_MS = 5 * 60_000;
/** Repeats go on for about two hours (2026-07 text), so the clip may be so much older than the callback. */
const REPEATED_FOR_MS = 3 * 3_600_000;
const KEYS_MOST = 20;

export function readCallback(
  _path: PathContext,
  callback: RawCallback,
  keys: readonly unknown[],
): CallbackOutcome {
  const body = readAs(Callback, callback.body);
  if (!body) return { kind: 'rejected', reason: 'the body is no webhook of fal’s' };
  const signed = readSignature(callback);
  if (typeof signed === 'string') return { kind: 'rejected', reason: signed };
  if (signed.requestId !== body.request_id) {
    return { kind: 'rejected', reason: 'the signature is for another request' };
  }
  // Without any key nothing can be checked; the token in the address is what it is believed to be a hint by.
  const verified = keys.length > 0;
  if (verified && !keys.slice(0, KEYS_MOST).some((key) => fits(key, signed))) {
    return { kind: 'rejected', reason: 'the signature fits none of the published keys' };
  }
  const keptUntilMs = callback.receivedAtMs - REPEATED_FOR_MS + MEDIA_SECONDS * 1000;
  const handle: Handle = { v: 1, requestId: body.request_id, root: null, urls: null, keptUntilMs };
  return {
    kind: 'hint',
    verified,
    // fal names no delivery: the same request is told once, however often it is repeated.
    deliveryId: verified ? `${body.request_id}:${body.status.slice(0, 20)}` : null,
    upstreamId: body.request_id,
    correlationId: null,
    word: body.status.slice(0, 100),
    handle,
  };
}

type Signed = { requestId: string; text: string; signature: Buffer };

/** What was signed, or what is wrong with it. */
function readSignature(callback: RawCallback): Signed | string {
  const header = (name: string) => headerOf(callback, `x-fal-webhook-${name}`);
  const requestId = header('request-id');
  const userId = header('user-id');
  const timestamp = header('timestamp');
  const signature = header('signature');
  if (!requestId || !userId || !timestamp || !signature) return 'the signature headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not in unix seconds';
  const ageMs = callback.receivedAtMs - Number(timestamp) * 1000;
  if (Math.abs(ageMs) > TOLERANCE_MS) return 'the delivery is more than five minutes old or ahead';
  if (!/^[0-9a-f]{128}$/i.test(signature)) return 'the signature is no ED25519 signature';
  const hash = createHash('sha256').update(callback.body).digest('hex');
  const text = [requestId, userId, timestamp, hash].join('\n');
  return { requestId, text, signature: Buffer.from(signature, 'hex') };
}

function fits(published: unknown, { text, signature }: Signed): boolean {
  const key = SigningKey.safeParse(published);
  if (!key.success) return false;
  try {
    const { kty, crv, x } = key.data;
    const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
    return verify(null, Buffer.from(text), publicKey, signature);
  } catch {
    // Not a point on the curve: a key that fits nothing.
    return false;
  }
}

function headerOf(callback: RawCallback, name: string): string | null {
  for (const [key, value] of Object.entries(callback.headers)) {
    if (key.toLowerCase() === name) return value;
  }
  return null;
}
