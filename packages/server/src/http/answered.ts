/**
 * Remembers that the answer to a create request without an Idempotency-Key reached its client, so that an equal request
 * later is a new wish and not a repeat. Collected for a moment and written together. Losing some (a crash) only means
 * that a repeat within the next minute is joined to the first request.
 *
 * An answer has reached its client when its last byte has left over a connection that still stands; and it has not, all
 * the same, when that connection is reset soon after: whoever has read everything closes in order. The note is then
 * taken back before the next request is looked at.
 *
 * A client that repeats at once may be heard before the reset of its first connection, although that came first: a
 * turn of the event loop brings news in no order, and a connection is closed at the turn's end. So an equal request
 * waits for one whole turn.
 */
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../effects/clock/clock.ts';
import type { Answering } from '../lifecycle/1-accept.ts';
import type { Telemetry } from '../lifecycle/telemetry.ts';
import type { AcceptStore } from '../store/accept.ts';
import { createResets } from './resets.ts';

export type Answered = Answering & {
  /** Marks these tasks once the whole answer has left over a connection that still stands. */
  whenDelivered(reply: FastifyReply, taskIds: readonly string[], requestHash: string): void;
  flush(): Promise<void>;
};

/** An answer that has left. `noted`: since it is being written that it has. */
type Left = { taskIds: readonly string[]; requestHash: string; noted: Promise<void> | null };

const FLUSH_AFTER_MS = 20;
const IDS_MOST = 1_000;

export function createAnswered(
  store: Pick<AcceptStore, 'markAnswered' | 'markUnanswered'>,
  clock: Clock,
  telemetry: Telemetry,
): Answered {
  const complain = (error: unknown): void =>
    telemetry.log('warn', 'could not note delivered answers', { error: String(error) });
  const open = new Map<string, string>();
  const end = (taskIds: readonly string[]): void => {
    for (const id of taskIds) open.delete(id);
  };
  let pending: Left[] = [];
  const takingBack = new Set<Promise<void>>();
  const resets = createResets<Left>(clock, takeBack);
  let flushing = false;

  async function flush(): Promise<void> {
    const due = pending;
    pending = [];
    const ids = due.flatMap(({ taskIds }) => taskIds);
    const noted = markAll(store, ids, complain).then(() => end(ids));
    for (const each of due) each.noted = noted;
    await noted;
  }

  async function flushSoon(): Promise<void> {
    flushing = true;
    await clock.sleep(FLUSH_AFTER_MS);
    // A late timer comes before what the network had to say by then.
    await clock.turn();
    flushing = false;
    await flush();
  }

  function keep(socket: Socket, taskIds: readonly string[], requestHash: string): void {
    const left: Left = { taskIds, requestHash, noted: null };
    pending.push(left);
    resets.watch(socket, left);
    if (!flushing) void flushSoon();
  }

  function takeBack(lost: readonly Left[]): void {
    pending = pending.filter((left) => !lost.includes(left));
    for (const { taskIds, noted } of lost) {
      end(taskIds);
      if (noted === null) continue;
      const taken = noted.then(() => store.markUnanswered(taskIds)).catch(complain);
      takingBack.add(taken);
      void taken.then(() => takingBack.delete(taken));
    }
  }

  return {
    open,
    flush,
    settled: async (requestHashes) => {
      const earlier = [...open.values(), ...resets.watched().map((left) => left.requestHash)];
      if (haveEqual(requestHashes, earlier)) await clock.turn();
      await Promise.all(takingBack);
    },
    whenDelivered: (reply, taskIds, requestHash) => {
      const { raw, request } = reply;
      const { socket } = request.raw;
      // Gone while its tasks were being made: no event will come any more, and the client heard nothing.
      if (!isListening(socket) || raw.destroyed) return end(taskIds);
      onceGone(reply, (delivered) => (delivered ? keep(socket, taskIds, requestHash) : end(taskIds)));
    },
  };
}

async function markAll(
  store: Pick<AcceptStore, 'markAnswered'>,
  ids: readonly string[],
  complain: (error: unknown) => void,
): Promise<void> {
  for (let start = 0; start < ids.length; start += IDS_MOST) {
    await store.markAnswered(ids.slice(start, start + IDS_MOST)).catch(complain);
  }
}

/** Whether one of these is among the earlier ones, or two of these are equal. */
function haveEqual(requestHashes: readonly string[], earlier: readonly string[]): boolean {
  const asked = new Set(requestHashes);
  return asked.size < requestHashes.length || earlier.some((requestHash) => asked.has(requestHash));
}

/** Tells once whether the whole answer left. */
function onceGone({ raw, request }: FastifyReply, decide: (delivered: boolean) => void): void {
  const { socket } = request.raw;
  let decided = false;
  const settle = (delivered: boolean): void => {
    if (decided) return;
    decided = true;
    socket.off('end', lost);
    decide(delivered);
  };
  const lost = (): void => settle(false);
  // A connection that closed first may have lost the end of the answer; and an answer that failed after all told its
  // client nothing. Asked before Node's own listener, which closes a connection that is not kept alive: that it is
  // closing then is our doing, not the client's.
  raw.prependOnceListener('finish', () => settle(isListening(socket) && raw.statusCode < 300));
  raw.once('close', lost);
  socket.once('end', lost);
}

/** Whether somebody is at the other end, as far as is known now. */
export function isListening(socket: Pick<Socket, 'destroyed' | 'writable' | 'readableEnded'>): boolean {
  return !socket.destroyed && socket.writable !== false && socket.readableEnded !== true;
}
