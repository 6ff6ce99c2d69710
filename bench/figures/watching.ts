/**
 * Figures 3 and 4, in virtual time over hours of renders: how well slots are used under a backlog, and what it
 * costs to know when a render has ended. The decisions are the production ones (decide/polling.ts); the upstream,
 * the network and the claim are models, described in models/.
 */
import { type Figure, type Line, quantity } from '../figure.ts';
import { type Outcome, play, type Scene } from '../models/upstream.ts';
import { fixedWatcher, loopWatcher, sluiceWatcher } from '../models/watchers.ts';

const BATCH = 20;
const SCENE: Scene = {
  slots: 100,
  sigma: 0.25,
  submitMs: 400,
  questionMs: 200,
  callbackMs: null,
  lostCallbacks: 0.02,
  warmUpMs: 3_600_000,
  countedMs: 4 * 3_600_000,
  seed: 1,
};
const CALLED: Partial<Scene> = { callbackMs: 300 };

export const slots: Figure = {
  name: 'slots',
  title:
    'Slots: use under a backlog (virtual time; 100 slots, renders of 50 to 251 s, submit 400 ms, question 200 ms)',
  run: async ({ quick, progress }) => {
    const scene = scaled(SCENE, quick);
    const loop = play(scene, (site) => loopWatcher(site, 10_000, BATCH));
    progress.step('slots', 1, 3);
    const called = play({ ...scene, ...CALLED }, (site) =>
      sluiceWatcher(site, { batch: BATCH, callbacks: true }),
    );
    progress.step('slots', 2, 3);
    const polled = play(scene, (site) => sluiceWatcher(site, { batch: BATCH, callbacks: false }));
    progress.step('slots', 3, 3);
    return [
      useLine('with callbacks (300 ms late, 2 % lost), against a loop every 10 s', called, loop, 98),
      useLine('polling only, against a loop every 10 s', polled, loop, 95),
    ];
  },
};

export const polling: Figure = {
  name: 'polling',
  title: 'Polling: questions and lag at 1,000 in flight, no callbacks (virtual time, batches of 20)',
  run: async ({ quick, progress }) => {
    const lines: Line[] = [];
    const spreads = [0.15, 0.25, 0.5];
    for (const [index, sigma] of spreads.entries()) {
      const scene = scaled({ ...SCENE, sigma, slots: 1_000, countedMs: 3_600_000 }, quick);
      const single = play(scene, (site) => fixedWatcher(site, 5_000));
      const batched = play(scene, (site) => loopWatcher(site, 5_000, BATCH));
      const ours = play(scene, (site) => sluiceWatcher(site, { batch: BATCH, callbacks: false }));
      lines.push(...pollLines(`spread ${sigma}`, ours, single, batched));
      progress.step('polling', index + 1, spreads.length);
    }
    return lines;
  },
};

function scaled(scene: Scene, quick: boolean): Scene {
  return quick ? { ...scene, warmUpMs: scene.warmUpMs / 4, countedMs: scene.countedMs / 4 } : scene;
}

function useLine(name: string, ours: Outcome, loop: Outcome, least: number): Line {
  return {
    figure: `slot use ${name}`,
    sluice: quantity(100 * ours.utilisation, '%', 4),
    baseline: quantity(100 * loop.utilisation, '%', 4),
    aim: { of: 'sluice', least },
  };
}

function pollLines(name: string, ours: Outcome, single: Outcome, batched: Outcome): Line[] {
  const rate = ({ questionsPerSecond }: Outcome) => quantity(questionsPerSecond, '/s');
  const mean = ({ lagMeanMs }: Outcome) => quantity(lagMeanMs / 1000, 's');
  const late = ({ lagP95Ms }: Outcome) => quantity(lagP95Ms / 1000, 's');
  return [
    {
      figure: `${name}: questions, against one for each task every 5 s`,
      sluice: rate(ours),
      baseline: rate(single),
      aim: { of: 'ratio', most: 0.2 },
    },
    {
      figure: `${name}: questions, of 20 a second at most; a batched loop every 5 s beside it`,
      sluice: rate(ours),
      baseline: rate(batched),
      aim: { of: 'sluice', most: 20 },
    },
    {
      figure: `${name}: mean lag, against every 5 s`,
      sluice: mean(ours),
      baseline: mean(single),
      aim: { of: 'ratio', most: 1 },
    },
    {
      figure: `${name}: 95th percentile of the lag, against every 5 s`,
      sluice: late(ours),
      baseline: late(single),
      aim: null,
    },
  ];
}
