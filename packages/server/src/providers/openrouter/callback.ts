/**
 * Callbacks: an event around the job, signed over the time and the body with a comma in between (webhook cookbook, read
 * 2026-11-22). The secret belongs to the workspace. Only a hint either way.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackOutcome, PathContext, RawCallback } from '../contract.ts';
import { accessOf } from './auth.ts';
import { CallbackEvent, readAs } from './wire.ts';

const TOLERANCE_MS = 5 * 60_000;
const PARTS_MOST = 8;

export function readCallback(path: PathContext, callback: RawCallback): CallbackOutcome {
  const access = accessOf(path);
  if (!access.ok) return { kind: 'rejected', reason: access.reason };
  const fault = access.webhookSecret === null ? null : signatureFault(access.webhookSecret, callback);
  if (fault) return { kind: 'rejected', reason: fault };
  const event = readAs(CallbackEvent, callback.body);
  if (!event) return { kind: 'rejected', reason: 'the body is no event of a video' };
  const { id, status } = event.data;
  const verified = access.webhookSecret !== null;
  return {
    kind: 'hint',
    verified,
    // The job and its state, so a repeat has the same; unsigned it proves nothing.
    deliveryId: verified ? headerOf(callback, 'x-openrouter-idempotency-key') : null,
    upstreamId: id,
    correlationId: null,
    word: (status ?? event.type.slice('video.generation.'.length)).slice(0, 100),
    handle: { v: 1, jobId: id },
  };
}

function signatureFault(secret: string, callback: RawCallback): string | null {
  const given = headerOf(callback, 'x-openrouter-signature');
  if (!given) return 'the signature header is missing';
  const parts = given
    .split(',')
    .slice(0, PARTS_MOST)
    .map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  if (!/^\d{1,12}$/.test(time)) return 'the timestamp is not in unix seconds';
  if (Math.abs(callback.receivedAtMs - Number(time) * 1000) > TOLERANCE_MS) {
    return 'the delivery is more than five minutes old or ahead';
  }
  const expected = createHmac('sha256', secret).update(`${time},${callback.body}`).digest();
  const marks = parts
    .filter((part) => part.startsWith('v1='))
    .map((part) => Buffer.from(part.slice(3), 'hex'));
  const right = marks.filter((mark) => mark.length === expected.length && timingSafeEqual(mark, expected));
  return right.length > 0 ? null : 'the signature is not right';
}

function headerOf(callback: RawCallback, name: string): string | null {
  for (const [key, value] of Object.entries(callback.headers)) {
    if (key.toLowerCase() === name) return value;
  }
  return null;
}
