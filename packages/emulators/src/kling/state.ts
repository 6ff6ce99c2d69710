/**
 * The vendor's tasks as plain state with time as an argument: submitted -> processing -> succeeded |
 * failed. Nothing runs by itself: `advance` applies every change that has come due, in the order in
 * which it came due.
 */
import type { ClipOrder } from '../media/clip.ts';
import { type Account, concurrencyOf, deduct, unitsLeft } from './account.ts';
import { type Agenda, createAgenda } from './agenda.ts';
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
  /** Tasks in flight by account, model version and pack type: what the concurrency of a pack limits. */
  slots: Map<string, number>;
  /** Units that tasks in flight will cost, by account and pack type. */
  promised: Map<string, bigint>;
  agenda: Agenda<Due>;
  /** Renders whose time has come while renders are held. */
  held: KlingTask[];
};

export type Change = { task: KlingTask; status: TaskStatus; at: number };

type Due = { at: number; step: 'process' | 'end'; task: KlingTask };

export function createState(accounts: Account[]): KlingState {
  return {
    accounts,
    tasks: new Map(),
    external: new Map(),
    open: new Set(),
    slots: new Map(),
    promised: new Map(),
    agenda: createAgenda(comesBefore),
    held: [],
  };
}

function comesBefore(one: Due, other: Due): boolean {
  if (one.at !== other.at) return one.at < other.at;
  if (one.step !== other.step) return one.step === 'process';
  return one.task.id < other.task.id;
}

export function addTask(state: KlingState, task: KlingTask): void {
  state.tasks.set(task.id, task);
  state.open.add(task);
  if (task.externalId !== null) state.external.set(externalKey(task.account, task.externalId), task.id);
  const slot = slotKey(task.account, task.version, task.packType);
  state.slots.set(slot, (state.slots.get(slot) ?? 0) + 1);
  promise(state, task, task.charge);
  state.agenda.add({ at: task.processingAt, step: 'process', task });
}

/** Decides how and when a task ends; null: never. Said once for each task, after `addTask`. */
export function decideEnd(
  state: KlingState,
  task: KlingTask,
  end: { at: number | null; charge: bigint; failure: string | null },
): void {
  promise(state, task, (end.failure === null ? end.charge : 0n) - task.charge);
  task.charge = end.charge;
  task.failure = end.failure;
  task.endsAt = end.at;
  if (end.at !== null) state.agenda.add({ at: end.at, step: 'end', task });
}

function promise(state: KlingState, task: KlingTask, amount: bigint): void {
  const key = unitKey(task.account, task.packType);
  state.promised.set(key, (state.promised.get(key) ?? 0n) + amount);
}

export function findByExternal(state: KlingState, account: string, externalId: string): KlingTask | null {
  const id = state.external.get(externalKey(account, externalId));
  return (id === undefined ? undefined : state.tasks.get(id)) ?? null;
}

export function findOwn(state: KlingState, account: string, id: string): KlingTask | null {
  const task = state.tasks.get(id);
  return task !== undefined && task.account === account ? task : null;
}

/** Whether the account can take one more task now: 1102 without units, 1303 without a slot. */
export function admission(
  state: KlingState,
  account: Account,
  wish: { version: Version; packType: PackType; charge: bigint },
  now: number,
): 'ok' | 1102 | 1303 {
  // Units are deducted at success, so those of tasks in flight are spoken for: else packs would be overdrawn.
  const promised = state.promised.get(unitKey(account.name, wish.packType)) ?? 0n;
  const left = unitsLeft(account, wish.packType, now) - promised;
  if (left < wish.charge || left <= 0n) return 1102;
  const used = state.slots.get(slotKey(account.name, wish.version, wish.packType)) ?? 0;
  return used < concurrencyOf(account, wish.packType, now) ? 'ok' : 1303;
}

/**
 * Applies all changes that are due. `changed` is told each one at the moment when the task has that
 * status.
 */
export function advance(
  state: KlingState,
  now: number,
  holdRenders: boolean,
  changed: (change: Change) => void,
): void {
  if (!holdRenders) {
    for (const task of state.held.splice(0)) state.agenda.add({ at: now, step: 'end', task });
  }
  for (let due = state.agenda.first(); due !== undefined && due.at <= now; due = state.agenda.first()) {
    state.agenda.removeFirst();
    const { task, at } = due;
    if (due.step === 'end' && holdRenders) {
      state.held.push(task);
      continue;
    }
    if (due.step === 'process') {
      task.status = 'processing';
      task.updatedAt = at;
    } else {
      finish(state, task, at);
    }
    changed({ task, status: task.status, at });
  }
}

function finish(state: KlingState, task: KlingTask, at: number): void {
  task.status = task.failure === null ? 'succeeded' : 'failed';
  task.updatedAt = at;
  state.open.delete(task);
  const slot = slotKey(task.account, task.version, task.packType);
  state.slots.set(slot, (state.slots.get(slot) ?? 0) - 1);
  if (task.failure !== null || task.charge === 0n) return;
  promise(state, task, -task.charge);
  const account = state.accounts.find((candidate) => candidate.name === task.account);
  if (account === undefined) return;
  deduct(account, { taskId: task.id, type: task.packType, amount: task.charge }, at);
  task.charged = task.charge;
}

/** When the next change comes due by itself, or null when nothing will. */
export function nextChangeAt(state: KlingState): number | null {
  return state.agenda.first()?.at ?? null;
}

function slotKey(account: string, version: Version | null, type: PackType): string {
  return `${account}\n${version ?? ''}\n${type}`;
}

function unitKey(account: string, type: PackType): string {
  return `${account}\n${type}`;
}

function externalKey(account: string, externalId: string): string {
  return `${account}\n${externalId}`;
}
