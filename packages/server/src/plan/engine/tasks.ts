/**
 * The tasks that have not ended: a column for each fact, places used again, so that memory follows what lives and not
 * what ever was.
 */

export type Tasks = {
  take(): number;
  give(task: number): void;
  living(): number;
  /** In the order in which they came: what sorts tasks of one lane. */
  number: Float64Array;
  /** Also the name under which the admission knows it. */
  arrivedMs: Float64Array;
  /** When what it was ordered for first was ordered: not moved by ordering again. */
  counted: Uint8Array;
  clip: Int32Array;
  account: Int32Array;
  /** Which list of paths may take it. */
  route: Int32Array;
  slotMs: Float64Array;
  notBeforeMs: Float64Array;
  state: Uint8Array;
  path: Int32Array;
  attempts: Int32Array;
  /** Another attempt makes what was scheduled for the last one void. */
  version: Int32Array;
  sentMs: Float64Array;
  acceptedMs: Float64Array;
  /** When it was known that the render is over. */
  noticedMs: Float64Array;
  askAtMs: Float64Array;
  endsMs: Float64Array;
  fails: Uint8Array;
  reruns: Uint8Array;
  orders: Uint8Array;
  linkDiesMs: Float64Array;
  waitedMs: Float64Array;
  earlyMs: Float64Array;
  lateMs: Float64Array;
};

export const STATE = { none: 0, queued: 1, sending: 2, upstream: 3, copying: 4, over: 5 } as const;

type Columns = Omit<Tasks, 'take' | 'give' | 'living'>;

export function createTasks(): Tasks {
  let room = 1024;
  let used = 0;
  const free: number[] = [];
  const tasks: Tasks = {
    ...columns(room),
    take: () => {
      const again = free.pop();
      if (again !== undefined) return again;
      if (used === room) {
        room *= 2;
        Object.assign(tasks, grown(tasks, columns(room)));
      }
      used += 1;
      return used - 1;
    },
    give: (task) => {
      tasks.state[task] = STATE.none;
      tasks.version[task] = (tasks.version[task] ?? 0) + 1;
      free.push(task);
    },
    living: () => used - free.length,
  };
  return tasks;
}

function columns(room: number): Columns {
  return {
    number: new Float64Array(room),
    arrivedMs: new Float64Array(room),
    counted: new Uint8Array(room),
    clip: new Int32Array(room),
    account: new Int32Array(room),
    route: new Int32Array(room),
    slotMs: new Float64Array(room),
    notBeforeMs: new Float64Array(room),
    state: new Uint8Array(room),
    path: new Int32Array(room),
    attempts: new Int32Array(room),
    version: new Int32Array(room),
    sentMs: new Float64Array(room),
    acceptedMs: new Float64Array(room),
    noticedMs: new Float64Array(room),
    askAtMs: new Float64Array(room),
    endsMs: new Float64Array(room),
    fails: new Uint8Array(room),
    reruns: new Uint8Array(room),
    orders: new Uint8Array(room),
    linkDiesMs: new Float64Array(room),
    waitedMs: new Float64Array(room),
    earlyMs: new Float64Array(room),
    lateMs: new Float64Array(room),
  };
}

function grown(from: Columns, to: Columns): Columns {
  for (const name of Object.keys(to) as (keyof Columns)[]) to[name].set(from[name]);
  return to;
}
