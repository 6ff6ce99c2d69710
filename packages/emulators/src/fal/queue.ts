/**
 * The queue: takes everything, runs so many requests of an account at a time, and is a function of the time. `advance`
 * applies what has come due in the order in which it came due; nothing runs by itself.
 */
import type { EmulatorRandom } from '../exchange.ts';
import type { JobTiming } from '../jobs/book.ts';
import type { JobFault } from '../jobs/faults.ts';
import type { JsonObject } from '../json.ts';
import type { ClipOrder } from '../media/clip.ts';

export type Ending =
  | { kind: 'clip' }
  /** An answer of the model (`platform` false: a list of complaints) or of the platform (with an error type). */
  | { kind: 'error'; http: number; platform: boolean; type: string; body: JsonObject };

export type FalRequest = {
  id: string;
  account: string;
  model: string;
  root: string;
  webhookUrl: string | null;
  low: boolean;
  clip: ClipOrder;
  costMicros: number;
  createdAt: number;
  /** Not started by then, it never starts; null: it waits for ever. */
  startBy: number | null;
  readyAt: number;
  /** Null: it never ends. */
  renderMs: number | null;
  startedAt: number | null;
  endsAt: number | null;
  endedAt: number | null;
  ending: Ending;
  mediaLifeMs: number;
  faults: JobFault[];
  reads: number;
};

export type FalState = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';

export type FalQueue = {
  add(request: FalRequest): void;
  find(account: string, id: string): FalRequest | null;
  byId(id: string): FalRequest | null;
  /** Applies what is due, and tells each request at the moment when it is over. */
  advance(now: number, ended: (request: FalRequest) => void): void;
  position(request: FalRequest): number;
  cancel(request: FalRequest, now: number, ended: (request: FalRequest) => void): 'requested' | 'completed';
  nextAt(): number | null;
};

export type QueueSettings = {
  /** Requests of one account that run side by side: 2 for a new account, up to 40 as credits are bought. */
  concurrency: number;
  /** Whether a running request heeds a cancel, or comes to its end all the same. */
  cancelStopsRunning: boolean;
  /** Between the cancel of a running request and its end. */
  cancelMs: number;
};

export const defaultQueueSettings: QueueSettings = {
  concurrency: 2,
  cancelStopsRunning: true,
  cancelMs: 500,
};

export function stateOf(request: FalRequest): FalState {
  if (request.endedAt !== null) return 'COMPLETED';
  return request.startedAt === null ? 'IN_QUEUE' : 'IN_PROGRESS';
}

export function stretchedBy(timing: JobTiming, random: EmulatorRandom): number {
  return 1 + timing.jitter * (2 * random.fraction() - 1);
}

type Due = { at: number; rank: number; apply: () => void };

export function createQueue(settings: QueueSettings): FalQueue {
  const all = new Map<string, FalRequest>();
  const waiting = new Map<string, FalRequest[]>();
  const running = new Map<string, Set<FalRequest>>();
  let clock = 0;

  const lineOf = (account: string): FalRequest[] => waiting.get(account) ?? [];
  const handsOf = (account: string): Set<FalRequest> => running.get(account) ?? new Set();

  const leave = (request: FalRequest): void => {
    waiting.set(
      request.account,
      lineOf(request.account).filter((other) => other !== request),
    );
  };
  const start = (request: FalRequest, at: number): void => {
    leave(request);
    request.startedAt = at;
    if (request.endsAt === null && request.renderMs !== null) request.endsAt = at + request.renderMs;
    running.set(request.account, handsOf(request.account).add(request));
  };
  const end = (request: FalRequest, at: number, ended: (request: FalRequest) => void): void => {
    leave(request);
    handsOf(request.account).delete(request);
    request.endedAt = at;
    ended(request);
  };

  /** At the same moment a request that ends makes room first, and one that may start does before it expires. */
  const dues = (ended: (request: FalRequest) => void): Due[] => {
    const found: Due[] = [];
    for (const hands of running.values()) {
      for (const request of hands) {
        const { endsAt } = request;
        if (endsAt !== null) found.push({ at: endsAt, rank: 0, apply: () => end(request, endsAt, ended) });
      }
    }
    for (const [account, line] of waiting) {
      const head = line[0];
      if (head && handsOf(account).size < settings.concurrency) {
        const at = Math.max(clock, head.readyAt);
        found.push({ at, rank: 1, apply: () => start(head, at) });
      }
      for (const request of line) {
        const { startBy } = request;
        if (startBy !== null)
          found.push({ at: startBy, rank: 2, apply: () => expire(request, startBy, ended) });
      }
    }
    return found.sort((one, other) => one.at - other.at || one.rank - other.rank);
  };
  const expire = (request: FalRequest, at: number, ended: (request: FalRequest) => void): void => {
    request.ending = platformError(504, 'request_timeout', 'Request timed out');
    end(request, at, ended);
  };

  return {
    add(request) {
      all.set(request.id, request);
      const line = [...lineOf(request.account), request];
      waiting.set(request.account, [...line.filter((one) => !one.low), ...line.filter((one) => one.low)]);
    },
    find(account, id) {
      const request = all.get(id);
      return request?.account === account ? request : null;
    },
    byId: (id) => all.get(id) ?? null,
    advance(now, ended) {
      for (let [next] = dues(ended); next && next.at <= now; [next] = dues(ended)) {
        clock = Math.max(clock, next.at);
        next.apply();
      }
      clock = Math.max(clock, now);
    },
    position: (request) => lineOf(request.account).indexOf(request),
    cancel(request, now, ended) {
      if (request.endedAt !== null) return 'completed';
      if (request.startedAt !== null && !settings.cancelStopsRunning) return 'requested';
      request.ending = platformError(499, 'client_cancelled', 'Request was cancelled');
      if (request.startedAt === null) end(request, now, ended);
      else request.endsAt = Math.min(request.endsAt ?? Number.POSITIVE_INFINITY, now + settings.cancelMs);
      return 'requested';
    },
    nextAt: () => dues(() => {})[0]?.at ?? null,
  };
}

export function platformError(http: number, type: string, detail: string): Ending {
  return { kind: 'error', http, platform: true, type, body: { detail, error_type: type } };
}

export function modelError(http: number, type: string, msg: string, loc: string[] = ['body']): Ending {
  const entry = { loc, msg, type, url: `https://docs.fal.ai/errors#${type}` };
  return { kind: 'error', http, platform: false, type, body: { detail: [entry] } };
}
