/** Operations on capacity plans. */
import { CreatePlan, PlanResult } from '@sluice/contract';
import { planReport } from '../../../plan/report/page.ts';
import type { PlanHeadRow, PlanRow } from '../../../store/plans.ts';
import { pageOf, readIdCursor } from '../../cursor.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { instant } from '../../views/instant.ts';

/** A trace of hundreds of thousands of tasks; a smaller one fits the limit of other bodies as well. */
export const PLAN_MAX_BYTES = 24 * 1024 ** 2;

type PlanHandlers = Pick<Handlers, 'createPlan' | 'listPlans' | 'getPlan' | 'getPlanReport' | 'deletePlan'>;

export const planHandlers: PlanHandlers = {
  createPlan: async ({ context, body }) => {
    const answer = await context.plans.create(body);
    if (answer.kind === 'refused') return refused(answer.refusal);
    const row = await context.store.plans.read(answer.id);
    return row ? ok(planView(row, context.clock.now())) : notFound;
  },
  listPlans: async ({ context, query }) => {
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const rows = await context.store.plans.list(cursor.before, query.limit + 1);
    const nowMs = context.clock.now();
    return ok(
      pageOf(
        rows,
        query.limit,
        ({ id }) => id,
        (row) => headView(row, nowMs),
      ),
    );
  },
  getPlan: async ({ context, params }) => {
    const row = await context.store.plans.read(params.id);
    return row ? ok(planView(row, context.clock.now())) : notFound;
  },
  getPlanReport: async ({ context, params, reply }) => {
    const row = await context.store.plans.read(params.id);
    if (!row) return notFound;
    if (row.result === null) {
      return refused({ code: 'conflict', message: 'The plan has no result yet; read it until it is done.' });
    }
    const page = planReport({
      name: row.name,
      createdAt: instant(row.created_at),
      request: CreatePlan.parse(row.request),
      result: PlanResult.parse(row.result),
    });
    void reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(page);
    return { kind: 'sent' };
  },
  deletePlan: async ({ context, params: { id } }) =>
    (await context.plans.remove(id)) ? ok({ id, object: 'plan', deleted: true }) : notFound,
};

function headView(row: PlanHeadRow, nowMs: number) {
  const waits = row.status === 'waiting' || row.status === 'running';
  return {
    id: row.id,
    object: 'plan',
    name: row.name,
    // Whoever worked on it has said nothing for too long.
    status: waits && row.alive_until < nowMs ? 'interrupted' : row.status,
    progress: Math.round(row.progress * 1000) / 1000,
    created_at: instant(row.created_at),
    finished_at: instant(row.finished_at),
    sentence: row.sentence,
    error: row.error,
  };
}

function planView(row: PlanRow, nowMs: number) {
  return { ...headView(row, nowMs), request: row.request, result: row.result };
}
