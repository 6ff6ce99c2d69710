/** Worker threads of Node. What crosses is cloned, so neither side sees the other's memory. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { RunOptions, Threads, ThreadWork } from './threads.ts';

const MOST_HEAP_MIB = 768;

type Said =
  | { kind: 'news'; news: unknown }
  | { kind: 'done'; answer: unknown }
  | { kind: 'failed'; message: string };

export function realThreads(entries: Record<ThreadWork, URL>): Threads {
  return { run: (work, input, options) => runWorker(entries[work], input, options) };
}

function runWorker(entry: URL, input: unknown, { mostMs, onNews, signal }: RunOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, {
      execArgv: [],
      workerData: input,
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MIB },
      // Kept away from our logs.
      stdout: true,
      stderr: true,
    });
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      settle();
      void worker.terminate();
    };
    const stop = (): void => end(() => reject(new Error('stopped')));
    const timer = setTimeout(() => end(() => reject(new Error('it takes too long'))), mostMs);
    timer.unref();
    // Whoever waits for the answer keeps the process alive; a gateway that stops aborts the signal.
    worker.unref();
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    worker.on('message', (said: Said) => {
      if (said.kind === 'news') onNews(said.news);
      else if (said.kind === 'done') end(() => resolve(said.answer));
      else end(() => reject(new Error(said.message)));
    });
    worker.on('error', (error) => end(() => reject(error)));
    worker.on('exit', () => end(() => reject(new Error('the thread ended'))));
  });
}

/** The far end: what the thread's own file calls. */
export function serveThread(work: (input: unknown, say: (news: unknown) => void) => unknown): void {
  const say = (said: Said): void => parentPort?.postMessage(said);
  try {
    say({ kind: 'done', answer: work(workerData, (news) => say({ kind: 'news', news })) });
  } catch (error) {
    say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
