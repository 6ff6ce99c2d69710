/**
 * Collects items while one flush is under way and hands them to the next, all together. Under no load an item is
 * flushed at once; under load batches grow by themselves. There is no timer and no delay to tune.
 */
export type Batcher<Item, Answer> = { add(item: Item): Promise<Answer>; waiting(): number };

export type BatcherOptions<Item, Answer> = {
  /** Items per flush at most. */
  most: number;
  /** Answers in the order of the items. A rejection fails every item of the flush. */
  flush(items: readonly Item[]): Promise<readonly Answer[]>;
};

type Waiting<Item, Answer> = { item: Item; resolve(answer: Answer): void; reject(error: unknown): void };

export function batcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  let queue: Waiting<Item, Answer>[] = [];
  let flushing = false;

  async function run(): Promise<void> {
    flushing = true;
    while (queue.length > 0) {
      const batch = queue.slice(0, options.most);
      queue = queue.slice(options.most);
      await flushOne(batch);
    }
    flushing = false;
  }

  async function flushOne(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await options.flush(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => {
        const answer = answers[index];
        if (answer === undefined)
          waiting.reject(new Error('the flush answered for fewer items than it was given'));
        else waiting.resolve(answer);
      });
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  return {
    waiting: () => queue.length,
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        if (!flushing) void run();
      }),
  };
}
