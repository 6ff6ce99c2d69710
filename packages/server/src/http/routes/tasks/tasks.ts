/** Reading and cancelling tasks. */
import { type ExportTasksQuery, Order, type TaskStage, type TaskStatus } from '@sluice/contract';
import type { z } from 'zod';
import { asSent } from '../../../decide/order/as-sent.ts';
import { cancelTask } from '../../../lifecycle/cancel.ts';
import type { Searched } from '../../../store/reads.ts';
import { ownerOf, wantedAccount } from '../../auth.ts';
import type { HttpContext } from '../../context.ts';
import { cursorOf, readIdCursor } from '../../cursor.ts';
import { linkBase } from '../../links.ts';
import { type Handlers, notFound, ok, refused } from '../../operation.ts';
import { exchangesOf } from '../../views/exchanges.ts';
import { instant } from '../../views/instant.ts';
import { taskView, taskViews } from '../../views/tasks.ts';
import { toTimeline } from '../../views/timeline.ts';
import { sendTasks } from './csv.ts';

export const taskHandlers: Pick<
  Handlers,
  'listTasks' | 'exportTasks' | 'getTask' | 'cancelTask' | 'getTimeline' | 'listExchanges' | 'getTaskOrder'
> = {
  listTasks: async ({ context, caller, query, request }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    const cursor = readIdCursor(query.cursor);
    if (!cursor.ok) return refused(cursor.refusal);
    const { limit } = query;
    const page = { before: cursor.before, most: limit + 1 };
    const { rows, until } = await readTasks(context, wanted.accountId, query, page);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : until;
    return ok({
      object: 'list',
      data: await taskViews(context, shown, linkBase(context.settings, request)),
      next_cursor: last ? cursorOf(last.id) : null,
      ...(until && { searched_back_to: instant(until.createdMs) }),
    });
  },
  exportTasks: async ({ context, caller, query, reply }) => {
    const wanted = wantedAccount(caller, query.account);
    if (!wanted.ok) return refused(wanted.refusal);
    sendTasks(context, reply, (page) => readTasks(context, wanted.accountId, query, page));
    return { kind: 'sent' };
  },
  getTask: async ({ context, caller, params, request }) => {
    const row = await context.store.reads.task(params.id, ownerOf(caller));
    return row ? ok(await taskView(context, row, linkBase(context.settings, request))) : notFound;
  },
  cancelTask: async ({ context, caller, params, request }) => {
    const before = await context.store.reads.task(params.id, ownerOf(caller));
    if (!before) return notFound;
    const outcome = await cancelTask(context, before.account_id, params.id);
    if (outcome === 'not_found') return notFound;
    if (outcome === 'too_late') return refused({ code: 'cancel_too_late' });
    const row = await context.store.reads.task(params.id, ownerOf(caller));
    if (!row) return notFound;
    return ok({ task: await taskView(context, row, linkBase(context.settings, request)), outcome });
  },
  getTaskOrder: async ({ context, caller, params }) => {
    const row = await context.store.reads.task(params.id, ownerOf(caller));
    return row ? ok(asSent(Order.parse(row.order))) : notFound;
  },
  listExchanges: async ({ context, caller, params }) => {
    const rows = await context.store.reads.timeline(params.id, ownerOf(caller));
    if (!rows) return notFound;
    return ok({ object: 'list', data: exchangesOf(rows.attempts), next_cursor: null });
  },
  getTimeline: async ({ context, caller, params }) => {
    const rows = await context.store.reads.timeline(params.id, ownerOf(caller));
    return rows ? ok(toTimeline(rows, context.clock.now())) : notFound;
  },
};

type Asked = z.output<typeof ExportTasksQuery>;
type Page = { before: string | null; most: number };

async function readTasks(
  { catalogue, store }: HttpContext,
  accountId: string | null,
  query: Asked,
  page: Page,
): Promise<Searched> {
  const filter = {
    accountId,
    ...statesOf(query.status, query.stage),
    model: modelId(catalogue, query.model),
    pathName: query.path ?? null,
    createdAfterMs: query.created_after === undefined ? null : Date.parse(query.created_after),
    createdBeforeMs: query.created_before === undefined ? null : Date.parse(query.created_before),
  };
  if (query.search === undefined) return { rows: await store.reads.list(filter, page), until: null };
  return store.reads.search(filter, query.search.split(/\s+/), page);
}

type States = { states: readonly string[] | null; attemptStates: readonly string[] | null };

/** Both filters given: a task must satisfy both, so states that exclude each other find nothing. */
function statesOf(status: TaskStatus | undefined, stage: TaskStage | undefined): States {
  const byStatus = status === undefined ? null : STATES_OF_STATUS[status];
  const byStage = stage === undefined ? null : statesOfStage(stage);
  if (byStatus === null || byStage === null) {
    return { states: byStage?.states ?? byStatus, attemptStates: byStage?.attemptStates ?? null };
  }
  const states = byStage.states.filter((state) => byStatus.includes(state));
  return { states, attemptStates: byStage.attemptStates };
}

const STATES_OF_STATUS: Readonly<Record<TaskStatus, readonly string[]>> = {
  pending: ['queued'],
  processing: ['running', 'saving', 'settling'],
  completed: ['succeeded'],
  failed: ['failed'],
  cancelled: ['canceled'],
};

function statesOfStage(stage: TaskStage): {
  states: readonly string[];
  attemptStates: readonly string[] | null;
} {
  switch (stage) {
    case 'sending':
      return { states: ['running'], attemptStates: ['sending'] };
    case 'unknown':
      return { states: ['running'], attemptStates: ['unknown'] };
    case 'rendering':
      return { states: ['running'], attemptStates: ['accepted'] };
    case 'queued':
    case 'saving':
    case 'settling':
    case 'succeeded':
    case 'failed':
    case 'canceled':
      return { states: [stage], attemptStates: null };
  }
}

/** Tasks carry the model's id; clients may know it by another name. */
function modelId(
  catalogue: { model(name: string): { model: { id: string } } | null },
  name: string | undefined,
): string | null {
  if (name === undefined) return null;
  return catalogue.model(name)?.model.id ?? name;
}
