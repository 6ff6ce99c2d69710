/**
 * Follows a stream of events over broken connections: reconnects with Last-Event-ID, so that nothing is
 * missed and nothing comes twice. Every batch of bytes, comments included, counts as a sign of life.
 */
import { isRecord, isSluiceError, parseJson } from './problem.ts';
import { readMessages } from './server-sent-events.ts';
import { linked } from './signals.ts';
import type { Call, Transport } from './transport.ts';
import type { EventType, SluiceEvent, StreamedEvent } from './types.ts';

export type FollowOptions = {
  signal?: AbortSignal | undefined;
  /** The `cursor` of the last event that was seen. Without it, the gateway decides where a stream starts. */
  lastEventId?: string | undefined;
  /** Only these. */
  types?: readonly EventType[] | undefined;
  /** Reconnect when not even a heartbeat comes for this long. */
  idleTimeoutMs?: number | undefined;
  /** Called after each (re)connection. */
  onOpen?: (() => void) | undefined;
  /** Called when a connection broke, before it is made again. */
  onBreak?: (() => void) | undefined;
};

const IDLE_TIMEOUT_MS = 60_000;
/** Breaks in a row without a sign of life in between. About two minutes with the pauses below. */
const MAX_BREAKS = 15;
const MAX_PAUSE_MS = 10_000;

/**
 * `onEnd` is asked when the gateway closes the stream in good order: true connects again. Ends silently
 * when the caller aborts, as leaving a `for await` does.
 */
export async function* follow(
  transport: Transport,
  call: Call,
  options: FollowOptions,
  onEnd: () => Promise<boolean>,
): AsyncGenerator<StreamedEvent, void, undefined> {
  const { signal, types, idleTimeoutMs = IDLE_TIMEOUT_MS, onOpen } = options;
  let lastEventId = options.lastEventId;
  let breaks = 0;
  while (!signal?.aborted) {
    const connection = linked(signal);
    try {
      const body = await connect(transport, call, lastEventId, types, connection.signal);
      onOpen?.();
      for await (const messages of readMessages(body, idleTimeoutMs)) {
        breaks = 0;
        for (const message of messages) {
          if (message.id !== '') lastEventId = message.id;
          const event = readEvent(message.data);
          if (event) yield { ...event, cursor: message.id };
        }
      }
      if (!(await onEnd())) return;
      breaks += 1;
    } catch (error) {
      if (signal?.aborted) return;
      // A refusal is an answer (no such task, no right to see it). Only a broken connection is tried again.
      if (isSluiceError(error) && !error.retryable) throw error;
      if (breaks >= MAX_BREAKS) throw error;
      breaks += 1;
    } finally {
      connection.abort();
    }
    options.onBreak?.();
    await transport.clock.sleep(pauseMs(breaks), signal);
  }
}

async function connect(
  transport: Transport,
  call: Call,
  lastEventId: string | undefined,
  types: readonly EventType[] | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const request: Call = {
    ...call,
    accept: 'text/event-stream',
    query: { ...call.query, types: types?.join(',') },
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
  };
  // Retries are ours here: the transport must not multiply them.
  const response = await transport.open(request, { signal, maxRetries: 0 });
  if (!response.body) throw new Error('the answer has no body');
  return response.body;
}

/** Anything that is not an event is passed over: a newer gateway may send other things. */
function readEvent(data: string): SluiceEvent | null {
  const event = parseJson(data);
  return isEvent(event) ? event : null;
}

export function isEvent(value: unknown): value is SluiceEvent {
  return (
    isRecord(value) && value.object === 'event' && typeof value.type === 'string' && isRecord(value.data)
  );
}

function pauseMs(breaks: number): number {
  return Math.min(MAX_PAUSE_MS, 250 * 2 ** Math.min(breaks, 10));
}
