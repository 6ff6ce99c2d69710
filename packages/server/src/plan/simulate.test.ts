import { expect, test } from 'vitest';
import type { RenderTimes } from '../decide/render-times.ts';
import { simulate } from './simulate.ts';
import { clip, everybody, ORDER, path, pathClip, steady, world } from './testing/worlds.ts';
import type { Workload, World, WorldPath } from './world.ts';

const RENDERS: RenderTimes = { kind: 'assumed', medianMs: 60_000, sigma: 0.25 };

const scene = (callbacks: boolean) =>
  world({
    clips: [clip({ bytes: 5_000_000, deadlineMs: 86_400_000 })],
    paths: [
      path({
        name: 'cheap',
        clips: [pathClip(RENDERS, 400_000n)],
        slots: [{ slots: 6, known: false }],
        submitMs: 400,
        questionMs: 200,
        failureShare: 0.1,
        linkLifeMs: 86_400_000,
        callbacks: callbacks ? { arrive: 0.9, delayMs: 100 } : null,
      }),
      path({
        name: 'dear',
        clips: [pathClip(RENDERS, 500_000n)],
        submitMs: 400,
        questionMs: 200,
        batch: 20,
        full: 'queues',
        callbacks: null,
        slots: [{ slots: 4, known: true }],
        submitsPerSecond: 2,
      }),
    ],
    gateway: {
      submitsAtOnce: 64,
      copiesAtOnce: 2,
      copyBytesPerMs: 10_000,
      copyOverheadMs: 300,
      queryRate: 10,
      queryBurst: 20,
    },
    retry: { rerun: true, orderAgain: 1, orderAgainAfterMs: 5_000, giveUpAfterMs: 1_800_000 },
  });

test.each([true, false])('every task ends once, slots are never overdrawn (callbacks: %s)', (callbacks) => {
  const { tally } = simulate(scene(callbacks), steady(300, 6, 1), 3);
  const { ordered, stored, failed, givenUp, unfinished, paths } = tally;
  expect(unfinished).toBe(0);
  expect(stored + failed + givenUp).toBe(ordered);
  expect(tally.overall.finish.count()).toBe(stored);
  expect(stored).toBeGreaterThan(0.95 * ordered);
  // The vendor refused until its limit was learned, and its tenth of renders failed.
  const [cheap] = paths;
  expect(cheap?.refusedSlot).toBeGreaterThan(0);
  expect((cheap?.failed ?? 0) / (cheap?.attempts ?? 1)).toBeGreaterThan(0.05);
  expect((cheap?.failed ?? 0) / (cheap?.attempts ?? 1)).toBeLessThan(0.16);
  expect(tally.running.now()).toBe(0);
  expect(tally.waiting.now()).toBe(0);
  expect(tally.copying.now()).toBe(0);
});

const LONGER: RenderTimes = { kind: 'assumed', medianMs: 180_000, sigma: 0.25 };
const two = [
  clip({ bytes: 5_000_000, deadlineMs: 86_400_000 }),
  clip({ bytes: 9_000_000, deadlineMs: 86_400_000, order: { ...ORDER, seconds: 15 }, seconds: 15 }),
];

const one = (with_: Partial<WorldPath> = {}, accounts = [everybody]) =>
  world({
    accounts,
    clips: two,
    paths: [
      path({
        clips: [pathClip(RENDERS), pathClip(LONGER)],
        slots: [{ slots: 10, known: true }],
        submitMs: 400,
        questionMs: 200,
        batch: 20,
        callbacks: { arrive: 0.95, delayMs: 300 },
        ...with_,
      }),
    ],
  });
const bursts = Array.from({ length: 12 }, (_, n) => ({
  atMs: n * 10_800_000,
  tasks: 100,
  withinMs: 1_000,
  account: null,
}));
const bursting: Workload = { ...steady(0, 36), kind: 'described', bursts } as Workload;
const mixed = { ...steady(270, 12, 1), mix: [0, 1].map((each) => ({ clip: each, share: 0.5 })) } as Workload;
const studios = ['a', 'b'].map((name) => ({ ...everybody, name, share: 0.5 }));

test.each<[string, World, Workload]>([
  ['an empty gateway', one(), steady(100, 12, 1)],
  ['no callbacks', one({ callbacks: null }), steady(100, 12, 1)],
  ['a queue most of the time', one(), steady(520, 12, 1)],
  ['bursts that wait for half an hour', one({ slots: [{ slots: 4, known: true }] }), bursting],
  ['short and long clips', one(), mixed],
  ['two accounts', one({}, studios), steady(540, 12, 1)],
  ['a limit that refusals teach', one({ slots: [{ slots: 10, known: false }] }), steady(400, 12, 1)],
  ['a tenth of the renders fail', one({ failureShare: 0.1 }), steady(300, 12, 1)],
])('what a task is told about its end holds for about four of five: %s', (_what, scene, workload) => {
  const { held, early, of } = simulate(scene, workload, 5).tally.forecast;
  const told = `${held} of ${of}, ${early} earlier`;
  expect(of, told).toBeGreaterThan(1_000);
  expect(held / of, told).toBeGreaterThan(0.72);
  expect(held / of, told).toBeLessThan(0.94);
  // As many come earlier as later, more or less: neither hope nor fear.
  expect(Math.abs(early / of - 0.1), told).toBeLessThan(0.1);
});
