/** Long calculations beside the event loop: one call, one thread, ended with it. */

export type Threads = {
  /**
   * Runs the named work on a thread of its own and answers what it answered. `onNews` hears of what it says on the way.
   * Ends the thread when `signal` fires, when it takes longer than `mostMs`, or more memory than it is given.
   */
  run(work: ThreadWork, input: unknown, options: RunOptions): Promise<unknown>;
};

/** Each is an entry of its own; main.ts says which file. */
export type ThreadWork = 'plan';

export type RunOptions = { mostMs: number; onNews: (news: unknown) => void; signal: AbortSignal };
