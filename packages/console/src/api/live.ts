/**
 * One stream of events for the whole console. Each event makes what it touches stale, gathered for a moment, so that a
 * burst of a thousand tasks asks once. Pages that show lists listen themselves.
 */
import { isSluiceError, type StreamedEvent } from '@sluice/sdk';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { sluice } from './client.ts';
import { isSignedOut, sayExpired } from './expiry.ts';

export type LiveState = 'connecting' | 'live' | 'broken';

const GATHER_MS = 400;
/** After the SDK has given up by itself. */
const AGAIN_MS = 5_000;

let state: LiveState = 'connecting';
const watchers = new Set<() => void>();
const listeners = new Set<(events: readonly StreamedEvent[]) => void>();

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
  );
}

/** Hears batches of events for as long as the component is there. */
export function useEvents(listener: (events: readonly StreamedEvent[]) => void): void {
  const hear = useEffectEvent(listener);
  useEffect(() => {
    const heard = (events: readonly StreamedEvent[]): void => hear(events);
    listeners.add(heard);
    return () => {
      listeners.delete(heard);
    };
  }, []);
}

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** Until the signal fires. */
export async function followEvents(queries: QueryClient, signal: AbortSignal): Promise<void> {
  let gathered: StreamedEvent[] = [];
  let lastEventId: string | undefined;
  let lost = false;
  const pass = (): void => {
    const events = gathered;
    gathered = [];
    refresh(queries, events);
    for (const listener of listeners) listener(events);
  };
  const onOpen = (): void => {
    become('live');
    // What happened while nobody listened is read, not replayed.
    if (lost) void queries.invalidateQueries();
    lost = false;
  };
  const onBreak = (): void => {
    lost = true;
    become('broken');
  };
  window.addEventListener('offline', onBreak, { signal });
  while (!signal.aborted) {
    try {
      for await (const event of sluice.events.stream({ signal, lastEventId, onOpen, onBreak })) {
        lastEventId = event.cursor;
        if (gathered.length === 0) setTimeout(pass, GATHER_MS);
        gathered.push(event);
      }
    } catch (error) {
      if (isSignedOut(error)) sayExpired();
      if (isSluiceError(error) && error.status === 403) return;
    }
    if (signal.aborted) return;
    onBreak();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

function refresh(queries: QueryClient, events: readonly StreamedEvent[]): void {
  const ids = new Set(events.flatMap((event) => (typeof event.data.id === 'string' ? [event.data.id] : [])));
  for (const id of ids) {
    void queries.invalidateQueries({ queryKey: ['task', id] });
    void queries.invalidateQueries({ queryKey: ['timeline', id] });
  }
  for (const name of ['gate', 'balance', 'spend', 'activity', 'alerts', 'attempts', 'recent']) {
    void queries.invalidateQueries({ queryKey: [name] });
  }
  // Short lists; the long one merges events by itself, without moving what is being read.
  void queries.invalidateQueries({ queryKey: ['tasks', 'page'] });
}
