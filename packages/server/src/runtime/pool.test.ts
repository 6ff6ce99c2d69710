import { expect, test } from 'vitest';
import { createPool } from './pool.ts';

function controlled() {
  const ends: ((error?: Error) => void)[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve()));
    });
  return { work, ends };
}

test('as many run as it holds; whoever ends makes room and says so', async () => {
  const { work, ends } = controlled();
  let freed = 0;
  const pool = createPool(
    2,
    () => {},
    () => {
      freed += 1;
    },
  );
  expect(pool.free()).toBe(2);
  pool.start(work);
  pool.start(work);
  expect([pool.free(), pool.running(), freed]).toEqual([0, 2, 0]);
  ends[0]?.();
  ends[1]?.();
  await pool.idle();
  expect([pool.free(), pool.running(), freed]).toEqual([2, 0, 2]);
});

test('more than it holds still runs: what was claimed must not be dropped', async () => {
  const { work, ends } = controlled();
  const pool = createPool(1, () => {});
  pool.start(work);
  pool.start(work);
  expect([pool.free(), pool.running()]).toEqual([0, 2]);
  for (const end of ends) end();
  await pool.idle();
});

test.each([
  ['rejects', () => Promise.reject(new Error('broken'))],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
])('work that %s is reported, and its place is free again', async (_what, work) => {
  const errors: unknown[] = [];
  const pool = createPool(1, (error) => errors.push(error));
  pool.start(work);
  await pool.idle();
  expect(errors).toEqual([new Error('broken')]);
  expect(pool.free()).toBe(1);
});

test('idle waits also for what starts meanwhile', async () => {
  const { work, ends } = controlled();
  const pool = createPool(2, () => {});
  const order: string[] = [];
  pool.start(async () => {
    await work();
    pool.start(async () => {
      await work();
      order.push('second');
    });
  });
  const idle = pool.idle().then(() => order.push('idle'));
  ends[0]?.();
  await Promise.resolve();
  while (ends.length < 2) await Promise.resolve();
  ends[1]?.();
  await idle;
  expect(order).toEqual(['second', 'idle']);
});
