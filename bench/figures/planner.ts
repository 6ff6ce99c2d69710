/** The planner: a week of a million tasks over two paths, decided by production's own functions, on one core. */
import type { RenderTimes } from '@sluice/server/decide/render-times.ts';
import { simulate } from '@sluice/server/plan/simulate.ts';
import { clip, path, pathClip, steady, world } from '@sluice/server/plan/testing/worlds.ts';
import { type Figure, quantity } from '../figure.ts';

const TASKS = 1_000_000;
const HOURS = 168;
const RENDERS: RenderTimes = { kind: 'assumed', medianMs: 60_000, sigma: 0.25 };
const DEARER: RenderTimes = { kind: 'assumed', medianMs: 90_000, sigma: 0.4 };
const DAY_MS = 86_400_000;
const MIB = 1024 ** 2;

function scene() {
  const shared = { submitMs: 400, questionMs: 200, linkLifeMs: DAY_MS, failureShare: 0.01 };
  return world({
    clips: [clip({ bytes: 5_000_000, deadlineMs: DAY_MS })],
    accounts: [
      { name: 'whale', share: 5, weight: 1, maxInFlight: null },
      { name: 'steady', share: 3, weight: 4, maxInFlight: null },
      { name: 'capped', share: 1, weight: 1, maxInFlight: 20 },
    ],
    paths: [
      path({
        ...shared,
        name: 'cheap',
        clips: [pathClip(RENDERS, 400_000n)],
        slots: [{ slots: 80, known: true }],
        callbacks: { arrive: 0.98, delayMs: 300 },
      }),
      path({
        ...shared,
        name: 'dear',
        clips: [pathClip(DEARER, 300_000n)],
        slots: [{ slots: 40, known: true }],
        batch: 20,
        callbacks: null,
      }),
    ],
    gateway: {
      submitsAtOnce: 64,
      copiesAtOnce: 8,
      copyBytesPerMs: 15_000,
      copyOverheadMs: 300,
      queryRate: 10,
      queryBurst: 20,
    },
  });
}

export const planner: Figure = {
  name: 'planner',
  title: 'Planner: a week of a million tasks on two paths, simulated on one core',
  run: async ({ quick, progress }) => {
    const tasks = quick ? TASKS / 10 : TASKS;
    const hours = quick ? HOURS / 10 : HOURS;
    const startedAt = performance.now();
    let most = process.memoryUsage().rss;
    const done = simulate(scene(), steady(tasks / hours, hours), 1, (share) => {
      most = Math.max(most, process.memoryUsage().rss);
      progress.step('planner', Math.floor(100 * share), 100);
    });
    const seconds = (performance.now() - startedAt) / 1000;
    return [
      {
        figure: `${Math.round(done.tasks / 1000)} thousand tasks simulated in`,
        sluice: quantity((seconds * tasks) / done.tasks, 's'),
        baseline: null,
        aim: { of: 'sluice', most: quick ? 6 : 60 },
      },
      {
        figure: 'memory of the process, at most',
        sluice: quantity(most / MIB, 'MiB'),
        baseline: null,
        aim: { of: 'sluice', most: 512 },
      },
    ];
  },
};
