/**
 * Whether a webhook is Stripe's. It signs `<t>.<raw body>` by HMAC-SHA256 with the secret of the endpoint, and sends
 * `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>…][,v0=…]`; while a secret is being replaced there is a v1 for
 * each. Only v1 counts. (docs.stripe.com/webhooks/signature, read 2026-11.)
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Older or younger than this is a replay, or a clock that is wrong. Stripe's own libraries use the same. */
export const TOLERANCE_MS = 300_000;
const SIGNATURES_MOST = 16;

export function isSignedByStripe(
  header: string | undefined,
  body: Uint8Array,
  secrets: readonly string[],
  nowMs: number,
): boolean {
  const read = readHeader(header ?? '');
  if (read === null || Math.abs(nowMs - read.seconds * 1000) > TOLERANCE_MS) return false;
  return secrets.some((secret) => {
    const wanted = createHmac('sha256', secret).update(`${read.seconds}.`).update(body).digest();
    return read.signatures.some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
  });
}

function readHeader(header: string): { seconds: number; signatures: Buffer[] } | null {
  const parts = header.split(',').map((part) => /^\s*(\w+)=([^\s,]+)\s*$/.exec(part)?.slice(1) ?? []);
  const times = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []));
  const [time] = times;
  if (time === undefined || times.length > 1 || !/^\d{1,12}$/.test(time)) return null;
  const signatures = parts
    .flatMap(([name, value = '']) =>
      name === 'v1' && /^[0-9a-f]{64}$/i.test(value) ? [Buffer.from(value, 'hex')] : [],
    )
    .slice(0, SIGNATURES_MOST);
  return { seconds: Number(time), signatures };
}
