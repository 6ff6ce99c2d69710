/** One prediction as the API and its webhooks show it. */

import { endOf, hasClip, type Job, type JobState, startOf, stateAt, wordOf } from '../jobs/book.ts';
import type { JsonObject } from '../json.ts';

export type Order = {
  model: string;
  input: JsonObject;
  webhook: string | null;
  events: readonly string[];
  deadlineAt: number | null;
};

export type Prediction = Job<Order>;

/** After so long the input, the output, the files and the logs of an API run are gone. */
export const dataLifeMs = 3_600_000;

export const words: Readonly<Record<JobState, string>> = {
  queued: 'starting',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'aborted',
};

export type Addresses = { api: string; files: string };

export function isRemoved(job: Prediction, now: number): boolean {
  const end = endOf(job);
  return end !== null && now >= end + dataLifeMs;
}

export function shown(
  job: Prediction,
  now: number,
  addresses: Addresses,
  show: { webhook: boolean; counted: boolean },
): JsonObject {
  const { model, input, webhook, events, deadlineAt } = job.detail;
  const state = stateAt(job, now);
  const ended = state !== 'queued' && state !== 'running';
  const removed = isRemoved(job, now);
  const start = startOf(job, now);
  const end = ended ? endOf(job) : null;
  const output = hasClip(job, now) && !removed ? `${addresses.files}/${job.id}/output.mp4` : null;
  return {
    id: job.id,
    model,
    version: 'hidden',
    status: show.counted ? wordOf(job, now, words) : words[state],
    input: removed ? {} : input,
    output,
    error: state === 'failed' && !removed ? (job.failure?.message ?? 'Prediction failed.') : null,
    logs: removed ? null : '',
    data_removed: removed,
    source: 'api',
    created_at: new Date(job.createdAt).toISOString(),
    started_at: start === null ? null : new Date(start).toISOString(),
    completed_at: end === null ? null : new Date(end).toISOString(),
    ...(deadlineAt === null ? {} : { deadline: new Date(deadlineAt).toISOString() }),
    metrics: end === null ? {} : metrics(job.createdAt, start, end),
    ...(webhook === null || !show.webhook ? {} : { webhook, webhook_events_filter: [...events] }),
    urls: {
      get: `${addresses.api}/predictions/${job.id}`,
      cancel: `${addresses.api}/predictions/${job.id}/cancel`,
      web: `https://replicate.com/p/${job.id}`,
    },
  };
}

function metrics(createdAt: number, start: number | null, end: number): JsonObject {
  const total = { total_time: (end - createdAt) / 1000 };
  return start === null ? total : { predict_time: (end - start) / 1000, ...total };
}
