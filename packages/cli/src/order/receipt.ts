/** What is printed at the end of a task: saved as, wait, render, charge, balance. */
import { type Balance, isSluiceError, type Sluice, type Task } from '@sluice/sdk';
import type { Paint } from '../output/output.ts';
import { type Field, fields } from '../output/table.ts';
import { amount, clean, size, span } from '../output/text.ts';
import type { SavedClip } from './save-clip.ts';
import { renderedSeconds, stageWord, waitedSeconds } from './task-words.ts';

export type Receipt = {
  task: Task;
  saved: SavedClip[];
  wait_seconds: number | null;
  render_seconds: number | null;
  balance: Balance | null;
};

export async function makeReceipt(sluice: Sluice, task: Task, saved: SavedClip[]): Promise<Receipt> {
  return {
    task,
    saved,
    wait_seconds: waitedSeconds(task),
    render_seconds: renderedSeconds(task),
    balance: await balanceOrNull(sluice),
  };
}

/** The clip is what matters: a key that may not see the balance, or a hiccup, does not spoil it. */
async function balanceOrNull(sluice: Sluice): Promise<Balance | null> {
  try {
    return await sluice.balance.get({ maxRetries: 0 });
  } catch (error) {
    if (isSluiceError(error)) return null;
    throw error;
  }
}

export function receiptText(receipt: Receipt, paint: Paint): string {
  const { task, saved, balance } = receipt;
  const { green, red, yellow, dim, bold } = paint.color;
  const good = task.status === 'completed';
  const head = `${good ? green('✓') : red('✗')} ${bold(task.id)}  ${clean(task.model)}  ${stageWord(task.stage)}`;
  const list: Field[] = [
    ['error', task.error && `${task.error.code}: ${clean(task.error.message)}`],
    ...saved.map((clip): Field => ['saved', `${clip.path}  ${dim(size(clip.bytes))}`]),
    ['clip', clipFacts(task)],
    ['path', task.path && clean(task.path)],
    ['wait', span(receipt.wait_seconds)],
    ['render', span(receipt.render_seconds)],
    ['charge', task.charge ? amount(task.charge) : 'nothing'],
    ['balance', balance && `${balance.available} ${balance.currency} available`],
    ['differs', task.flags.length > 0 && yellow(task.flags.map(clean).join(', '))],
    ['sandbox', task.sandbox && yellow('made by an emulator, not by a paid upstream')],
  ];
  return `${head}\n${indent(fields(list, paint))}`;
}

function clipFacts(task: Task): string | null {
  const video = task.assets.find((asset) => asset.kind === 'video');
  if (!video) return null;
  const frame = video.width && video.height ? `${video.width}×${video.height}` : null;
  const length = video.duration_seconds === null ? null : `${video.duration_seconds.toFixed(1)} s`;
  return [frame, length, video.video_codec && clean(video.video_codec), video.audio_codec && 'with sound']
    .filter((fact) => fact)
    .join(', ');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
