/**
 * Which connections are reset soon after an answer has left over them. Whoever has read an answer to its end closes in
 * order, or not at all; a reset right behind it says that it was not read.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../effects/clock/clock.ts';

export type Resets<What> = {
  /** Tells of `what` when this connection is reset within the time. */
  watch(socket: Socket, what: What): void;
  /** What is watched now. */
  watched(): readonly What[];
};

/** A reset of an idle connection much later says nothing about the answer. */
const WITHIN_MS = 2_000;

export function createResets<What>(clock: Clock, onReset: (what: readonly What[]) => void): Resets<What> {
  let left: { socket: Socket; what: What; atMs: number }[] = [];
  /** One listener for each connection, however many answers left over it; what ends the listening. */
  const listening = new Map<Socket, () => void>();
  let forgetting = false;

  async function forgetLater(): Promise<void> {
    forgetting = true;
    while (left.length > 0) {
      await clock.sleep(WITHIN_MS);
      // A late timer comes before the resets that came in time.
      await clock.turn();
      const sinceMs = clock.monotonic() - WITHIN_MS;
      left = left.filter(({ atMs }) => atMs > sinceMs);
      const open = new Set(left.map(({ socket }) => socket));
      for (const [socket, end] of listening) if (!open.has(socket)) end();
    }
    forgetting = false;
  }

  function listen(socket: Socket): void {
    const onClose = (broken: boolean): void => {
      listening.delete(socket);
      const lost = left.filter((each) => each.socket === socket);
      left = left.filter((each) => each.socket !== socket);
      if (broken && lost.length > 0) onReset(lost.map(({ what }) => what));
    };
    socket.once('close', onClose);
    listening.set(socket, () => {
      socket.off('close', onClose);
      listening.delete(socket);
    });
  }

  return {
    watched: () => left.map(({ what }) => what),
    watch: (socket, what) => {
      left.push({ socket, what, atMs: clock.monotonic() });
      if (!listening.has(socket)) listen(socket);
      if (!forgetting) void forgetLater();
    },
  };
}
