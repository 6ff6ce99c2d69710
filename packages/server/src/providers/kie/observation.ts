/** From a task record to what the gateway knows: one observation. Pure mapping, no requests. */
import type { Observation, ObservedStatus } from '../contract.ts';
import { failureOf } from './errors.ts';
import { resultUrls, type TaskRecord } from './wire.ts';

export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  waiting: 'queued',
  queuing: 'queued',
  generating: 'running',
  success: 'succeeded',
  fail: 'failed',
};

const nothingKnown: Omit<Observation, 'status' | 'word' | 'upstreamId'> = {
  correlationId: null,
  progress: null,
  outputs: [],
  failure: null,
  cost: null,
  changedAtMs: null,
};

export function observationOf(task: TaskRecord): Observation {
  // Own property only: the word comes from outside and "constructor" is no status.
  const known = Object.hasOwn(statusWords, task.state)
    ? (statusWords[task.state] ?? 'unrecognised')
    : 'unrecognised';
  const changedAtMs = task.completeTime ?? task.updateTime;
  const urls = known === 'succeeded' ? resultUrls(task.resultJson) : [];
  return {
    ...nothingKnown,
    upstreamId: task.taskId,
    // A success without a clip is not a success: the clip may still appear, and if not, somebody must look.
    status: known === 'succeeded' && urls.length === 0 ? 'unrecognised' : known,
    word: task.state.slice(0, 100),
    outputs: urls.map((url) => ({ url, expiresAtMs: null, livesFromMs: changedAtMs, seconds: null })),
    failure: known === 'failed' ? failureOf(task.failCode, task.failMsg) : null,
    changedAtMs,
  };
}

export function notFound(upstreamId: string): Observation {
  return { ...nothingKnown, upstreamId, status: 'not_found', word: '' };
}

/** An answer that cannot be believed about this attempt: keep watching, raise the alarm. */
export function unrecognised(upstreamId: string, word: string): Observation {
  return { ...nothingKnown, upstreamId, status: 'unrecognised', word };
}
