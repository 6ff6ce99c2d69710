/**
 * Who goes next. Weighted fair queueing over accounts: each account has a virtual time per family, and the one
 * with the lowest is served; being served costs the expected slot time divided by the account's weight. A flood by
 * one account raises only its own virtual time, so it cannot delay another beyond its share; splitting itself
 * over many keys changes nothing, because the account is what queues. Free slots never idle while somebody who
 * may use them waits.
 */

import { admissible, type HealthState } from './health.ts';
import { effectiveLimit, type Limit } from './limits.ts';

export type FreeSlots = { pathName: string; free: number };

export type WaitingTask = { id: string; keyId: string; slotMs: number; pathNames: readonly string[] };

export type Lane = {
  accountId: string;
  weight: number;
  virtualTime: bigint;
  /** Tasks that may still be admitted under the account's cap; null: no cap. */
  room: number | null;
  /** In the order in which the account wants them: priority, then age. */
  tasks: readonly WaitingTask[];
};

export type AdmissionInput = {
  free: readonly FreeSlots[];
  lanes: readonly Lane[];
  /** Tasks that may still be admitted under a key's cap; absent keys have none. */
  keyRoom: ReadonlyMap<string, number>;
  queueVirtualTime: bigint;
  most: number;
};

export type Admission = {
  admitted: { taskId: string; pathName: string }[];
  lanes: { accountId: string; virtualTime: bigint }[];
  queueVirtualTime: bigint;
};

type Cursor = { lane: Lane; virtualTime: bigint; room: number; next: number };

/** Virtual time is in slot microseconds per unit of weight, so that weights divide without rounding away. */
const MICROS_PER_MS = 1000n;

export function admit(input: AdmissionInput): Admission {
  const free = new Map(input.free.map(({ pathName, free: count }) => [pathName, count]));
  const keyRoom = new Map(input.keyRoom);
  const cursors = input.lanes.map((lane) => startLane(lane));
  const served = new Map<string, bigint>();
  const admitted: Admission['admitted'] = [];
  let queueVirtualTime = input.queueVirtualTime;

  while (admitted.length < input.most) {
    const turn = nextTurn(cursors, free, keyRoom);
    if (!turn) break;
    const { cursor, task, pathName } = turn;
    admitted.push({ taskId: task.id, pathName });
    free.set(pathName, (free.get(pathName) ?? 0) - 1);
    if (keyRoom.has(task.keyId)) keyRoom.set(task.keyId, (keyRoom.get(task.keyId) ?? 0) - 1);
    cursor.room -= 1;
    if (cursor.virtualTime > queueVirtualTime) queueVirtualTime = cursor.virtualTime;
    cursor.virtualTime += laneCost(task.slotMs, cursor.lane.weight);
    served.set(cursor.lane.accountId, cursor.virtualTime);
  }
  const lanes = [...served].map(([accountId, virtualTime]) => ({ accountId, virtualTime }));
  return { admitted, lanes, queueVirtualTime };
}

/** What one admission costs an account of this weight in virtual time. */
export function laneCost(slotMs: number, weight: number): bigint {
  return (BigInt(Math.max(1, Math.round(slotMs))) * MICROS_PER_MS) / BigInt(weight);
}

function startLane(lane: Lane): Cursor {
  return { lane, virtualTime: lane.virtualTime, room: lane.room ?? Number.POSITIVE_INFINITY, next: 0 };
}

function nextTurn(
  cursors: Cursor[],
  free: ReadonlyMap<string, number>,
  keyRoom: ReadonlyMap<string, number>,
): { cursor: Cursor; task: WaitingTask; pathName: string } | null {
  let best: { cursor: Cursor; task: WaitingTask; pathName: string } | null = null;
  for (const cursor of cursors) {
    if (best && cursor.virtualTime >= best.cursor.virtualTime) continue;
    const candidate = headOf(cursor, free, keyRoom);
    if (candidate) best = { cursor, ...candidate };
  }
  if (best) best.cursor.next = best.cursor.lane.tasks.indexOf(best.task, best.cursor.next) + 1;
  return best;
}

/**
 * The first task of the lane that can go now. Tasks before it that cannot (their key is at its cap, their paths are
 * full) are passed over for this round; they keep their place in the store.
 */
function headOf(
  cursor: Cursor,
  free: ReadonlyMap<string, number>,
  keyRoom: ReadonlyMap<string, number>,
): { task: WaitingTask; pathName: string } | null {
  if (cursor.room <= 0) return null;
  for (let index = cursor.next; index < cursor.lane.tasks.length; index += 1) {
    const task = cursor.lane.tasks[index];
    if (!task || (keyRoom.get(task.keyId) ?? 1) <= 0) continue;
    const pathName = firstFree(task.pathNames, free);
    if (pathName) return { task, pathName };
  }
  return null;
}

/** The task's paths come in the order of the router's preference; the first with a free slot wins. */
function firstFree(pathNames: readonly string[], free: ReadonlyMap<string, number>): string | null {
  return pathNames.find((name) => (free.get(name) ?? 0) > 0) ?? null;
}

/** Lanes beyond those that can be served: some turn out empty, or want a path that is full by then. */
const LANES_SPARE = 8;
const LANES_MOST = 200;

/** How many lanes are looked at in a round that serves `most` tasks at most, and how many tasks of one at most. */
export function headsWanted(most: number): { lanes: number; perLane: number } {
  return {
    lanes: Math.min(LANES_MOST, most + LANES_SPARE),
    perLane: Math.min(most, 16 + Math.ceil(most / 4)),
  };
}

/** Of each of so many lanes come about twice as many tasks as its share of the round. */
export function headsOfLane(perLane: number, lanes: number): number {
  return Math.min(perLane, 2 + Math.floor((2 * perLane) / lanes));
}

/**
 * How many attempts may be added now, by the health of the path or of the model there. After a rest one goes ahead as
 * the probe; the others follow when it was accepted. `sending`: attempts whose answer has not come, of the path or of
 * that model on it.
 */
export function slotsToFill(
  limit: Pick<Limit, 'configured' | 'learned'>,
  taken: { occupied: number; sending: number },
  health: HealthState,
  nowMs: number,
): number {
  const room = Math.max(0, effectiveLimit(limit) - taken.occupied);
  switch (admissible(health, nowMs)) {
    case 'any':
      return room;
    case 'probe':
      return taken.sending === 0 ? Math.min(1, room) : 0;
    case 'none':
      return 0;
  }
}

/** A lane that wakes does not get the time back in which nobody waited in it. */
export function wokenVirtualTime(laneVirtualTime: bigint, queueVirtualTime: bigint): bigint {
  return laneVirtualTime > queueVirtualTime ? laneVirtualTime : queueVirtualTime;
}
