/** One clock for all ages on the page: a single timer, which rests while nobody shows a time. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** Moves once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    // After a rest the kept time is old.
    if (timer === null) nowMs = Date.now();
    return nowMs;
  });
}
