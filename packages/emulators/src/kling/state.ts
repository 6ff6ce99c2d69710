/**
 * The vendor's tasks as plain state with time as an argument: submitted -> processing -> succeeded |
 * failed. Nothing runs by itself: `advance` applies every change that has come due, in the order in
 * which it came due.
 */
import type { ClipOrder } from '../media/clip.ts';
import { type Account, concurrencyOf, deduct, unitsLeft } from './account.ts';
import type { TaskFault } from './faults.ts';
import type { ElementOrder, PackType, Product, Resolution, Version } from './order.ts';

export type TaskStatus = 'submitted' | 'processing' | 'succeeded' | 'failed';

export type KlingTask = {
  id: string;
  account: string;
  generation: 'new' | 'legacy';
  product: Product | 'element';
  endpoint: string;
  model: string;
  /** Null for work that takes no slot. */
  version: Version | null;
  packType: PackType;
  externalId: string | null;
  callbackUrl: string | null;
  watermark: boolean;
  createdAt: number;
  updatedAt: number;
  status: TaskStatus;
  processingAt: number;
  /** Null: it never ends. */
  endsAt: number | null;
  /** Decided when it was accepted (or when its inputs were read); shown only at its end. */
  failure: string | null;
  charge: bigint;
  charged: bigint;
  resolution: Resolution | null;
  withVideoInput: boolean;
  withSound: boolean;
  clip: ClipOrder | null;
  element: { id: bigint; order: ElementOrder; deleted: boolean } | null;
  faults: TaskFault[];
  /** How often its record was read after it ended; scripted status words follow it. */
  readsAfterEnd: number;
  readsBeforeEnd: number;
};

export type KlingState = {
  accounts: Account[];
  tasks: Map<string, KlingTask>;
  /** Account and external id to task id. */
  external: Map<string, string>;
  open: Set<KlingTask>;
};

export type Change = { task: KlingTask; status: TaskStatus; at: number };

export function createState(accounts: Account[]): KlingState {
  return { accounts, tasks: new Map(), external: new Map(), open: new Set() };
}

export function addTask(state: KlingState, task: KlingTask): void {
  state.tasks.set(task.id, task);
  state.open.add(task);
  if (task.externalId !== null) state.external.set(externalKey(task.account, task.externalId), task.id);
}

export function findByExternal(state: KlingState, account: string, externalId: string): KlingTask | null {
  const id = state.external.get(externalKey(account, externalId));
  return (id === undefined ? undefined : state.tasks.get(id)) ?? null;
}

export function findOwn(state: KlingState, account: string, id: string): KlingTask | null {
  const task = state.tasks.get(id);
  return task !== undefined && task.account === account ? task : null;
}

/** Tasks in flight of one account, model version and pack type: what the concurrency of a pack limits. */
export function slotsInUse(
  state: KlingState,
  account: string,
  version: Version | null,
  type: PackType,
): number {
  let used = 0;
  for (const task of state.open) {
    if (task.account === account && task.version === version && task.packType === type) used += 1;
  }
  return used;
}

/** Whether the account can take one more task now: 1102 without units, 1303 without a slot. */
export function admission(
  state: KlingState,
  account: Account,
  wish: { version: Version; packType: PackType; charge: bigint },
  now: number,
): 'ok' | 1102 | 1303 {
  // Units are deducted at success, so those of tasks in flight are spoken for: else packs would be overdrawn.
  let promised = 0n;
  for (const task of state.open) {
    if (task.account === account.name && task.packType === wish.packType && task.failure === null)
      promised += task.charge;
  }
  const left = unitsLeft(account, wish.packType, now) - promised;
  if (left < wish.charge || left <= 0n) return 1102;
  const used = slotsInUse(state, account.name, wish.version, wish.packType);
  return used < concurrencyOf(account, wish.packType, now) ? 'ok' : 1303;
}

/**
 * Applies all changes that are due. `changed` is told each one at the moment when the task has that
 * status.
 */
export function advance(state: KlingState, now: number, changed: (change: Change) => void): void {
  const due: Change[] = [];
  for (const task of state.open) {
    if (task.status === 'submitted' && task.processingAt <= now)
      due.push({ task, status: 'processing', at: task.processingAt });
    if (task.endsAt !== null && task.endsAt <= now)
      due.push({ task, status: task.failure === null ? 'succeeded' : 'failed', at: task.endsAt });
  }
  due.sort(
    (one, other) => one.at - other.at || order(one) - order(other) || compare(one.task.id, other.task.id),
  );
  for (const change of due) {
    const { task, status, at } = change;
    task.status = status;
    task.updatedAt = at;
    if (status === 'succeeded' || status === 'failed') finish(state, task, at);
    changed(change);
  }
}

function finish(state: KlingState, task: KlingTask, at: number): void {
  state.open.delete(task);
  if (task.failure !== null || task.charge === 0n) return;
  const account = state.accounts.find((candidate) => candidate.name === task.account);
  if (account === undefined) return;
  deduct(account, { taskId: task.id, type: task.packType, amount: task.charge }, at);
  task.charged = task.charge;
}

/** When the next change comes due by itself, or null when nothing will. */
export function nextChangeAt(state: KlingState): number | null {
  let earliest: number | null = null;
  for (const task of state.open) {
    const at = task.status === 'submitted' ? task.processingAt : task.endsAt;
    if (at !== null && (earliest === null || at < earliest)) earliest = at;
  }
  return earliest;
}

function order(change: Change): number {
  return change.status === 'processing' ? 0 : 1;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function externalKey(account: string, externalId: string): string {
  return `${account}\n${externalId}`;
}
