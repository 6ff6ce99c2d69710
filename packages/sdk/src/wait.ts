/**
 * Waits for the end of a task. The event stream is a hint that makes it quick; reading the task at a
 * growing interval stands behind it and makes it sure. Proxies that swallow streams only make it slower.
 */
import type { Clock } from './clock.ts';
import { isSluiceError } from './problem.ts';
import { linked } from './signals.ts';
import type { SluiceEvent, Task } from './types.ts';

export type WaitOptions = {
  /** Stops waiting (the task goes on). `AbortSignal.timeout(ms)` sets a limit. */
  signal?: AbortSignal | undefined;
  /** Called with the task after each reading, also when nothing changed. */
  onProgress?: ((task: Task) => void) | undefined;
  /** Shortest time between two readings that no event asked for. */
  pollMs?: number | undefined;
};

export type WaitSource = {
  read(id: string, signal: AbortSignal): Promise<Task>;
  follow(id: string, options: { signal: AbortSignal; onOpen: () => void }): AsyncIterable<SluiceEvent>;
  clock: Clock;
};

const POLL_MS = 1_000;
const MAX_POLL_MS = 15_000;
const MAX_POLL_WHILE_STREAMING_MS = 30_000;
/** A gateway that is restarted or moved is worth waiting for; one that is gone is not. */
const MAX_OUTAGE_MS = 5 * 60_000;

export function hasEnded(task: Pick<Task, 'status'>): boolean {
  switch (task.status) {
    case 'completed':
    case 'failed':
    case 'cancelled':
      return true;
    case 'pending':
    case 'processing':
      return false;
  }
}

/** Resolves with the task at its end, whatever that end is: look at `status`. */
export async function waitForTask(source: WaitSource, id: string, options: WaitOptions): Promise<Task> {
  const stop = linked(options.signal);
  const hints = createHints();
  const listening = listen(source, id, stop.signal, hints);
  try {
    return await readUntilEnded(source, id, options, stop.signal, hints);
  } finally {
    stop.abort();
    await listening;
  }
}

async function readUntilEnded(
  source: WaitSource,
  id: string,
  options: WaitOptions,
  signal: AbortSignal,
  hints: Hints,
): Promise<Task> {
  const { clock } = source;
  let version: number | null = null;
  let changedAtMs = clock.now();
  let answeredAtMs = clock.now();
  for (;;) {
    // Taken before the reading: what happens while we read rings again.
    hints.reset();
    const task = await readOrNull(source, id, signal, () => clock.now() - answeredAtMs < MAX_OUTAGE_MS);
    if (options.signal?.aborted) throw options.signal.reason;
    if (task) {
      answeredAtMs = clock.now();
      if (task.version !== version) changedAtMs = answeredAtMs;
      version = task.version;
      options.onProgress?.(task);
      if (hasEnded(task)) return task;
    }
    const delayMs = pollDelayMs({
      quietMs: clock.now() - changedAtMs,
      pollMs: options.pollMs ?? POLL_MS,
      streaming: hints.streaming,
      watched: options.onProgress !== undefined,
    });
    await hints.within(delayMs, clock, signal);
    if (options.signal?.aborted) throw options.signal.reason;
  }
}

export type PollState = {
  /** Since the task last changed. */
  quietMs: number;
  pollMs: number;
  /** Whether the event stream is up. */
  streaming: boolean;
  /** Whether somebody looks at progress between the events. */
  watched: boolean;
};

/** A quarter of the silence so far: 40 readings for a render of 5 minutes at most, lag below a quarter. */
export function pollDelayMs({ quietMs, pollMs, streaming, watched }: PollState): number {
  if (streaming && !watched) return Math.max(pollMs, MAX_POLL_WHILE_STREAMING_MS);
  return Math.max(pollMs, Math.min(MAX_POLL_MS, quietMs / 4));
}

/** A failed question is not a failed task: null as long as it is worth asking again. */
async function readOrNull(
  source: WaitSource,
  id: string,
  signal: AbortSignal,
  worthwhile: () => boolean,
): Promise<Task | null> {
  try {
    return await source.read(id, signal);
  } catch (error) {
    if (isSluiceError(error) && error.retryable && worthwhile()) return null;
    throw error;
  }
}

async function listen(source: WaitSource, id: string, signal: AbortSignal, hints: Hints): Promise<void> {
  const onOpen = (): void => {
    hints.streaming = true;
    hints.ring();
  };
  try {
    for await (const _ of source.follow(id, { signal, onOpen })) hints.ring();
  } catch {
    // No stream to be had (an old proxy, a refusal): the readings report what is wrong, if anything is.
  }
  hints.streaming = false;
  hints.ring();
}

type Hints = {
  streaming: boolean;
  ring(): void;
  reset(): void;
  /** Resolves at the next ring (or one since the reset), or after `ms`. */
  within(ms: number, clock: Clock, signal: AbortSignal): Promise<void>;
};

function createHints(): Hints {
  let rung = false;
  let wake: () => void = () => {};
  return {
    streaming: false,
    ring() {
      rung = true;
      wake();
    },
    reset() {
      rung = false;
    },
    async within(ms, clock, signal) {
      if (rung) return;
      const timer = linked(signal);
      const bell = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([bell, clock.sleep(ms, timer.signal)]);
      timer.abort();
    },
  };
}
