/** How the limits of a path changed, in a time. */
import type { LimitChangeRow } from '../../store/limits.ts';
import type { Context } from '../context.ts';

const CHANGES_MOST = 2_000;
const HOUR_MS = 3_600_000;

/** The newest first, with what held when the time began; null: there is no such path. */
export async function limitChanges(
  context: Context,
  name: string,
  hours: number,
): Promise<LimitChangeRow[] | null> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs, true);
  if (!context.paths.byName(name)) return null;
  return context.store.limits.changes(name, nowMs - hours * HOUR_MS, CHANGES_MOST);
}
