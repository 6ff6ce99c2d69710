/**
 * What will come due, the earliest first (a binary heap): a hundred thousand open tasks must not slow
 * each request.
 */
export type Agenda<T> = {
  add(entry: T): void;
  first(): T | undefined;
  removeFirst(): T | undefined;
};

/**
 * `before` says whether one entry comes before another; it must never be undecided between two
 * different ones.
 */
export function createAgenda<T>(before: (one: T, other: T) => boolean): Agenda<T> {
  const entries: T[] = [];

  const swap = (one: number, other: number): void => {
    const [a, b] = [entries[one], entries[other]];
    if (a === undefined || b === undefined) return;
    entries[one] = b;
    entries[other] = a;
  };
  const precedes = (one: number, other: number): boolean => {
    const [a, b] = [entries[one], entries[other]];
    return a !== undefined && b !== undefined && before(a, b);
  };
  const rise = (from: number): void => {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!precedes(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (): void => {
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const smaller = precedes(right, left) ? right : left;
      if (!precedes(smaller, at)) return;
      swap(at, smaller);
      at = smaller;
    }
  };

  return {
    add(entry) {
      entries.push(entry);
      rise(entries.length - 1);
    },
    first: () => entries[0],
    removeFirst() {
      swap(0, entries.length - 1);
      const removed = entries.pop();
      sink();
      return removed;
    },
  };
}
