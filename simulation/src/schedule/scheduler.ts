/**
 * Who goes next. Every effect of every node parks here; one at a time is let through, whole, and then everything runs
 * on until it parks again. Between two effects there is nothing but microtasks, so a seed decides everything.
 */

/** One life of a node: from its start to its kill. The next start is another life. */
export type Life = {
  /** `a.1` is the first life of node a. */
  name: string;
  node: number;
  alive: boolean;
  /** A stopped process: its effects stay parked until then. */
  pausedUntilMs: number;
};

export type EffectKind = 'store' | 'blobs' | 'send' | 'arrive';

/** What becomes of an effect. */
export type Fate =
  | { kind: 'run' }
  /** The process dies before the effect happens. */
  | { kind: 'die_before' }
  /** The effect happens, and the process dies before it hears of it. */
  | { kind: 'die_after' }
  | { kind: 'fail_before'; error: Error }
  /** The effect happens, and the answer is lost: a commit whose outcome is unknown. */
  | { kind: 'fail_after'; error: Error };

export type Parked = {
  number: number;
  life: Life;
  kind: EffectKind;
  label: string;
  notBeforeMs: number;
  /** Lets it through. Answers what it returned, for the trace; dying and resuming are the caller's. */
  execute(fate: Fate): Promise<Executed>;
};

export type Executed =
  | { kind: 'returned'; value: unknown }
  | { kind: 'threw'; error: unknown }
  | { kind: 'nothing' };

export type Scheduler = {
  /** Parks until it is let through. In a life that has ended it never returns, as nothing does in a dead process. */
  enter<T>(life: Life, kind: EffectKind, label: string, run: () => Promise<T>): Promise<T>;
  eligible(nowMs: number): Parked[];
  /** When the next parked effect that is held back may go; null: none is. */
  nextAtMs(nowMs: number): number | null;
  remove(parked: Parked): void;
  /** Forgets all effects of a life. */
  drop(life: Life): void;
  parked(): number;
};

export function createScheduler(holdBackMs: (label: string) => number): Scheduler {
  let waiting: Parked[] = [];
  let counted = 0;

  function readyAtMs(parked: Parked): number {
    return Math.max(parked.notBeforeMs, parked.life.pausedUntilMs);
  }

  return {
    enter: (life, kind, label, run) =>
      new Promise((resolve, reject) => {
        if (!life.alive) return;
        counted += 1;
        const execute = (fate: Fate) => carryOut(fate, life, run, resolve, reject);
        waiting.push({ number: counted, life, kind, label, notBeforeMs: holdBackMs(label), execute });
      }),
    eligible: (nowMs) => waiting.filter((parked) => readyAtMs(parked) <= nowMs),
    nextAtMs: (nowMs) => {
      const later = waiting.map(readyAtMs).filter((atMs) => atMs > nowMs);
      return later.length === 0 ? null : Math.min(...later);
    },
    remove: (parked) => {
      waiting = waiting.filter((one) => one !== parked);
    },
    drop: (life) => {
      waiting = waiting.filter((one) => one.life !== life);
    },
    parked: () => waiting.length,
  };
}

async function carryOut<T>(
  fate: Fate,
  life: Life,
  run: () => Promise<T>,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Promise<Executed> {
  if (fate.kind === 'die_before') return { kind: 'nothing' };
  if (fate.kind === 'fail_before') {
    reject(fate.error);
    return { kind: 'threw', error: fate.error };
  }
  try {
    const value = await run();
    if (fate.kind === 'fail_after') reject(fate.error);
    else if (fate.kind === 'run' && life.alive) resolve(value);
    return { kind: 'returned', value };
  } catch (error) {
    if (fate.kind !== 'die_after') reject(error);
    return { kind: 'threw', error };
  }
}

/** All microtasks have run: whoever could go on has parked again. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
