import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_CAP_MS } from './health.ts';
import { canLookUp, lookupBackoffMs, lookupVerdict } from './reconcile.ts';

const NOW = 1_000_000;
const GRACE = 60_000;
const abilities = { clientKey: 'query', lookupGraceMs: GRACE } as const;
const attempt = (with_ = {}) => ({ sentAtMs: NOW - GRACE, misses: 2, sends: 1, unwanted: false, ...with_ });

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
        askAtMs: NOW + 600_000,
      });
      expect(canLookUp({ clientKey })).toBe(false);
    },
  );

  test.each(['query', 'idempotent'] as const)('can be had where the client key is %s', (clientKey) => {
    expect(canLookUp({ clientKey })).toBe(true);
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
