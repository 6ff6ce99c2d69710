/**
 * One request on one connection. The line between `unsent` and `lost` is drawn here: undici calls
 * `onRequestStart` on the established socket just before it writes the first byte. Before that call nothing
 * can have arrived anywhere; after it everything may have.
 */
import { type Dispatcher, errors } from 'undici';
import type { Connection } from './connections.ts';
import { type LostReason, OutboundStreamError } from './outbound.ts';
import type { Watch } from './watch.ts';

export type WireRequest = {
  method: Dispatcher.HttpMethod;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
};

export type Exchanged =
  | { kind: 'head'; status: number; headers: Record<string, string>; body: RawBody }
  /** Not one byte of the request was written. */
  | { kind: 'unsent'; detail: string }
  | { kind: 'lost'; reason: LostReason; detail: string };

/** Still encoded. Ends by throwing OutboundStreamError. To be read once. */
export type RawBody = AsyncIterable<Uint8Array> & { cancel(): void };

/** Bytes that wait for a slow reader before the socket is paused, and when it goes on. */
const PAUSE_AT_BYTES = 1_048_576;
const RESUME_AT_BYTES = 262_144;

export function exchange(connection: Connection, request: WireRequest, watch: Watch): Promise<Exchanged> {
  return new Promise((resolve) => {
    const inflow = createInflow(watch, connection);
    let started = false;
    let head = false;
    let running: Dispatcher.DispatchController | null = null;

    function giveUp(): void {
      const cause = watch.cause();
      const error = new OutboundStreamError(cause, cause === 'timeout' ? 'took too long' : 'given up');
      if (running) running.abort(error);
      else connection.destroy();
    }
    watch.signal.addEventListener('abort', giveUp, { once: true });

    connection.client.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      {
        onRequestStart: (controller) => {
          running = controller;
          if (watch.signal.aborted) return giveUp();
          started = true;
          inflow.attach(controller);
          watch.enter('headers');
        },
        onResponseStart: (_controller, status, headers) => {
          // 1xx answers are announcements; the real head follows.
          if (status < 200) return;
          head = true;
          watch.enter('body');
          resolve({ kind: 'head', status, headers: plainHeaders(headers), body: inflow.body });
        },
        onResponseData: (_controller, chunk) => inflow.push(chunk),
        onResponseEnd: () => {
          watch.stop();
          inflow.end();
          connection.release();
        },
        onResponseError: (_controller, error) => {
          connection.destroy();
          if (!started) return resolve({ kind: 'unsent', detail: error.message });
          const failure = asStreamError(error);
          if (head) inflow.fail(failure);
          else resolve({ kind: 'lost', reason: failure.reason, detail: failure.message });
        },
      },
    );
  });
}

type Inflow = {
  body: RawBody;
  attach(controller: Dispatcher.DispatchController): void;
  push(chunk: Uint8Array): void;
  end(): void;
  fail(error: OutboundStreamError): void;
};

function createInflow(watch: Watch, connection: Connection): Inflow {
  const chunks: Uint8Array[] = [];
  let queuedBytes = 0;
  let paused = false;
  let outcome: 'open' | 'ended' | OutboundStreamError = 'open';
  let controller: Dispatcher.DispatchController | null = null;
  let wake: (() => void) | null = null;

  function signalReader(): void {
    wake?.();
    wake = null;
  }

  function settle(how: 'ended' | OutboundStreamError): void {
    if (outcome === 'open') outcome = how;
    signalReader();
  }

  function resumeIfDrained(): void {
    if (!paused || queuedBytes > RESUME_AT_BYTES) return;
    paused = false;
    watch.touch();
    controller?.resume();
  }

  function pause(): void {
    paused = true;
    watch.hold();
    controller?.pause();
  }

  function cancel(): void {
    if (outcome !== 'open') return;
    watch.stop();
    settle(new OutboundStreamError('aborted', 'the reader gave up'));
    chunks.length = 0;
    connection.destroy();
  }

  /** The next bytes; null at the end. */
  async function next(): Promise<Uint8Array | null> {
    while (chunks.length === 0 && outcome === 'open') {
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const chunk = chunks.shift();
    if (!chunk && outcome !== 'ended' && outcome !== 'open') throw outcome;
    queuedBytes -= chunk?.length ?? 0;
    resumeIfDrained();
    return chunk ?? null;
  }

  return {
    body: { [Symbol.asyncIterator]: () => readAll(next, cancel), cancel },
    attach: (given) => {
      controller = given;
    },
    push: (chunk) => {
      if (outcome !== 'open') return;
      watch.touch();
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes > PAUSE_AT_BYTES) pause();
      signalReader();
    },
    end: () => settle('ended'),
    fail: settle,
  };
}

/** Whoever stops reading early gives the connection back. */
async function* readAll(
  next: () => Promise<Uint8Array | null>,
  release: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk;
  } finally {
    release();
  }
}

function asStreamError(error: Error): OutboundStreamError {
  if (error instanceof OutboundStreamError) return error;
  if (error instanceof errors.HeadersOverflowError) {
    return new OutboundStreamError('too_large', 'the response headers are too large');
  }
  return new OutboundStreamError('reset', error.message);
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
