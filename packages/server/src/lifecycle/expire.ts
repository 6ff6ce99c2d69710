/**
 * The hard end of every task, and the end of stored files.
 *
 * What enters: tasks past start_by, finish_by or their deadline; assets, uploads and sessions past their time;
 * credentials that were replaced; answers kept for repeats. What leaves: those tasks in `settling` as failed, with
 * their hold about to be released; deleted files, recorded; no earlier credential that nothing under way was sent
 * with. If it dies in the middle: a task is moved in one statement. A file is marked first and removed after: a crash
 * in between leaves bytes that nobody can reach, never an asset without bytes.
 */
import type { Context } from './context.ts';
import { sweepFiles } from './operate/files.ts';
import { dropOldSessions } from './operate/sessions.ts';

const MOST = 200;
/** How long the answers to creates are kept for their repeats. */
export const ANSWER_KEPT_MS = 24 * 3_600_000;
/** Far beyond what any download or upload takes (an hour at most), so that what is dropped is nobody's. */
const LEFTOVER_AGE_MS = 24 * 3_600_000;
const LEFTOVERS_EVERY_MS = 3_600_000;

export async function expireTasks(context: Context): Promise<number> {
  const expired = await context.store.settle.expire(context.clock.now(), MOST);
  if (expired.length > 0) {
    context.wake('settle');
    context.telemetry.log('info', 'tasks ran out of time', { tasks: expired.length });
  }
  return expired.length;
}

/** Stored clips after their retention, and uploads after theirs. */
export async function retainFiles(context: Context): Promise<number> {
  await dropLeftovers(context);
  await dropOldSessions(context);
  await context.store.paths.dropFormerCredentials();
  await context.store.answers.forget(context.clock.now() - ANSWER_KEPT_MS, MOST);
  const uploads = await sweepFiles(context, MOST);
  const over = await context.store.mirror.retentionOver(context.clock.now(), MOST);
  if (over.length > 0) await deleteAssets(context, over);
  return over.length + uploads;
}

const leftoversAtMs = new WeakMap<Context, number>();

/** At the start and then every hour: what processes that were killed half-way left in the store. */
async function dropLeftovers(context: Context): Promise<void> {
  const { blobs, clock, telemetry } = context;
  const nowMs = clock.now();
  if (nowMs < (leftoversAtMs.get(context) ?? 0)) return;
  leftoversAtMs.set(context, nowMs + LEFTOVERS_EVERY_MS);
  try {
    const dropped = await blobs.dropLeftovers(nowMs - LEFTOVER_AGE_MS);
    if (dropped > 0) telemetry.log('info', 'leftovers of stopped processes removed', { dropped });
  } catch (error) {
    telemetry.log('warn', 'leftovers could not be removed', { error: String(error) });
  }
}

export async function deleteAssets(context: Context, ids: readonly string[]): Promise<void> {
  const blobKeys = await context.store.mirror.markDeleted(ids, context.clock.now());
  for (const key of blobKeys) await context.blobs.remove(key);
}
