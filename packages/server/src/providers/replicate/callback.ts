/**
 * Webhooks: the whole prediction, signed by the Standard Webhooks scheme (vendor's webhook topics, read 2026-11-22).
 * The secret belongs to the account and is asked for with the token, so nobody has to copy it. The vendor's own
 * helper does not look at the age of a delivery; this does. Only a hint either way.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { questionFailed } from '../answers.ts';
import type {
  CallbackKeysOutcome,
  CallbackOutcome,
  Exchange,
  PathContext,
  RawCallback,
} from '../contract.ts';
import { accessOf } from './auth.ts';
import { attemptOf } from './body.ts';
import { readQuestionError } from './errors.ts';
import { Prediction, readAs, WebhookSecret } from './wire.ts';

const TOLERANCE_MS = 5 * 60_000;
const SIGNATURES_MOST = 8;

/** A secret and not a public key: it is kept in memory by the caller, never stored or shown. */
export function* callbackKeys(path: PathContext): Exchange<CallbackKeysOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const response = yield {
    operation: 'keys',
    billable: false,
    method: 'GET',
    url: '/webhooks/default/secret',
    headers: access.headers,
    body: null,
  };
  if (response.kind !== 'answered' || response.status !== 200) return readQuestionError(response);
  const secret = readAs(WebhookSecret, response.text);
  return secret
    ? { kind: 'keys', keys: [secret.key] }
    : questionFailed('unreadable', 'no webhook secret in the answer');
}

export function readCallback(
  _path: PathContext,
  callback: RawCallback,
  keys: readonly unknown[],
): CallbackOutcome {
  const secrets = keys.filter((key) => typeof key === 'string');
  // Without the secret (it could not be had) nothing is proved, but the address of the callback was unguessable.
  const verified = secrets.length > 0;
  const fault = verified ? signatureFault(secrets, callback) : null;
  if (fault) return { kind: 'rejected', reason: fault };
  const prediction = readAs(Prediction, callback.body);
  if (!prediction) return { kind: 'rejected', reason: 'the body is no prediction' };
  return {
    kind: 'hint',
    verified,
    deliveryId: verified ? headerOf(callback, 'webhook-id') : null,
    upstreamId: prediction.id,
    correlationId: attemptOf(prediction.webhook),
    word: prediction.status.slice(0, 100),
    handle: { v: 1, predictionId: prediction.id },
  };
}

/** What is wrong with the signature, or null when one of those listed is right for one of the secrets. */
function signatureFault(secrets: readonly string[], callback: RawCallback): string | null {
  const id = headerOf(callback, 'webhook-id');
  const timestamp = headerOf(callback, 'webhook-timestamp');
  const listed = headerOf(callback, 'webhook-signature');
  if (!id || !timestamp || !listed) return 'the signature headers are missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'the timestamp is not in unix seconds';
  const ageMs = callback.receivedAtMs - Number(timestamp) * 1000;
  if (Math.abs(ageMs) > TOLERANCE_MS) return 'the delivery is more than five minutes old or ahead';
  let matched = false;
  for (const secret of secrets) {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${callback.body}`).digest();
    for (const entry of listed.split(' ').slice(0, SIGNATURES_MOST)) {
      const [version, encoded] = entry.split(',');
      if (version !== 'v1' || !encoded) continue;
      const given = Buffer.from(encoded, 'base64');
      // Every listed signature is compared, in constant time, so that timing tells nothing.
      if (given.length === expected.length && timingSafeEqual(given, expected)) matched = true;
    }
  }
  return matched ? null : 'no listed signature is right';
}

function headerOf(callback: RawCallback, name: string): string | null {
  for (const [key, value] of Object.entries(callback.headers)) {
    if (key.toLowerCase() === name) return value;
  }
  return null;
}
