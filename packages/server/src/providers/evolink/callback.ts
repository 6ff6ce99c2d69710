/**
 * Callbacks: the body of the task query, sent after billing when a task is completed, failed or cancelled, and three
 * times more (after 1, 2 and 4 s) until somebody answers with a 2xx. No signature is documented, so all that proves
 * a callback is the unguessable token in the address that we handed out, and nothing in it is believed before the
 * task was asked for with our own key.
 */
import type { CallbackOutcome, PathContext, RawCallback } from '../contract.ts';
import { type Handle, parseBody, Task } from './wire.ts';

export function readCallback(_path: PathContext, callback: RawCallback): CallbackOutcome {
  const body = parseBody(callback.body);
  if (!body.ok) return { kind: 'rejected', reason: 'the body is not JSON' };
  const task = Task.safeParse(body.value);
  if (!task.success) return { kind: 'rejected', reason: 'the body is no task record' };
  const { id, status } = task.data;
  const handle: Handle = { v: 1, taskId: id };
  return {
    kind: 'hint',
    verified: false,
    deliveryId: null,
    upstreamId: id,
    correlationId: null,
    word: status.slice(0, 100),
    handle,
  };
}
