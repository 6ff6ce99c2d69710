/**
 * One round of each stage: claim what is due, do it, say whether there may be more at once. The loops run them in
 * production; the simulator runs the same rounds under its own scheduler.
 */

import { withSpan } from '../effects/telemetry/trace.ts';
import { admitTasks } from '../lifecycle/2-admit.ts';
import { type Sendable, submitAttempt } from '../lifecycle/3-submit.ts';
import { askUpstream, claimQuestions } from '../lifecycle/4-track.ts';
import { claimCopies, copyAsset } from '../lifecycle/5-mirror.ts';
import { settleTasks } from '../lifecycle/6-settle.ts';
import { claimDeliveries, deliver } from '../lifecycle/7-notify.ts';
import { tellAlerts } from '../lifecycle/alert.ts';
import { settleCheckouts } from '../lifecycle/checkout.ts';
import type { Context, StageName } from '../lifecycle/context.ts';
import { expireTasks, retainFiles } from '../lifecycle/expire.ts';
import { pathsToReconcile, reconcilePath } from '../lifecycle/reconcile.ts';
import { verifyPaths } from '../lifecycle/verify.ts';
import { watchPaths } from '../lifecycle/watch.ts';
import { createPool, type NamedPools, namedPools, type Pool } from './pool.ts';

export type StageRound = {
  stage: StageName;
  /** How long to wait for a wake-up before looking again. */
  idleMs: number;
  /** True when another round at once may find more. */
  run(context: Context, pools: Pools): Promise<boolean>;
};

export type Pools = {
  submits: Pool;
  copies: Pool;
  deliveries: Pool;
  /** By path: one that answers slowly keeps no other waiting. */
  questions: NamedPools;
  lookups: NamedPools;
};

const QUESTIONS_AT_ONCE = 8;

export function createPools(context: Context): Pools {
  const { submitConcurrency, copyConcurrency, deliveryConcurrency } = context.settings;
  const failed = (pool: string) => (error: unknown) => {
    context.telemetry.count('sluice_loop_errors_total', { stage: pool });
    context.telemetry.log('error', `${pool}: ${error instanceof Error ? error.message : String(error)}`);
  };
  return {
    submits: createPool(submitConcurrency, failed('submit'), () => context.wake('admit')),
    copies: createPool(copyConcurrency, failed('mirror'), () => context.wake('mirror')),
    deliveries: createPool(deliveryConcurrency, failed('notify'), () => context.wake('notify')),
    questions: namedPools(QUESTIONS_AT_ONCE, failed('track'), (pool) => {
      // Where all were busy, more may be due.
      if (pool.free() === 1) context.wake('track');
    }),
    lookups: namedPools(1, failed('reconcile')),
  };
}

const SETTLE_MOST = 200;

export const stageRounds: readonly StageRound[] = [
  {
    stage: 'admit',
    idleMs: 250,
    run: async (context, pools) => {
      const leasedAtMonotonicMs = context.clock.monotonic();
      const admitted = await admitTasks(context, pools.submits.free());
      startSends(
        context,
        pools,
        admitted.map((attempt) => ({ ...attempt, leasedAtMonotonicMs })),
      );
      return admitted.length > 0;
    },
  },
  {
    stage: 'reconcile',
    idleMs: 1_000,
    run: async (context, pools) => {
      for (const path of await pathsToReconcile(context)) {
        const pool = pools.lookups.of(path.name);
        if (pool.free() === 0) continue;
        pool.start(async () => startSends(context, pools, await reconcilePath(context, path)));
      }
      return false;
    },
  },
  {
    stage: 'track',
    idleMs: 250,
    run: async (context, pools) => {
      const questions = await claimQuestions(context, (path) => pools.questions.of(path).free());
      for (const question of questions) {
        pools.questions.of(question.path.name).start(() => askUpstream(context, question));
      }
      return questions.length > 0;
    },
  },
  {
    stage: 'mirror',
    idleMs: 500,
    run: async (context, pools) => {
      const { lease, copies } = await claimCopies(context, pools.copies.free());
      for (const copy of copies) {
        const named = { 'sluice.task': copy.task_id, 'sluice.path': copy.path_name };
        pools.copies.start(() => withSpan('task.mirror', named, () => copyAsset(context, lease, copy)));
      }
      return false;
    },
  },
  {
    stage: 'settle',
    idleMs: 500,
    run: async (context) => (await settleTasks(context, SETTLE_MOST)) === SETTLE_MOST,
  },
  {
    stage: 'notify',
    idleMs: 500,
    run: async (context, pools) => {
      const { lease, deliveries } = await claimDeliveries(context, pools.deliveries.free());
      for (const delivery of deliveries) {
        const named = { 'sluice.event': delivery.event_id, 'sluice.event_type': delivery.event_type };
        pools.deliveries.start(() => withSpan('task.notify', named, () => deliver(context, lease, delivery)));
      }
      return false;
    },
  },
  { stage: 'expire', idleMs: 1_000, run: async (context) => (await expireTasks(context)) > 0 },
  { stage: 'retain', idleMs: 60_000, run: async (context) => (await retainFiles(context)) > 0 },
  { stage: 'watch', idleMs: 5_000, run: async (context) => (await watchPaths(context)) > 0 },
  { stage: 'verify', idleMs: 2_000, run: verifyPaths },
  { stage: 'checkout', idleMs: 5_000, run: settleCheckouts },
  { stage: 'alert', idleMs: 5_000, run: tellAlerts },
];

function startSends(context: Context, pools: Pools, sends: readonly Sendable[]): void {
  for (const send of sends) {
    const named = { 'sluice.task': send.taskId, 'sluice.path': send.pathName };
    pools.submits.start(() => withSpan('task.submit', named, () => submitAttempt(context, send)));
  }
}
