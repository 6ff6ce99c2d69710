/**
 * The way out without sockets: requests reach handlers in this process, and every fault that a network can
 * have is injected by the caller. Hops, redirects, time limits and caps are the production ones.
 */
import type { Clock } from '../clock/clock.ts';
import type { RawBody } from './exchange.ts';
import type { Hop } from './hop.ts';
import {
  type LostReason,
  type NotSentReason,
  type Outbound,
  type OutboundFailure,
  OutboundStreamError,
} from './outbound.ts';
import { outboundOver } from './over.ts';
import type { Head } from './send.ts';
import type { Watch } from './watch.ts';

/** A played far end. `drop` closes the connection without an answer. */
export type FarEnd = { handle(request: FarRequest): Promise<FarAnswer> };

export type FarRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Empty when there is none. */
  body: Uint8Array;
};

/** All times on the handed-in clock. */
export type FarAnswer =
  | {
      status: number;
      headers: Record<string, string>;
      body: string | Uint8Array | AsyncIterable<Uint8Array>;
      /** Held back for so long after the effect. */
      delayMs?: number;
      /** The connection breaks after so many bytes of the body. */
      cutAfterBytes?: number;
      /** The body comes in small pieces with pauses. */
      trickle?: { bytes: number; everyMs: number };
    }
  | { drop: true; delayMs?: number };

export type OutboundFault =
  /** No byte leaves; the far end hears nothing. */
  | { kind: 'not_sent'; reason: NotSentReason }
  /** Lost on the way there: the far end hears nothing, but we cannot know. `timeout` takes its full time. */
  | { kind: 'lost_before'; reason: LostReason }
  /** Lost on the way back: the far end did what it was asked. */
  | { kind: 'lost_after'; reason: LostReason }
  /** The body breaks off after so many bytes. */
  | { kind: 'cut'; afterBytes: number }
  /** One bit of the body arrives wrong. */
  | { kind: 'flip'; atByte: number };

export type VirtualOutboundOptions = {
  clock: Clock;
  /** The far end behind an origin (`https://api.example.com`), or undefined: then the name is unknown. */
  farEnd: (origin: string) => FarEnd | undefined;
  /** Asked once per hop, redirects included. */
  fault?: (request: FarRequest) => OutboundFault | null;
  /** How long the way there takes. */
  latencyMs?: (request: FarRequest) => number;
};

export function virtualOutbound(options: VirtualOutboundOptions): Outbound {
  const { clock } = options;

  async function send(hop: Hop, watch: Watch): Promise<Head | OutboundFailure> {
    const request = farRequest(hop);
    const origin = hop.target.url.origin;
    const farEnd = options.farEnd(origin);
    const fault = options.fault?.(request) ?? null;
    if (!farEnd) return { kind: 'not_sent', reason: 'dns', detail: `nobody plays ${origin}` };
    if (watch.signal.aborted) return { kind: 'not_sent', reason: 'aborted', detail: 'given up before' };
    if (fault?.kind === 'not_sent') return { ...fault, detail: 'injected' };
    watch.enter('headers');
    const latencyMs = options.latencyMs?.(request) ?? 0;
    if (latencyMs > 0) await clock.sleep(latencyMs, watch.signal);
    if (fault?.kind === 'lost_before') return lose(fault.reason, watch);
    if (watch.signal.aborted) return lose(watch.cause(), watch);
    const answer = await untilGivenUp(farEnd.handle(request), watch);
    if (answer === null) return lose(watch.cause(), watch);
    if (answer.delayMs !== undefined) await clock.sleep(answer.delayMs, watch.signal);
    if (fault?.kind === 'lost_after') return lose(fault.reason, watch);
    if (watch.signal.aborted) return lose(watch.cause(), watch);
    if ('drop' in answer) return lose('reset', watch);
    watch.enter('body');
    const { status, headers } = lowerCased(answer);
    const pieces = answer.trickle ? trickled(answer, answer.trickle, clock, watch) : chunksOf(answer.body);
    const bytes = hop.wire.method === 'HEAD' ? noBytes() : pieces;
    const cut: OutboundFault | null =
      answer.cutAfterBytes === undefined ? fault : { kind: 'cut', afterBytes: answer.cutAfterBytes };
    return { kind: 'head', status, headers, body: playBody(bytes, cut, watch) };
  }

  return outboundOver(clock, send);
}

async function lose(reason: LostReason, watch: Watch): Promise<OutboundFailure> {
  if (reason === 'timeout' && !watch.signal.aborted) {
    await new Promise((resolve) => watch.signal.addEventListener('abort', resolve, { once: true }));
    return { kind: 'lost', reason: watch.cause(), detail: 'injected silence' };
  }
  return { kind: 'lost', reason, detail: 'injected' };
}

function untilGivenUp<T>(work: Promise<T>, watch: Watch): Promise<T | null> {
  return new Promise((resolve, reject) => {
    watch.signal.addEventListener('abort', () => resolve(null), { once: true });
    work.then(resolve, reject);
  });
}

function farRequest(hop: Hop): FarRequest {
  const { method, headers, body } = hop.wire;
  const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array());
  return { method, url: hop.target.url.href, headers: { ...headers }, body: bytes };
}

function lowerCased(answer: { status: number; headers: Record<string, string> }) {
  const entries = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { status: answer.status, headers: Object.fromEntries(entries) };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

async function* chunksOf(body: string | Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function* trickled(
  answer: { body: string | Uint8Array | AsyncIterable<Uint8Array> },
  pace: { bytes: number; everyMs: number },
  clock: Clock,
  watch: Watch,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunksOf(answer.body)) {
    for (let at = 0; at < chunk.length; at += pace.bytes) {
      yield chunk.subarray(at, at + pace.bytes);
      await clock.sleep(pace.everyMs, watch.signal);
    }
  }
}

function playBody(bytes: AsyncIterable<Uint8Array>, fault: OutboundFault | null, watch: Watch): RawBody {
  let cancelled = false;
  async function* play(): AsyncGenerator<Uint8Array> {
    let sentBytes = 0;
    try {
      for await (const chunk of bytes) {
        if (cancelled) throw new OutboundStreamError('aborted', 'the reader gave up');
        if (watch.signal.aborted) throw new OutboundStreamError(watch.cause(), 'took too long');
        watch.touch();
        const cutAt = fault?.kind === 'cut' ? fault.afterBytes - sentBytes : chunk.length;
        if (cutAt < chunk.length) {
          if (cutAt > 0) yield chunk.subarray(0, cutAt);
          throw new OutboundStreamError('reset', 'injected cut');
        }
        yield fault?.kind === 'flip' ? flipped(chunk, fault.atByte - sentBytes) : chunk;
        sentBytes += chunk.length;
      }
    } finally {
      watch.stop();
    }
  }
  function cancel(): void {
    cancelled = true;
    watch.stop();
  }
  return { [Symbol.asyncIterator]: play, cancel };
}

/** A copy: the far end's own bytes stay as they are. */
function flipped(chunk: Uint8Array, at: number): Uint8Array {
  if (at < 0 || at >= chunk.length) return chunk;
  const copy = Uint8Array.from(chunk);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
