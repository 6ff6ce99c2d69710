/** Task rows with everything that a task shows besides them: links, forecasts, what its path can do. */
import { type Task, terminalEventTypes } from '@sluice/contract';
import { batcher } from '../../lifecycle/batch.ts';
import { waitsOf } from '../../lifecycle/forecast.ts';
import type { TaskRow } from '../../store/reads.ts';
import type { HttpContext } from '../context.ts';
import { taskLinks } from '../links.ts';
import { toTask } from './task.ts';

export async function taskViews(context: HttpContext, rows: readonly TaskRow[]): Promise<Task[]> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const waits = await waitsOf(context, rows.filter((row) => row.state === 'queued').map(waitingTask));
  const links = taskLinks(context);
  return rows.map((row) => {
    const path = context.paths.byName(row.path_name ?? '');
    const upstreamCancels = path !== null && path.provider.abilities.cancel !== 'none';
    return toTask(row, { nowMs, links, wait: waits.get(row.id) ?? null, upstreamCancels });
  });
}

export async function taskView(context: HttpContext, row: TaskRow): Promise<Task> {
  const [task] = await taskViews(context, [row]);
  if (!task) throw new Error('one row makes one task');
  return task;
}

/** Shows tasks by their ids. Requests that come together are read together, so that a burst costs a few queries. */
export type TaskReader = (taskIds: readonly string[]) => Promise<Task[]>;

const REQUESTS_AT_ONCE = 50;

export function createTaskReader(context: HttpContext): TaskReader {
  const reads = batcher<readonly string[], Task[]>({
    most: REQUESTS_AT_ONCE,
    flush: async (requests) => {
      const ids = [...new Set(requests.flat())];
      const views = await taskViews(context, await context.store.reads.tasks(ids));
      const byId = new Map(views.map((task) => [task.id, task]));
      return requests.map((each) => each.flatMap((id) => byId.get(id) ?? []));
    },
  });
  return (taskIds) => reads.add(taskIds);
}

function waitingTask({ id, family, account_id: accountId, priority, path_names: pathNames, order }: TaskRow) {
  return { id, family, accountId, priority, pathNames, order };
}

export function isTerminalEvent(type: string): boolean {
  return (terminalEventTypes as readonly string[]).includes(type);
}
