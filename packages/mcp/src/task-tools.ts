/** Tools about what was ordered: looking, waiting with progress, cancelling. */
import { hasEnded, isSluiceError, type Task } from '@sluice/sdk';
import { z } from 'zod';
import { orRefusal, sentenceOf, taskResult, told } from './results.ts';
import type { Tools } from './server.ts';

const task_id = z.string().min(1).max(100).describe('The id that generate_video answered with.');

/** Below the minute after which clients give up on a call. */
const WAIT_SECONDS = 50;

export function addTaskTools({ server, client }: Tools): void {
  server.registerTool(
    'get_task',
    {
      title: 'Look at a task',
      description:
        'The state of a task now: where it stands, why it waits, what it cost, and the link to its clip.',
      inputSchema: { task_id },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ task_id: id }) => orRefusal(async () => taskResult(await client.tasks.get(id))),
  );

  server.registerTool(
    'wait_for_task',
    {
      title: 'Wait for a clip',
      description:
        `Waits for the end of a task, with progress, for at most timeout_seconds (${WAIT_SECONDS}); then ` +
        `says where it stands, and may be called again. Stopping the wait does not stop the task.`,
      inputSchema: {
        task_id,
        timeout_seconds: z.int().min(1).max(900).default(WAIT_SECONDS),
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ task_id: id, timeout_seconds: seconds }, { signal, sendNotification, _meta }) =>
      orRefusal(async () => {
        const progressToken = _meta?.progressToken;
        let told = -1;
        const report = (task: Task): void => {
          if (progressToken === undefined || task.progress <= told) return;
          told = task.progress;
          const params = { progressToken, progress: task.progress, total: 100, message: sentenceOf(task) };
          // Progress that cannot be sent is no reason to stop waiting.
          sendNotification({ method: 'notifications/progress', params }).catch(() => {});
        };
        return taskResult(await waitFor(client, id, seconds, signal, report));
      }),
  );

  server.registerTool(
    'cancel_task',
    {
      title: 'Cancel a task',
      description:
        'Cancels a task. Free while it waits; once a vendor that cannot cancel has accepted it, it goes on and is ' +
        'charged.',
      inputSchema: { task_id },
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    },
    ({ task_id: id }) =>
      orRefusal(async () => {
        const { task, outcome } = await client.tasks.cancel(id);
        const text = outcome === 'canceled' ? `${id} was cancelled.` : `${id}: cancelling was asked for.`;
        return told(text, { task_id: id, outcome, status: task.status });
      }),
  );
}

/** The task at its end, or as it is when the time is over. */
async function waitFor(
  client: Tools['client'],
  id: string,
  seconds: number,
  signal: AbortSignal,
  onProgress: (task: Task) => void,
): Promise<Task> {
  const time = AbortSignal.timeout(seconds * 1000);
  let last: Task | null = null;
  const note = (task: Task): void => {
    last = task;
    onProgress(task);
  };
  try {
    return await client.tasks.wait(id, { signal: AbortSignal.any([time, signal]), onProgress: note });
  } catch (error) {
    if (isSluiceError(error) || signal.aborted) throw error;
    const task = last ?? (await client.tasks.get(id));
    return hasEnded(task) ? task : client.tasks.get(id);
  }
}
