/**
 * One reader of new events per process, whatever the number of streams: it reads what has become complete and hands it
 * to everybody who follows. It runs only while somebody does. Streams that fall behind read for themselves until they
 * have caught up, so a slow client costs memory for a bounded number of events and nobody else anything.
 */
import type { Clock } from '../effects/clock/clock.ts';
import type { Telemetry } from '../lifecycle/telemetry.ts';
import {
  type EventScope,
  type EventStore,
  isAfter,
  type Position,
  type StoredEvent,
} from '../store/events.ts';

export type Following = {
  /** The next events, or null when this follower was too slow and has to read for itself again. */
  next(signal: AbortSignal): Promise<readonly StoredEvent[] | null>;
  leave(): void;
};

export type Feed = {
  /** Null when the feed is already ahead of `at`: read on and try again. */
  join(scope: EventScope, at: Position): Following | null;
  /** Something may have happened. */
  poke(): void;
  close(): void;
};

type Follower = {
  at: Position;
  queue: StoredEvent[];
  overflowed: boolean;
  wake: () => void;
};

const READ_MOST = 1_000;
const QUEUE_MOST = 1_000;
const TROUBLE_MS = 2_000;
/** After a hint: an event is complete only when every older transaction has ended, which takes a moment. */
const EAGER_MS = 20;
/** Under load, events are read together instead of one by one. */
const GAP_MS = 10;

export function createFeed(
  store: Pick<EventStore, 'read'>,
  clock: Clock,
  telemetry: Telemetry,
  pollMs: number,
): Feed {
  const followers = new Map<string, Set<Follower>>();
  let position: Position | null = null;
  let run = new AbortController();
  let nap = new AbortController();
  let count = 0;
  /** Short after a hint, then longer and longer. */
  let waitMs = pollMs;
  let gap: Promise<void> = Promise.resolve();

  async function poll(from: Position, signal: AbortSignal): Promise<void> {
    position = from;
    while (!signal.aborted) {
      waitMs = Math.min(pollMs, waitMs * 2);
      try {
        const page = await store.read({ of: 'all' }, position, READ_MOST);
        if (signal.aborted) return;
        for (const event of page.events) deliver(followers, event);
        position = page.upTo;
        if (page.more) continue;
        if (page.events.length > 0) gap = clock.sleep(GAP_MS, signal);
        nap = new AbortController();
        await clock.sleep(waitMs, nap.signal);
      } catch (error) {
        telemetry.log('warn', 'events could not be read; streams wait', { error: String(error) });
        await clock.sleep(TROUBLE_MS, signal);
      }
    }
  }

  const stop = () => {
    run.abort();
    nap.abort();
    position = null;
  };

  return {
    join: (scope, at) => {
      if (position !== null && isAfter(position, at)) return null;
      const name = nameOf(scope);
      const follower: Follower = { at, queue: [], overflowed: false, wake: () => {} };
      const group = (followers.get(name) ?? new Set()).add(follower);
      followers.set(name, group);
      count += 1;
      if (position === null) {
        run = new AbortController();
        void poll(at, run.signal);
      }
      return {
        next: (signal) => nextOf(follower, signal),
        leave: () => {
          if (!group.delete(follower)) return;
          if (group.size === 0 && followers.get(name) === group) followers.delete(name);
          count -= 1;
          if (count === 0) stop();
        },
      };
    },
    poke: () => {
      waitMs = EAGER_MS;
      void gap.then(() => nap.abort());
    },
    close: stop,
  };
}

function nameOf(scope: EventScope): string {
  return scope.of === 'all' ? 'all' : `${scope.of} ${scope.id}`;
}

function deliver(followers: ReadonlyMap<string, ReadonlySet<Follower>>, event: StoredEvent): void {
  const names = ['all', `account ${event.accountId}`, `task ${event.taskId}`];
  for (const name of names) for (const follower of followers.get(name) ?? []) give(follower, event);
}

function give(follower: Follower, event: StoredEvent): void {
  if (follower.overflowed || !isAfter(event.position, follower.at)) return;
  if (follower.queue.length >= QUEUE_MOST) follower.overflowed = true;
  else follower.queue.push(event);
  follower.wake();
}

async function nextOf(follower: Follower, signal: AbortSignal): Promise<readonly StoredEvent[] | null> {
  while (follower.queue.length === 0) {
    if (follower.overflowed || signal.aborted) return null;
    await wakeOf(follower, signal);
  }
  const events = follower.queue;
  follower.queue = [];
  return events;
}

async function wakeOf(follower: Follower, signal: AbortSignal): Promise<void> {
  const woken = new Promise<void>((resolve) => {
    follower.wake = resolve;
  });
  const wake = () => follower.wake();
  signal.addEventListener('abort', wake);
  await woken;
  signal.removeEventListener('abort', wake);
}

/** Everything from `start` on, without gaps and without repeats, until the signal fires. */
export async function* eventsFrom(
  store: Pick<EventStore, 'read'>,
  feed: Feed,
  scope: EventScope,
  start: Position,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredEvent[]> {
  let at = start;
  while (!signal.aborted) {
    const page = await store.read(scope, at, READ_MOST);
    at = page.upTo;
    if (page.events.length > 0) yield page.events;
    const following = page.more ? null : feed.join(scope, at);
    if (!following) continue;
    try {
      for (let events = await following.next(signal); events; events = await following.next(signal)) {
        yield events;
        at = events.at(-1)?.position ?? at;
      }
    } finally {
      following.leave();
    }
  }
}
