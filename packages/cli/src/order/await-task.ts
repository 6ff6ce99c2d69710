/** Waits for a task with a progress line. Ctrl-C leaves the task running and says how to come back. */
import type { Sluice, Task } from '@sluice/sdk';
import type { Invocation } from '../invocation.ts';
import { startProgress } from '../output/progress.ts';
import { progressText, situationOf } from './task-words.ts';

export async function awaitTask(
  sluice: Sluice,
  start: Task,
  { output, surroundings }: Invocation,
): Promise<Task> {
  const signal = surroundings.interruption();
  const progress = startProgress(output);
  const show = (task: Task): void => progress.show(situationOf(task), (paint) => progressText(task, paint));
  try {
    show(start);
    return await sluice.tasks.wait(start.id, { signal, onProgress: show });
  } catch (error) {
    if (signal.aborted) {
      progress.end();
      output.note(`The task goes on. See it again: sluice tasks watch ${start.id}`);
    }
    throw error;
  } finally {
    progress.end();
  }
}
