/** From a task record to what the gateway knows: one observation. Pure mapping, no requests. */
import type { Observation, ObservedOutput, ObservedStatus, UpstreamCost } from '../contract.ts';
import { failureOf } from './errors.ts';
import { microsOf, ResultEntry, type Task } from './wire.ts';

export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  pending: 'queued',
  processing: 'running',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
};

/** The vendor's unit, named as in the catalogue's price sheets. */
const CREDIT = 'credit';

export function observationOf(task: Task): Observation {
  // Own property only: the word comes from outside and "constructor" is no status.
  const known = Object.hasOwn(statusWords, task.status)
    ? (statusWords[task.status] ?? 'unrecognised')
    : 'unrecognised';
  const outputs = known === 'succeeded' ? outputsOf(task) : [];
  return {
    upstreamId: task.id,
    correlationId: null,
    // A success without a clip is not a success: the clip may still appear, and if not, somebody must look.
    status: known === 'succeeded' && outputs.length === 0 ? 'unrecognised' : known,
    word: task.status.slice(0, 100),
    progress: progressOf(task),
    outputs,
    failure: known === 'failed' ? failureOf(task.error ?? null) : null,
    cost: costUsed(task),
    changedAtMs: null,
  };
}

export function notFound(upstreamId: string): Observation {
  return { ...nothingKnown, upstreamId, status: 'not_found', word: '' };
}

/** An answer that cannot be believed about this attempt: keep watching, raise the alarm. */
export function unrecognised(upstreamId: string, word: string): Observation {
  return { ...nothingKnown, upstreamId, status: 'unrecognised', word };
}

const nothingKnown: Omit<Observation, 'status' | 'word' | 'upstreamId'> = {
  correlationId: null,
  progress: null,
  outputs: [],
  failure: null,
  cost: null,
  changedAtMs: null,
};

function progressOf({ progress }: Task): number | null {
  const value = Number(progress ?? Number.NaN);
  return value >= 0 && value <= 100 ? Math.round(value) : null;
}

/** Addresses stand in `results`; `result_data` repeats them with more about each. */
function outputsOf(task: Task): ObservedOutput[] {
  const entries = task.result_data.map((entry) => {
    const read = ResultEntry.safeParse(entry);
    return read.success ? read.data : null;
  });
  const listed = task.results.filter((url) => typeof url === 'string');
  const urls = listed.length > 0 ? listed : entries.flatMap((entry) => entry?.url ?? entry?.video_url ?? []);
  const livesFromMs = madeAtMs(task);
  return urls
    .filter((url) => /^https?:\/\//i.test(url))
    .map((url, index) => {
      const seconds = secondsOf(entries[index]?.duration ?? null);
      return { url, expiresAtMs: null, livesFromMs, seconds };
    });
}

/**
 * The record does not say when it was completed, so a link's life is counted from when the task was made: it lives
 * somewhat longer than we believe, never shorter.
 */
function madeAtMs({ created }: Task): number | null {
  const seconds = Number(created ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) * 1000 : null;
}

function secondsOf(figure: string | null): number | null {
  const seconds = Number(figure ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/**
 * What was taken; what is only reserved may still be given back. `cost` is preferred where a reply has it: it states
 * dollars beside credits, so its unit is beyond doubt.
 */
function costUsed({ usage }: Task): UpstreamCost | null {
  const amountMicros = microsOf(usage?.cost?.credits ?? usage?.credits_used ?? null);
  return amountMicros === null ? null : { unit: CREDIT, amountMicros };
}
