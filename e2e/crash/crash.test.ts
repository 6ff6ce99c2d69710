/**
 * A few kills at the sharpest points, with dice that fall the same way each time. All points, many times over, are
 * `npm run crash`.
 */
import { expect, test } from 'vitest';
import { jobsOf, type PointResult, runPoints } from './run.ts';

const SHARPEST = [
  'initdb runs, and lives on',
  'inside:store.accept.accept',
  'after:outbound.submit',
  'after:store.submit.recordUnknown (answer_lost)',
  'after:store.submit.recordResending (order_lost)',
  'before:store.track.recordEnded',
  'after:blobs.publish.assets',
  'inside:store.settle.settle',
  'after:outbound.webhook',
  'kill -9 of both',
];

let results: PointResult[] = [];

test('a gateway is killed at the sharpest points of its life, and nothing else goes wrong', async () => {
  const jobs = jobsOf(1).filter(({ title }) => SHARPEST.includes(title));
  expect(jobs).toHaveLength(SHARPEST.length);
  results = await runPoints(jobs, { seed: 'smoke', worlds: 2, waits: 'short', media: 'light' });
  expect(results.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`))).toEqual(
    [],
  );
}, 240_000);

test('each point was passed, no accepted task was lost, and each was accepted upstream once', () => {
  expect(results.map(({ title, repeats }) => [title, repeats])).toEqual(SHARPEST.map((title) => [title, 1]));
  const lives = results.filter(({ stage }) => stage !== 'boot');
  expect(
    lives.map(({ tasks, lost, accepts, doubles, balanced }) => ({ tasks, lost, accepts, doubles, balanced })),
  ).toEqual(lives.map(({ tasks }) => ({ tasks, lost: 0, accepts: tasks, doubles: 0, balanced: true })));
});
