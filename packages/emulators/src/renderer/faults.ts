/**
 * What can be made to go wrong at a reseller, by script (the next n times) or by chance (drawn from the given
 * randomness). A fault belongs to a point: the exchange itself, the life of a task, an output file, a callback.
 */
import type { EmulatorRandom } from '../exchange.ts';

/** With `accept`, the request first has its effect (the task exists) and then the answer goes wrong. */
export type ExchangeFault =
  /** In the vendor's own error shape; `status` where the vendor's table leaves it open. */
  | {
      do: 'refuse';
      code: string;
      status?: number;
      message?: string;
      retryAfterSeconds?: number;
      accept?: boolean;
    }
  | { do: 'drop'; accept?: boolean; afterMs?: number }
  | { do: 'slow'; ms: number }
  | { do: 'html'; accept?: boolean }
  | { do: 'answer'; status: number; contentType: string; body: string; accept?: boolean };

/** `hide`: as if the vendor did not know the task (yet). */
export type QueryFault = ExchangeFault | { do: 'hide' };

/** What becomes of an accepted task. */
export type TaskFault =
  | { do: 'fail'; code?: string; message?: string }
  | { do: 'cancel' }
  | { do: 'never-finish' }
  | { do: 'short'; seconds: number }
  | { do: 'slow-render'; factor: number }
  /** Before its end, the first reads show this word. */
  | { do: 'unknown-word'; word: string; reads: number }
  /** It ends well, but for so many reads no link is shown. */
  | { do: 'late-link'; reads: number };

export type OutputFault =
  | { do: 'dead'; status: number }
  | { do: 'cut'; share: number }
  | { do: 'truncated'; share: number }
  | { do: 'wrong-type' }
  | { do: 'slow'; ms: number };

export type CallbackFault =
  | { do: 'lost' }
  | { do: 'duplicate'; times: number }
  | { do: 'late'; ms: number }
  /** Besides the genuine one, one that claims this word, without the vendor's hand in it. */
  | { do: 'forged'; word: string }
  /** Sent by the vendor's hand, but the body claims this word. */
  | { do: 'altered'; word: string }
  /** Signed long ago, where the vendor signs. */
  | { do: 'stale'; ageMs: number };

export type FaultAt = {
  create: ExchangeFault;
  query: QueryFault;
  balance: ExchangeFault;
  task: TaskFault;
  output: OutputFault;
  callback: CallbackFault;
};
export type FaultPoint = keyof FaultAt;

export type Faults = {
  /** The next `times` occasions at this point go wrong like this (Infinity: all of them, until cleared). */
  next<P extends FaultPoint>(at: P, fault: FaultAt[P], times?: number): void;
  /** Each occasion goes wrong like this with a probability. */
  chance<P extends FaultPoint>(at: P, probability: number, fault: FaultAt[P]): void;
  /** Heals: forgets scripts and chances, at one point or everywhere. Faults of tasks already accepted stay. */
  clear(at?: FaultPoint): void;
  take<P extends FaultPoint>(at: P): FaultAt[P] | null;
  /** What is waiting, for inspection. */
  pending(): { at: FaultPoint; fault: FaultAt[FaultPoint]; times: number }[];
};

export const faultPoints: readonly FaultPoint[] = [
  'create',
  'query',
  'balance',
  'task',
  'output',
  'callback',
];

type Desk<F> = { scripts: { fault: F; times: number }[]; chances: { fault: F; chance: number }[] };
type Desks = { [P in FaultPoint]: Desk<FaultAt[P]> };

export function createFaults(random: EmulatorRandom): Faults {
  const desks: Desks = {
    create: { scripts: [], chances: [] },
    query: { scripts: [], chances: [] },
    balance: { scripts: [], chances: [] },
    task: { scripts: [], chances: [] },
    output: { scripts: [], chances: [] },
    callback: { scripts: [], chances: [] },
  };
  return {
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
      const { scripts, chances } = desks[at];
      const first = scripts[0];
      if (first !== undefined) {
        first.times -= 1;
        if (first.times <= 0) scripts.shift();
        return first.fault;
      }
      for (const { fault, chance } of chances) {
        if (random.fraction() < chance) return fault;
      }
      return null;
    },
    pending() {
      return faultPoints.flatMap((at) => desks[at].scripts.map(({ fault, times }) => ({ at, fault, times })));
    },
  };
}
