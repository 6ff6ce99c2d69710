/**
 * What can be made to go wrong at an emulator that runs jobs, by script: the next n occasions at a point. Faults of
 * one exchange with `accept` first have their effect (the job exists) and then the answer goes wrong.
 */
import type { EmulatorReply } from '../exchange.ts';
import { textAnswer } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';
import type { CallbackFault, OutputFault } from '../kling/faults.ts';

export type AnswerFault =
  | { do: 'drop'; accept?: boolean }
  /** An answer in the vendor's own error shape, written out by the script. */
  | { do: 'refuse'; status: number; body: JsonObject; headers?: Record<string, string>; accept?: boolean }
  | { do: 'answer'; status: number; contentType: string; body: string; accept?: boolean }
  | { do: 'slow'; ms: number }
  /** As if what is asked about did not exist. */
  | { do: 'hide' };

/** What becomes of an accepted job. */
export type JobFault =
  | { do: 'fail'; code: string; message: string }
  | { do: 'never-finish' }
  | { do: 'slow-render'; factor: number }
  | { do: 'short'; seconds: number }
  /** Before its end, the first reads show this word. */
  | { do: 'word'; word: string; reads: number }
  /** It ends well by its word, and names no clip. */
  | { do: 'no-clip' }
  /** It ends by this word of the vendor's instead of a success. */
  | { do: 'end-as'; word: string };

export type FaultAt = {
  create: AnswerFault;
  query: AnswerFault;
  list: AnswerFault;
  cancel: AnswerFault;
  account: AnswerFault;
  job: JobFault;
  file: OutputFault;
  callback: CallbackFault;
};

export type FaultPoint = keyof FaultAt;

export type JobFaults = {
  /** The next `times` occasions at this point go wrong like this (Infinity: all of them, until cleared). */
  next<P extends FaultPoint>(at: P, fault: FaultAt[P], times?: number): void;
  clear(at?: FaultPoint): void;
  take<P extends FaultPoint>(at: P): FaultAt[P] | null;
  /** What is waiting, for inspection. */
  pending(): { at: FaultPoint; do: string; times: number }[];
};

type Desks = { [P in FaultPoint]: { fault: FaultAt[P]; times: number }[] };

export function createJobFaults(): JobFaults {
  const desks: Desks = {
    create: [],
    query: [],
    list: [],
    cancel: [],
    account: [],
    job: [],
    file: [],
    callback: [],
  };
  const points = Object.keys(desks).filter((name): name is FaultPoint => Object.hasOwn(desks, name));
  return {
    next(at, fault, times = 1) {
      desks[at].push({ fault, times });
    },
    clear(at) {
      for (const point of at === undefined ? points : [at]) desks[point].length = 0;
    },
    take(at) {
      const first = desks[at][0];
      if (first === undefined) return null;
      first.times -= 1;
      if (first.times <= 0) desks[at].shift();
      return first.fault;
    },
    pending: () => points.flatMap((at) => desks[at].map(({ fault, times }) => ({ at, do: fault.do, times }))),
  };
}

/** Carries one exchange out under a fault; `missing` is the vendor's answer about what does not exist. */
export function underFault(
  fault: AnswerFault | null,
  act: () => EmulatorReply,
  missing: () => EmulatorReply,
): EmulatorReply {
  if (fault === null) return act();
  if ('accept' in fault && fault.accept === true) act();
  switch (fault.do) {
    case 'drop':
      return { drop: true };
    case 'refuse': {
      const answer = textAnswer(fault.status, 'application/json', writeJson(fault.body));
      return { ...answer, headers: { ...answer.headers, ...fault.headers } };
    }
    case 'answer':
      return textAnswer(fault.status, fault.contentType, fault.body);
    case 'slow':
      return { ...act(), delayMs: fault.ms };
    case 'hide':
      return missing();
  }
}
