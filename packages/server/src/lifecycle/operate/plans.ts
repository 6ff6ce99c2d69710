/**
 * Capacity plans: resolved here, worked on by a thread, kept in a row.
 *
 * If the process dies in the middle, the row stays `running` with a life that nobody renews, and reads as interrupted;
 * nothing was ordered, held or sent, so asking again is all there is to do. If the answer to the create is lost, the
 * plan is in the list; a second one costs time and nothing else.
 */
import { CreatePlan, type PlanResult, type Refusal } from '@sluice/contract';
import type { z } from 'zod';
import { newId } from '../../effects/random/id.ts';
import type { Threads } from '../../effects/threads/threads.ts';
import type { PlanJob } from '../../plan/job.ts';
import type { Context } from '../context.ts';
import { planJob } from './plan-job.ts';

export type Plans = {
  create(request: z.output<typeof CreatePlan>): Promise<{ kind: 'created'; id: string } | Refused>;
  remove(id: string): Promise<boolean>;
  /** Ends what is worked on. */
  stop(): void;
};

type Refused = { kind: 'refused'; refusal: Refusal };

/** In line behind the one that is worked on. */
const WAITING_MOST = 4;
const ALIVE_MS = 60_000;
const RENEW_MS = 1_000;
const MOST_MS = 15 * 60_000;
const TRACE_LINES_KEPT = 20;

type Piece = { id: string; job: PlanJob; stopping: AbortController };

export function createPlans(context: Context, threads: Threads): Plans {
  const line: Piece[] = [];
  let working = false;

  async function workOff(): Promise<void> {
    if (working) return;
    working = true;
    for (let next = line[0]; next; next = line[0]) {
      await work(context, threads, next, line).catch((error: unknown) => {
        context.telemetry.log('error', `plan: ${error instanceof Error ? error.message : String(error)}`);
      });
      line.shift();
    }
    working = false;
  }

  return {
    create: async (request) => {
      if (line.length > WAITING_MOST) {
        return { kind: 'refused', refusal: { code: 'overloaded', retryAfterSeconds: 30 } };
      }
      const resolved = await planJob(context, request);
      if (resolved.kind === 'refused') return resolved;
      const nowMs = context.clock.now();
      const id = newId('plan', nowMs, context.random);
      const plan = { id, name: request.name, request: JSON.stringify(shortened(request)) };
      await context.store.plans.insert(plan, nowMs, nowMs + ALIVE_MS);
      line.push({ id, job: resolved.job, stopping: new AbortController() });
      void workOff();
      return { kind: 'created', id };
    },
    remove: async (id) => {
      line.find((piece) => piece.id === id)?.stopping.abort();
      return context.store.plans.remove(id);
    },
    stop: () => {
      for (const { stopping } of line) stopping.abort();
    },
  };
}

async function work(context: Context, threads: Threads, piece: Piece, line: readonly Piece[]): Promise<void> {
  const { clock, store } = context;
  const { id, job, stopping } = piece;
  let share = 0.001;
  const renewing = new AbortController();
  const renewed = renew(context, line, () => share, renewing.signal);
  try {
    const answer = await threads.run('plan', job, {
      mostMs: MOST_MS,
      signal: stopping.signal,
      onNews: (news) => {
        if (typeof news === 'number') share = news;
      },
    });
    const result = answer as PlanResult;
    const { sentence } = result.verdict;
    const end = { status: 'done', result: JSON.stringify(result), sentence, error: null } as const;
    await store.plans.end(id, end, clock.now());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await store.plans.end(
      id,
      { status: 'failed', result: null, sentence: null, error: message },
      clock.now(),
    );
  } finally {
    renewing.abort();
    await renewed;
  }
}

/** Says that somebody works on the first, and that the others wait for it. */
async function renew(
  { clock, store, telemetry }: Context,
  line: readonly Piece[],
  share: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const [place, { id, stopping }] of [...line].entries()) {
      const progress = place === 0 ? share() : 0;
      const wanted = await store.plans
        .progress(id, progress, clock.now() + ALIVE_MS)
        .catch((error: unknown) => {
          telemetry.log('warn', `plan: ${error instanceof Error ? error.message : String(error)}`);
          return true;
        });
      // Deleted, perhaps by way of another process.
      if (!wanted && !signal.aborted) stopping.abort();
    }
    await clock.sleep(RENEW_MS, signal);
  }
}

/** A trace may be megabytes; its head shows what it was. */
function shortened(request: z.output<typeof CreatePlan>): z.output<typeof CreatePlan> {
  const { workload } = request;
  if (workload.kind !== 'trace') return request;
  const csv = workload.csv.split('\n', TRACE_LINES_KEPT).join('\n').slice(0, 10_000);
  return CreatePlan.parse({ ...request, workload: { ...workload, csv } });
}
