/**
 * What an order was told about its start and end when it was accepted, and whether it came true. A told range is
 * judged when its late end has passed, not before: of the orders of the last minutes only the fast ones have ended, and
 * to count those alone would flatter. What still waits or runs by then is late, and so is what ended later without a
 * clip. What ended before without a clip (cancelled, failed, out of time) proves nothing about the range and is counted
 * apart, as is what could be told nothing. An order that was refused and sent again, or rendered again elsewhere,
 * counts: the client was told when the clip comes, not how.
 */
import type { ForecastRecord, PromiseLine, Promises, promiseApartReasons } from '@sluice/contract';
import { z } from 'zod';

const Range = z.strictObject({ earlyMs: z.int(), lateMs: z.int() });

/** As it is kept with the order. */
export const Promised = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('range'),
    path: z.string(),
    basis: z.enum(['measured', 'declared']),
    start: Range,
    end: Range,
  }),
  z.strictObject({
    kind: z.literal('none'),
    path: z.string(),
    basis: z.enum(['measured', 'declared']),
    reason: z.enum(['no_path', 'deep_queue']),
  }),
]);
export type Promised = z.infer<typeof Promised>;

export type PromisedTask = {
  family: string;
  /** Null: none was kept. */
  promise: Promised | null;
  state: string;
  errorCode: string | null;
  attempts: number;
  /** When it first held a slot that was not refused. */
  startedAtMs: number | null;
  finishedAtMs: number | null;
};

type ApartReason = (typeof promiseApartReasons)[number];
export type Verdict = 'inside' | 'early' | 'late' | { apart: ApartReason };

/** Four of five are told to end inside. */
export const PROMISED_SHARE = 0.8;
/** With so many, two standard errors of a share of four fifths are eleven points: enough to tell it from two thirds. */
export const PROMISES_ENOUGH = 50;

export function endVerdict(task: PromisedTask, nowMs: number): Verdict {
  const reachedAtMs = task.state === 'succeeded' ? task.finishedAtMs : null;
  return verdictOf(task, 'end', reachedAtMs, nowMs);
}

export function startVerdict(task: PromisedTask, nowMs: number): Verdict {
  return verdictOf(task, 'start', task.startedAtMs, nowMs);
}

function verdictOf(
  task: PromisedTask,
  what: 'start' | 'end',
  reachedAtMs: number | null,
  nowMs: number,
): Verdict {
  const { promise, finishedAtMs } = task;
  if (promise === null) return { apart: 'not_kept' };
  if (promise.kind === 'none') return { apart: promise.reason };
  const { earlyMs, lateMs } = promise[what];
  if (reachedAtMs === null && finishedAtMs !== null && finishedAtMs <= lateMs) {
    return { apart: endReason(task) };
  }
  if (nowMs <= lateMs) return { apart: 'not_due' };
  if (reachedAtMs === null || reachedAtMs > lateMs) return 'late';
  return reachedAtMs < earlyMs ? 'early' : 'inside';
}

const OUT_OF_TIME: readonly (string | null)[] = ['start_by_missed', 'finish_by_missed', 'deadline_exceeded'];

function endReason({ state, errorCode }: PromisedTask): ApartReason {
  if (state === 'canceled') return 'cancelled';
  return OUT_OF_TIME.includes(errorCode) ? 'ran_out_of_time' : 'failed';
}

type Counted = Pick<PromiseLine, 'start' | 'end' | 'resent' | 'apart'>;
type Counter = {
  end: Record<'inside' | 'early' | 'late', number>;
  start: Record<'inside' | 'early' | 'late', number>;
  resent: number;
  apart: Map<ApartReason, number>;
};

export type PromiseBook = Pick<Promises, 'overall' | 'lines' | 'orders'>;

/** Overall, and by the path that orders were meant for, family and what the range was based on. */
export function promiseBook(tasks: readonly PromisedTask[], nowMs: number): PromiseBook {
  const overall = counter();
  const lines = new Map<string, { line: Pick<PromiseLine, 'path' | 'family' | 'basis'>; counts: Counter }>();
  for (const task of tasks) {
    count(overall, task, nowMs);
    const { promise, family } = task;
    if (promise === null) continue;
    const { path, basis } = promise;
    const name = `${path}\n${family}\n${basis}`;
    const found = lines.get(name) ?? { line: { path, family, basis }, counts: counter() };
    lines.set(name, found);
    count(found.counts, task, nowMs);
  }
  return {
    orders: tasks.length,
    overall: counted(overall),
    lines: [...lines]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { line, counts }]) => ({ ...line, ...counted(counts) })),
  };
}

function counter(): Counter {
  const tally = () => ({ inside: 0, early: 0, late: 0 });
  return { end: tally(), start: tally(), resent: 0, apart: new Map() };
}

function count(counts: Counter, task: PromisedTask, nowMs: number): void {
  const start = startVerdict(task, nowMs);
  if (typeof start === 'string') counts.start[start] += 1;
  const end = endVerdict(task, nowMs);
  if (typeof end === 'string') {
    counts.end[end] += 1;
    if (task.attempts > 1) counts.resent += 1;
    return;
  }
  counts.apart.set(end.apart, (counts.apart.get(end.apart) ?? 0) + 1);
}

function counted({ end, start, resent, apart }: Counter): Counted {
  return {
    end: tallied(end),
    start: tallied(start),
    resent,
    apart: [...apart]
      .sort(([a, few], [b, many]) => many - few || (a < b ? -1 : 1))
      .map(([reason, times]) => ({ reason, count: times })),
  };
}

function tallied({ inside, early, late }: Counter['end']): Counted['end'] {
  const of = inside + early + late;
  return { of, inside, early, late, share: of === 0 ? null : inside / of };
}

export function promisesSentence({ overall: { end } }: Pick<PromiseBook, 'overall'>): string {
  if (end.of === 0 || end.share === null) return 'No told range has come due yet.';
  const few = end.of < PROMISES_ENOUGH ? ' Too few to judge by.' : '';
  return (
    `Of ${end.of} told ranges that have come due, ${percent(end.share)} held (${end.early} ended earlier, ` +
    `${end.late} later); 4 of 5 were promised.${few}`
  );
}

/** What a quote tells about such orders; null: too few of them have come due. */
export function forecastRecord(
  lines: readonly PromiseLine[],
  like: Pick<PromiseLine, 'path' | 'family' | 'basis'>,
): ForecastRecord | null {
  const line = lines.find(
    ({ path, family, basis }) => path === like.path && family === like.family && basis === like.basis,
  );
  if (!line || line.end.share === null || line.end.of < PROMISES_ENOUGH) return null;
  const { of, inside, share } = line.end;
  const sentence =
    `Of the last ${of} clips like it ${percent(share)} ended inside the range that they were told; 4 of 5 were ` +
    'promised.';
  return { of, inside, share, sentence };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
