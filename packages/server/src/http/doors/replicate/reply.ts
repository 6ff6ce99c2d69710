/** A task in Replicate's words: a prediction. Pure, so that answers and webhooks say the same. */
import type { Task } from '@sluice/contract';
import type { DoorTask } from '../tasks.ts';

export type Prediction = {
  id: string;
  model: string;
  version: string;
  status: 'starting' | 'processing' | 'succeeded' | 'failed' | 'canceled' | 'aborted';
  input: unknown;
  output: string | null;
  error: string | null;
  logs: string;
  metrics: { predict_time?: number; total_time?: number };
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  data_removed: boolean;
  urls: { get: string; cancel: string };
  webhook?: string;
};

/** `base`: what its addresses begin with. */
export function predictionOf({ task, words }: Pick<DoorTask, 'task' | 'words'>, base: string): Prediction {
  const clip = task.assets.find(({ kind }) => kind === 'video');
  const url = `${base}/replicate/v1/predictions/${task.id}`;
  return {
    id: task.id,
    model: text(words?.model) ?? task.model,
    // Official models have no version of their own there either.
    version: 'hidden',
    status: statusOf(task),
    input: words?.input ?? { prompt: task.prompt },
    output: clip?.url ?? null,
    error: task.status === 'failed' ? errorOf(task) : null,
    logs: '',
    metrics: metricsOf(task),
    created_at: task.created_at ?? new Date(task.created * 1000).toISOString(),
    started_at: task.started_at,
    completed_at: task.finished_at,
    data_removed: task.status === 'completed' && clip === undefined,
    urls: { get: url, cancel: `${url}/cancel` },
    ...(typeof words?.webhook === 'string' ? { webhook: words.webhook } : {}),
  };
}

function statusOf({ status, error }: Task): Prediction['status'] {
  switch (status) {
    case 'pending':
      return 'starting';
    case 'processing':
      return 'processing';
    case 'completed':
      return 'succeeded';
    case 'cancelled':
      return 'canceled';
    case 'failed':
      return error?.code === 'start_by_missed' ? 'aborted' : 'failed';
  }
}

/** `E005` is what its clients look for when content was flagged. */
function errorOf({ error }: Task): string {
  if (error === null) return 'The prediction failed.';
  return error.code === 'moderated' ? `${error.message} (E005)` : error.message;
}

function metricsOf({ created_at: created, started_at: started, finished_at: finished }: Task) {
  if (finished === null) return {};
  const secondsSince = (instant: string) => (Date.parse(finished) - Date.parse(instant)) / 1000;
  return {
    ...(started === null ? {} : { predict_time: secondsSince(started) }),
    ...(created === null ? {} : { total_time: secondsSince(created) }),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
