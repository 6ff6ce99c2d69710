/** What is to happen, in the order of its time: a binary heap in typed arrays, because there is much of it. */

export type Heap = {
  size(): number;
  /** Time of the first; infinity when there is none. */
  firstMs(): number;
  push(ms: number, kind: number, subject: number, version?: number): void;
  /** Takes the first into `ms`, `kind`, `subject` and `version`; false when there is none. */
  pop(): boolean;
  ms: number;
  kind: number;
  subject: number;
  version: number;
};

const FIRST_ROOM = 1024;

type Columns = {
  times: Float64Array;
  /** Of equal times, the one that was pushed first comes first. */
  orders: Float64Array;
  kinds: Uint8Array;
  subjects: Int32Array;
  versions: Int32Array;
};

export function createHeap(): Heap {
  let columns = roomFor(FIRST_ROOM);
  let size = 0;
  let pushed = 0;
  const heap: Heap = {
    ms: 0,
    kind: 0,
    subject: 0,
    version: 0,
    size: () => size,
    firstMs: () => (size === 0 ? Number.POSITIVE_INFINITY : (columns.times[0] ?? 0)),
    push: (ms, kind, subject, version = 0) => {
      if (size === columns.times.length) columns = grown(columns);
      pushed += 1;
      const place = rise(columns, size, ms, pushed);
      size += 1;
      columns.times[place] = ms;
      columns.orders[place] = pushed;
      columns.kinds[place] = kind;
      columns.subjects[place] = subject;
      columns.versions[place] = version;
    },
    pop: () => {
      if (size === 0) return false;
      heap.ms = columns.times[0] ?? 0;
      heap.kind = columns.kinds[0] ?? 0;
      heap.subject = columns.subjects[0] ?? 0;
      heap.version = columns.versions[0] ?? 0;
      size -= 1;
      if (size > 0) sink(columns, size);
      return true;
    },
  };
  return heap;
}

function roomFor(room: number): Columns {
  return {
    times: new Float64Array(room),
    orders: new Float64Array(room),
    kinds: new Uint8Array(room),
    subjects: new Int32Array(room),
    versions: new Int32Array(room),
  };
}

function grown(columns: Columns): Columns {
  const wider = roomFor(2 * columns.times.length);
  for (const name of Object.keys(wider) as (keyof Columns)[]) wider[name].set(columns[name]);
  return wider;
}

function move({ times, orders, kinds, subjects, versions }: Columns, from: number, to: number): void {
  times[to] = times[from] ?? 0;
  orders[to] = orders[from] ?? 0;
  kinds[to] = kinds[from] ?? 0;
  subjects[to] = subjects[from] ?? 0;
  versions[to] = versions[from] ?? 0;
}

function before({ times, orders }: Columns, place: number, ms: number, order: number): boolean {
  const other = times[place] ?? 0;
  return other < ms || (other === ms && (orders[place] ?? 0) < order);
}

/** Makes a hole for what is pushed, and says where it is. */
function rise(columns: Columns, size: number, ms: number, order: number): number {
  let place = size;
  while (place > 0) {
    const above = (place - 1) >> 1;
    if (before(columns, above, ms, order)) break;
    move(columns, above, place);
    place = above;
  }
  return place;
}

/** Fills the hole at the top with the last one. */
function sink(columns: Columns, last: number): void {
  const { times, orders } = columns;
  const ms = times[last] ?? 0;
  const order = orders[last] ?? 0;
  let place = 0;
  for (let child = 1; child < last; child = 2 * place + 1) {
    if (child + 1 < last && before(columns, child + 1, times[child] ?? 0, orders[child] ?? 0)) child += 1;
    if (!before(columns, child, ms, order)) break;
    move(columns, child, place);
    place = child;
  }
  move(columns, last, place);
}
