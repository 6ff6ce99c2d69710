/** A task as text for a ticket or a mail: what happened, and nothing that opens anything. */
import type { Task, Timeline } from '@sluice/sdk';
import { offsetText } from './offset.ts';

export function reportOf(task: Task, timeline: Timeline): string {
  const startMs = Date.parse(timeline.data[0]?.at ?? task.created_at);
  const clip = task.assets.find(({ kind }) => kind === 'video');
  const facts = [
    ['task', task.id],
    ['model', `${task.model}, ${task.mode}`],
    [
      'ordered',
      `${task.duration ?? '–'} s, ${task.quality}, ${task.aspect_ratio ?? '–'}, sound ${task.sound}`,
    ],
    ['stage', task.error ? `${task.stage}: ${task.error.code}, ${task.error.message}` : task.stage],
    ['path', task.path ?? '–'],
    ['created', task.created_at],
    ['charge', task.charge ? `${task.charge.amount} ${task.charge.currency}` : '–'],
    ['clip', clip ? `${clip.width} × ${clip.height}, ${clip.bytes} bytes, sha256 ${clip.sha256}` : '–'],
  ];
  const lines = timeline.data.map(
    ({ at, lane, kind, summary }) =>
      `${offsetText(Date.parse(at) - startMs).padStart(10)}  ${lane.padEnd(9)} ${kind.padEnd(22)} ${summary}`,
  );
  return [...facts.map(([name = '', value]) => `${name.padEnd(9)}${value}`), '', ...lines, ''].join('\n');
}
