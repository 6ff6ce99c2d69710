/**
 * Delete: stops what waits, removes the clip of what has ended, and hides it from every door. If it dies in the middle,
 * the same call again does the rest.
 */
import { cancelTask } from '../../../lifecycle/cancel.ts';
import { deleteAssets } from '../../../lifecycle/operate/assets.ts';
import { answered, type DoorAnswer, type DoorCall, missing, refused } from '../door.ts';
import { findTask } from '../tasks.ts';

export async function deleteVideo(call: DoorCall): Promise<DoorAnswer> {
  const { context, accountId } = call;
  const id = call.params.id ?? '';
  const found = await findTask(call, id);
  if (!found) return missing;
  if (found.task.finished_at === null) {
    const outcome = await cancelTask(context, accountId, id);
    if (outcome === 'not_found') return missing;
    // What may still be rendered and paid for must not disappear.
    if (outcome !== 'canceled') {
      const message =
        outcome === 'requested'
          ? 'Its cancellation was asked for.'
          : 'It is being rendered and cannot be stopped.';
      return refused({ code: 'conflict', message, fix: 'Delete it when it has ended.' });
    }
  }
  const assets = found.task.assets.map((asset) => asset.id);
  if (assets.length > 0) await deleteAssets(context, assets);
  const removed = await context.store.reads.remove(id, accountId, context.clock.now());
  return removed ? answered({ id, object: 'video.deleted', deleted: true }) : missing;
}
