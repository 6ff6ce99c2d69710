/** A task in words: its stage, why it waits, how far it is. */
import type { Task, TaskStage, WaitReason } from '@sluice/sdk';
import type { Colors, Paint } from '../output/output.ts';
import { bar } from '../output/progress.ts';
import { clean, ordinal, secondsBetween, span } from '../output/text.ts';

const STAGES: Record<TaskStage, string> = {
  queued: 'waiting',
  sending: 'sending',
  unknown: 'looking up a lost answer',
  rendering: 'rendering',
  saving: 'saving',
  settling: 'settling',
  succeeded: 'done',
  failed: 'failed',
  canceled: 'cancelled',
};

const REASONS: Record<WaitReason, string> = {
  no_free_slot: 'no free slot',
  account_cap: 'the account is at its limit',
  key_cap: 'the key is at its limit',
  path_paused: 'the path is paused',
  path_draining: 'the path is draining',
  path_unhealthy: 'the path is in trouble',
  wallet_empty: 'the wallet at the vendor is empty',
  throttled: 'the vendor slows us down',
  storage_full: 'no room to store clips',
  quarantine: 'this is a restored copy, not confirmed yet',
  next_in_line: 'next in line',
};

/** A newer gateway may have words that we do not: then its own are shown. */
export function stageWord(stage: TaskStage): string {
  return STAGES[stage] ?? clean(stage);
}

export function reasonWord(reason: WaitReason): string {
  return REASONS[reason] ?? clean(reason);
}

export function stageColor(color: Colors, stage: TaskStage): (text: string) => string {
  if (stage === 'succeeded') return color.green;
  if (stage === 'failed') return color.red;
  if (stage === 'unknown') return color.magenta;
  if (stage === 'queued' || stage === 'canceled') return color.yellow;
  return color.cyan;
}

/** `no free slot, 3rd in line, starts in 2m 00s` */
export function waitText(wait: Task['wait'], nowMs: number): string {
  if (!wait) return '';
  const parts = [reasonWord(wait.reason)];
  if (wait.reason !== 'next_in_line') parts.push(`${ordinal(wait.position)} in line`);
  if (wait.expected_start) {
    const seconds = (Date.parse(wait.expected_start) - nowMs) / 1000;
    parts.push(seconds > 0 ? `starts in ${span(seconds)}` : 'starts any moment');
  }
  return parts.join(', ');
}

/** What a progress line shows: the bar once it moves, the stage, the wait or the time so far. */
export function progressText(task: Task, paint: Paint): string {
  const { color, nowMs } = paint;
  const stage = stageColor(color, task.stage)(stageWord(task.stage));
  const since = new Date(nowMs).toISOString();
  if (task.stage === 'queued') return `${stage}  ${waitText(task.wait, nowMs)}`;
  const elapsed = span(secondsBetween(task.started_at ?? task.created_at, since));
  const via = task.path ? `${color.dim('via')} ${clean(task.path)}` : '';
  const line = [
    `${bar(task.progress, 20, paint)} ${String(task.progress).padStart(3)} %`,
    stage,
    elapsed,
    via,
  ];
  return line.filter((part) => part !== '').join('  ');
}

/** When this changes, a log gets a new line. */
export function situationOf(task: Task): string {
  return [task.stage, task.wait?.reason, task.wait?.position, Math.floor(task.progress / 25)].join('/');
}

export function waitedSeconds(task: Task): number | null {
  return secondsBetween(task.created_at, task.started_at ?? task.finished_at);
}

export function renderedSeconds(task: Task): number | null {
  return secondsBetween(task.started_at, task.finished_at);
}
