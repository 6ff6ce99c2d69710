/**
 * Remembers that the answer to a create request without an Idempotency-Key reached its client, so that an equal request
 * later is a new wish and not a repeat. Collected for a moment and written together. Losing some (a crash) only means
 * that a repeat within the next minute is joined to the first request.
 */
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { Clock } from '../effects/clock/clock.ts';
import type { Telemetry } from '../lifecycle/telemetry.ts';
import type { AcceptStore } from '../store/accept.ts';

export type Answered = {
  /** Tasks whose creating request is still being answered: nothing is lost there yet. */
  answering: Set<string>;
  /** Marks these tasks once the whole answer has left over a connection that still stands. */
  whenDelivered(reply: FastifyReply, taskIds: readonly string[]): void;
  flush(): Promise<void>;
};

const FLUSH_AFTER_MS = 20;
const IDS_MOST = 1_000;

export function createAnswered(
  store: Pick<AcceptStore, 'markAnswered'>,
  clock: Clock,
  telemetry: Telemetry,
): Answered {
  const answering = new Set<string>();
  let pending: string[] = [];
  let waiting = false;

  async function flush(): Promise<void> {
    const ids = pending;
    pending = [];
    for (let start = 0; start < ids.length; start += IDS_MOST) {
      try {
        await store.markAnswered(ids.slice(start, start + IDS_MOST));
      } catch (error) {
        telemetry.log('warn', 'could not note delivered answers', { error: String(error) });
      }
    }
    end(ids);
  }

  function end(taskIds: readonly string[]): void {
    for (const id of taskIds) answering.delete(id);
  }

  async function flushSoon(): Promise<void> {
    waiting = true;
    await clock.sleep(FLUSH_AFTER_MS);
    waiting = false;
    await flush();
  }

  return {
    answering,
    flush,
    whenDelivered: (reply, taskIds) => {
      const { raw } = reply;
      const { socket } = reply.request.raw;
      // Gone while its tasks were being made: no event will come any more, and the client heard nothing.
      if (!isListening(socket) || raw.destroyed) return end(taskIds);
      let settled = false;
      const settle = (delivered: boolean): void => {
        if (settled) return;
        settled = true;
        socket.off('end', lost);
        if (!delivered) end(taskIds);
        else {
          pending.push(...taskIds);
          if (!waiting) void flushSoon();
        }
      };
      const lost = (): void => settle(false);
      // A connection that closed first may have lost the end of the answer; and an answer that failed after all told
      // its client nothing. Asked before Node's own listener, which closes a connection that is not kept alive: that
      // it is closing then is our doing, not the client's.
      raw.prependOnceListener('finish', () => settle(isListening(socket) && raw.statusCode < 300));
      raw.once('close', lost);
      socket.once('end', lost);
    },
  };
}

/** Whether somebody is at the other end, as far as is known now. */
export function isListening(socket: Pick<Socket, 'destroyed' | 'writable' | 'readableEnded'>): boolean {
  return !socket.destroyed && socket.writable !== false && socket.readableEnded !== true;
}
