import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  effectiveLimit,
  type Limit,
  limitAfterAccept,
  limitAfterQuiet,
  limitAfterRefusal,
  limitPolicy,
  newLimit,
} from './limits.ts';

const NOW = 1_000_000_000;
const { raiseAfterMs, raiseAfterMostMs } = limitPolicy;
const limit = (with_: Partial<Limit> = {}): Limit => ({
  ...newLimit(null),
  probing: false,
  learned: 4,
  ...with_,
});

test.each([
  [newLimit(5), 5],
  [newLimit(null), limitPolicy.initial],
  [limit({ configured: 5, learned: 3 }), 3],
  [limit({ configured: 2, learned: 3 }), 2],
])('the smaller of configured and learned: %o', (given, expected) => {
  expect(effectiveLimit(given)).toBe(expected);
});

describe('a refusal lowers the limit to what was accepted', () => {
  test.each([
    [{ learned: 9, probing: true }, 4, 4],
    [{ learned: 9 }, 0, 1],
    [{ learned: 2 }, 6, 6],
    [{ configured: 3, learned: 2 }, 6, 3],
  ])('%o with %i accepted: %i', (given, accepted, learned) => {
    const after = limitAfterRefusal(limit(given), accepted, NOW);
    expect(after).toMatchObject({ learned, probing: false, refusals: 1, lastRefusalAtMs: NOW });
    expect(after.raiseAtMs).toBe(NOW + raiseAfterMs);
  });

  test('refusals that follow on tries lengthen the pause, up to its cap; quiet days shorten it again', () => {
    let current = limitAfterRefusal(limit(), 3, NOW);
    let nowMs = NOW;
    let pauseMs = 0;
    for (let round = 0; round < 12; round += 1) {
      nowMs = current.raiseAtMs ?? 0;
      current = limitAfterQuiet(current, 3, nowMs);
      expect(current.learned).toBe(4);
      nowMs += 1_000;
      current = limitAfterRefusal(current, 3, nowMs);
      const nextMs = (current.raiseAtMs ?? 0) - nowMs;
      expect(nextMs).toBeGreaterThanOrEqual(Math.min(2 * pauseMs, raiseAfterMostMs));
      expect(nextMs).toBeLessThanOrEqual(raiseAfterMostMs);
      pauseMs = nextMs;
    }
    expect(pauseMs).toBe(raiseAfterMostMs);
    const later = limitAfterRefusal(current, 3, nowMs + 5 * raiseAfterMostMs);
    expect(later.raiseAtMs).toBe(nowMs + 5 * raiseAfterMostMs + raiseAfterMs);
  });

  test('refusals of one burst are one', () => {
    const first = limitAfterRefusal(limit(), 3, NOW);
    const second = limitAfterRefusal(first, 3, NOW + 50);
    expect((second.raiseAtMs ?? 0) - (NOW + 50)).toBe(raiseAfterMs);
    expect(second.refusals).toBe(2);
  });
});

describe('an accept', () => {
  test.each([
    ['of a probing path that is full tries one more', { learned: 4, probing: true }, 4, 5],
    ['of a probing path that is not full waits', { learned: 4, probing: true }, 3, 4],
    ['beyond what was learned raises to it', { learned: 4 }, 6, 6],
    ['within what was learned changes nothing', { learned: 4 }, 4, 4],
    ['never above the configured number', { configured: 5, learned: 4 }, 9, 5],
    ['where the operator’s number rules alone changes nothing', { configured: 5, learned: null }, 5, null],
  ])('%s', (_what, given, accepted, learned) => {
    expect(limitAfterAccept(limit(given), accepted).learned).toBe(learned);
  });
});

describe('quiet', () => {
  const quiet = { learned: 4, raiseAtMs: NOW };
  test.each([
    ['tries one more when the limit binds', quiet, 4, 5],
    ['waits for its time', { ...quiet, raiseAtMs: NOW + 1 }, 4, 4],
    ['waits until the limit binds', quiet, 3, 4],
    ['leaves a probing path alone', { ...quiet, probing: true }, 4, 4],
    ['leaves a path alone that was never refused', { ...quiet, raiseAtMs: null }, 4, 4],
    ['goes up to the configured number', { ...quiet, configured: 5 }, 4, 5],
    ['and there gives the word back to the operator', { ...quiet, configured: 4 }, 4, null],
    ['leaves the operator’s number alone', { ...quiet, learned: null, configured: 4 }, 4, null],
  ])('%s', (_what, given, occupied, learned) => {
    expect(limitAfterQuiet(limit(given), occupied, NOW).learned).toBe(learned);
  });

  test('one step a pause', () => {
    const raised = limitAfterQuiet(limit(quiet), 4, NOW);
    expect(raised.raiseAtMs).toBe(NOW + raiseAfterMs);
    expect(limitAfterQuiet(raised, 5, NOW + raiseAfterMs - 1)).toBe(raised);
    expect(limitAfterQuiet(raised, 5, NOW + raiseAfterMs).learned).toBe(6);
  });
});

test('whatever is learned, it stays between one and the configured number', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('refused' as const), accepted: fc.nat(20) }),
    fc.record({ kind: fc.constant('accepted' as const), accepted: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant('quiet' as const), accepted: fc.nat(20) }),
  );
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 1, max: 12 })),
      fc.array(step, { maxLength: 60 }),
      (configured, steps) => {
        let current = newLimit(configured);
        steps.forEach(({ kind, accepted }, index) => {
          const nowMs = NOW + index * 90_000;
          if (kind === 'refused') current = limitAfterRefusal(current, accepted, nowMs);
          if (kind === 'accepted') current = limitAfterAccept(current, accepted);
          if (kind === 'quiet') current = limitAfterQuiet(current, accepted, nowMs);
          expect(effectiveLimit(current)).toBeGreaterThanOrEqual(1);
          if (configured !== null) {
            expect(effectiveLimit(current)).toBeLessThanOrEqual(configured);
            if (current.learned !== null) expect(current.learned).toBeLessThanOrEqual(configured);
          } else {
            expect(current.learned).not.toBeNull();
          }
        });
      },
    ),
  );
});

test('after refusals end, the way up leads back to the true limit of the upstream', () => {
  const TRUE_LIMIT = 7;
  let current = limitAfterRefusal(newLimit(10), 2, NOW);
  let nowMs = NOW;
  for (let minute = 0; minute < 24 * 60 && effectiveLimit(current) < TRUE_LIMIT; minute += 1) {
    nowMs += 60_000;
    current = limitAfterQuiet(current, effectiveLimit(current), nowMs);
  }
  expect(effectiveLimit(current)).toBe(TRUE_LIMIT);
  expect(nowMs - NOW).toBe(5 * raiseAfterMs);
});
