/** Waiting in runs over real processes: for something to become true, with a limit, never for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 30;

export class PatienceError extends Error {}

/** Resolves with the first answer that is neither null nor false. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null | false> | Value | null | false,
  patienceMs = 30_000,
): Promise<Value> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value !== null && value !== false) return value;
    if (performance.now() > deadlineMs) throw new PatienceError(`${what}: not after ${patienceMs} ms`);
    await sleep(LOOK_EVERY_MS);
  }
}
