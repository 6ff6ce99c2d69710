/** From a prediction to what the gateway knows: one observation. Pure mapping, no requests. */
import type { Observation, ObservedOutput, ObservedStatus } from '../contract.ts';
import { attemptOf } from './body.ts';
import { failureOf } from './errors.ts';
import type { Prediction } from './wire.ts';

/** The six words of the API. `aborted` came with deadlines (2025-10-16): the deadline passed before the start. */
export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  starting: 'queued',
  processing: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  aborted: 'expired',
};

export function observationOf(prediction: Prediction): Observation {
  const { id, status, completed_at: endedAtMs } = prediction;
  // Own property only: the word comes from outside and "constructor" is no status.
  const known = Object.hasOwn(statusWords, status) ? (statusWords[status] ?? 'unrecognised') : 'unrecognised';
  const outputs = known === 'succeeded' ? outputsOf(prediction) : [];
  const gone = known === 'succeeded' && outputs.length === 0 && prediction.data_removed === true;
  return {
    ...emptyObservation(id, attemptOf(prediction.webhook)),
    status: gone ? 'failed' : known === 'succeeded' && outputs.length === 0 ? 'unrecognised' : known,
    word: status.slice(0, 100),
    outputs,
    failure: gone ? dataRemoved : failureFor(known, prediction.error),
    changedAtMs: endedAtMs ?? prediction.started_at ?? prediction.created_at,
  };
}

/** It was rendered, and nobody fetched it in time: there will never be a clip, however long we ask. */
const dataRemoved = {
  class: 'expired',
  code: 'data_removed',
  message: 'the clip was removed by the upstream before it was fetched',
} as const;

function failureFor(status: ObservedStatus | 'unrecognised', error: unknown): Observation['failure'] {
  if (status === 'failed') return failureOf(error);
  if (status !== 'expired') return null;
  return { class: 'expired', code: 'aborted', message: 'the deadline passed before the prediction started' };
}

export function emptyObservation(
  upstreamId: string,
  correlationId: string | null,
): Omit<Observation, 'status' | 'word'> {
  return {
    upstreamId,
    correlationId,
    progress: null,
    outputs: [],
    failure: null,
    cost: null,
    changedAtMs: null,
  };
}

function outputsOf({ output, completed_at: endedAtMs, ...times }: Prediction): ObservedOutput[] {
  const url: unknown = Array.isArray(output) ? output[0] : output;
  if (typeof url !== 'string' || url.length > 8192 || !/^https?:\/\//i.test(url)) return [];
  // Without the end, its start or its creation stand in: earlier is the safe side of a deadline.
  const livesFromMs = endedAtMs ?? times.started_at ?? times.created_at;
  return [{ url, expiresAtMs: null, livesFromMs, seconds: null }];
}
