/**
 * The work behind a reseller, as plain state with time as an argument: queued -> running -> succeeded | failed |
 * cancelled. Nothing runs by itself: `advance` applies every end that has come due, in the order of time.
 */
import type { EmulatorRandom } from '../exchange.ts';
import { type Agenda, createAgenda } from '../kling/agenda.ts';
import { type ClipOrder, picturesFor } from '../media/clip.ts';
import type { TaskFault } from './faults.ts';

export type JobTiming = {
  /** Time in the queue. */
  queueMs: number;
  /** Time of the render: this much, plus so much for each second of the clip. */
  renderBaseMs: number;
  renderMsPerSecond: number;
  /** Both stretch or shrink by up to this share, drawn for each task (0.2: 80 % to 120 %). */
  jitter: number;
  /** Between an end and its callback. */
  callbackMs: number;
};

export const defaultTiming: JobTiming = {
  queueMs: 1_000,
  renderBaseMs: 5_000,
  renderMsPerSecond: 8_000,
  jitter: 0.2,
  callbackMs: 100,
};

export type JobEnd = 'succeeded' | 'failed' | 'cancelled';
export type JobState = 'queued' | 'running' | JobEnd;
export type JobFailure = { code: string; message: string };

export type Job<Order> = {
  id: string;
  account: string;
  order: Order;
  callbackUrl: string | null;
  createdAt: number;
  startsAt: number;
  /** Null: not planned yet, or never. */
  endsAt: number | null;
  state: JobState;
  /** Decided when it is planned, shown at its end. */
  end: { state: JobEnd; failure: JobFailure | null };
  clip: ClipOrder | null;
  faults: TaskFault[];
  readsBeforeEnd: number;
  readsAfterEnd: number;
};

export type Jobs<Order> = {
  all: ReadonlyMap<string, Job<Order>>;
  /** From here on it exists, whatever becomes of the request. */
  take(job: Pick<Job<Order>, 'id' | 'account' | 'order' | 'callbackUrl' | 'faults'>, now: number): Job<Order>;
  /** Decides how and when it ends; said once. */
  plan(job: Job<Order>, wish: { clip: ClipOrder; seconds: number; failure: JobFailure | null }): void;
  /** Applies what is due; `ended` is told each end at its moment. */
  advance(now: number, ended: (job: Job<Order>, at: number) => void): void;
  nextAt(): number | null;
};

export function createJobs<Order>(timing: JobTiming, random: EmulatorRandom): Jobs<Order> {
  const all = new Map<string, Job<Order>>();
  const agenda: Agenda<{ at: number; job: Job<Order> }> = createAgenda((one, other) =>
    one.at === other.at ? one.job.id < other.job.id : one.at < other.at,
  );
  const stretch = (): number => 1 + timing.jitter * (2 * random.fraction() - 1);
  return {
    all,
    take(wish, now) {
      const startsAt = Math.round(now + timing.queueMs * stretch());
      const job: Job<Order> = {
        ...wish,
        createdAt: now,
        startsAt,
        endsAt: null,
        state: 'queued',
        end: { state: 'succeeded', failure: null },
        clip: null,
        readsBeforeEnd: 0,
        readsAfterEnd: 0,
      };
      all.set(job.id, job);
      return job;
    },
    plan(job, { clip, seconds, failure }) {
      job.clip = clip;
      if (failure !== null) job.end = { state: 'failed', failure };
      let factor = 1;
      for (const fault of job.faults) factor *= applyFault(job, fault);
      const renderMs = (timing.renderBaseMs + timing.renderMsPerSecond * seconds) * stretch() * factor;
      if (!Number.isFinite(renderMs)) return;
      job.endsAt = Math.round(job.startsAt + renderMs);
      agenda.add({ at: job.endsAt, job });
    },
    advance(now, ended) {
      for (let due = agenda.first(); due !== undefined && due.at <= now; due = agenda.first()) {
        agenda.removeFirst();
        due.job.state = due.job.end.state;
        ended(due.job, due.at);
      }
    },
    nextAt: () => agenda.first()?.at ?? null,
  };
}

/** By how much the render is stretched; for ever where it never finishes. */
function applyFault<Order>(job: Job<Order>, fault: TaskFault): number {
  switch (fault.do) {
    case 'fail':
      if (job.end.state === 'succeeded') {
        const failure = { code: fault.code ?? 'unknown_error', message: fault.message ?? 'The task failed.' };
        job.end = { state: 'failed', failure };
      }
      return 1;
    case 'cancel':
      job.end = { state: 'cancelled', failure: null };
      return 1;
    case 'short':
      if (job.clip !== null) job.clip.pictures = picturesFor(fault.seconds);
      return 1;
    case 'never-finish':
      return Number.POSITIVE_INFINITY;
    case 'slow-render':
      return fault.factor;
    case 'unknown-word':
    case 'late-link':
      return 1;
  }
}

/** What one read shows; scripted oddities are counted by reads. */
export type Shown = { state: JobState; oddWord: string | null; linked: boolean };

export function readJob<Order>(job: Job<Order>, now: number): Shown {
  if (job.state === 'queued' || job.state === 'running') {
    job.state = now < job.startsAt ? 'queued' : 'running';
    const read = job.readsBeforeEnd++;
    const odd = job.faults.find((fault) => fault.do === 'unknown-word' && read < fault.reads);
    return { state: job.state, oddWord: odd?.do === 'unknown-word' ? odd.word : null, linked: false };
  }
  const read = job.readsAfterEnd++;
  const late = job.faults.some((fault) => fault.do === 'late-link' && read < fault.reads);
  return { state: job.state, oddWord: null, linked: job.state === 'succeeded' && !late };
}
