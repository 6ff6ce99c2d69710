/** Task rows with everything that a task shows besides them: links, forecasts, what its path can do. */
import { type Task, terminalEventTypes } from '@sluice/contract';
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

function waitingTask({ id, family, account_id: accountId, priority, path_names: pathNames, order }: TaskRow) {
  return { id, family, accountId, priority, pathNames, order };
}

export function isTerminalEvent(type: string): boolean {
  return (terminalEventTypes as readonly string[]).includes(type);
}
