/** Bounded side work of a stage: submits, copies and deliveries run here while the loop goes on. */
export type Pool = {
  /** How many more may start now. */
  free(): number;
  /** Starts one; failures go to `onError`, never to the caller. */
  start(work: () => Promise<void>): void;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
  running(): number;
};

export function createPool(
  most: number,
  onError: (error: unknown) => void,
  onFree: () => void = () => {},
): Pool {
  const running = new Set<Promise<void>>();
  return {
    free: () => Math.max(0, most - running.size),
    running: () => running.size,
    start: (work) => {
      const done: Promise<void> = (async () => work())()
        .catch(onError)
        .finally(() => {
          running.delete(done);
          onFree();
        });
      running.add(done);
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Pools by name, each of the same size, made when they are first asked for. */
export type NamedPools = { of(name: string): Pool; idle(): Promise<void>; running(): number };

export function namedPools(
  most: number,
  onError: (error: unknown) => void,
  onFree: (pool: Pool) => void = () => {},
): NamedPools {
  const pools = new Map<string, Pool>();
  const all = () => [...pools.values()];
  return {
    of: (name) => {
      const known = pools.get(name);
      if (known) return known;
      const made = createPool(most, onError, () => onFree(made));
      pools.set(name, made);
      return made;
    },
    idle: async () => {
      await Promise.all(all().map((pool) => pool.idle()));
    },
    running: () => all().reduce((sum, pool) => sum + pool.running(), 0),
  };
}
