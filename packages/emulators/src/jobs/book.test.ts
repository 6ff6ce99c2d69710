import { expect, test } from 'vitest';
import { createJobBook, defaultTiming, type JobWish, stateAt } from './book.ts';
import { createJobFaults } from './faults.ts';
import { steadyRandom } from './testing/random.ts';

function bookOf(hands: number) {
  const clock = { nowMs: 0 };
  const timing = { ...defaultTiming, queueMs: 0, renderBaseMs: 0, renderMsPerSecond: 1_000, jitter: 0 };
  let made = 0;
  const newId = () => `job-${++made}`;
  const faults = createJobFaults();
  const book = createJobBook<string>({
    clock: { now: () => clock.nowMs },
    random: steadyRandom(),
    timing,
    faults,
    newId,
    hands,
  });
  const wish = (seconds: number, more: Partial<JobWish<string>> = {}): JobWish<string> => ({
    account: 'a',
    detail: '',
    prompt: '',
    clip: { width: 64, height: 64, sound: false },
    seconds,
    failure: null,
    moderated: { code: 'moderated', message: 'no' },
    deadlineAt: null,
    ...more,
  });
  return { clock, book, faults, wish };
}

test('jobs take the hand that is free first, whoever held it', () => {
  const { book, wish } = bookOf(2);
  const starts = [50, 1, 1, 1, 100].map((seconds) => book.take(wish(seconds)).startsAt);
  expect(starts).toEqual([0, 0, 1_000, 2_000, 3_000]);
  expect(book.take(wish(1)).startsAt).toBe(50_000);
  expect(book.take(wish(1, { account: 'b' })).startsAt).toBe(0);
});

test('a job without end keeps its hand, and only that', () => {
  const { book, faults, wish } = bookOf(2);
  faults.next('job', { do: 'never-finish' });
  const starts = [5, 5, 5].map((seconds) => book.take(wish(seconds)).startsAt);
  expect(starts).toEqual([0, 0, 5_000]);
});

test.each([
  [5_000, 'expired'],
  [15_000, 'canceled'],
  [25_000, 'succeeded'],
])('a deadline of %i ms ends a job that runs from 10 to 20 s as %s', (deadlineAt, word) => {
  const { book, wish } = bookOf(1);
  book.take(wish(10));
  const job = book.take(wish(10, { deadlineAt }));
  expect(stateAt(job, 30_000)).toBe(word);
});

test('only what has not ended can be cancelled', () => {
  const { book, clock, wish } = bookOf(1);
  const job = book.take(wish(10));
  clock.nowMs = 5_000;
  expect(book.cancel(job, clock.nowMs)).toBe(true);
  expect(book.cancel(job, clock.nowMs)).toBe(false);
  expect([stateAt(job, 4_000), stateAt(job, 60_000)]).toEqual(['running', 'canceled']);
});
