/**
 * Checks a webhook of ours: Standard Webhooks, version `v1` (HMAC-SHA256 over `id.timestamp.body`). Uses
 * WebCrypto, so it runs in browsers, workers and Node alike.
 */
import { isEvent } from './follow.ts';
import { parseJson } from './problem.ts';
import type { SluiceEvent } from './types.ts';

export type VerifyWebhookInput = {
  /** The body exactly as it arrived. Parsing and printing it again changes bytes, and the check fails. */
  payload: string | Uint8Array;
  headers: Headers | Record<string, string | readonly string[] | undefined>;
  /** `whsec_…` */
  secret?: string | undefined;
  /** During a rotation: any of them may match. */
  secrets?: readonly string[] | undefined;
  /** How far the sender's clock may be from ours, both ways; against replays of old messages. */
  toleranceSeconds?: number | undefined;
  /** Unix seconds; now, when left out. */
  nowSeconds?: number | undefined;
};

export type WebhookFault =
  | 'missing_header'
  | 'bad_timestamp'
  | 'too_old'
  | 'too_new'
  | 'no_matching_signature'
  | 'unreadable_payload';

export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly fault: WebhookFault;

  constructor(fault: WebhookFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export type VerifiedWebhook = {
  /** Constant over repeats: keep it, and skip what you have seen. */
  id: string;
  sentAtSeconds: number;
  event: SluiceEvent;
};

const TOLERANCE_SECONDS = 300;
/** A header full of signatures would make us compute for ever; a rotation needs two. */
const MAX_SIGNATURES = 16;

/** Resolves with the event, or rejects with `WebhookVerificationError`. */
export async function verifyWebhook(input: VerifyWebhookInput): Promise<VerifiedWebhook> {
  const id = requireHeader(input.headers, 'webhook-id');
  const timestamp = requireHeader(input.headers, 'webhook-timestamp');
  const signatures = readSignatures(requireHeader(input.headers, 'webhook-signature'));
  const sentAtSeconds = checkTimestamp(timestamp, input);
  const signed = concatenate(`${id}.${timestamp}.`, input.payload);
  const keys = await Promise.all(secretsOf(input).map(importSecret));

  // Each pair is tried, also after a match, and WebCrypto compares in constant time: how long this takes
  // tells nothing about which secret or which signature was close.
  let matched = false;
  for (const key of keys) {
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) matched = true;
    }
  }
  if (!matched) {
    throw new WebhookVerificationError('no_matching_signature', 'No signature matches the secret.');
  }
  return { id, sentAtSeconds, event: readPayload(input.payload) };
}

function requireHeader(headers: VerifyWebhookInput['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : lookUp(headers, name);
  // A repeated header is somebody's trick or a broken proxy; guessing which one counts would be wrong.
  if (typeof value !== 'string' || value === '') {
    throw new WebhookVerificationError('missing_header', `The header ${name} is missing or repeated.`);
  }
  return value;
}

function lookUp(headers: Record<string, string | readonly string[] | undefined>, name: string): unknown {
  const found = Object.entries(headers).filter(([key]) => key.toLowerCase() === name);
  const values = found.flatMap(([, value]) => value ?? []);
  return values.length === 1 ? values[0] : undefined;
}

function checkTimestamp(timestamp: string, input: VerifyWebhookInput): number {
  // Digits only: `parseInt` would read "1700000000abc", which is not what was signed as a number.
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError('bad_timestamp', 'The header webhook-timestamp is not a number.');
  }
  const sentAtSeconds = Number(timestamp);
  const nowSeconds = input.nowSeconds ?? Math.floor(Date.now() / 1000);
  const toleranceSeconds = input.toleranceSeconds ?? TOLERANCE_SECONDS;
  if (sentAtSeconds < nowSeconds - toleranceSeconds) {
    throw new WebhookVerificationError('too_old', 'The message is older than the tolerance.');
  }
  if (sentAtSeconds > nowSeconds + toleranceSeconds) {
    throw new WebhookVerificationError('too_new', 'The message is dated in the future.');
  }
  return sentAtSeconds;
}

/** `v1,<base64> v1,<base64> v1a,…`: other versions are passed over, broken ones too. */
function readSignatures(header: string): Uint8Array<ArrayBuffer>[] {
  return header
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .flatMap((part) => {
      const bytes = part.startsWith('v1,') ? fromBase64(part.slice(3)) : null;
      return bytes ? [bytes] : [];
    });
}

function secretsOf(input: VerifyWebhookInput): string[] {
  const secrets = [...(input.secret === undefined ? [] : [input.secret]), ...(input.secrets ?? [])];
  if (secrets.length === 0) throw new TypeError('verifyWebhook needs secret or secrets');
  return secrets;
}

/** WebCrypto's key type, whose name the platforms' type libraries do not share. */
type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

async function importSecret(secret: string): Promise<HmacKey> {
  const bytes = fromBase64(secret.startsWith('whsec_') ? secret.slice(6) : secret);
  if (!bytes || bytes.length === 0) throw new TypeError('a webhook secret is `whsec_` and base64');
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Joined as bytes, so that a body that is not valid UTF-8 is checked as it is. */
function concatenate(prefix: string, payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const head = encoder.encode(prefix);
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload;
  const joined = new Uint8Array(head.length + body.length);
  joined.set(head);
  joined.set(body, head.length);
  return joined;
}

function readPayload(payload: string | Uint8Array): SluiceEvent {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload);
  const event = parseJson(text);
  if (isEvent(event)) return event;
  // Signed with our secret and still not an event: the secret is shared with another sender.
  throw new WebhookVerificationError('unreadable_payload', 'The signature is good, the body is no event.');
}
