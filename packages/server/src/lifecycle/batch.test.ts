import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batcher } from './batch.ts';

/** A flush that ends when the test says so. */
function controlled() {
  const flushes: {
    items: readonly number[];
    end(answers?: readonly string[]): void;
    fail(error: Error): void;
  }[] = [];
  let started: () => void = () => {};
  const flush = (items: readonly number[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      const end = (answers = items.map((item) => `answer ${item}`)) => resolve(answers);
      flushes.push({ items, end, fail: reject });
      started();
    });
  /** Resolves when the flush of this number has begun. */
  const begun = async (number: number) => {
    while (flushes.length < number) {
      await new Promise<void>((resolve) => {
        started = resolve;
      });
    }
    const last = flushes[number - 1];
    if (!last) throw new Error('it has begun');
    return last;
  };
  return { flush, begun };
}

test('the first item goes alone and at once, what comes meanwhile goes together', async () => {
  const { flush, begun } = controlled();
  const queue = batcher({ most: 10, flush });
  const first = queue.add(1);
  const alone = await begun(1);
  const others = [2, 3, 4].map((item) => queue.add(item));
  expect([alone.items, queue.waiting()]).toEqual([[1], 3]);
  alone.end();
  expect(await first).toBe('answer 1');
  const together = await begun(2);
  expect(together.items).toEqual([2, 3, 4]);
  together.end();
  expect(await Promise.all(others)).toEqual(['answer 2', 'answer 3', 'answer 4']);
  expect(queue.waiting()).toBe(0);
});

test('no flush carries more than it may', async () => {
  const { flush, begun } = controlled();
  const queue = batcher({ most: 2, flush });
  const answers = [1, 2, 3, 4, 5, 6].map((item) => queue.add(item));
  const sizes: number[] = [];
  for (let number = 1; number <= 4; number += 1) {
    const { items, end } = await begun(number);
    sizes.push(items.length);
    end();
  }
  expect(sizes).toEqual([1, 2, 2, 1]);
  expect(await Promise.all(answers)).toHaveLength(6);
});

test('a flush that fails fails its items and no others', async () => {
  const { flush, begun } = controlled();
  const queue = batcher({ most: 10, flush });
  const first = queue.add(1);
  const doomed = await begun(1);
  const second = queue.add(2);
  doomed.fail(new Error('no database'));
  await expect(first).rejects.toThrow('no database');
  (await begun(2)).end();
  expect(await second).toBe('answer 2');
});

test('an item without an answer is told so', async () => {
  const { flush, begun } = controlled();
  const queue = batcher({ most: 10, flush });
  const blocker = queue.add(0);
  const pair = [queue.add(1), queue.add(2)];
  (await begun(1)).end();
  await blocker;
  (await begun(2)).end(['only one']);
  expect(await pair[0]).toBe('only one');
  await expect(pair[1]).rejects.toThrow(/fewer items/);
});

test('after a quiet time it starts again', async () => {
  const { flush, begun } = controlled();
  const queue = batcher({ most: 10, flush });
  for (let number = 1; number <= 3; number += 1) {
    const answer = queue.add(number);
    (await begun(number)).end();
    expect(await answer).toBe(`answer ${number}`);
  }
});

test('whatever the bursts, every item gets its own answer, in the order of coming', async () => {
  const bursts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(bursts, fc.integer({ min: 1, max: 5 }), async (sizes, most) => {
      const seen: number[] = [];
      const queue = batcher<number, number>({
        most,
        flush: async (items) => {
          expect(items.length).toBeLessThanOrEqual(most);
          seen.push(...items);
          return items.map((item) => item * 2);
        },
      });
      let next = 0;
      const answers: Promise<number>[] = [];
      for (const size of sizes) {
        for (let index = 0; index < size; index += 1) answers.push(queue.add(next++));
        await Promise.resolve();
      }
      expect(await Promise.all(answers)).toEqual(Array.from({ length: next }, (_, index) => index * 2));
      expect(seen).toEqual(Array.from({ length: next }, (_, index) => index));
    }),
  );
});
