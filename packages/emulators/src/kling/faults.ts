/**
 * What can be made to go wrong, by script (the next n times) or by chance (drawn from the given randomness).
 * A fault belongs to a point: the exchange itself, the life of a task, an output file, a callback.
 */
import type { EmulatorRandom } from '../exchange.ts';

/**
 * The HTTP exchange. With `accept`, the request first has its effect (the task exists) and then the
 * answer goes wrong.
 */
export type ExchangeFault =
  | { do: 'refuse'; code: number; message?: string; retryAfterSeconds?: number; accept?: boolean }
  | { do: 'drop'; accept?: boolean; afterMs?: number }
  | { do: 'slow'; ms: number }
  | { do: 'trickle'; bytes: number; everyMs: number }
  | { do: 'html'; accept?: boolean }
  | { do: 'code-in-200'; code: number; message?: string; accept?: boolean }
  | { do: 'answer'; status: number; contentType: string; body: string; accept?: boolean };

export type QueryFault = ExchangeFault | { do: 'hide' } | { do: 'swap' };

/** What becomes of an accepted task. */
export type TaskFault =
  | { do: 'fail'; message?: string }
  | { do: 'never-finish' }
  | { do: 'short'; seconds: number }
  | { do: 'slow-render'; factor: number }
  | { do: 'charge'; units: string }
  /** After its end, successive reads show these words; then the truth. */
  | { do: 'flap'; words: string[] }
  /** Before its end, the first reads show this word. */
  | { do: 'unknown-word'; word: string; reads: number };

export type OutputFault =
  | { do: 'dead'; status: number }
  | { do: 'cut'; share: number }
  | { do: 'truncated'; share: number }
  | { do: 'wrong-type' }
  | { do: 'corrupt' }
  | { do: 'slow'; ms: number }
  | { do: 'trickle'; bytes: number; everyMs: number };

export type CallbackFault =
  | { do: 'lost' }
  | { do: 'duplicate'; times: number }
  | { do: 'late'; ms: number }
  /** Signed long ago. */
  | { do: 'stale'; ageMs: number }
  | { do: 'unsigned' }
  /** Besides the genuine one, one with a false body and a signature by a wrong key. */
  | { do: 'forged' }
  /** Genuinely signed, but the body claims another status. */
  | { do: 'lie'; status: string };

export type FaultAt = {
  create: ExchangeFault;
  query: QueryFault;
  account: ExchangeFault;
  task: TaskFault;
  output: OutputFault;
  callback: CallbackFault;
};

export type FaultPoint = keyof FaultAt;

export type FaultChance = { [P in FaultPoint]: { at: P; chance: number; fault: FaultAt[P] } }[FaultPoint];

export type KlingFaults = {
  /** The next `times` occasions at this point go wrong like this (Infinity: all of them, until cleared). */
  next<P extends FaultPoint>(at: P, fault: FaultAt[P], times?: number): void;
  /** Each occasion goes wrong like this with a probability. */
  chance<P extends FaultPoint>(at: P, probability: number, fault: FaultAt[P]): void;
  /**
   * Heals: forgets scripts and chances, at one point or everywhere. Faults of tasks already accepted
   * stay.
   */
  clear(at?: FaultPoint): void;
  take<P extends FaultPoint>(at: P): FaultAt[P] | null;
  /** What is waiting, for inspection. */
  pending(): { at: FaultPoint; fault: FaultAt[FaultPoint]; times: number }[];
};

export const faultPoints: readonly FaultPoint[] = [
  'create',
  'query',
  'account',
  'task',
  'output',
  'callback',
];

type Desk<F> = { scripts: { fault: F; times: number }[]; chances: { fault: F; chance: number }[] };
type Desks = { [P in FaultPoint]: Desk<FaultAt[P]> };

export function createFaults(random: EmulatorRandom, chances: FaultChance[] = []): KlingFaults {
  const desks: Desks = {
    create: emptyDesk(),
    query: emptyDesk(),
    account: emptyDesk(),
    task: emptyDesk(),
    output: emptyDesk(),
    callback: emptyDesk(),
  };
  const faults: KlingFaults = {
    next(at, fault, times = 1) {
      desks[at].scripts.push({ fault, times });
    },
    chance(at, probability, fault) {
      desks[at].chances.push({ fault, chance: probability });
    },
    clear(at) {
      for (const point of at === undefined ? faultPoints : [at]) {
        desks[point].scripts.length = 0;
        desks[point].chances.length = 0;
      }
    },
    take(at) {
      const { scripts, chances: drawn } = desks[at];
      const first = scripts[0];
      if (first !== undefined) {
        first.times -= 1;
        if (first.times <= 0) scripts.shift();
        return first.fault;
      }
      for (const { fault, chance } of drawn) {
        if (random.fraction() < chance) return fault;
      }
      return null;
    },
    pending() {
      return faultPoints.flatMap((at) => desks[at].scripts.map(({ fault, times }) => ({ at, fault, times })));
    },
  };
  for (const entry of chances) addChance(faults, entry);
  return faults;
}

export function addChance(faults: KlingFaults, entry: FaultChance): void {
  switch (entry.at) {
    case 'create':
    case 'account':
      faults.chance(entry.at, entry.chance, entry.fault);
      break;
    case 'query':
      faults.chance(entry.at, entry.chance, entry.fault);
      break;
    case 'task':
      faults.chance(entry.at, entry.chance, entry.fault);
      break;
    case 'output':
      faults.chance(entry.at, entry.chance, entry.fault);
      break;
    case 'callback':
      faults.chance(entry.at, entry.chance, entry.fault);
      break;
  }
}

function emptyDesk<F>(): Desk<F> {
  return { scripts: [], chances: [] };
}
