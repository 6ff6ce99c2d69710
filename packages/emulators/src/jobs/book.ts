/**
 * The jobs of an emulated upstream and their life on the given clock: queued, running, ended. Everything that will
 * happen to a job by itself is decided when it is taken, so its state is a function of the time; only a cancel
 * changes it afterwards.
 */
import type { EmulatorClock, EmulatorRandom } from '../exchange.ts';
import { type ClipOrder, picturesFor } from '../media/clip.ts';
import type { JobFault, JobFaults } from './faults.ts';

export type JobTiming = {
  queueMs: number;
  /** Rendering: this much, plus so much for each ordered second. */
  renderBaseMs: number;
  renderMsPerSecond: number;
  /** Both stretch or shrink by up to this share, drawn for each job. */
  jitter: number;
  /** Between a change and its callback. */
  callbackMs: number;
};

export const defaultTiming: JobTiming = {
  queueMs: 1_000,
  renderBaseMs: 5_000,
  renderMsPerSecond: 8_000,
  jitter: 0.2,
  callbackMs: 100,
};

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired';
export type JobFailure = { code: string; message: string };

export type Job<Detail> = {
  id: string;
  account: string;
  /** What the vendor's answers repeat of the order. */
  detail: Detail;
  clip: ClipOrder;
  createdAt: number;
  startsAt: number;
  /** Null: never by itself. */
  endsAt: number | null;
  failure: JobFailure | null;
  stopped: { at: number; as: 'canceled' | 'expired' } | null;
  faults: JobFault[];
  readsBeforeEnd: number;
};

export type JobWish<Detail> = {
  account: string;
  detail: Detail;
  prompt: string;
  clip: Omit<ClipOrder, 'pictures' | 'seed'>;
  seconds: number;
  /** Found wrong after the acceptance, for example an input that cannot be fetched. */
  failure: JobFailure | null;
  /** How this vendor fails what its moderation refuses. */
  moderated: JobFailure;
  /** Unix ms after which the job is stopped, wherever it is; null: never. */
  deadlineAt: number | null;
};

export type JobBook<Detail> = {
  take(wish: JobWish<Detail>): Job<Detail>;
  find(account: string, id: string): Job<Detail> | null;
  /** Of any account: for files, whose links need no key. */
  byId(id: string): Job<Detail> | null;
  of(account: string): Job<Detail>[];
  all(): readonly Job<Detail>[];
  /** False: it had ended already. */
  cancel(job: Job<Detail>, now: number): boolean;
  remove(job: Job<Detail>): void;
};

export function createJobBook<Detail>(parts: {
  clock: EmulatorClock;
  random: EmulatorRandom;
  timing: JobTiming;
  faults: JobFaults;
  newId: () => string;
  /** How many jobs of one account run side by side; Infinity: all. */
  hands: number;
}): JobBook<Detail> {
  const { clock, random, timing, faults, newId, hands } = parts;
  const jobs = new Map<string, Job<Detail>>();
  /** When each hand is free, by account; kept only where hands are counted. */
  const busy = new Map<string, number[]>();
  const stretch = (): number => 1 + timing.jitter * (2 * random.fraction() - 1);

  /** The hand of this account that is free first, and when; one that holds a job without end never is. */
  const firstFree = (account: string): { ends: number[]; at: number; freeAt: number } => {
    const ends = busy.get(account) ?? [];
    if (ends.length < hands) return { ends, at: ends.length, freeAt: 0 };
    const freeAt = Math.min(...ends);
    return { ends, at: ends.indexOf(freeAt), freeAt };
  };

  return {
    take(wish) {
      const own = takeFaults(faults, wish.prompt, wish.moderated);
      const queuedUntil = Math.round(clock.now() + timing.queueMs * stretch());
      const hand = firstFree(wish.account);
      const startsAt = Math.max(queuedUntil, hand.freeAt);
      const paceMs = (timing.renderBaseMs + timing.renderMsPerSecond * wish.seconds) * stretch();
      const job = planned({ wish, own, id: newId(), now: clock.now(), startsAt, paceMs });
      jobs.set(job.id, job);
      if (Number.isFinite(hands)) {
        hand.ends[hand.at] = endOf(job) ?? Number.POSITIVE_INFINITY;
        busy.set(wish.account, hand.ends);
      }
      return job;
    },
    find(account, id) {
      const job = jobs.get(id);
      return job?.account === account ? job : null;
    },
    byId: (id) => jobs.get(id) ?? null,
    of: (account) => [...jobs.values()].filter((job) => job.account === account),
    all: () => [...jobs.values()],
    cancel(job, now) {
      const state = stateAt(job, now);
      if (state !== 'queued' && state !== 'running') return false;
      job.stopped = { at: now, as: 'canceled' };
      return true;
    },
    remove: (job) => void jobs.delete(job.id),
  };
}

/** The whole life of a job, faults included, as it will be when nobody cancels it. */
function planned<Detail>(plan: {
  wish: JobWish<Detail>;
  own: JobFault[];
  id: string;
  now: number;
  startsAt: number;
  paceMs: number;
}): Job<Detail> {
  const { wish, own, id, startsAt } = plan;
  let { seconds, failure } = wish;
  let renderMs: number | null = plan.paceMs;
  for (const fault of own) {
    if (fault.do === 'short') seconds = fault.seconds;
    if (fault.do === 'slow-render' && renderMs !== null) renderMs *= fault.factor;
    if (fault.do === 'never-finish') renderMs = null;
    if (fault.do === 'fail') failure = { code: fault.code, message: fault.message };
  }
  const job: Job<Detail> = {
    id,
    account: wish.account,
    detail: wish.detail,
    clip: { ...wish.clip, pictures: picturesFor(seconds), seed: id },
    createdAt: plan.now,
    startsAt,
    endsAt: renderMs === null ? null : Math.round(startsAt + renderMs),
    failure,
    stopped: null,
    faults: own,
    readsBeforeEnd: 0,
  };
  return { ...job, stopped: stopBy(job, wish.deadlineAt) };
}

/** Scripted faults, and the words in a prompt that ask for one. */
function takeFaults(faults: JobFaults, prompt: string, moderated: JobFailure): JobFault[] {
  const scripted = faults.take('job');
  return [
    ...(scripted === null ? [] : [scripted]),
    ...(prompt.includes('[moderate]') ? [{ do: 'fail', ...moderated } as const] : []),
    ...(prompt.includes('[never]') ? [{ do: 'never-finish' } as const] : []),
  ];
}

function stopBy<Detail>(job: Job<Detail>, deadlineAt: number | null): Job<Detail>['stopped'] {
  if (deadlineAt === null) return null;
  if (deadlineAt <= job.startsAt) return { at: deadlineAt, as: 'expired' };
  return job.endsAt === null || deadlineAt < job.endsAt ? { at: deadlineAt, as: 'canceled' } : null;
}

export function stateAt<Detail>(job: Job<Detail>, now: number): JobState {
  if (job.stopped !== null && now >= job.stopped.at) return job.stopped.as;
  if (now < job.startsAt) return 'queued';
  if (job.endsAt === null || now < job.endsAt) return 'running';
  return job.failure === null ? 'succeeded' : 'failed';
}

/** When it ends by what is known now; null: never. */
export function endOf<Detail>(job: Job<Detail>): number | null {
  return job.stopped?.at ?? job.endsAt;
}

/** Whether a start is visible: a job that was stopped in the queue never ran. */
export function startOf<Detail>(job: Job<Detail>, now: number): number | null {
  const ran = job.stopped === null || job.stopped.at > job.startsAt;
  return ran && now >= job.startsAt ? job.startsAt : null;
}

/** The word that a fault puts in place of the true one for this read, which it counts. */
export function wordOf<Detail>(
  job: Job<Detail>,
  now: number,
  words: Readonly<Record<JobState, string>>,
): string {
  const state = stateAt(job, now);
  if (state === 'queued' || state === 'running') {
    const read = job.readsBeforeEnd++;
    const shown = job.faults.find((fault) => fault.do === 'word' && read < fault.reads);
    return shown?.do === 'word' ? shown.word : words[state];
  }
  const end = job.faults.find((fault) => fault.do === 'end-as');
  return state === 'succeeded' && end?.do === 'end-as' ? end.word : words[state];
}

export function hasClip<Detail>(job: Job<Detail>, now: number): boolean {
  const spoiled = job.faults.some((fault) => fault.do === 'no-clip' || fault.do === 'end-as');
  return stateAt(job, now) === 'succeeded' && !spoiled;
}
