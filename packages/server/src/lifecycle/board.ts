/**
 * What waits and what runs, as forecasts see it: read at most once a second and at most a tenth of the time, whatever
 * the number of tasks and of readers. An old answer is given at once while a new one is on its way.
 */
import type { LaneCount, SlotRow } from '../store/stats.ts';
import type { Context } from './context.ts';

export type QueueBoard = {
  lanes(family: string): Promise<readonly LaneCount[]>;
  slots(): Promise<readonly SlotRow[]>;
};

const KEEP_MS = 1_000;
/** Older than this an answer is not given any more: the reader waits for a new one. */
const STALE_MS = 15_000;
/** The longer a reading takes, the longer it is kept. */
const REST_FACTOR = 10;
/** Rows counted for one family. */
const COUNTED_MOST = 20_000;

const boards = new WeakMap<Context, QueueBoard>();

export function queueBoard(context: Context): QueueBoard {
  const known = boards.get(context);
  if (known) return known;
  const families = new Map<string, () => Promise<readonly LaneCount[]>>();
  const board: QueueBoard = {
    slots: kept(context, () => context.store.stats.slots()),
    lanes: (family) => {
      const read =
        families.get(family) ?? kept(context, () => context.store.stats.lanes(family, COUNTED_MOST));
      families.set(family, read);
      return read();
    },
  };
  boards.set(context, board);
  return board;
}

/** Read at most once a second and at most a tenth of the time; see above. */
export function kept<Value>({ clock }: Context, read: () => Promise<Value>): () => Promise<Value> {
  let last: { value: Value; atMs: number; keepMs: number } | null = null;
  let reading: Promise<Value> | null = null;

  function readAgain(): Promise<Value> {
    const startedMs = clock.monotonic();
    reading ??= read()
      .then((value) => {
        const atMs = clock.monotonic();
        last = { value, atMs, keepMs: Math.max(KEEP_MS, REST_FACTOR * (atMs - startedMs)) };
        return value;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  }

  return async () => {
    if (last === null) return readAgain();
    const ageMs = clock.monotonic() - last.atMs;
    if (ageMs < last.keepMs) return last.value;
    const fresh = readAgain();
    if (ageMs > Math.max(STALE_MS, 2 * last.keepMs)) return fresh;
    // Whoever needs a fresh one will see the failure; an old answer is still an answer.
    fresh.catch(() => {});
    return last.value;
  };
}
