import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ForecastFacts,
  forecast,
  handlingOf,
  likelihoodOfEndBy,
  slotFacts,
  tasksAhead,
} from './forecast.ts';
import type { RenderTimes } from './render-times.ts';

const NOW = 1_000_000;
const S = 1_000;
const RENDER: RenderTimes = { kind: 'assumed', medianMs: 60 * S, sigma: 0.25 };
const NO_HANDLING = { besideMs: [0], slotMs: 0 };
const running = (count: number, share = 0.5) => [{ count, share, expectedMs: 60 * S }];
const facts = (with_: Partial<ForecastFacts> = {}): ForecastFacts => ({
  nowMs: NOW,
  ahead: 0,
  slots: 4,
  probing: false,
  running: running(4),
  slotMs: 60 * S,
  slotSpread: 0.25,
  render: RENDER,
  handling: NO_HANDLING,
  cap: null,
  ...with_,
});
const startOf = (with_: Partial<ForecastFacts>): number =>
  ((forecast(facts(with_))?.startMs ?? Number.NaN) - NOW) / S;

test.each<[string, Partial<ForecastFacts>, number, number]>([
  ['a free slot: now', { running: running(3) }, 0, 0],
  ['as many free slots as tasks before it, and one: now', { running: running(1), ahead: 2 }, 0, 0],
  ['next, all half done: the first of four ends', {}, 12, 30],
  ['next, one slot: its rest', { slots: 1, running: running(1) }, 25, 40],
  ['next, one slot that has just begun: a whole render', { slots: 1, running: running(1, 0) }, 55, 68],
  ['next, one slot nearly done', { slots: 1, running: running(1, 1.2) }, 3, 15],
  ['next, one slot that is overdue: any moment', { slots: 1, running: running(1, 2) }, 3, 15],
  ['behind a burst that has just begun: the second wave', { running: running(4, 0), ahead: 5 }, 85, 130],
  ['ten rounds on', { ahead: 40 }, 575, 640],
  ['more taken than there are, after a limit fell', { slots: 2, running: running(5), ahead: 1 }, 30, 60],
  [
    'capped: its own tasks wait for each other',
    { cap: { most: 1, running: 1, before: 2 }, running: [] },
    130,
    165,
  ],
  ['a cap that does not bind', { cap: { most: 9, running: 1, before: 0 }, running: [] }, 0, 0],
])('%s', (_what, with_, least, most) => {
  const start = startOf(with_);
  expect(start).toBeGreaterThanOrEqual(least);
  expect(start).toBeLessThanOrEqual(most);
});

test('no slot, no forecast', () => {
  expect(forecast(facts({ slots: 0, running: [] }))).toBeNull();
  expect(likelihoodOfEndBy(facts({ slots: 0, running: [] }), NOW)).toBeNull();
});

test('a free slot: the range is that of the render and of what comes around it', () => {
  const free = forecast(facts({ running: [], handling: { besideMs: [5 * S], slotMs: 0 } }));
  const [early = 0, late = 0] = [free?.end.earlyMs, free?.end.lateMs].map((ms = 0) => (ms - NOW) / S);
  // A lognormal render of 60 s and 0.25: nine of ten take more than 43.5 s and less than 82.7 s.
  expect(early).toBeCloseTo(48.5, 0);
  expect(late).toBeCloseTo(87.7, 0);
  expect(likelihoodOfEndBy(facts({ running: [], handling: NO_HANDLING }), NOW + 60 * S)).toBeCloseTo(0.5, 1);
});

test('where the limit is still being found, the start may be now as well as much later', () => {
  const known = forecast(facts({ ahead: 20 }));
  const probing = forecast(facts({ ahead: 20, probing: true }));
  const length = (told: typeof known) => (told ? told.start.lateMs - told.start.earlyMs : 0);
  expect(length(probing)).toBeGreaterThan(2 * length(known));
  expect((probing?.start.earlyMs ?? 0) - NOW).toBeLessThan(40 * S);
});

test('more before it never means an earlier start', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 50 }), fc.nat(50), (ahead, slots, count) => {
      const start = (before: number) => startOf({ ahead: before, slots, running: running(count) });
      expect(start(ahead + 1)).toBeGreaterThanOrEqual(start(ahead) - 0.5);
      expect(start(ahead)).toBeGreaterThanOrEqual(0);
    }),
  );
});

describe('slot times', () => {
  test('of what waits; short and long ones mixed spread more', () => {
    const one = slotFacts(RENDER, { count: 2, sumMs: 120 * S, sumSquares: 2 * (60 * S) ** 2 }, NO_HANDLING);
    const mixed = slotFacts(
      RENDER,
      { count: 2, sumMs: 240 * S, sumSquares: (60 * S) ** 2 + (180 * S) ** 2 },
      NO_HANDLING,
    );
    expect(one.slotMs / S).toBeCloseTo(62.2, 0);
    expect(mixed.slotMs / S).toBeCloseTo(124, 0);
    expect(mixed.slotSpread).toBeGreaterThan(1.8 * one.slotSpread);
  });

  test('what comes around renders is measured once there is enough of it', () => {
    const few = handlingOf([{ besideMs: 100, slotMs: 50 }]);
    expect(few.besideMs.at(-1)).toBe(9_000);
    const measured = Array.from({ length: 20 }, (_, index) => ({ besideMs: 100 * index, slotMs: 50 }));
    const many = handlingOf([...measured.slice(1).reverse(), { besideMs: 5, slotMs: 900 * S }]);
    expect(many.besideMs[0]).toBe(5);
    expect(many.slotMs).toBe(50);
  });
});

const lane = (queued: number, weight = 1, perMs = 0) => ({ queued, weight, perMs });

test.each([
  ['alone', { before: 3, weight: 1 }, [], 3],
  ['beside an equal with as many', { before: 3, weight: 1 }, [lane(9)], 7],
  ['beside a flood', { before: 0, weight: 1 }, [lane(100_000)], 1],
  [
    'beside one that was not counted to its end',
    { before: 2, weight: 1 },
    [lane(Number.POSITIVE_INFINITY)],
    5,
  ],
  ['beside a heavier flood', { before: 0, weight: 1 }, [lane(100_000, 5)], 5],
  ['as the heavier one', { before: 1, weight: 4 }, [lane(100)], 1],
  ['beside one with little', { before: 9, weight: 1 }, [lane(2)], 11],
])('ahead of one that is %s', (_what, own, others, expected) => {
  expect(tasksAhead(own, others)).toBe(expected);
});

test.each([
  ['one a minute', 1 / 60_000, 12],
  ['more than there are turns: only their share goes before', 1, 18],
  ['nothing', 0, 9],
])('what comes to another lane while it waits: %s', (_what, perMs, expected) => {
  const turnsMs = (ahead: number) => (ahead + 1) * 15_000;
  expect(tasksAhead({ before: 9, weight: 1 }, [lane(0, 1, perMs)], turnsMs)).toBe(expected);
});
