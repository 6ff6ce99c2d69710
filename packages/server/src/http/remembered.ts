/**
 * Look-ups by hash that are kept for a second at most, so that what was revoked stops within a second on every node
 * without a message between them, and requests that come together share one question.
 */
import type { Clock } from '../effects/clock/clock.ts';

export type Remembered<Row> = {
  lookUp(hash: Uint8Array, name: string): Promise<Row | null>;
  forget(name: string): void;
};

const KEEP_MS = 1_000;
export const ENTRIES_MOST = 20_000;

type Entry<Row> = { row: Promise<Row | null>; atMs: number };

export function createRemembered<Row>(
  clock: Clock,
  find: (hash: Uint8Array) => Promise<Row | null>,
): Remembered<Row> {
  const entries = new Map<string, Entry<Row>>();
  return {
    lookUp: (hash, name) => {
      const nowMs = clock.monotonic();
      const known = entries.get(name);
      if (known && nowMs - known.atMs < KEEP_MS) return known.row;
      const row = find(hash);
      // A failed look-up is not remembered: the next request asks again.
      row.catch(() => entries.delete(name));
      makeRoom(entries);
      entries.set(name, { row, atMs: nowMs });
      return row;
    },
    forget: (name) => void entries.delete(name),
  };
}

export function makeRoom(map: Map<string, unknown>): void {
  if (map.size < ENTRIES_MOST) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
