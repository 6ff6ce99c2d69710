/**
 * "There are new events": told within this process at once, and to the other processes on the database by NOTIFY, at
 * most so often, because every notification passes through one queue of the whole server.
 */
import type { Clock } from '../effects/clock/clock.ts';
import type { Database } from '../store/database.ts';
import type { NodeStore } from '../store/nodes.ts';

export type EventHints = {
  /** Events were committed by this process. */
  announce(): void;
  /** Called whenever there may be new events, whoever wrote them. */
  subscribe(onEvents: () => void): () => void;
  /** Starts to listen to the other processes; without it, only one's own announcements are heard. */
  listen(): Promise<void>;
  stop(): Promise<void>;
};

const CHANNEL = 'sluice';
const EVENTS = 'events';
const TELL_EVERY_MS = 50;
const LISTEN_AGAIN_MS = 5_000;

export function createEventHints(
  db: Pick<Database, 'listen'>,
  nodes: Pick<NodeStore, 'hint'>,
  clock: Clock,
  onTrouble: (error: unknown) => void,
): EventHints {
  const subscribers = new Set<() => void>();
  const stopping = new AbortController();
  let subscription: { close(): Promise<void> } | null = null;
  let telling: Promise<void> | null = null;
  let again = false;

  const tellHere = () => {
    for (const onEvents of subscribers) onEvents();
  };

  /** The first at once, those of the next moment together. */
  async function tellOthers(): Promise<void> {
    do {
      again = false;
      await nodes.hint(EVENTS).catch(onTrouble);
      await clock.sleep(TELL_EVERY_MS, stopping.signal);
    } while (again && !stopping.signal.aborted);
    telling = null;
  }

  return {
    announce: () => {
      tellHere();
      again = true;
      if (!stopping.signal.aborted) telling ??= tellOthers();
    },
    subscribe: (onEvents) => {
      subscribers.add(onEvents);
      return () => void subscribers.delete(onEvents);
    },
    listen: async () => {
      while (!stopping.signal.aborted && subscription === null) {
        try {
          // Null: the connection was made again, and something may have been missed.
          subscription = await db.listen(CHANNEL, (payload) => {
            if (payload === null || payload === EVENTS) tellHere();
          });
        } catch (error) {
          onTrouble(error);
          await clock.sleep(LISTEN_AGAIN_MS, stopping.signal);
        }
      }
    },
    stop: async () => {
      stopping.abort();
      await telling;
      await subscription?.close();
    },
  };
}
