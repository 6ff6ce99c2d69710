/** Where a task is that has not ended: what it waits for, its place, when it is expected. Nothing just spins. */
import type { Task, WaitReason } from '@sluice/sdk';
import { useNow } from '../../ui/clock.ts';
import { StageChip } from '../../ui/stage.tsx';
import { clockText, spanText } from '../../ui/time.tsx';

export const WAIT_WORDS: Record<WaitReason, string> = {
  no_free_slot: 'all slots are busy',
  account_cap: 'your account is at its limit of parallel tasks',
  key_cap: 'this key is at its limit of parallel tasks',
  path_paused: 'its path is paused',
  path_draining: 'its path takes no new work',
  path_unhealthy: 'its path does not answer just now',
  wallet_empty: 'the wallet of its path is empty',
  throttled: 'its path asked for a pause',
  storage_full: 'the storage is full',
  quarantine: 'this installation is in quarantine',
  next_in_line: 'it is next',
};

export function Progress({ task }: { task: Task }) {
  const nowMs = useNow();
  const { stage, wait, progress, started_at, task_info } = task;
  const since = stage === 'queued' ? task.created_at : (started_at ?? task.created_at);
  return (
    <div
      className={
        'flex aspect-video w-full flex-col items-center justify-center ' +
        'gap-3 rounded-lg border bg-sunken p-6 text-center'
      }
    >
      <StageChip stage={stage} className="text-[1.14rem]" />
      <div
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={progress}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-1.5 w-full max-w-72 overflow-hidden rounded-full bg-line"
      >
        <div className="h-full bg-accent transition-[width] duration-700" style={{ width: `${progress}%` }} />
      </div>
      <p aria-live="polite" className="text-ink-2">
        {wait
          ? `Place ${wait.position}: ${WAIT_WORDS[wait.reason] ?? wait.reason}.`
          : stage === 'unknown'
            ? 'The answer to the submit was lost. It is being looked up; it is never bought twice.'
            : stage === 'queued'
              ? 'It waits. Its place in the queue cannot be told just now.'
              : `${progress} % done.`}
      </p>
      <p className="text-[0.93rem] text-ink-3">
        for {spanText((nowMs - Date.parse(since)) / 1_000)}
        {wait?.expected_end && `, expected to end about ${clockText(wait.expected_end)}`}
        {!wait && task_info.estimated_time !== null && `, about ${spanText(task_info.estimated_time)} to go`}
      </p>
    </div>
  );
}
