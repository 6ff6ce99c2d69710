import { describe, expect, test } from 'vitest';
import {
  endVerdict,
  forecastRecord,
  PROMISES_ENOUGH,
  type PromisedTask,
  promiseBook,
  promisesSentence,
  startVerdict,
} from './promises.ts';

const T0 = Date.UTC(2026, 10, 29, 12);
const S = 1000;

/** Told to start in 10 to 20 s and to end in 60 to 100 s; ended in the middle. */
function task(more: Partial<PromisedTask> = {}): PromisedTask {
  return {
    family: 'kling-v3',
    promise: {
      kind: 'range',
      path: 'direct',
      basis: 'measured',
      start: { earlyMs: T0 + 10 * S, lateMs: T0 + 20 * S },
      end: { earlyMs: T0 + 60 * S, lateMs: T0 + 100 * S },
    },
    state: 'succeeded',
    errorCode: null,
    attempts: 1,
    startedAtMs: T0 + 15 * S,
    finishedAtMs: T0 + 80 * S,
    ...more,
  };
}

const none = (reason: 'no_path' | 'deep_queue') =>
  ({ kind: 'none', path: 'direct', basis: 'declared', reason }) as const;
const at = (seconds: number) => T0 + seconds * S;
const open = { state: 'running', finishedAtMs: null };
const failed = { state: 'failed', errorCode: 'render_failed' };

describe('the end', () => {
  test.each<[string, Partial<PromisedTask>, number, unknown]>([
    ['in between', {}, 200, 'inside'],
    ['at the early end to the millisecond', { finishedAtMs: at(60) }, 200, 'inside'],
    ['at the late end to the millisecond', { finishedAtMs: at(100) }, 200, 'inside'],
    ['before', { finishedAtMs: at(59.999) }, 200, 'early'],
    ['after', { finishedAtMs: at(100.001) }, 200, 'late'],
    ['in between, but its fellows may still run', {}, 90, { apart: 'not_due' }],
    ['under way when its time has come', open, 101, 'late'],
    ['under way before', open, 90, { apart: 'not_due' }],
    ['failed before its time', { ...failed, finishedAtMs: at(70) }, 200, { apart: 'failed' }],
    ['failed before its time, told at once', { ...failed, finishedAtMs: at(70) }, 71, { apart: 'failed' }],
    ['failed when it should have been there', { ...failed, finishedAtMs: at(120) }, 200, 'late'],
    ['cancelled before its time', { state: 'canceled', finishedAtMs: at(70) }, 200, { apart: 'cancelled' }],
    ['cancelled after waiting too long', { state: 'canceled', finishedAtMs: at(140) }, 200, 'late'],
    [
      'out of time before its time',
      { state: 'failed', errorCode: 'start_by_missed', finishedAtMs: at(30) },
      200,
      { apart: 'ran_out_of_time' },
    ],
    [
      'out of time after it',
      { state: 'failed', errorCode: 'finish_by_missed', finishedAtMs: at(150) },
      200,
      'late',
    ],
    ['no path took work', { promise: none('no_path') }, 200, { apart: 'no_path' }],
    ['deep in a queue', { promise: none('deep_queue') }, 200, { apart: 'deep_queue' }],
    ['of an older version', { promise: null }, 200, { apart: 'not_kept' }],
  ])('%s', (_what, more, now, expected) => {
    expect(endVerdict(task(more), at(now))).toEqual(expected);
  });
});

describe('the start', () => {
  test.each<[string, Partial<PromisedTask>, number, unknown]>([
    ['in between', {}, 30, 'inside'],
    ['before', { startedAtMs: at(9) }, 30, 'early'],
    ['after', { startedAtMs: at(21) }, 30, 'late'],
    ['waiting when its time has come', { ...open, startedAtMs: null }, 21, 'late'],
    ['started, then failed', { ...failed, finishedAtMs: at(18) }, 30, 'inside'],
    [
      'cancelled while it waited',
      { state: 'canceled', startedAtMs: null, finishedAtMs: at(12) },
      30,
      { apart: 'cancelled' },
    ],
  ])('%s', (_what, more, now, expected) => {
    expect(startVerdict(task(more), at(now))).toEqual(expected);
  });
});

describe('the book', () => {
  const early = task({ finishedAtMs: at(50) });
  const late = task({ finishedAtMs: at(150), attempts: 2 });
  const other = task({ family: 'kling-o1' });
  const failure = task({ ...failed, finishedAtMs: at(70), attempts: 2 });

  test('by path, family and basis; each order is counted once or apart', () => {
    const tasks = [task(), task(), early, late, other, failure, task({ promise: null })];
    const { overall, lines, orders } = promiseBook(tasks, at(300));
    expect(orders).toBe(7);
    expect(overall.end).toEqual({ of: 5, inside: 3, early: 1, late: 1, share: 0.6 });
    expect(overall.resent).toBe(1);
    expect(overall.apart).toEqual([
      { reason: 'failed', count: 1 },
      { reason: 'not_kept', count: 1 },
    ]);
    expect(lines.map(({ family, end }) => [family, end.of, end.inside])).toEqual([
      ['kling-o1', 1, 1],
      ['kling-v3', 4, 2],
    ]);
    const apart = overall.apart.reduce((sum, { count }) => sum + count, 0);
    expect(overall.end.of + apart).toBe(orders);
  });

  test('a few prove nothing, and a quote says nothing of them', () => {
    const few = promiseBook([task(), late], at(300));
    expect(promisesSentence(few)).toBe(
      'Of 2 told ranges that have come due, 50 % held (0 ended earlier, 1 later); 4 of 5 were promised. ' +
        'Too few to judge by.',
    );
    expect(promisesSentence(promiseBook([], at(300)))).toBe('No told range has come due yet.');
    const like = { path: 'direct', family: 'kling-v3', basis: 'measured' } as const;
    expect(forecastRecord(few.lines, like)).toBeNull();
    const many = promiseBook(
      [...Array.from({ length: PROMISES_ENOUGH - 10 }, () => task()), ...Array(10).fill(late)],
      at(300),
    );
    expect(forecastRecord(many.lines, like)).toEqual({
      of: 50,
      inside: 40,
      share: 0.8,
      sentence:
        'Of the last 50 clips like it 80 % ended inside the range that they were told; 4 of 5 were promised.',
    });
    expect(forecastRecord(many.lines, { ...like, basis: 'declared' })).toBeNull();
  });
});
