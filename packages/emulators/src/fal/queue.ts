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
  all(): readonly FalRequest[];
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

type Ended = (request: FalRequest) => void;
type Due = { at: number; rank: number; apply: () => void };

/** Who waits, in order, and who runs, by account. */
type Hall = {
  settings: QueueSettings;
  waiting: Map<string, FalRequest[]>;
  running: Map<string, Set<FalRequest>>;
  /** How far `advance` has come. */
  clock: number;
};

export function createQueue(settings: QueueSettings): FalQueue {
  const all = new Map<string, FalRequest>();
  const hall: Hall = { settings, waiting: new Map(), running: new Map(), clock: 0 };
  return {
    add(request) {
      all.set(request.id, request);
      const line = [...lineOf(hall, request.account), request];
      hall.waiting.set(request.account, [
        ...line.filter((one) => !one.low),
        ...line.filter((one) => one.low),
      ]);
    },
    find(account, id) {
      const request = all.get(id);
      return request?.account === account ? request : null;
    },
    byId: (id) => all.get(id) ?? null,
    all: () => [...all.values()],
    advance(now, ended) {
      for (let [next] = duesOf(hall, ended); next && next.at <= now; [next] = duesOf(hall, ended)) {
        hall.clock = Math.max(hall.clock, next.at);
        next.apply();
      }
      hall.clock = Math.max(hall.clock, now);
    },
    position: (request) => lineOf(hall, request.account).indexOf(request),
    cancel(request, now, ended) {
      if (request.endedAt !== null) return 'completed';
      if (request.startedAt !== null && !settings.cancelStopsRunning) return 'requested';
      request.ending = platformError(499, 'client_cancelled', 'Request was cancelled');
      if (request.startedAt === null) end(hall, request, now, ended);
      else request.endsAt = Math.min(request.endsAt ?? Number.POSITIVE_INFINITY, now + settings.cancelMs);
      return 'requested';
    },
    nextAt: () => duesOf(hall, () => {})[0]?.at ?? null,
  };
}

function lineOf({ waiting }: Hall, account: string): FalRequest[] {
  return waiting.get(account) ?? [];
}

function handsOf({ running }: Hall, account: string): Set<FalRequest> {
  return running.get(account) ?? new Set();
}

/** At the same moment a request that ends makes room first, and one that may start does before it expires. */
function duesOf(hall: Hall, ended: Ended): Due[] {
  const found: Due[] = [];
  for (const hands of hall.running.values()) {
    for (const request of hands) {
      const { endsAt } = request;
      if (endsAt !== null)
        found.push({ at: endsAt, rank: 0, apply: () => end(hall, request, endsAt, ended) });
    }
  }
  for (const [account, line] of hall.waiting) {
    const head = line[0];
    if (head && handsOf(hall, account).size < hall.settings.concurrency) {
      const at = Math.max(hall.clock, head.readyAt);
      found.push({ at, rank: 1, apply: () => start(hall, head, at) });
    }
    for (const request of line) {
      const { startBy } = request;
      if (startBy !== null)
        found.push({ at: startBy, rank: 2, apply: () => expire(hall, request, startBy, ended) });
    }
  }
  return found.sort((one, other) => one.at - other.at || one.rank - other.rank);
}

function leave(hall: Hall, request: FalRequest): void {
  const others = lineOf(hall, request.account).filter((other) => other !== request);
  hall.waiting.set(request.account, others);
}

function start(hall: Hall, request: FalRequest, at: number): void {
  leave(hall, request);
  request.startedAt = at;
  if (request.renderMs !== null) request.endsAt = at + request.renderMs;
  hall.running.set(request.account, handsOf(hall, request.account).add(request));
}

function end(hall: Hall, request: FalRequest, at: number, ended: Ended): void {
  leave(hall, request);
  handsOf(hall, request.account).delete(request);
  request.endedAt = at;
  ended(request);
}

function expire(hall: Hall, request: FalRequest, at: number, ended: Ended): void {
  request.ending = platformError(504, 'request_timeout', 'Request timed out');
  end(hall, request, at, ended);
}

export function platformError(http: number, type: string, detail: string): Ending {
  return { kind: 'error', http, platform: true, type, body: { detail, error_type: type } };
}

export function modelError(http: number, type: string, msg: string, loc: string[] = ['body']): Ending {
  const entry = { loc, msg, type, url: `https://docs.fal.ai/errors#${type}` };
  return { kind: 'error', http, platform: false, type, body: { detail: [entry] } };
}
