import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Checkout,
  goneMicros,
  isDisputed,
  nextLookMs,
  type PaymentFact,
  settleCheckout,
} from './checkout.ts';

const CREATED_MS = Date.UTC(2026, 10, 22, 12);
const fresh: Checkout = {
  id: 'chk_1',
  accountId: 'acc_1',
  currency: 'USD',
  state: 'pending',
  livemode: true,
  sessionId: 'cs_1',
  paymentIntent: null,
  creditedMicros: 0n,
  refundedMicros: 0n,
  takenBackMicros: 0n,
  disputes: {},
  problem: null,
  createdAtMs: CREATED_MS,
};
const session = (over: Partial<Extract<PaymentFact, { kind: 'session' }>> = {}): PaymentFact => ({
  kind: 'session',
  sessionId: 'cs_1',
  status: 'complete',
  payment: 'paid',
  failed: false,
  amountMicros: 25_000_000n,
  currency: 'USD',
  livemode: true,
  paymentIntent: 'pi_1',
  ...over,
});
const refunded = (micros: bigint): PaymentFact => ({
  kind: 'refunded',
  paymentIntent: 'pi_1',
  micros,
  currency: 'USD',
});
const disputed = (status: string, disputeId = 'dp_1'): PaymentFact => ({
  kind: 'disputed',
  paymentIntent: 'pi_1',
  disputeId,
  status,
  micros: 25_000_000n,
  currency: 'USD',
});

/** Facts one after the other, each counted before the next; with the balance that the bookings leave. */
function play(facts: readonly PaymentFact[], room = 0n, start: Checkout = fresh) {
  let checkout = start;
  let balance = room;
  const references: string[] = [];
  for (const fact of facts) {
    const { after, bookings } = settleCheckout(checkout, [fact], balance);
    checkout = after;
    for (const { transaction, micros } of bookings) {
      balance += micros;
      references.push(transaction.reference);
    }
  }
  return { checkout, moved: balance - room, references };
}

describe('what one session says', () => {
  test.each<[string, PaymentFact, Checkout['state'], bigint]>([
    ['paid', session(), 'paid', 25_000_000n],
    [
      'paid, with another sum than was asked for',
      session({ amountMicros: 24_000_000n }),
      'paid',
      24_000_000n,
    ],
    ['complete, with a payment that takes days', session({ payment: 'unpaid' }), 'pending', 0n],
    ['complete, with a payment that failed', session({ payment: 'unpaid', failed: true }), 'failed', 0n],
    ['open', session({ status: 'open', payment: 'unpaid', paymentIntent: null }), 'pending', 0n],
    ['expired', session({ status: 'expired', payment: 'unpaid', paymentIntent: null }), 'expired', 0n],
    ['nothing due', session({ payment: 'nothing_due', amountMicros: 0n }), 'failed', 0n],
    ['of somebody else', session({ sessionId: 'cs_2' }), 'pending', 0n],
  ])('%s', (_name, fact, state, credited) => {
    const { checkout, moved } = play([fact]);
    expect([checkout.state, checkout.creditedMicros, moved]).toEqual([state, credited, credited]);
  });

  test.each([
    ['another currency', session({ currency: 'EUR' }), /EUR/],
    ['a test card on a live page', session({ livemode: false }), /live or test/],
  ])('%s is received and not credited: a person decides', (_name, fact, why) => {
    const { checkout, moved } = play([fact]);
    expect([checkout.state, moved]).toEqual(['paid', 0n]);
    expect(checkout.problem).toMatch(why);
  });
});

test('a payment counts once, and nothing that is said after it unpays it', () => {
  const late = [
    session({ status: 'expired', payment: 'unpaid' }),
    session({ payment: 'unpaid', failed: true }),
  ];
  const { checkout, moved, references } = play([session(), session(), ...late, session()]);
  expect([checkout.state, moved, references]).toEqual(['paid', 25_000_000n, ['stripe:cs_1']]);
});

test('money that comes after the end was told still counts', () => {
  expect(play([session({ status: 'expired', payment: 'unpaid' }), session()]).moved).toBe(25_000_000n);
  expect(play([session({ payment: 'unpaid', failed: true }), session()]).checkout.problem).toBe(null);
});

test('refunds count by their running sum, whatever the order', () => {
  const { checkout, moved, references } = play([
    session(),
    refunded(10_000_000n),
    refunded(4_000_000n),
    refunded(10_000_000n),
  ]);
  expect([checkout.takenBackMicros, moved]).toEqual([10_000_000n, 15_000_000n]);
  expect(references).toEqual(['stripe:cs_1', 'stripe_back:cs_1:10000000']);
});

test('what the balance does not cover is taken when it does, and asked about until then', () => {
  const spent = play([session()]).checkout;
  const first = settleCheckout(spent, [refunded(25_000_000n)], 10_000_000n);
  expect(first.bookings.map(({ micros }) => micros)).toEqual([-10_000_000n]);
  expect(goneMicros(first.after) - first.after.takenBackMicros).toBe(15_000_000n);
  expect(nextLookMs(first.after, CREATED_MS)).not.toBe(null);
  const second = settleCheckout(first.after, [], 100_000_000n);
  expect(second.bookings.map(({ micros }) => micros)).toEqual([-15_000_000n]);
  expect(nextLookMs(second.after, CREATED_MS)).toBe(null);
  // In the red, nothing moves.
  expect(settleCheckout(first.after, [], -5n).bookings).toEqual([]);
});

test('a dispute moves money when it is lost; together with refunds never more than was paid', () => {
  const open = play([session(), disputed('needs_response')]);
  expect([isDisputed(open.checkout), open.moved]).toEqual([true, 25_000_000n]);
  const won = play([session(), disputed('needs_response'), disputed('won'), disputed('under_review')]);
  expect([isDisputed(won.checkout), won.moved]).toEqual([false, 25_000_000n]);
  const lost = play([session(), refunded(10_000_000n), disputed('lost'), disputed('needs_response')]);
  expect([isDisputed(lost.checkout), lost.moved]).toEqual([false, 0n]);
});

test('in any order and however often: the same money, once', () => {
  const told = [
    session({ status: 'open', payment: 'unpaid', paymentIntent: null }),
    session(),
    refunded(5_000_000n),
    refunded(9_000_000n),
    disputed('needs_response'),
    disputed('won'),
  ];
  const all = fc
    .shuffledSubarray([...told, ...told], { minLength: told.length * 2 })
    .filter((facts) => facts.indexOf(told[1] as PaymentFact) >= 0);
  fc.assert(
    fc.property(all, fc.bigInt(0n, 50_000_000n), (facts, room) => {
      const { checkout, moved, references } = play(facts, room);
      expect(checkout.state).toBe('paid');
      expect(moved).toBe(16_000_000n);
      expect(new Set(references).size).toBe(references.length);
      expect(isDisputed(checkout)).toBe(false);
    }),
  );
});

test('it is asked about more and more rarely, and not for ever', () => {
  const gaps = [0, 60_000, 3_600_000, 24 * 3_600_000].map(
    (ageMs) => (nextLookMs(fresh, CREATED_MS + ageMs) ?? 0) - CREATED_MS - ageMs,
  );
  expect(gaps).toEqual([30_000, 30_000, 1_800_000, 3_600_000]);
  expect(nextLookMs(fresh, CREATED_MS + 40 * 24 * 3_600_000)).toBe(null);
});
