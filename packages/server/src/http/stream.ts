/**
 * Server-sent events over one response: resumable by the number of the last event, alive by comments, and as fast as
 * the client reads. Ends when the client leaves, when the process stops, or after the event that ends its task.
 */

import type { ServerResponse } from 'node:http';
import type { Refusal } from '@sluice/contract';
import type { FastifyReply } from 'fastify';
import type { EventScope, Position, StoredEvent } from '../store/events.ts';
import type { HttpContext } from './context.ts';
import { createFeed, eventsFrom, type Feed } from './feed.ts';
import { isTerminalEvent } from './views/tasks.ts';

export type StreamRequest = {
  scope: EventScope;
  start: Position;
  /** Null: every type. */
  types: ReadonlySet<string> | null;
  /** Whose limit of open streams it counts against. */
  owner: string;
  /** Nothing follows any more: the stream begins and ends. */
  over: boolean;
  /** Asked with every heartbeat: whose key or session has ended hears no more. */
  stillGood: () => Promise<boolean>;
};

export type Streams = {
  /** Starts the stream on this reply, or says why not. */
  open(reply: FastifyReply, wanted: StreamRequest): Refusal | null;
  feed: Feed;
  close(): void;
};

type Open = Pick<StreamRequest, 'owner' | 'stillGood'> & { left: AbortController };

const ignored = () => {};

/** What clients wait before they connect again. */
const RECONNECT_MS = 2_000;

export function createStreams(context: HttpContext): Streams {
  const { clock, telemetry, http, store } = context;
  const feed = createFeed(store.events, clock, telemetry, http.eventPollMs);
  const leaveHints = context.onEvents(() => feed.poke());
  const open = new Map<ServerResponse, Open>();
  const stopping = new AbortController();
  let beating = false;
  context.draining.addEventListener('abort', endAll, { once: true });

  function endAll(): void {
    stopping.abort();
    for (const { left } of open.values()) left.abort();
  }

  /** One loop for all streams. */
  async function beat(): Promise<void> {
    if (beating) return;
    beating = true;
    while (open.size > 0 && !stopping.signal.aborted) {
      await clock.sleep(http.heartbeatMs, stopping.signal);
      if (stopping.signal.aborted) break;
      for (const [response, { stillGood, left }] of open) {
        if (!response.writableNeedDrain) response.write(': alive\n\n');
        // Not being able to ask changes nothing: the next heartbeat asks again.
        void stillGood().then((good) => good || left.abort(), ignored);
      }
    }
    beating = false;
  }

  async function run(response: ServerResponse, wanted: StreamRequest, signal: AbortSignal): Promise<void> {
    try {
      await writeAll(response, wanted, eventsFrom(store.events, feed, wanted.scope, wanted.start, signal));
    } catch (error) {
      // The client connects again and resumes where it was.
      telemetry.log('warn', 'a stream of events was cut', { error: String(error) });
    } finally {
      open.delete(response);
      response.end();
    }
  }

  return {
    feed,
    open: (reply, wanted) => {
      if (countOf(open, wanted.owner) >= http.streamsPerAccount) {
        const message = `At most ${http.streamsPerAccount} streams of events at a time.`;
        return { code: 'rate_limited', message, retryAfterSeconds: 10 };
      }
      const left = new AbortController();
      reply.raw.once('close', () => left.abort());
      reply.hijack();
      startResponse(reply);
      if (wanted.over || stopping.signal.aborted) {
        reply.raw.end();
        return null;
      }
      open.set(reply.raw, { owner: wanted.owner, stillGood: wanted.stillGood, left });
      void beat();
      void run(reply.raw, wanted, left.signal);
      return null;
    },
    close: () => {
      context.draining.removeEventListener('abort', endAll);
      leaveHints();
      endAll();
      feed.close();
    },
  };
}

function countOf(open: ReadonlyMap<ServerResponse, { owner: string }>, owner: string): number {
  let count = 0;
  for (const each of open.values()) if (each.owner === owner) count += 1;
  return count;
}

function startResponse(reply: FastifyReply): void {
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  reply.raw.writeHead(200, {
    ...Object.fromEntries(headers),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // Proxies that collect answers before passing them on would hold events back.
    'x-accel-buffering': 'no',
    // The connection ends with its stream: kept alive, it would hold up a server that is closing.
    connection: 'close',
  });
  reply.raw.write(`retry: ${RECONNECT_MS}\n\n`);
}

/** Up to the event that ends the task, where one task is followed. */
async function writeAll(
  response: ServerResponse,
  { scope, types }: StreamRequest,
  pages: AsyncIterable<readonly StoredEvent[]>,
): Promise<void> {
  for await (const events of pages) {
    const end = events.findIndex((event) => scope.of === 'task' && isTerminalEvent(event.type));
    await write(response, end < 0 ? events : events.slice(0, end + 1), types);
    if (end >= 0) return;
  }
}

async function write(
  response: ServerResponse,
  events: readonly StoredEvent[],
  types: ReadonlySet<string> | null,
): Promise<void> {
  const text = events
    .filter((event) => types === null || types.has(event.type))
    .map(eventText)
    .join('');
  if (text === '' || response.write(text) || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

function eventText(event: StoredEvent): string {
  const { id, type, atMs, data, position } = event;
  const json = JSON.stringify({ id, object: 'event', type, created_at: new Date(atMs).toISOString(), data });
  return `id: ${position.number}\nevent: ${type}\ndata: ${json}\n\n`;
}
