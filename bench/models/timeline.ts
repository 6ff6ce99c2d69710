/** Virtual time for the models: what is to happen, in order of its time. A binary heap, because there is much of it. */

export type Timeline = {
  now(): number;
  at(ms: number, happen: () => void): void;
  /** Lets everything up to then happen. */
  runUntil(ms: number): void;
};

type Entry = { ms: number; order: number; happen: () => void };

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let nowMs = 0;
  let order = 0;

  function before(a: Entry, b: Entry): boolean {
    return a.ms < b.ms || (a.ms === b.ms && a.order < b.order);
  }

  function push(entry: Entry): void {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || !before(entry, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  function pop(): Entry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      const child = right && left && before(right, left) ? 2 * place + 2 : 2 * place + 1;
      const smaller = heap[child];
      if (!smaller || !before(smaller, last)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
    return first;
  }

  return {
    now: () => nowMs,
    at: (ms, happen) => {
      order += 1;
      push({ ms: Math.max(ms, nowMs), order, happen });
    },
    runUntil: (ms) => {
      for (let next = heap[0]; next && next.ms <= ms; next = heap[0]) {
        pop();
        nowMs = next.ms;
        next.happen();
      }
      nowMs = ms;
    },
  };
}
