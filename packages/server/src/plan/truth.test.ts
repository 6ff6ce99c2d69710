import { expect, test } from 'vitest';
import { type RenderTimes, renderMsAt } from '../decide/render-times.ts';
import { createArrivals } from './arrivals.ts';
import { fractionOf, STREAM } from './engine/draw.ts';
import { simulate } from './simulate.ts';
import { path, pathClip, steady, world } from './testing/worlds.ts';
import type { Workload, World } from './world.ts';

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

type Found = { wait: number; waiting: number };

/** Tasks of one seed: enough to fill the slots and empty them many times. */
const ALIKE = 5_000;
const LONG = 400_000;

/** One attempt each, so the draws are those of the first. See engine/submit.ts. */
const drawOf = (task: number) => task * 16 + 1;

/** Who comes first is served first by the slot that is free first: the recursion of Kiefer and Wolfowitz. */
function byTheBook(renders: RenderTimes, queue: Queue, seed: number): Found {
  const arrivals = createArrivals(queue.workload, queue.world, seed);
  const freeMs = new Float64Array(queue.slots).fill(Number.NEGATIVE_INFINITY);
  let [count, waitMs, waiting] = [0, 0, 0];
  for (let task = 0; arrivals.next(); task += 1) {
    let slot = 0;
    for (let other = 1; other < queue.slots; other += 1) {
      if ((freeMs[other] ?? 0) < (freeMs[slot] ?? 0)) slot = other;
    }
    const startMs = Math.max(arrivals.atMs, freeMs[slot] ?? 0);
    freeMs[slot] = startMs + renderMsAt(renders, fractionOf(seed, STREAM.render, drawOf(task)));
    if (arrivals.atMs < 0) continue;
    count += 1;
    waitMs += startMs - arrivals.atMs;
    if (startMs > arrivals.atMs) waiting += 1;
  }
  return { wait: waitMs / count / MEAN_MS, waiting: waiting / count };
}

type Queue = { slots: number; world: World; workload: Workload };

function queueOf(renders: RenderTimes, slots: number, load: number, tasks: number): Queue {
  const perHour = (load * slots * 3_600_000) / MEAN_MS;
  return {
    slots,
    world: world({ paths: [path({ clips: [pathClip(renders)], slots: [{ slots, known: true }] })] }),
    workload: steady(perHour, tasks / perHour, 200 / perHour + 2),
  };
}

function bySimulation({ world: simulatedWorld, workload }: Queue, seed: number): Found {
  const { tally } = simulate(simulatedWorld, workload, seed);
  expect(tally.unfinished).toBe(0);
  const { wait } = tally.overall;
  return { wait: wait.mean() / MEAN_MS, waiting: wait.positive() };
}

/**
 * Mean wait in multiples of a mean render, and the share that waits at all. Waits under load scatter so much that a
 * simulation of minutes says little within 2 %. So the simulation and a recursion of ten lines get the same arrivals
 * and renders, and must agree on every task; what is left to chance is then left to the recursion, which is quick
 * enough for millions: the simulation's answer, plus what the recursion finds in the long run beyond the same tasks.
 */
function simulated(renders: RenderTimes, slots: number, load: number, seeds: number): Found {
  const short = queueOf(renders, slots, load, ALIKE);
  const long = queueOf(renders, slots, load, LONG);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const alike = [1, 2].map((seed) => {
    const [found, book] = [bySimulation(short, seed), byTheBook(renders, short, seed)];
    expect(found.wait).toBeCloseTo(book.wait, 6);
    expect(found.waiting).toBeCloseTo(book.waiting, 6);
    return { wait: found.wait - book.wait, waiting: found.waiting - book.waiting };
  });
  const runs = Array.from({ length: seeds }, (_, nth) => byTheBook(renders, long, 7 * (nth + 1)));
  return {
    wait: mean(alike.map(({ wait }) => wait)) + mean(runs.map(({ wait }) => wait)),
    waiting: mean(alike.map(({ waiting }) => waiting)) + mean(runs.map(({ waiting }) => waiting)),
  };
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
  [1, 0.5, 4],
  [5, 0.7, 8],
  [20, 0.85, 16],
])('Erlang C: %i slots, load %d', PATIENCE, (slots, load, seeds) => {
  const expected = erlangC(slots, load);
  const found = simulated(exponential, slots, load, seeds);
  expect(found.waiting / expected).toBeGreaterThan(0.98);
  expect(found.waiting / expected).toBeLessThan(1.02);
  expect(found.wait / (expected / (slots * (1 - load)))).toBeGreaterThan(0.98);
  expect(found.wait / (expected / (slots * (1 - load)))).toBeLessThan(1.02);
});

test.each([
  [1, 0.6],
  [4, 0.8],
])('M/D/c: %i slots, load %d', PATIENCE, (slots, load) => {
  const ratio = simulated(constant, slots, load, 8).wait / constantWait(slots, load);
  expect(ratio).toBeGreaterThan(0.98);
  expect(ratio).toBeLessThan(1.02);
});

test('M/G/1: Pollaczek and Khinchine, for renders between nothing and two means', PATIENCE, () => {
  const load = 0.6;
  const expected = (load * (1 + 1 / 3)) / (2 * (1 - load));
  const ratio = simulated(uniform, 1, load, 8).wait / expected;
  expect(ratio).toBeGreaterThan(0.98);
  expect(ratio).toBeLessThan(1.02);
});
