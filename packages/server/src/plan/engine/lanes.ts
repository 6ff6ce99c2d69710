/**
 * The queue of one family in memory: what `store/sql/admission.ts` reads and writes as rows, for the same decision
 * (`decide/admission.ts`). A test holds both against each other: same orders, same admissions. Two things differ on
 * purpose: there are no caps of keys, and all of a lane is looked through, where SQL looks at its first thousand.
 */
import {
  type Admission,
  type AdmissionInput,
  admit,
  type FreeSlots,
  headsOfLane,
  headsWanted,
  type Lane,
  type WaitingTask,
  wokenVirtualTime,
} from '../../decide/admission.ts';

export type LaneAccount = { name: string; weight: number; maxInFlight: number | null };

/** A list of paths in the order of preference, under its number. */
export type Route = { pathNames: readonly string[] };

/** What the lanes ask about a task. */
export type TaskFacts = {
  number(task: number): number;
  slotMs(task: number): number;
  notBeforeMs(task: number): number;
};

export type Lanes = {
  /** A new task, behind those of its lane. */
  join(task: number, account: number, route: number): void;
  /** A task that had gone, at the place of its number. */
  rejoin(task: number, account: number, route: number): void;
  leave(task: number, account: number, route: number): void;
  waiting(): number;
  waitingOf(account: number): number;
  /** Who goes now, in order; they have left the lanes. `running`: tasks of an account under way, over all families. */
  round(
    free: readonly FreeSlots[],
    most: number,
    nowMs: number,
    running: (account: number) => number,
  ): { task: number; account: number; pathName: string }[];
};

type Waiting = { tasks: number[]; head: number };
type LaneState = {
  account: number;
  virtualTime: bigint;
  active: boolean;
  waiting: number;
  byRoute: Map<number, Waiting>;
};

const SHRINK_AT = 1024;

export function createLanes(
  accounts: readonly LaneAccount[],
  routes: readonly Route[],
  facts: TaskFacts,
): Lanes {
  const lanes = accounts.map(
    (_, account): LaneState => ({ account, virtualTime: 0n, active: false, waiting: 0, byRoute: new Map() }),
  );
  const book = { lanes, accounts, routes, facts };
  let queueVirtualTime = 0n;
  let waiting = 0;

  function count(lane: LaneState, change: number): void {
    lane.waiting += change;
    waiting += change;
  }

  function leave(task: number, account: number, route: number): void {
    const lane = laneOf(book, account);
    takeOut(listOf(lane, route), task);
    count(lane, -1);
  }

  return {
    join: (task, account, route) => {
      const lane = laneOf(book, account);
      if (!lane.active) {
        lane.active = true;
        lane.virtualTime = wokenVirtualTime(lane.virtualTime, queueVirtualTime);
      }
      listOf(lane, route).tasks.push(task);
      count(lane, 1);
    },
    rejoin: (task, account, route) => {
      const lane = laneOf(book, account);
      lane.active = true;
      putBack(listOf(lane, route), task, facts);
      count(lane, 1);
    },
    leave,
    waiting: () => waiting,
    waitingOf: (account) => laneOf(book, account).waiting,
    round: (free, most, nowMs, running) => {
      const total = free.reduce((sum, slots) => sum + slots.free, 0);
      if (total <= 0 || most <= 0) return [];
      const open = new Set(free.filter((slots) => slots.free > 0).map(({ pathName }) => pathName));
      const read = readLanes(book, open, Math.min(total, most), nowMs, running);
      const input = { free, lanes: read.lanes, keyRoom: NO_KEYS, queueVirtualTime, most };
      const plan = admit(input);
      queueVirtualTime = plan.queueVirtualTime;
      for (const { accountId, virtualTime } of plan.lanes)
        laneOf(book, Number(accountId)).virtualTime = virtualTime;
      const gone = plan.admitted.map((each) => named(each, read.owners));
      for (const { task, account, route } of gone) leave(task, account, route);
      for (const account of read.empty) {
        const lane = laneOf(book, account);
        if (lane.waiting === 0) lane.active = false;
      }
      return gone;
    },
  };
}

function laneOf({ lanes }: Book, account: number): LaneState {
  const lane = lanes[account];
  if (!lane) throw new Error(`no account ${account}`);
  return lane;
}

function listOf(lane: LaneState, route: number): Waiting {
  const known = lane.byRoute.get(route);
  if (known) return known;
  const made = { tasks: [], head: 0 };
  lane.byRoute.set(route, made);
  return made;
}

const NO_KEYS: AdmissionInput['keyRoom'] = new Map();

type Owner = { account: number; route: number };

function named(
  { taskId, pathName }: Admission['admitted'][number],
  owners: ReadonlyMap<string, Owner>,
): { task: number; account: number; route: number; pathName: string } {
  const owner = owners.get(taskId);
  if (!owner) throw new Error(`admitted a task that did not wait: ${taskId}`);
  return { task: Number(taskId), pathName, ...owner };
}

type Book = {
  lanes: readonly LaneState[];
  accounts: readonly LaneAccount[];
  routes: readonly Route[];
  facts: TaskFacts;
};

/** The statement `admission.lane_heads`, over memory. */
function readLanes(
  book: Book,
  open: ReadonlySet<string>,
  most: number,
  nowMs: number,
  running: (account: number) => number,
): { lanes: Lane[]; empty: number[]; owners: Map<string, Owner> } {
  const wanted = headsWanted(most);
  const usable = book.routes.map(({ pathNames }) => pathNames.some((name) => open.has(name)));
  const eligible = book.lanes
    .filter((lane) => lane.active && roomOf(book, lane, running) > 0)
    .filter((lane) => lane.waiting === 0 || admissibleOf(book, lane, usable, nowMs, 1).length > 0)
    .sort((a, b) => compareBig(a.virtualTime, b.virtualTime) || byName(book, a, b))
    .slice(0, wanted.lanes);
  const owners = new Map<string, Owner>();
  const lanes: Lane[] = [];
  const empty: number[] = [];
  for (const lane of eligible) {
    if (lane.waiting === 0) {
      empty.push(lane.account);
      continue;
    }
    const perLane = headsOfLane(wanted.perLane, eligible.length);
    const tasks = admissibleOf(book, lane, usable, nowMs, perLane).map(({ task, route }): WaitingTask => {
      const id = String(task);
      owners.set(id, { account: lane.account, route });
      return {
        id,
        keyId: '',
        slotMs: book.facts.slotMs(task),
        pathNames: book.routes[route]?.pathNames ?? [],
      };
    });
    const account = book.accounts[lane.account];
    lanes.push({
      accountId: String(lane.account),
      weight: account?.weight ?? 1,
      virtualTime: lane.virtualTime,
      room: account?.maxInFlight == null ? null : roomOf(book, lane, running),
      tasks,
    });
  }
  return { lanes, empty, owners };
}

function roomOf({ accounts }: Book, lane: LaneState, running: (account: number) => number): number {
  const most = accounts[lane.account]?.maxInFlight ?? null;
  return most === null ? Number.POSITIVE_INFINITY : most - running(lane.account);
}

/** The first `most` tasks of a lane that may go now and have a path with a free slot, in the order of their numbers. */
function admissibleOf(
  { facts }: Book,
  lane: LaneState,
  usable: readonly boolean[],
  nowMs: number,
  most: number,
): { task: number; route: number }[] {
  const found: { task: number; route: number }[] = [];
  let lists = 0;
  for (const [route, { tasks, head }] of lane.byRoute) {
    if (!usable[route] || head === tasks.length) continue;
    lists += 1;
    let left = most;
    for (let place = head; place < tasks.length && left > 0; place += 1) {
      const task = tasks[place] ?? 0;
      if (facts.notBeforeMs(task) > nowMs) continue;
      found.push({ task, route });
      left -= 1;
    }
  }
  if (lists > 1) found.sort((a, b) => facts.number(a.task) - facts.number(b.task));
  return found.slice(0, most);
}

/** What leaves is nearly always among the first. */
function takeOut(list: Waiting, task: number): void {
  const place = list.tasks.indexOf(task, list.head);
  if (place < 0) throw new Error('the task does not wait here');
  list.tasks.copyWithin(list.head + 1, list.head, place);
  list.head += 1;
  if (list.head < SHRINK_AT || list.head * 2 < list.tasks.length) return;
  list.tasks = list.tasks.slice(list.head);
  list.head = 0;
}

function putBack(list: Waiting, task: number, facts: TaskFacts): void {
  const number = facts.number(task);
  let place = list.head;
  while (place < list.tasks.length && facts.number(list.tasks[place] ?? 0) < number) place += 1;
  if (list.head === 0) {
    list.tasks.splice(place, 0, task);
    return;
  }
  list.tasks.copyWithin(list.head - 1, list.head, place);
  list.head -= 1;
  list.tasks[place - 1] = task;
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byName({ accounts }: Book, a: LaneState, b: LaneState): number {
  return (accounts[a.account]?.name ?? '') < (accounts[b.account]?.name ?? '') ? -1 : 1;
}
