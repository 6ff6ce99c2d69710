/**
 * A thread for looking into files, as its owner sees it. Started by the first piece of work, does one after the
 * other, is ended when one takes too long (the next starts a new one) and when there has been nothing to do for a
 * while.
 */
import { Worker } from 'node:worker_threads';
import { type ByteReader, EndlessMediaError } from './media.ts';
import { FromThread, type ToThread, type Work } from './thread-messages.ts';

export type MediaThread = {
  /**
   * What the thread found, still to be parsed; null also when the file made it run out of memory. Throws when the
   * bytes cannot be read, and an `EndlessMediaError` when the work takes too long.
   */
  run(work: Work, reader?: ByteReader): Promise<unknown>;
  /** How much work waits or is done. */
  load(): number;
};

export type ThreadLimits = { startMs: number; workMs: number; idleMs: number };

/** Far above what the largest file takes on a busy machine: beyond it the thread is stuck. */
const USUAL_LIMITS: ThreadLimits = { startMs: 60_000, workMs: 30_000, idleMs: 60_000 };
const MOST_HEAP_MIB = 512;

export function createMediaThread(limits: ThreadLimits = USUAL_LIMITS): MediaThread {
  let running: Running | null = null;
  let idleTimer: NodeJS.Timeout | null = null;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let load = 0;

  async function start(): Promise<Running> {
    const started = startThread();
    running = started;
    started.ended.then(() => {
      if (running === started) running = null;
    });
    await started.hear<void>(
      limits.startMs,
      new Error('the media thread does not start'),
      (message, done) => message.kind === 'ready' && done(),
    );
    return started;
  }

  async function look(work: Work, reader: ByteReader): Promise<unknown> {
    if (idleTimer) clearTimeout(idleTimer);
    const current = running && !running.isOver() ? running : await start();
    // While somebody waits the process may not end, or the wait would never end either.
    current.worker.ref();
    const say = (message: ToThread): void => current.worker.postMessage(message);
    const failure: { error: unknown } = { error: undefined };
    const endless = new EndlessMediaError('looking into a file takes too long');
    say({ kind: 'start', work, size: reader.size });
    try {
      return await current.hear<unknown>(limits.workMs, endless, (message, done, fail) => {
        if (message.kind === 'done') done(message.result);
        if (message.kind === 'failed') fail(new Error(message.message));
        if (message.kind === 'read') void answerRead(reader, message, failure).then(say);
      });
    } catch (error) {
      if (isOutOfMemory(error)) return null;
      throw failure.error ?? error;
    } finally {
      rest(current);
    }
  }

  function rest(current: Running): void {
    current.worker.unref();
    idleTimer = setTimeout(() => current.stop(new Error('nothing to do')), limits.idleMs);
    idleTimer.unref();
  }

  return {
    run: (work, reader = NO_BYTES) => {
      load += 1;
      const turn = lastTurn.then(() => look(work, reader)).finally(() => (load -= 1));
      lastTurn = turn.catch(() => undefined);
      return turn;
    },
    load: () => load,
  };
}

const NO_BYTES: ByteReader = { size: 0, read: async () => new Uint8Array() };

/** So many threads; work goes to the one with the least of it. */
export function createMediaThreads(count: number, limits?: ThreadLimits): Pick<MediaThread, 'run'> {
  const threads = Array.from({ length: count }, () => createMediaThread(limits));
  const idlest = () => threads.reduce((best, thread) => (thread.load() < best.load() ? thread : best));
  return { run: (work, reader) => idlest().run(work, reader) };
}

type OnNews<T> = (message: FromThread, done: (value: T) => void, fail: (error: Error) => void) => void;

type Running = {
  worker: Worker;
  isOver(): boolean;
  ended: Promise<void>;
  stop(why: Error): void;
  /** Waits for news from the thread; when there are none for so long, the thread is ended with `late`. */
  hear<T>(limitMs: number, late: Error, onNews: OnNews<T>): Promise<T>;
};

function startThread(): Running {
  const worker = spawn();
  let listener: { take: (message: FromThread) => void; fail: (error: Error) => void } | null = null;
  let over: Error | null = null;

  function stop(why: Error): void {
    if (over) return;
    over = why;
    worker.terminate().catch(() => undefined);
    listener?.fail(why);
  }

  worker.on('message', (message: unknown) => listener?.take(FromThread.parse(message)));
  worker.on('error', stop);
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      stop(new Error('the media thread ended'));
      resolve();
    });
  });
  return {
    worker,
    isOver: () => over !== null,
    ended,
    stop,
    hear: (limitMs, late, onNews) => {
      let timer: NodeJS.Timeout | null = null;
      return new Promise<Parameters<Parameters<typeof onNews>[1]>[0]>((resolve, reject) => {
        if (over) return reject(over);
        listener = { take: (message) => onNews(message, resolve, reject), fail: reject };
        timer = setTimeout(() => stop(late), limitMs);
      }).finally(() => {
        listener = null;
        if (timer) clearTimeout(timer);
      });
    },
  };
}

/** A failure to read is the disk's, not the file's: it is kept for whoever asked for the look. */
async function answerRead(
  reader: ByteReader,
  { nth, start, end }: { nth: number; start: number; end: number },
  failure: { error: unknown },
): Promise<ToThread> {
  try {
    return { kind: 'bytes', nth, bytes: await reader.read(start, end) };
  } catch (error) {
    failure.error = error;
    return { kind: 'bytes', nth, bytes: null };
  }
}

function spawn(): Worker {
  return new Worker(new URL('./media-thread.mjs', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB },
    // Kept away from our logs, and not read either: a stream that is read keeps the process alive (unref or not).
    stdout: true,
    stderr: true,
  });
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
