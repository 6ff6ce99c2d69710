/**
 * A thread for looking into files, as its owner sees it. Started by the first piece of work, does one after the
 * other, is ended when one takes too long (the next starts a new one) and when there has been nothing to do for a
 * while.
 */
import { Worker } from 'node:worker_threads';
import type { ByteReader } from './media.ts';
import { FromThread, type ToThread, type Work } from './thread-messages.ts';

export type MediaThread = {
  /**
   * What the thread found, still to be parsed; null also when the file made it run out of memory. Throws when the
   * bytes cannot be read and when the work takes too long.
   */
  run(work: Work, reader: ByteReader): Promise<unknown>;
};

export type ThreadLimits = { startMs: number; workMs: number; idleMs: number };

/** Far above what the largest file takes on a busy machine: beyond it the thread is stuck. */
const USUAL_LIMITS: ThreadLimits = { startMs: 60_000, workMs: 30_000, idleMs: 60_000 };
const MOST_HEAP_MIB = 512;

export class ThreadOverdue extends Error {}

type Listener = { take: (message: FromThread) => void; fail: (error: Error) => void };

export function createMediaThread(limits: ThreadLimits = USUAL_LIMITS): MediaThread {
  let worker: Worker | null = null;
  let listener: Listener | null = null;
  let idleTimer: NodeJS.Timeout | null = null;
  let lastTurn: Promise<unknown> = Promise.resolve();

  function drop(which: Worker, error: Error): void {
    if (which !== worker) return;
    worker = null;
    which.terminate().catch(() => undefined);
    listener?.fail(error);
  }

  /** Waits for one kind of news from the thread, at most so long. */
  function hear<T>(
    current: Worker,
    limitMs: number,
    onNews: (message: FromThread, done: (value: T) => void, fail: (error: Error) => void) => void,
  ): Promise<T> {
    let timer: NodeJS.Timeout | null = null;
    return new Promise<T>((resolve, reject) => {
      listener = { take: (message) => onNews(message, resolve, reject), fail: reject };
      timer = setTimeout(
        () => drop(current, new ThreadOverdue('looking into a file takes too long')),
        limitMs,
      );
    }).finally(() => {
      listener = null;
      if (timer) clearTimeout(timer);
    });
  }

  async function start(): Promise<Worker> {
    const started = new Worker(new URL('./media-thread.mjs', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB },
      // What parsers print about broken files is not for our logs.
      stdout: true,
      stderr: true,
    });
    worker = started;
    started.stdout.resume();
    started.stderr.resume();
    started.on('message', (message: unknown) => listener?.take(FromThread.parse(message)));
    started.on('error', (error) => drop(started, error));
    started.on('exit', () => drop(started, new Error('the media thread ended')));
    await hear<void>(started, limits.startMs, (message, done) => message.kind === 'ready' && done());
    return started;
  }

  async function look(work: Work, reader: ByteReader): Promise<unknown> {
    if (idleTimer) clearTimeout(idleTimer);
    const current = worker ?? (await start());
    // While somebody waits the process may not end, or the wait would never end either.
    current.ref();
    const say = (message: ToThread): void => current.postMessage(message);
    let readFailure: unknown;
    say({ kind: 'start', work, size: reader.size });
    const found = hear<unknown>(current, limits.workMs, (message, done, fail) => {
      if (message.kind === 'done') done(message.result);
      if (message.kind === 'failed') fail(new Error(message.message));
      if (message.kind !== 'read') return;
      const { nth, start: from, end } = message;
      reader.read(from, end).then(
        (bytes) => say({ kind: 'bytes', nth, bytes }),
        (error: unknown) => {
          readFailure = error;
          say({ kind: 'bytes', nth, bytes: null });
        },
      );
    });
    try {
      return await found;
    } catch (error) {
      if (isOutOfMemory(error)) return null;
      throw readFailure ?? error;
    } finally {
      rest(current);
    }
  }

  function rest(current: Worker): void {
    current.unref();
    idleTimer = setTimeout(() => {
      if (worker === current) worker = null;
      current.terminate().catch(() => undefined);
    }, limits.idleMs);
    idleTimer.unref();
  }

  return {
    run: (work, reader) => {
      const turn = lastTurn.then(() => look(work, reader));
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
  };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
