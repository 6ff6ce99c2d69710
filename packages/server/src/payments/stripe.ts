/**
 * Stripe's words: the two questions that we ask, what their answers mean, and what its webhooks tell. Pure: requests
 * are described here and sent elsewhere. Two requests in a form encoding are less than a client library would bring,
 * and our own way out keeps its promises (address policy, limits, sent or not sent); see docs/decisions.
 *
 * Read 2026-11: docs.stripe.com/api/checkout/sessions, /api/idempotent_requests, /api/events/types, /api/disputes.
 */
import { z } from 'zod';
import type { PaymentFact } from '../decide/checkout.ts';

export type StripeRequest = {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
};

/** Fields keep their meaning under this version, whatever the default of the account is. */
const VERSION = '2024-06-20';
/** All currencies that accounts can have are counted in hundredths by Stripe. */
const MICROS_PER_MINOR = 10_000n;

export type CheckoutOrder = {
  id: string;
  accountId: string;
  currency: string;
  micros: bigint;
  returnBase: string;
};

/** Whether an amount can be asked for: Stripe knows no parts of a cent. */
export function isWholeMinor(micros: bigint): boolean {
  return micros % MICROS_PER_MINOR === 0n;
}

/** Opens a session. The same order makes the same bytes, so that a repeat under its key is no second session. */
export function openSession(apiUrl: string, secretKey: string, order: CheckoutOrder): StripeRequest {
  const { id, accountId, currency, micros, returnBase } = order;
  const back = `${returnBase}/console/money?checkout=${id}`;
  const form = new URLSearchParams({
    mode: 'payment',
    client_reference_id: id,
    'metadata[sluice_checkout]': id,
    'metadata[sluice_account]': accountId,
    'payment_intent_data[metadata][sluice_checkout]': id,
    'payment_intent_data[description]': `Balance top-up ${id}`,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': currency.toLowerCase(),
    'line_items[0][price_data][unit_amount]': String(micros / MICROS_PER_MINOR),
    'line_items[0][price_data][product_data][name]': 'Balance top-up',
    success_url: back,
    cancel_url: `${back}&left=true`,
  });
  return {
    method: 'POST',
    url: `${apiUrl}/v1/checkout/sessions`,
    headers: {
      ...headersOf(secretKey),
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': `sluice-${id}`,
    },
    body: form.toString(),
  };
}

export function readSession(apiUrl: string, secretKey: string, sessionId: string): StripeRequest {
  const url = `${apiUrl}/v1/checkout/sessions/${encodeURIComponent(sessionId)}?expand[]=payment_intent`;
  return { method: 'GET', url, headers: headersOf(secretKey) };
}

export function isTestKey(secretKey: string): boolean {
  return /^[sr]k_test_/.test(secretKey);
}

function headersOf(secretKey: string): Record<string, string> {
  return { authorization: `Bearer ${secretKey}`, accept: 'application/json', 'stripe-version': VERSION };
}

const Id = z.string().min(1).max(255);
const Minor = z.int().min(0);
/** A reference, or the object itself where it was asked to be expanded. */
const Reference = z.union([Id, z.object({ id: Id }).transform(({ id }) => id)]);
const PaymentIntent = z.union([Id, z.object({ id: Id, status: z.string() })]);

const Session = z.object({
  id: Id,
  object: z.literal('checkout.session'),
  status: z.enum(['open', 'complete', 'expired']),
  payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
  amount_total: Minor.nullable(),
  currency: z.string().nullable(),
  livemode: z.boolean(),
  payment_intent: PaymentIntent.nullish(),
  url: z.url().nullish(),
  expires_at: z.int().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
type Session = z.infer<typeof Session>;

export type SessionAnswer =
  | {
      kind: 'session';
      fact: PaymentFact & { kind: 'session' };
      url: string | null;
      expiresAtMs: number | null;
    }
  /** A documented refusal: nothing was opened. */
  | { kind: 'refused'; message: string }
  /** It may have been done; the same question again answers it. */
  | { kind: 'unclear'; reason: string };

const Problem = z.object({
  error: z.object({ message: z.string().optional(), type: z.string().optional() }),
});
/** Refusals that say "not now": another request with this key is under way, or there were too many. */
const PASSING = new Set([408, 409, 425, 429]);

export function readSessionAnswer(status: number, body: Uint8Array): SessionAnswer {
  const value = parseJson(body);
  if (status >= 200 && status < 300) {
    const session = Session.safeParse(value);
    if (!session.success)
      return { kind: 'unclear', reason: `an answer that cannot be read: ${z.prettifyError(session.error)}` };
    const { url, expires_at: expiresAt } = session.data;
    return {
      kind: 'session',
      fact: factOfSession(session.data, false),
      url: url ?? null,
      expiresAtMs: expiresAt === null || expiresAt === undefined ? null : expiresAt * 1000,
    };
  }
  const problem = Problem.safeParse(value);
  const message = (problem.success ? problem.data.error.message : undefined) ?? `status ${status}`;
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: 'refused', message };
  return { kind: 'unclear', reason: message };
}

function factOfSession(session: Session, failedEvent: boolean): PaymentFact & { kind: 'session' } {
  const { payment_intent: intent } = session;
  // Asked for later, a session does not say that its payment failed; the payment does, by wanting another method.
  const wantsAnother = typeof intent === 'object' && intent?.status === 'requires_payment_method';
  return {
    kind: 'session',
    sessionId: session.id,
    status: session.status,
    payment: session.payment_status === 'no_payment_required' ? 'nothing_due' : session.payment_status,
    failed:
      session.status === 'complete' && session.payment_status === 'unpaid' && (failedEvent || wantsAnother),
    amountMicros: BigInt(session.amount_total ?? 0) * MICROS_PER_MINOR,
    currency: (session.currency ?? '').toUpperCase(),
    livemode: session.livemode,
    paymentIntent: typeof intent === 'string' ? intent : (intent?.id ?? null),
  };
}

export type StripeEvent = {
  id: string;
  type: string;
  sessionId: string | null;
  paymentIntent: string | null;
  fact: PaymentFact;
  /** Whether it is kept although we know nobody whom it is about: ours to be, or perhaps ours. */
  keep: boolean;
};

const Event = z.object({
  id: Id,
  object: z.literal('event'),
  type: z.string().max(200),
  data: z.object({ object: z.unknown() }),
});
const Charge = z.object({
  amount_refunded: Minor,
  currency: z.string(),
  payment_intent: Reference.nullish(),
});
const Dispute = z.object({
  id: Id,
  amount: Minor,
  currency: z.string(),
  status: z.string(),
  payment_intent: Reference.nullish(),
});

const SESSION_EVENTS = new Set([
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
]);
const DISPUTE_EVENTS = new Set([
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
]);

/** `unknown`: an event that says nothing about a checkout. `unreadable`: one that should, and does not. */
export function readEvent(
  body: Uint8Array,
):
  | { kind: 'event'; event: StripeEvent }
  | { kind: 'unknown'; type: string }
  | { kind: 'unreadable'; why: string } {
  const parsed = Event.safeParse(parseJson(body));
  if (!parsed.success) return { kind: 'unreadable', why: z.prettifyError(parsed.error) };
  const { id, type, data } = parsed.data;
  if (SESSION_EVENTS.has(type)) {
    return read(Session, data.object, (session) => {
      const fact = factOfSession(session, type === 'checkout.session.async_payment_failed');
      const keep = session.metadata?.sluice_checkout !== undefined;
      return { id, type, sessionId: session.id, paymentIntent: fact.paymentIntent, fact, keep };
    });
  }
  if (type === 'charge.refunded') {
    return read(Charge, data.object, ({ amount_refunded, currency, payment_intent: paymentIntent }) =>
      paymentIntent === null || paymentIntent === undefined
        ? null
        : aboutPayment(id, type, paymentIntent, {
            kind: 'refunded',
            paymentIntent,
            micros: BigInt(amount_refunded) * MICROS_PER_MINOR,
            currency: currency.toUpperCase(),
          }),
    );
  }
  if (!DISPUTE_EVENTS.has(type)) return { kind: 'unknown', type };
  return read(
    Dispute,
    data.object,
    ({ id: disputeId, amount, currency, status, payment_intent: paymentIntent }) =>
      paymentIntent === null || paymentIntent === undefined
        ? null
        : aboutPayment(id, type, paymentIntent, {
            kind: 'disputed',
            paymentIntent,
            disputeId,
            status,
            micros: BigInt(amount) * MICROS_PER_MINOR,
            currency: currency.toUpperCase(),
          }),
  );
}

/** It may come before we know which payment is whose, so it is kept until we do. */
function aboutPayment(id: string, type: string, paymentIntent: string, fact: PaymentFact): StripeEvent {
  return { id, type, sessionId: null, paymentIntent, fact, keep: true };
}

function read<Shape>(
  schema: z.ZodType<Shape>,
  value: unknown,
  event: (shape: Shape) => StripeEvent | null,
): ReturnType<typeof readEvent> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { kind: 'unreadable', why: z.prettifyError(parsed.error) };
  const made = event(parsed.data);
  return made === null
    ? { kind: 'unknown', type: 'a payment without an intent' }
    : { kind: 'event', event: made };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
