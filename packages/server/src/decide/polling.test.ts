import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RETRY_AFTER_CAP_MS } from './health.ts';
import {
  nextPollAtMs,
  type PollFacts,
  quantile,
  questionBackoffMs,
  renderSpread,
  shapeOf,
} from './polling.ts';

const T0 = 1_000_000;
/** Renders between 60 and 99 s, evenly spread. */
const SAMPLES = Array.from({ length: 40 }, (_, index) => 60_000 + index * 1_000);
const poll = (elapsedMs: number, with_: Partial<PollFacts> = {}) =>
  nextPollAtMs({
    nowMs: T0 + elapsedMs,
    acceptedAtMs: T0,
    samplesMs: SAMPLES,
    declaredMs: 80_000,
    callbacks: false,
    ...with_,
  }) - T0;

test.each([
  [[1], 0.5, 1],
  [[1, 2, 3], 0, 1],
  [[1, 2, 3], 1, 3],
  [[1, 2, 3], 0.5, 2],
  [[0, 10], 0.1, 1],
  [[], 0.5, 0],
])('of %j at %f: %f', (sorted, share, expected) => {
  expect(quantile(sorted, share)).toBeCloseTo(expected);
});

describe('the spread', () => {
  test('is declared until there are enough samples', () => {
    const declared = { firstMs: 40_000, earlyMs: 40_000, medianMs: 80_000, lateMs: 160_000, measured: false };
    expect(renderSpread([], 80_000)).toEqual(declared);
    expect(renderSpread(SAMPLES.slice(0, 7), 80_000)).toEqual(declared);
    expect(renderSpread(SAMPLES.slice(0, 8), 80_000).measured).toBe(true);
  });

  test('is measured whatever the order of the samples', () => {
    const { firstMs, ...spread } = renderSpread(SAMPLES, 1);
    expect(firstMs).toBeCloseTo(60_780);
    expect(spread).toEqual({ earlyMs: 63_900, medianMs: 79_500, lateMs: 97_050, measured: true });
    expect(renderSpread(SAMPLES.toReversed(), 1)).toEqual({ firstMs, ...spread });
  });
});

describe('where renders were measured', () => {
  test.each([
    ['the first question comes when the fastest fiftieth is done', 0, 60_780],
    ['or two seconds later, if that is sooner past', 60_000, 62_000],
    ['then questions follow the spread', 63_900, 63_900 + 2_762],
    ['and become rare when it is late', 197_050, 197_050 + 10_000],
    ['but not rarer than every thirty seconds', 997_050, 997_050 + 30_000],
  ])('%s', (_what, elapsedMs, expected) => {
    expect(Math.floor(poll(elapsedMs))).toBe(expected);
  });

  test('a wide spread does not make questions rarer than every four seconds while renders end', () => {
    const samplesMs = SAMPLES.map((ms) => (ms - 50_000) * 10);
    expect(poll(200_000, { samplesMs })).toBe(204_000);
  });

  test('a render is noticed with far fewer questions than every five seconds would take', () => {
    let questions = 0;
    let lagMs = 0;
    for (const renderMs of SAMPLES) {
      let at = 0;
      while (at < renderMs) {
        at = poll(at);
        questions += 1;
      }
      lagMs += at - renderMs;
    }
    const fixed = SAMPLES.reduce((sum, renderMs) => sum + Math.ceil(renderMs / 5_000), 0);
    expect(questions).toBeLessThan(fixed * 0.55);
    expect(lagMs / SAMPLES.length).toBeLessThan(1_600);
  });
});

test('where nothing was measured, no render is noticed later than a fifth of its time, or fifteen seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 900_000 }), (renderMs) => {
      let at = 0;
      while (at < renderMs) at = poll(at, { samplesMs: [] });
      expect(at - renderMs).toBeLessThanOrEqual(Math.max(2_000, Math.min(15_000, renderMs * 0.2)) + 1);
    }),
  );
});

test('the next question always lies ahead, at least two seconds and, once due, at most thirty', () => {
  const facts = fc.record({
    elapsedMs: fc.nat(7_200_000),
    samplesMs: fc.array(fc.integer({ min: 1, max: 1_200_000 }), { maxLength: 30 }),
    callbacks: fc.boolean(),
  });
  fc.assert(
    fc.property(facts, ({ elapsedMs, samplesMs, callbacks }) => {
      const stepMs = poll(elapsedMs, { samplesMs, callbacks }) - elapsedMs;
      expect(stepMs).toBeGreaterThanOrEqual(2_000);
      const { firstMs, measured } = renderSpread(samplesMs, 80_000);
      if (!measured || elapsedMs >= firstMs) expect(stepMs).toBeLessThanOrEqual(30_000);
    }),
  );
});

test('where callbacks arrive, questions are rarer', () => {
  expect(poll(63_900, { callbacks: true }) - 63_900).toBeCloseTo(3 * (poll(63_900) - 63_900));
  expect(poll(30_000, { samplesMs: [], callbacks: true })).toBe(30_000 + 18_000);
});

test.each([
  [0, null, 2_000],
  [3, null, 16_000],
  [30, null, 60_000],
  [0, 20_000, 20_000],
  [0, 86_400_000, RETRY_AFTER_CAP_MS],
])('failure %i, asked to wait %s: again in %i ms', (failures, retryAfterMs, expected) => {
  expect(questionBackoffMs(failures, retryAfterMs)).toBe(expected);
});

test('a shape is what makes orders comparable', () => {
  const order = { model: 'kling-3.0', mode: 'text-to-video', resolution: '720p', seconds: 5 };
  expect(shapeOf(order)).toBe('kling-3.0/text-to-video/720p/5');
  expect(shapeOf({ ...order, seconds: null })).toBe('kling-3.0/text-to-video/720p/input');
});
