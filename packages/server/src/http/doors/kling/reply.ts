/** A task in Kling's words, in both of its shapes. Ids are ours, as text; times are milliseconds. */
import type { Task } from '@sluice/contract';
import type { DoorTask } from '../tasks.ts';

type Shown = Pick<DoorTask, 'task' | 'words'>;

/** Which of its two shapes a task was ordered in; told back to that client when it ends. */
export type Generation = 'current' | 'legacy';

/** What a render is refused with there; clients look for this sentence. */
const RISK_CONTROL = 'Failure to pass the risk control system';

export function envelope(data: unknown, requestId: string) {
  return { code: 0, message: 'SUCCEED', request_id: requestId, data };
}

export function currentCreated({ task, words }: Shown) {
  const { createdMs, updatedMs } = timesOf(task);
  return {
    id: task.id,
    status: CURRENT[task.status],
    create_time: createdMs,
    update_time: updatedMs,
    ...externalOf(words, 'external_id'),
  };
}

export function currentTask({ task, words }: Shown) {
  return {
    ...currentCreated({ task, words }),
    message: messageOf(task),
    outputs: clipsOf(task).map(({ id, url, duration }) => ({ type: 'video', id, url, duration })),
    billing: task.charge === null || task.status !== 'completed' ? [] : [chargeOf(task.charge)],
  };
}

export function legacyCreated({ task, words }: Shown) {
  const { createdMs, updatedMs } = timesOf(task);
  return {
    task_id: task.id,
    task_status: LEGACY[task.status],
    task_info: { ...externalOf(words, 'external_task_id') },
    created_at: createdMs,
    updated_at: updatedMs,
  };
}

export function legacyTask({ task, words }: Shown) {
  const { amount } = task.charge ?? {};
  return {
    ...legacyCreated({ task, words }),
    task_status_msg: messageOf(task),
    task_result: { videos: clipsOf(task) },
    watermark_info: { enabled: false },
    ...(amount === undefined || task.status !== 'completed'
      ? {}
      : { final_balance_deduction: { quota: amount, list_price: amount } }),
  };
}

/**
 * What is posted to a `callback_url`: the task itself, without the envelope, in the shape of the generation that it was
 * ordered with (Kling's callback page, read 2026-11-22). One that was ordered elsewhere has the present shape.
 */
export function toldTask({ task, words }: Shown) {
  return words?.generation === 'legacy' ? legacyTask({ task, words }) : currentTask({ task, words });
}

export const CURRENT = {
  pending: 'submitted',
  processing: 'processing',
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'failed',
} as const satisfies Record<Task['status'], string>;

const LEGACY = { ...CURRENT, completed: 'succeed' } as const satisfies Record<Task['status'], string>;

function messageOf({ status, error }: Task): string {
  if (status === 'cancelled') return 'The task was cancelled';
  if (status !== 'failed' || error === null) return '';
  return error.code === 'moderated' ? RISK_CONTROL : error.message;
}

function clipsOf(task: Task): { id: string; url: string; duration: string }[] {
  if (task.status !== 'completed') return [];
  return task.assets
    .filter(({ kind }) => kind === 'video')
    .map(({ id, url, duration_seconds: seconds }) => ({ id, url, duration: String(seconds ?? '') }));
}

function chargeOf({ amount, currency }: NonNullable<Task['charge']>) {
  return { charge_type: 'cash', cash_type: 'balance', amount, currency, list_price: amount };
}

function timesOf(task: Task): { createdMs: number; updatedMs: number } {
  const createdMs = Date.parse(task.created_at);
  return { createdMs, updatedMs: Date.parse(task.finished_at ?? task.started_at ?? task.created_at) };
}

function externalOf(words: Shown['words'], name: string): Record<string, string> {
  const id = words?.external_task_id;
  return typeof id === 'string' ? { [name]: id } : {};
}
