import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_CAP_MS } from './health.ts';
import { canLookUp, givenUpUnanswered, lookupBackoffMs, lookupVerdict, provesAbsence } from './reconcile.ts';

const NOW = 1_000_000;
const GRACE = 60_000;
const EXPECTED = 100_000;
const abilities = {
  clientKey: 'query',
  list: false,
  lookupGraceMs: GRACE,
  startDeadlineSeconds: null,
} as const;
const attempt = (with_ = {}) => ({
  sentAtMs: NOW - GRACE,
  misses: 2,
  sends: 1,
  unwanted: false,
  expectedMs: EXPECTED,
  lostAnswer: 'hold' as const,
  ...with_,
});

describe('a lookup that found nothing', () => {
  test.each([
    ['twice, after the grace: sent again', {}, 'resend'],
    ['once, after the grace: looked up again', { misses: 1 }, 'look_again'],
    ['often, but within the grace: looked up again', { sentAtMs: NOW - GRACE + 1, misses: 9 }, 'look_again'],
    ['and nobody wants it: given up', { unwanted: true }, 'abandon'],
    [
      'and nobody wants it, within the grace: looked up again',
      { unwanted: true, sentAtMs: NOW },
      'look_again',
    ],
    ['and it was sent three times: given up', { sends: 3 }, 'abandon'],
    ['and it was sent twice: sent again', { sends: 2 }, 'resend'],
  ])('%s', (_what, with_, kind) => {
    expect(lookupVerdict(attempt(with_), abilities, NOW).kind).toBe(kind);
  });

  test.each(['none', 'correlate'] as const)(
    'cannot be had where the client key is %s: parked',
    (clientKey) => {
      expect(lookupVerdict(attempt(), { ...abilities, clientKey }, NOW)).toEqual({
        kind: 'park',
        askAtMs: NOW + 300_000,
      });
      expect(canLookUp({ clientKey, list: false })).toBe(false);
      expect(canLookUp({ clientKey, list: true })).toBe(true);
      expect(provesAbsence({ clientKey })).toBe(false);
    },
  );

  test.each(['query', 'idempotent'] as const)('can be had where the client key is %s', (clientKey) => {
    expect(canLookUp({ clientKey, list: false })).toBe(true);
  });

  test('the look that decides comes right when the grace ends', () => {
    const sentAtMs = NOW - GRACE + 3_000;
    expect(lookupVerdict(attempt({ sentAtMs, misses: 5 }), abilities, NOW)).toEqual({
      kind: 'look_again',
      askAtMs: NOW + 3_000,
    });
  });
});

test('nothing is sent again before the grace is over and two looks found nothing; every look lies ahead', () => {
  const facts = fc.record({
    sentAtMs: fc.integer({ min: NOW - 2 * GRACE, max: NOW }),
    misses: fc.nat(12),
    sends: fc.integer({ min: 1, max: 4 }),
    unwanted: fc.boolean(),
    expectedMs: fc.constant(EXPECTED),
    lostAnswer: fc.constantFrom('hold' as const, 'resubmit' as const),
  });
  fc.assert(
    fc.property(facts, (given) => {
      const verdict = lookupVerdict(given, abilities, NOW);
      if (verdict.kind === 'look_again') expect(verdict.askAtMs).toBeGreaterThan(NOW);
      if (verdict.kind === 'resend' || verdict.kind === 'abandon') {
        expect(NOW - given.sentAtMs).toBeGreaterThanOrEqual(GRACE);
        expect(given.misses).toBeGreaterThanOrEqual(2);
      }
      if (verdict.kind === 'resend') expect(given.unwanted || given.sends >= 3).toBe(false);
    }),
  );
});

describe('where nothing proves that the upstream has none', () => {
  const correlate = { ...abilities, clientKey: 'correlate', startDeadlineSeconds: 600 } as const;
  // Ten minutes to start, one for the way, and three times what a render takes.
  const OVER = 600_000 + 60_000 + 3 * EXPECTED;
  test.each([
    ['wanted, on hold: kept for as long as its task lives', { sentAtMs: NOW - 10 * OVER }, correlate, 'park'],
    [
      'wanted, and a second bill is risked: too early',
      { lostAnswer: 'resubmit', sentAtMs: NOW - OVER + 1 },
      correlate,
      'park',
    ],
    [
      'wanted, and a second bill is risked: given up when it is over',
      { lostAnswer: 'resubmit', sentAtMs: NOW - OVER },
      correlate,
      'abandon',
    ],
    ['unwanted: too early', { unwanted: true, sentAtMs: NOW - OVER + 1 }, correlate, 'park'],
    ['unwanted: given up when it is over', { unwanted: true, sentAtMs: NOW - OVER }, correlate, 'abandon'],
    [
      'unwanted, no start deadline',
      { unwanted: true, sentAtMs: NOW - OVER + 600_000 },
      abilitiesOf('none'),
      'abandon',
    ],
    [
      'unwanted, and the list shows nothing: too early',
      { unwanted: true },
      { ...abilitiesOf('none'), list: true },
      'park',
    ],
  ])('%s', (_what, with_, able, kind) => {
    const verdict = lookupVerdict(attempt(with_), able, NOW);
    expect(verdict.kind).toBe(kind);
    if (verdict.kind === 'abandon') expect(verdict.proven).toBe(false);
  });

  test('the next look comes when it is over at the latest', () => {
    const verdict = lookupVerdict(attempt({ sentAtMs: NOW - OVER + 5_000 }), correlate, NOW);
    expect(verdict).toEqual({ kind: 'park', askAtMs: NOW + 5_000 });
  });

  const HOUR = 3_600_000;
  test.each([
    [
      'nobody wants it, an hour after it must have ended',
      { unwanted: true, sentAtMs: NOW - OVER - HOUR },
      correlate,
      true,
    ],
    [
      'nobody wants it, a moment before',
      { unwanted: true, sentAtMs: NOW - OVER - HOUR + 1 },
      correlate,
      false,
    ],
    ['wanted', { sentAtMs: NOW - 10 * HOUR }, correlate, false],
    [
      'wanted, and a second bill is risked: not on a question that failed',
      { lostAnswer: 'resubmit', sentAtMs: NOW - 10 * HOUR },
      correlate,
      false,
    ],
    ['an answer would prove it', { unwanted: true, sentAtMs: NOW - 10 * HOUR }, abilities, false],
  ] as const)('questions that keep failing, %s', (_what, with_, able, expected) => {
    expect(givenUpUnanswered(attempt(with_), able, NOW)).toBe(expected);
  });

  function abilitiesOf(clientKey: 'none') {
    return { ...abilities, clientKey };
  }
});

test.each([
  [0, null, 2_000],
  [1, null, 4_000],
  [5, null, 64_000],
  [50, null, 120_000],
  [0, 30_000, 30_000],
  [50, 30_000, 120_000],
  [0, 86_400_000, RETRY_AFTER_CAP_MS],
])('question %i that failed, asked to wait %s: again in %i ms', (asks, retryAfterMs, expected) => {
  expect(lookupBackoffMs(asks, retryAfterMs)).toBe(expected);
});
