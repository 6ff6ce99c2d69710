/** Task rows with everything that a task shows besides them: links, forecasts, what its path can do. */
import { type Task, terminalEventTypes } from '@sluice/contract';
import { batcher } from '../../lifecycle/batch.ts';
import { BESIDE_A_TASK_MS, BESIDE_AN_ORDER_MS, beside } from '../../lifecycle/beside.ts';
import type { Context } from '../../lifecycle/context.ts';
import { waitsOf } from '../../lifecycle/forecast.ts';
import type { TaskRow } from '../../store/reads.ts';
import type { HttpContext } from '../context.ts';
import { taskLinks } from '../links.ts';
import { toTask } from './task.ts';

/**
 * `linkBase`: what links begin with in the answer that this is for. `waitMostMs`: how long that may wait for what is
 * told about waiting tasks; without it they are shown all the same.
 */
export async function taskViews(
  context: Context,
  rows: readonly TaskRow[],
  linkBase: string,
  waitMostMs = BESIDE_A_TASK_MS,
): Promise<Task[]> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const waiting = rows.filter((row) => row.state === 'queued').map(waitingTask);
  const without = 'tasks are shown without their wait';
  const waits = await beside(context, without, waitMostMs, () => waitsOf(context, waiting));
  const links = taskLinks(context, linkBase);
  return rows.map((row) => {
    const path = context.paths.byName(row.path_name ?? '');
    const upstreamCancels = path !== null && path.provider.abilities.cancel !== 'none';
    return toTask(row, { nowMs, links, wait: waits?.get(row.id) ?? null, upstreamCancels });
  });
}

export async function taskView(context: Context, row: TaskRow, linkBase: string): Promise<Task> {
  const [task] = await taskViews(context, [row], linkBase);
  if (!task) throw new Error('one row makes one task');
  return task;
}

/** Shows what was just ordered. Requests that come together are read together, so that a burst costs a few queries. */
export type TaskReader = (taskIds: readonly string[], linkBase: string) => Promise<Task[]>;

type Wanted = { taskIds: readonly string[]; linkBase: string };

const REQUESTS_AT_ONCE = 50;

export function createTaskReader(context: HttpContext): TaskReader {
  const reads = batcher<Wanted, Task[]>({
    most: REQUESTS_AT_ONCE,
    flush: async (requests) => {
      const rows = await context.store.reads.tasks([...new Set(requests.flatMap(({ taskIds }) => taskIds))]);
      const shown = new Map<string, ReadonlyMap<string, Task>>();
      // One as a rule; nobody may see a link made for another's host.
      for (const base of new Set(requests.map(({ linkBase }) => linkBase))) {
        const views = await taskViews(context, rows, base, BESIDE_AN_ORDER_MS);
        shown.set(base, new Map(views.map((task) => [task.id, task])));
      }
      return requests.map(({ taskIds, linkBase }) =>
        taskIds.flatMap((id) => shown.get(linkBase)?.get(id) ?? []),
      );
    },
  });
  return (taskIds, linkBase) => reads.add({ taskIds, linkBase });
}

function waitingTask({ id, family, account_id: accountId, priority, path_names: pathNames, order }: TaskRow) {
  return { id, family, accountId, priority, pathNames, order };
}

export function isTerminalEvent(type: string): boolean {
  return (terminalEventTypes as readonly string[]).includes(type);
}
