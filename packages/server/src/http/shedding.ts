/**
 * Says no early when there is more work than can be done in time, so that what was accepted is still answered. Judged
 * before a key is looked up or a body is read, because a refusal has to cost next to nothing. Operators, callbacks and
 * health checks are never shed: they are how one gets out of an overload.
 */
import type { Refusal } from '@sluice/contract';
import type { Clock } from '../effects/clock/clock.ts';

export type Shedding = {
  refusal(kind: 'create' | 'client'): Refusal | null;
  /** How many creates may be in the making at once, and how many more right now: told to clients with each answer. */
  room(): { most: number; left: number };
  /** Counts a create request until the returned function is called. */
  beginCreate(): () => void;
  /** Measures the delay of the event loop until the signal fires. */
  watchLag(signal: AbortSignal): Promise<void>;
};

const SAMPLE_MS = 100;
const SMOOTHING = 0.3;

export function createShedding(clock: Clock, limits: { createsMost: number; lagMostMs: number }): Shedding {
  let creates = 0;
  let lagMs = 0;

  return {
    refusal: (kind) => {
      if (lagMs > limits.lagMostMs) return { code: 'overloaded', retryAfterSeconds: 2 };
      if (kind === 'create' && creates >= limits.createsMost)
        return { code: 'overloaded', retryAfterSeconds: 1 };
      return null;
    },
    room: () => ({ most: limits.createsMost, left: Math.max(0, limits.createsMost - creates) }),
    beginCreate: () => {
      creates += 1;
      let ended = false;
      return () => {
        if (!ended) creates -= 1;
        ended = true;
      };
    },
    watchLag: async (signal) => {
      while (!signal.aborted) {
        const startedAt = clock.monotonic();
        await clock.sleep(SAMPLE_MS, signal);
        const lateMs = Math.max(0, clock.monotonic() - startedAt - SAMPLE_MS);
        lagMs += SMOOTHING * (lateMs - lagMs);
      }
    },
  };
}
