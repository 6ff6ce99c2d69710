/**
 * Processes beside the one that measures: load comes from one of its own, so that it does not share an event loop with
 * what it presses on, and memory is measured in one that has done nothing else.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

export type Child = {
  /** One job at a time. */
  ask<Answer>(job: unknown, shape: z.ZodType<Answer>): Promise<Answer>;
  stop(): Promise<void>;
};

export function startChild(module: URL): Child {
  const child = fork(fileURLToPath(module), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    ask: async (job, shape) => {
      const answer = new Promise<unknown>((resolve) => child.once('message', resolve));
      child.send({ job });
      const dead = gone.then((code) => Promise.reject(new Error(`the child process ended with ${code}`)));
      return shape.parse(await Promise.race([answer, dead]));
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

/** At the end of a child's module: does each job that comes, and ends when its parent has no more. */
export function serveJobs<Job>(shape: z.ZodType<{ job: Job }>, work: (job: Job) => Promise<unknown>): void {
  process.on('message', (message) => {
    void work(shape.parse(message).job).then((answer) => process.send?.(answer ?? null));
  });
  process.once('disconnect', () => process.exit(0));
}
