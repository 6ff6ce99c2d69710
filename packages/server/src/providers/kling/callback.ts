/**
 * Callbacks: the task record itself, without the usual envelope, in the shape of either generation.
 * Signed by the Standard Webhooks scheme when a webhook secret was made in the console (vendor's
 * callbacks page, since 2026-08-07), unsigned otherwise. Either way only a hint: the task is asked for
 * before anything is believed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackOutcome, PathContext, RawCallback } from '../contract.ts';
import { KlingSettings } from './auth.ts';
import { LegacyTask, NewTask, parseBody } from './wire.ts';

const TOLERANCE_MS = 5 * 60_000;
const SIGNATURES_MOST = 8;

export function readCallback(path: PathContext, callback: RawCallback): CallbackOutcome {
  const settings = KlingSettings.safeParse(path.settings);
  if (!settings.success) return { kind: 'rejected', reason: 'the settings of this path are not valid' };
  const secret = settings.data.webhook_secret;
  if (secret) {
    const fault = signatureFault(secret, callback);
    if (fault) return { kind: 'rejected', reason: fault };
  }
  const body = parseBody(callback.body);
  if (!body.ok) return { kind: 'rejected', reason: 'the body is not JSON' };
  // An unsigned delivery id proves nothing; keeping it would let a stranger mark genuine deliveries as seen.
  const signed = {
    verified: secret !== undefined,
    deliveryId: secret ? headerOf(callback, 'webhook-id') : null,
  };
  const fresh = NewTask.safeParse(body.value);
  if (fresh.success) {
    const { id, external_id: correlationId, status } = fresh.data;
    return {
      kind: 'hint',
      ...signed,
      upstreamId: id,
      correlationId,
      word: status.slice(0, 100),
      handle: null,
    };
  }
  const legacy = LegacyTask.safeParse(body.value);
  if (legacy.success) {
    const { task_id: upstreamId, task_info: info, task_status: status } = legacy.data;
    const correlationId = info?.external_task_id ?? null;
    return { kind: 'hint', ...signed, upstreamId, correlationId, word: status.slice(0, 100), handle: null };
  }
  return { kind: 'rejected', reason: 'the body is no task record' };
}

/**
 * What is wrong with the signature, or null when one of the listed signatures is right (two during a
 * rotation).
 */
function signatureFault(secret: string, callback: RawCallback): string | null {
  const id = headerOf(callback, 'webhook-id');
  const timestamp = headerOf(callback, 'webhook-timestamp');
  const listed = headerOf(callback, 'webhook-signature');
  if (!id || !timestamp || !listed) return 'the signature headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not in unix seconds';
  const ageMs = callback.receivedAtMs - Number(timestamp) * 1000;
  if (Math.abs(ageMs) > TOLERANCE_MS) return 'the delivery is more than five minutes old or ahead';
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${callback.body}`).digest();
  let matched = false;
  for (const entry of listed.split(' ').slice(0, SIGNATURES_MOST)) {
    const [version, encoded] = entry.split(',');
    if (version !== 'v1' || !encoded) continue;
    const given = Buffer.from(encoded, 'base64');
    // Every listed signature is compared, in constant time, so that timing tells nothing.
    if (given.length === expected.length && timingSafeEqual(given, expected)) matched = true;
  }
  return matched ? null : 'no listed signature is right';
}

function headerOf(callback: RawCallback, name: string): string | null {
  for (const [key, value] of Object.entries(callback.headers)) {
    if (key.toLowerCase() === name) return value;
  }
  return null;
}
