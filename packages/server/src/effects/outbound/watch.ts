/**
 * The time limits of one request, run on the handed-in clock. One watcher per request moves through the
 * phases; when a limit passes, or the caller gives up, its signal aborts and everything under it lets go.
 */
import type { Clock } from '../clock/clock.ts';
import type { OutboundLimits } from './outbound.ts';

export type Phase = 'connect' | 'headers' | 'body';

export type Watch = {
  /** Aborts when a limit passed or the caller gave up. */
  signal: AbortSignal;
  /** Why the signal aborted. */
  cause(): 'timeout' | 'aborted';
  enter(phase: Phase): void;
  /** Bytes arrived: the silence starts anew. */
  touch(): void;
  /** The reader is behind: silence is our own doing and does not count until `touch`. */
  hold(): void;
  stop(): void;
};

/** Given as reason, because the platform builds a whole exception, stack and all, when none is given. */
const OVER = 'over';

export function startWatch(clock: Clock, limits: OutboundLimits, callerSignal?: AbortSignal): Watch {
  const ended = new AbortController();
  const totalDueAt = clock.monotonic() + limits.totalMs;
  let phase: Phase = 'connect';
  let since = clock.monotonic();
  let held = false;
  let stopped = false;
  let cause: 'timeout' | 'aborted' = 'timeout';
  let nap = new AbortController();

  function finish(why: 'timeout' | 'aborted'): void {
    if (stopped || ended.signal.aborted) return;
    cause = why;
    stop();
    ended.abort(OVER);
  }
  const giveUp = (): void => finish('aborted');
  if (callerSignal?.aborted) giveUp();
  else callerSignal?.addEventListener('abort', giveUp, { once: true });

  function stop(): void {
    stopped = true;
    callerSignal?.removeEventListener('abort', giveUp);
    nap.abort(OVER);
  }

  function dueAt(): number {
    if (held) return totalDueAt;
    const phaseMs = { connect: limits.connectMs, headers: limits.headersMs, body: limits.idleMs }[phase];
    return Math.min(totalDueAt, since + phaseMs);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const leftMs = dueAt() - clock.monotonic();
      if (leftMs <= 0) return finish('timeout');
      // `touch` only moves the due time back, so it needs no wake-up; `enter` may move it forward.
      await clock.sleep(leftMs, nap.signal);
    }
  }
  void run();

  return {
    signal: ended.signal,
    cause: () => cause,
    enter: (next) => {
      if (stopped) return;
      phase = next;
      held = false;
      since = clock.monotonic();
      const previous = nap;
      nap = new AbortController();
      previous.abort(OVER);
    },
    touch: () => {
      since = clock.monotonic();
      held = false;
    },
    hold: () => {
      held = true;
    },
    stop,
  };
}
