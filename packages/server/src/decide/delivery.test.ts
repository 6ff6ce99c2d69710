import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeliveryResult, deliveryGapsMs, deliveryVerdict } from './delivery.ts';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const answered = (status: number, retryAfterMs: number | null = null): DeliveryResult => ({
  kind: 'answered',
  status,
  retryAfterMs,
});
const notReached: DeliveryResult = { kind: 'not_reached', reason: 'timeout' };

test.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [300, 'again'],
  [301, 'again'],
  [400, 'again'],
  [404, 'again'],
  [409, 'again'],
  [410, 'gone'],
  [429, 'again'],
  [500, 'again'],
  [503, 'again'],
])('%i: %s', (status, kind) => {
  expect(deliveryVerdict(answered(status), 1, NOW, 0.5).kind).toBe(kind);
});

describe('the schedule', () => {
  test('ten tries over about three days, then a dead letter', () => {
    let nowMs = 0;
    const at: number[] = [];
    for (let tries = 1; ; tries += 1) {
      at.push(nowMs);
      const verdict = deliveryVerdict(notReached, tries, nowMs, 0.5);
      if (verdict.kind !== 'again') {
        expect(verdict.kind).toBe('exhausted');
        break;
      }
      nowMs = verdict.atMs;
    }
    expect(at).toHaveLength(10);
    expect(at.slice(0, 4)).toEqual([0, 5_000, 305_000, 2_105_000]);
    expect((at.at(-1) ?? 0) / HOUR).toBeCloseTo(75.6, 1);
  });

  test('is spread by a tenth to either side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tries, fraction) => {
          const gapMs = deliveryGapsMs[tries - 1] ?? 0;
          const verdict = deliveryVerdict(notReached, tries, NOW, fraction);
          if (verdict.kind !== 'again') throw new Error(verdict.kind);
          expect(Math.abs(verdict.atMs - NOW - gapMs)).toBeLessThanOrEqual(gapMs * 0.1 + 1);
        },
      ),
    );
    expect(deliveryVerdict(notReached, 1, NOW, 0)).toEqual({ kind: 'again', atMs: NOW + 4_500 });
    expect(deliveryVerdict(notReached, 1, NOW, 0.999)).toEqual({ kind: 'again', atMs: NOW + 5_499 });
  });

  test.each([
    [60_000, 60_000],
    [1_000, 5_000],
    [24 * HOUR, HOUR],
  ])('a receiver that asks for %i ms is left alone for %i', (retryAfterMs, waitMs) => {
    expect(deliveryVerdict(answered(503, retryAfterMs), 1, NOW, 0.5)).toEqual({
      kind: 'again',
      atMs: NOW + waitMs,
    });
  });

  test('the last try can still succeed or be told to stop', () => {
    expect(deliveryVerdict(answered(200), 10, NOW, 0)).toEqual({ kind: 'delivered' });
    expect(deliveryVerdict(answered(410), 10, NOW, 0)).toEqual({ kind: 'gone' });
    expect(deliveryVerdict(answered(500, 1_000), 10, NOW, 0)).toEqual({ kind: 'exhausted' });
  });
});
