/**
 * What a payment service's words do to a top-up by card. They come in any order, more than once, and from two sides
 * (told to us, and asked for); so each is a fact that is added to what is known, and money moves by the difference
 * between what is known and what was booked. A payment counts once, whatever is said after it; refunds count by their
 * running sum; a dispute counts when it is lost.
 */
import { z } from 'zod';
import { cardPayment, cardReversal, type LedgerTransaction } from './postings.ts';

export type CheckoutState = 'pending' | 'paid' | 'expired' | 'failed';

export type Checkout = {
  id: string;
  accountId: string;
  currency: string;
  state: CheckoutState;
  livemode: boolean;
  /** The session that we opened; null until the service has answered. */
  sessionId: string | null;
  paymentIntent: string | null;
  creditedMicros: bigint;
  refundedMicros: bigint;
  takenBackMicros: bigint;
  disputes: Readonly<z.infer<typeof Disputes>>;
  problem: string | null;
  createdAtMs: number;
};

/** Also as it comes back from where it was kept, where there are no integers of this size. */
const Micros = z.coerce.bigint();

export const PaymentFact = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('session'),
    sessionId: z.string(),
    status: z.enum(['open', 'complete', 'expired']),
    payment: z.enum(['paid', 'unpaid', 'nothing_due']),
    /** A payment that takes days did not come. */
    failed: z.boolean(),
    amountMicros: Micros,
    currency: z.string(),
    livemode: z.boolean(),
    paymentIntent: z.string().nullable(),
  }),
  /** The sum of all refunds so far. */
  z.object({ kind: z.literal('refunded'), paymentIntent: z.string(), micros: Micros, currency: z.string() }),
  z.object({
    kind: z.literal('disputed'),
    paymentIntent: z.string(),
    disputeId: z.string(),
    currency: z.string(),
    status: z.string(),
    micros: Micros,
  }),
]);
export type PaymentFact = z.infer<typeof PaymentFact>;

export const Disputes = z.record(z.string(), z.object({ status: z.string(), micros: Micros }));

export type Settled = { after: Checkout; bookings: { transaction: LedgerTransaction; micros: bigint }[] };

/** Statuses that do not change any more; whatever is told after them was said before. */
const DECIDED = new Set(['won', 'lost', 'warning_closed', 'prevented', 'charge_refunded']);

/** `roomMicros`: what the account could give back now. What it cannot is tried again later. */
export function settleCheckout(before: Checkout, facts: readonly PaymentFact[], roomMicros: bigint): Settled {
  const after = facts.reduce(withFact, before);
  const { sessionId, accountId, currency } = after;
  const bookings: Settled['bookings'] = [];
  if (sessionId === null) return { after, bookings };
  const owner = { accountId, currency };
  const received = after.creditedMicros - before.creditedMicros;
  if (received > 0n)
    bookings.push({ transaction: cardPayment(owner, received, sessionId), micros: received });
  const owed = goneMicros(after) - after.takenBackMicros;
  const room = roomMicros + received;
  const taken = owed < room ? owed : room;
  if (taken <= 0n) return { after, bookings };
  const takenBackMicros = after.takenBackMicros + taken;
  bookings.push({ transaction: cardReversal(owner, taken, sessionId, takenBackMicros), micros: -taken });
  return { after: { ...after, takenBackMicros }, bookings };
}

/** What of the payment is not ours any more: never more than was credited. */
export function goneMicros({ creditedMicros, refundedMicros, disputes }: Checkout): bigint {
  const lost = Object.values(disputes).reduce(
    (sum, { status, micros }) => (status === 'lost' ? sum + micros : sum),
    0n,
  );
  const gone = refundedMicros + lost;
  return gone < creditedMicros ? gone : creditedMicros;
}

export function isDisputed({ disputes }: Pick<Checkout, 'disputes'>): boolean {
  return Object.values(disputes).some(({ status }) => !DECIDED.has(status));
}

const FIRST_LOOK_MS = 30_000;
const LOOK_MOST_MS = 3_600_000;
const TAKE_BACK_EVERY_MS = 600_000;
const GIVE_UP_MS = 30 * 24 * 3_600_000;
/** The service keeps an idempotency key for a day; long before that nobody waits for the page any more. */
export const REPEAT_WITHIN_MS = 3_600_000;

/** When to ask by ourselves, in case nothing is told; null: not any more. Rarer the longer it takes. */
export function nextLookMs(checkout: Checkout, nowMs: number): number | null {
  if (goneMicros(checkout) > checkout.takenBackMicros) return nowMs + TAKE_BACK_EVERY_MS;
  if (checkout.state !== 'pending') return null;
  const ageMs = nowMs - checkout.createdAtMs;
  if (ageMs > GIVE_UP_MS) return null;
  return nowMs + Math.min(LOOK_MOST_MS, Math.max(FIRST_LOOK_MS, ageMs / 2));
}

function withFact(checkout: Checkout, fact: PaymentFact): Checkout {
  switch (fact.kind) {
    case 'session':
      return withSession(checkout, fact);
    case 'refunded': {
      if (fact.currency !== checkout.currency)
        return withProblem(checkout, otherCurrency('A refund', fact.currency));
      const refundedMicros = fact.micros > checkout.refundedMicros ? fact.micros : checkout.refundedMicros;
      return { ...checkout, refundedMicros };
    }
    case 'disputed': {
      if (fact.currency !== checkout.currency)
        return withProblem(checkout, otherCurrency('A dispute', fact.currency));
      const { disputeId, status, micros } = fact;
      const known = checkout.disputes[disputeId];
      if (known && DECIDED.has(known.status)) return checkout;
      return { ...checkout, disputes: { ...checkout.disputes, [disputeId]: { status, micros } } };
    }
  }
}

function withSession(checkout: Checkout, fact: Extract<PaymentFact, { kind: 'session' }>): Checkout {
  // Somebody else's session is none of this checkout's, whatever it says it is for.
  if (fact.sessionId !== checkout.sessionId) return checkout;
  const seen = { ...checkout, paymentIntent: fact.paymentIntent ?? checkout.paymentIntent };
  if (checkout.state === 'paid') return seen;
  if (fact.payment === 'paid') return paid(seen, fact);
  if (fact.payment === 'nothing_due' && fact.status === 'complete') {
    return { ...seen, state: 'failed', problem: 'Nothing was paid: a discount covered all of it.' };
  }
  if (checkout.state !== 'pending') return seen;
  if (fact.failed) return { ...seen, state: 'failed', problem: 'The payment did not go through.' };
  return fact.status === 'expired' ? { ...seen, state: 'expired' } : seen;
}

/** Received money is `paid` in any case; only money that we can count is credited, the rest waits for a person. */
function paid(checkout: Checkout, fact: Extract<PaymentFact, { kind: 'session' }>): Checkout {
  const done: Checkout = { ...checkout, state: 'paid', problem: null };
  if (fact.livemode !== checkout.livemode) {
    return { ...done, problem: 'It was opened with one kind of key, live or test, and paid with the other.' };
  }
  if (fact.currency !== checkout.currency)
    return { ...done, problem: otherCurrency('The payment', fact.currency) };
  return { ...done, creditedMicros: fact.amountMicros };
}

function withProblem(checkout: Checkout, problem: string): Checkout {
  return { ...checkout, problem };
}

function otherCurrency(what: string, currency: string): string {
  return `${what} is in ${currency}, which is not the currency of the account; nothing was booked for it.`;
}
