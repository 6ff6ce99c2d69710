/** The virtual half of time: it moves when it is told to, and wakes whoever waited, in order. */
import type { Clock } from './clock.ts';
import { wholeTurn } from './turn.ts';

type Waiter = { at: number; order: number; wake: () => void };

/** A clock that moves only when told. Waiters fire in order of time, then of registration. */
export type VirtualClock = Clock & {
  /** Moves time forward, waking each waiter at its own instant. */
  advance(ms: number): void;
  /** When the next waiter is due, or null when nobody waits. */
  nextWake(): number | null;
};

export function virtualClock(startsAt: number): VirtualClock {
  let now = startsAt;
  let order = 0;
  const waiters: Waiter[] = [];

  function remove(waiter: Waiter): void {
    const index = waiters.indexOf(waiter);
    if (index >= 0) waiters.splice(index, 1);
  }

  return {
    now: () => now,
    monotonic: () => now - startsAt,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        order += 1;
        const waiter: Waiter = { at: now + Math.max(0, ms), order, wake: finish };
        waiters.push(waiter);
        waiters.sort((a, b) => a.at - b.at || a.order - b.order);
        function finish(): void {
          remove(waiter);
          signal?.removeEventListener('abort', finish);
          resolve();
        }
        signal?.addEventListener('abort', finish, { once: true });
      }),
    turn: wholeTurn,
    nextWake: () => waiters[0]?.at ?? null,
    advance: (ms) => {
      const until = now + ms;
      for (let next = waiters[0]; next && next.at <= until; next = waiters[0]) {
        waiters.shift();
        now = Math.max(now, next.at);
        next.wake();
      }
      now = until;
    },
  };
}
