/**
 * Stored clips and posters that their owner does not want any more. If it dies between the rows and the bytes, the rows
 * say deleted and the bytes are unreachable; deleting again removes them.
 */
import type { Context } from '../context.ts';

export async function deleteAssets(context: Context, ids: readonly string[]): Promise<void> {
  const unused = await context.store.mirror.markDeleted(ids, context.clock.now());
  for (const key of unused) await context.blobs.remove(key);
}
