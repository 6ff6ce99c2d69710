import { expect, test } from 'vitest';
import type { RenderTimes } from '../decide/render-times.ts';
import { simulate } from './simulate.ts';
import { clip, path, pathClip, steady, world } from './testing/worlds.ts';

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

const alone = world({
  clips: [clip({ bytes: 5_000_000, deadlineMs: 86_400_000 })],
  paths: [
    path({
      clips: [pathClip(RENDERS)],
      slots: [{ slots: 10, known: true }],
      submitMs: 400,
      callbacks: null,
      batch: 20,
    }),
  ],
});

test.each([300, 520])(
  'what a task is told about its end holds for about four of five (%i an hour)',
  (perHour) => {
    const { held, of } = simulate(alone, steady(perHour, 12, 1), 5).tally.forecast;
    expect(of).toBeGreaterThan(1_000);
    expect(held / of).toBeGreaterThan(0.65);
    expect(held / of).toBeLessThan(0.95);
  },
);
