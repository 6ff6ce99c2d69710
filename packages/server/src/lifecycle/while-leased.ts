/**
 * Step of stage 5: keeps a copy's lease for as long as its process lives. Publishing a large clip to a slow store and
 * reading it back takes longer than a lease and reports no progress; without this the copy would be claimed again
 * in the middle, and again, and never end.
 */
import type { Context } from './context.ts';

export async function whileLeased<Value>(
  context: Context,
  lease: string,
  copyId: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const done = new AbortController();
  const extending = extend(context, lease, copyId, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await extending;
  }
}

/** A lease that is lost, or cannot be extended, shows when the result is written. */
async function extend(context: Context, lease: string, copyId: string, done: AbortSignal): Promise<void> {
  const { leaseMs } = context.settings;
  for (;;) {
    await context.clock.sleep(leaseMs / 3, done);
    if (done.aborted) return;
    const untilMs = context.clock.now() + leaseMs;
    const mine = await context.store.mirror.extendCopy(copyId, lease, untilMs).catch(() => true);
    if (!mine) return;
  }
}
