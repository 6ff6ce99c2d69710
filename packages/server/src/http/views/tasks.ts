/** Task rows with everything that a task shows besides them: links, forecasts, what its path can do. */
import { type Task, terminalEventTypes } from '@sluice/contract';
import { waitOf } from '../../lifecycle/forecast.ts';
import type { TaskRow } from '../../store/reads.ts';
import type { HttpContext } from '../context.ts';
import { taskLinks } from '../links.ts';
import { toTask } from './task.ts';

/** Forecasts that run beside each other, so that one long page does not take every connection. */
const FORECASTS_AT_ONCE = 4;

export async function taskViews(context: HttpContext, rows: readonly TaskRow[]): Promise<Task[]> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const waits = await waitsOf(
    context,
    rows.filter((row) => row.state === 'queued'),
  );
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

async function waitsOf(context: HttpContext, rows: readonly TaskRow[]): Promise<Map<string, Task['wait']>> {
  const waits = new Map<string, Task['wait']>();
  const left = [...rows];
  async function work(): Promise<void> {
    for (let row = left.shift(); row; row = left.shift()) {
      const { id, family, account_id: accountId, priority, path_names: pathNames, order } = row;
      waits.set(row.id, await waitOf(context, { id, family, accountId, priority, pathNames, order }));
    }
  }
  await Promise.all(Array.from({ length: FORECASTS_AT_ONCE }, work));
  return waits;
}

export function isTerminalEvent(type: string): boolean {
  return (terminalEventTypes as readonly string[]).includes(type);
}
