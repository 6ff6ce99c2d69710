import { PlanResult } from '@sluice/contract';
import { expect, test } from 'vitest';
import type { RenderTimes } from '../decide/render-times.ts';
import type { PlanJob } from './job.ts';
import { planReport } from './report/page.ts';
import { runPlan } from './run.ts';
import { clip, path, pathClip, steady, world } from './testing/worlds.ts';

const RENDERS: RenderTimes = { kind: 'assumed', medianMs: 60_000, sigma: 0.25 };

/** Ten renders at once are wanted on average; there are so many slots. */
function job(slots: number, with_: Partial<PlanJob> = {}): PlanJob {
  const scene = world({
    clips: [clip({ bytes: 5_000_000, deadlineMs: 86_400_000 })],
    paths: [
      path({
        clips: [pathClip(RENDERS, 400_000n)],
        slots: [{ slots, known: true }],
        submitMs: 400,
        questionMs: 200,
        linkLifeMs: 86_400_000,
        depositMicros: 500_000_000n,
      }),
    ],
    gateway: {
      submitsAtOnce: 64,
      copiesAtOnce: 8,
      copyBytesPerMs: 10_000,
      copyOverheadMs: 300,
      queryRate: 10,
      queryBurst: 20,
    },
  });
  return {
    base: { name: 'as asked', changes: '', world: scene, workload: steady(600, 4) },
    variants: [],
    target: { share: 0.95, startWithinMs: 60_000, finishWithinMs: null },
    retentionDays: 30,
    storageBytes: null,
    seeds: 2,
    seed: 1,
    search: true,
    retry: { rerun: true, order_again: 0, order_again_after_seconds: 10, give_up_after_seconds: null },
    assumptions: [{ subject: 'slots of direct', value: '8', grade: 'assumed', source: 'a test' }],
    ...with_,
  };
}

const PATIENCE = { timeout: 120_000 };

test('too few slots are found, named first, and the number that is enough is told', PATIENCE, () => {
  const result = runPlan(job(8), () => {});
  expect(PlanResult.safeParse(result).error).toBeUndefined();
  expect(result.base.meets_target).toBe(false);
  expect(result.verdict.bottleneck).toMatchObject({ kind: 'slots', path: 'direct' });
  expect(result.verdict.sentence).toMatch(/^No: .*First bottleneck: the slots of direct/);
  const needed = result.needs?.[0]?.slots_needed ?? 0;
  expect(needed).toBeGreaterThan(10);
  expect(needed).toBeLessThan(16);
  // What it found is true: with so many the target is met, with two fewer it is not.
  expect(runPlan(job(needed, { search: false }), () => {}).base.meets_target).toBe(true);
  expect(runPlan(job(needed - 2, { search: false }), () => {}).base.meets_target).toBe(false);
});

test('each of the five validations of the planning advice has a named place', PATIENCE, () => {
  const result = runPlan(job(16, { search: false }), () => {});
  // "average clip length; peak concurrent jobs; retry behavior for failed or delayed tasks; how quickly your storage
  // layer mirrors completed assets; whether the chosen access path supports your real peak, not just your average day"
  const asked: Record<keyof PlanResult['validations'], RegExp> = {
    average_clip_length: /average clip length/i,
    peak_concurrent_jobs: /peak concurrent jobs/i,
    retry_behaviour: /retry behaviour for failed or delayed tasks/i,
    mirroring_speed: /how quickly the storage layer mirrors completed assets/i,
    real_peak_supported: /whether the chosen access path supports the real peak, not just the average day/i,
  };
  expect(Object.keys(result.validations)).toEqual(Object.keys(asked));
  const page = planReport({
    name: 'A <plan>',
    createdAt: '2026-01-01T00:00:00.000Z',
    request: REQUEST,
    result,
  });
  for (const [name, question] of Object.entries(asked)) {
    const check = result.validations[name as keyof PlanResult['validations']];
    expect(check.question).toMatch(question);
    expect(check.answer).not.toBe('');
    expect(check.figures.length).toBeGreaterThan(0);
    expect(page).toContain(`id="${name}"`);
  }
  expect(page).toContain('A &lt;plan&gt;');
  expect(page).not.toMatch(/<script|https?:\/\//);
});

const REQUEST = {
  name: 'A plan',
  workload: {
    kind: 'described',
    tasks_per_hour: 600,
    weekend: 1,
    bursts: [],
    mix: [{ model: 'kling-3.0', mode: 'text-to-video', seconds: 5, share: 1 }],
    accounts: [{ name: 'everybody', share: 1, weight: 1, max_in_flight: null }],
    days: 1,
    scale: 1,
  },
  policy: 'cheapest',
  weights: {},
  retry: { rerun: true, order_again: 0, order_again_after_seconds: 10, give_up_after_seconds: null },
  target: { share: 0.95, start_within_seconds: 60 },
  gateway: { processes: 1, download_mbit_per_second: 500, retention_days: 30 },
  variants: [],
  search: false,
  seeds: 2,
  seed: 1,
} as const satisfies Parameters<typeof planReport>[0]['request'];

test('the same job has the same answer, and a variant costs what it says', PATIENCE, () => {
  const plain = job(16, { search: false, seeds: 1 });
  const { world: scene, workload } = plain.base;
  const dearer = {
    ...scene,
    paths: scene.paths.map((each) => ({ ...each, clips: each.clips.map(() => pathClip(RENDERS, 800_000n)) })),
  };
  const variants = [{ name: 'dearer', changes: 'price × 2', world: dearer, workload }];
  const result = runPlan({ ...plain, variants }, () => {});
  expect(runPlan({ ...plain, variants }, () => {})).toEqual(result);
  const [variant] = result.variants;
  // The same arrivals and renders: only the price differs, to the micro-dollar.
  expect(variant?.outcome.overall).toEqual(result.base.overall);
  expect(Number(variant?.outcome.cost_per_day.mean)).toBeCloseTo(
    2 * Number(result.base.cost_per_day.mean),
    4,
  );
  // About 600 an hour at 0.40 each.
  expect(Number(result.base.cost_per_day.mean)).toBeGreaterThan(600 * 24 * 0.4 * 0.9);
  expect(Number(result.base.cost_per_day.mean)).toBeLessThan(600 * 24 * 0.4 * 1.1);
  expect(result.base.paths[0]?.runway_days?.mean).toBeCloseTo(500 / Number(result.base.cost_per_day.mean), 1);
});
