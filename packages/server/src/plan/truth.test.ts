import { expect, test } from 'vitest';
import type { RenderTimes } from '../decide/render-times.ts';
import { simulate } from './simulate.ts';
import { path, pathClip, steady, world } from './testing/worlds.ts';

/** What queueing theory knows, the simulation must find: one queue, `c` slots, nothing else in the way. */

const MEAN_MS = 60_000;
/** Seconds where it is quiet; a busy machine takes longer and is not wrong. */
const PATIENCE = { timeout: 300_000 };

/** Exactly as distributed: the middle of each of so many equally likely steps. */
function spreadOut(quantileMs: (share: number) => number): RenderTimes {
  const steps = 20_000;
  return {
    kind: 'measured',
    sortedMs: Array.from({ length: steps }, (_, step) => quantileMs((step + 0.5) / steps)),
  };
}

const exponential = spreadOut((share) => -MEAN_MS * Math.log(1 - share));
const constant = spreadOut(() => MEAN_MS);
const uniform = spreadOut((share) => 2 * MEAN_MS * share);

/** Mean wait in multiples of a mean render, and the share that waits at all. */
function simulated(renders: RenderTimes, slots: number, load: number, tasks: number, seeds: number) {
  const perHour = (load * slots * 3_600_000) / MEAN_MS;
  const waits: number[] = [];
  const shares: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { tally } = simulate(
      world({ paths: [path({ clips: [pathClip(renders)], slots: [{ slots, known: true }] })] }),
      steady(perHour, tasks / seeds / perHour, 200 / perHour + 2),
      seed,
    );
    const { wait } = tally.overall;
    expect(tally.unfinished).toBe(0);
    waits.push(wait.mean() / MEAN_MS);
    shares.push(wait.positive());
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { wait: mean(waits), waiting: mean(shares) };
}

/** Erlang's second formula. */
function erlangC(slots: number, load: number): number {
  const offered = slots * load;
  let blocked = 1;
  for (let n = 1; n <= slots; n += 1) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked / (1 - load * (1 - blocked));
}

/**
 * Mean wait of M/D/c in multiples of the constant render: Crommelin's series, in the form that sums what is left over
 * when each of the c slots has served the arrivals of n renders.
 */
function constantWait(slots: number, load: number): number {
  const offered = slots * load;
  let wait = 0;
  for (let n = 1; n < 2_000; n += 1) {
    const mean = n * offered;
    const full = n * slots;
    // Σ over k > full of (k − full) e^-mean mean^k / k!, by the tail of the Poisson distribution.
    const excess = mean * poissonTail(full, mean) - full * poissonTail(full + 1, mean);
    wait += excess / n;
    if (excess < 1e-12) break;
  }
  return wait / offered;
}

/** P(N ≥ k) for a Poisson variable. */
function poissonTail(k: number, mean: number): number {
  let log = -mean + k * Math.log(mean);
  for (let n = 2; n <= k; n += 1) log -= Math.log(n);
  let term = Math.exp(log);
  let sum = 0;
  for (let n = k; term > 1e-18 || n < mean; n += 1) {
    sum += term;
    term *= mean / (n + 1);
  }
  return sum;
}

test.each([
  [1, 0.5, 120_000],
  [5, 0.7, 640_000],
  [20, 0.85, 200_000],
])('Erlang C: %i slots, load %d', PATIENCE, (slots, load, tasks) => {
  const expected = erlangC(slots, load);
  const found = simulated(exponential, slots, load, tasks, 4);
  expect(found.waiting / expected).toBeGreaterThan(0.98);
  expect(found.waiting / expected).toBeLessThan(1.02);
  expect(found.wait / (expected / (slots * (1 - load)))).toBeGreaterThan(0.98);
  expect(found.wait / (expected / (slots * (1 - load)))).toBeLessThan(1.02);
});
test.each([
  [1, 0.6],
  [4, 0.8],
])('M/D/c: %i slots, load %d', PATIENCE, (slots, load) => {
  const ratio = simulated(constant, slots, load, 160_000, 4).wait / constantWait(slots, load);
  expect(ratio).toBeGreaterThan(0.98);
  expect(ratio).toBeLessThan(1.02);
});

test('M/G/1: Pollaczek and Khinchine, for renders between nothing and two means', PATIENCE, () => {
  const load = 0.6;
  const expected = (load * (1 + 1 / 3)) / (2 * (1 - load));
  const ratio = simulated(uniform, 1, load, 160_000, 4).wait / expected;
  expect(ratio).toBeGreaterThan(0.98);
  expect(ratio).toBeLessThan(1.02);
});
