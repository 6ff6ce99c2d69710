/**
 * Answers that take longer with every day, such as whether the whole book balances: read again as often as costs
 * little. A young installation always gets a fresh answer; in an old one the answer has an age, which is told with it.
 */
import type { Clock } from '../effects/clock/clock.ts';

export type Read<Value> = { value: Value; atMs: number };

/** Reading takes at most this part of the time, whoever asks and however often. */
const SHARE = 1 / 200;
/** Up to this, whoever asks waits for a fresh answer; beyond it the last one is given while the next is read. */
const WAIT_MOST_MS = 500;

export function sparing<Value>(clock: Clock, read: () => Promise<Value>): () => Promise<Read<Value>> {
  let last: (Read<Value> & { tookMs: number; dueMs: number }) | null = null;
  let reading: Promise<Read<Value>> | null = null;

  async function readNow(): Promise<Read<Value>> {
    const startedMs = clock.monotonic();
    const atMs = clock.now();
    const value = await read();
    const endedMs = clock.monotonic();
    const tookMs = endedMs - startedMs;
    last = { value, atMs, tookMs, dueMs: endedMs + tookMs / SHARE };
    return last;
  }

  return async () => {
    if (last && clock.monotonic() < last.dueMs) return last;
    reading ??= readNow().finally(() => {
      reading = null;
    });
    if (!last || last.tookMs <= WAIT_MOST_MS) return await reading;
    // Whoever asks next hears of it when it fails again.
    reading.catch(() => {});
    return last;
  };
}
