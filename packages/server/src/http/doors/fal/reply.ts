/** A task in fal's words: place in the queue, end, result. Pure, so that answers and webhooks say the same. */
import type { Task } from '@sluice/contract';

export type Addresses = { response_url: string; status_url: string; cancel_url: string };

/** `root`: the first two segments of the endpoint; what follows them is not repeated there. */
export function addressesOf(base: string, root: string, id: string): Addresses {
  const response = `${base}/fal/${root}/requests/${id}`;
  return { response_url: response, status_url: `${response}/status`, cancel_url: `${response}/cancel` };
}

export function queuedOf(task: Task, addresses: Addresses): object {
  return { status: 'IN_QUEUE', request_id: task.id, ...addresses, queue_position: positionOf(task) };
}

/** 202 until the end, as there. */
export function statusOf(
  task: Task,
  addresses: Addresses,
  withLogs: boolean,
): { status: number; body: object } {
  const head = { request_id: task.id, ...addresses };
  const logs = withLogs ? logsOf(task) : null;
  switch (task.status) {
    case 'pending':
      return { status: 202, body: { status: 'IN_QUEUE', ...head, queue_position: positionOf(task) } };
    case 'processing':
      return { status: 202, body: { status: 'IN_PROGRESS', ...head, logs } };
    case 'completed':
    case 'failed':
    case 'cancelled': {
      const failure = failureOf(task);
      const error = failure
        ? { error: sentenceOf(failure.body), ...(failure.type === null ? {} : { error_type: failure.type }) }
        : {};
      const metrics = { inference_time: secondsOf(task) };
      return { status: 200, body: { status: 'COMPLETED', ...head, logs, metrics, ...error } };
    }
  }
}

/** Null for a task that still runs. */
export function resultOf(
  task: Task,
): { status: number; body: object; headers: Record<string, string> } | null {
  const named = { 'x-fal-request-id': task.id };
  if (task.finished_at === null) return null;
  const failure = failureOf(task);
  if (!failure) return { status: 200, body: videoOf(task), headers: named };
  const { status, body, type } = failure;
  return {
    status,
    body,
    headers: {
      ...named,
      ...(type === null ? {} : { 'x-fal-error-type': type }),
      ...(type === 'request_timeout' ? { 'x-fal-request-timeout-type': 'user' } : {}),
    },
  };
}

export function webhookOf(task: Task): object {
  const head = { request_id: task.id, gateway_request_id: task.id };
  const failure = failureOf(task);
  if (!failure) return { ...head, status: 'OK', payload: videoOf(task) };
  return { ...head, status: 'ERROR', error: sentenceOf(failure.body), payload: failure.body };
}

function videoOf(task: Task): object {
  const clip = task.assets.find(({ kind }) => kind === 'video');
  if (!clip) return { video: null };
  const extension = /\/([a-z0-9]+)$/.exec(clip.content_type)?.[1] ?? 'mp4';
  return {
    video: {
      url: clip.url,
      content_type: clip.content_type,
      file_name: `${task.id}.${extension}`,
      file_size: clip.bytes,
    },
  };
}

type Failure = {
  status: number;
  body: { detail: string | { loc: string[]; msg: string; type: string }[] };
  /** Of the platform's own failures; null: the model's. */
  type: string | null;
};

function failureOf(task: Task): Failure | null {
  if (task.status === 'completed') return null;
  if (task.status === 'cancelled')
    return platform(499, 'client_cancelled', 'Request was cancelled by the client');
  const message = task.error?.message ?? 'The request failed.';
  switch (task.error?.code) {
    case 'moderated':
      return model('content_policy_violation', message);
    case 'input_rejected':
      return model('value_error', message);
    case 'start_by_missed':
      return platform(504, 'request_timeout', 'Request did not start in the time that was allowed for it');
    case 'finish_by_missed':
    case 'deadline_exceeded':
      return platform(504, 'generation_timeout', message);
    default:
      return platform(500, 'internal_error', message);
  }
}

function model(type: string, msg: string): Failure {
  return { status: 422, body: { detail: [{ loc: ['body', 'prompt'], msg, type }] }, type: null };
}

function platform(status: number, type: string, text: string): Failure {
  return { status, body: { detail: text }, type };
}

function sentenceOf({ detail }: Failure['body']): string {
  return typeof detail === 'string' ? detail : (detail[0]?.msg ?? 'Unprocessable Entity');
}

function positionOf(task: Task): number {
  return Math.max(0, (task.wait?.position ?? 1) - 1);
}

function secondsOf({ started_at: started, finished_at: finished }: Task): number {
  return started === null || finished === null ? 0 : (Date.parse(finished) - Date.parse(started)) / 1000;
}

type Line = { message: string; level: 'INFO' | 'ERROR'; source: 'USER'; timestamp: string };

/** What can be said of a render from outside: that it began, how far it is, and how it ended. */
function logsOf(task: Task): Line[] {
  const line = (timestamp: string | null, message: string, level: Line['level'] = 'INFO'): Line[] =>
    timestamp === null ? [] : [{ message, level, source: 'USER', timestamp }];
  return [
    ...line(task.started_at, `rendering ${task.id}`),
    ...(task.finished_at === null ? line(task.started_at, `${task.progress} %`) : []),
    ...line(task.finished_at, task.error?.message ?? 'done', task.error === null ? 'INFO' : 'ERROR'),
  ];
}
