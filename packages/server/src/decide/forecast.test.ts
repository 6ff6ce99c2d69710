import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ForecastFacts, forecast, tasksAhead } from './forecast.ts';
import type { RenderTimes } from './render-times.ts';

const NOW = 1_000_000;
const RENDER: RenderTimes = { kind: 'assumed', medianMs: 60_000, sigma: 0.25 };
const facts = (with_ = {}): ForecastFacts => ({
  nowMs: NOW,
  ahead: 0,
  slots: 4,
  occupied: 4,
  slotMs: 80_000,
  slotSpread: 0.25,
  render: RENDER,
  ...with_,
});

test.each([
  ['a free slot: now', { occupied: 3 }, 0],
  ['as many free slots as tasks before it, and one: now', { occupied: 1, ahead: 2 }, 0],
  ['next, all slots taken: half of a slot time shared by all', {}, 10_000],
  ['one more before it', { ahead: 1 }, 30_000],
  ['one more before it, one slot free', { ahead: 1, occupied: 3 }, 10_000],
  ['one slot only', { slots: 1, occupied: 1 }, 40_000],
  ['more taken than there are, after a limit fell', { slots: 2, occupied: 5 }, 20_000],
])('%s', (_what, with_, waitMs) => {
  const { startMs, endMs } = forecast(facts(with_)) ?? {};
  expect({ startMs, endMs }).toEqual({ startMs: NOW + waitMs, endMs: NOW + waitMs + 60_000 });
});

test('no slot, no forecast', () => {
  expect(forecast(facts({ slots: 0, occupied: 0 }))).toBeNull();
});

test('more before it never means an earlier start', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 50 }), fc.nat(50), (ahead, slots, occupied) => {
      const start = (before: number) => forecast(facts({ ahead: before, slots, occupied }))?.startMs ?? 0;
      expect(start(ahead + 1)).toBeGreaterThanOrEqual(start(ahead));
      expect(start(ahead)).toBeGreaterThanOrEqual(NOW);
    }),
  );
});

test.each([
  ['alone', { before: 3, weight: 1 }, [], 3],
  ['beside an equal with as many', { before: 3, weight: 1 }, [{ queued: 9, weight: 1 }], 7],
  ['beside a flood', { before: 0, weight: 1 }, [{ queued: 100_000, weight: 1 }], 1],
  ['beside a heavier flood', { before: 0, weight: 1 }, [{ queued: 100_000, weight: 5 }], 5],
  ['as the heavier one', { before: 1, weight: 4 }, [{ queued: 100, weight: 1 }], 1],
  ['beside one with little', { before: 9, weight: 1 }, [{ queued: 2, weight: 1 }], 11],
])('ahead of one that is %s', (_what, own, others, expected) => {
  expect(tasksAhead(own, others)).toBe(expected);
});
