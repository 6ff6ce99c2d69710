/** I9: slots never exceed the limit that was known when they were given; and the caps that accounts and keys set. */

import { effectiveLimit } from '@sluice/server/decide/limits.ts';
import { occupyingStates } from '@sluice/server/decide/task.ts';
import { demand } from '../violation.ts';
import { type Change, limitName } from '../world/model.ts';
import type { AttemptRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

export function checkSlots(world: World, change: Change): void {
  const admitted = change.attempts.filter(({ before }) => before === null).map(({ after }) => after);
  if (admitted.length > 0) {
    for (const name of new Set(admitted.map(limitName))) checkLimit(world, name);
    checkCaps(world, admitted);
  }
  if (change.tasks.some(({ before }) => before === null)) checkQueues(world);
}

function occupies(attempt: AttemptRow): boolean {
  const states: readonly string[] = occupyingStates;
  return states.includes(attempt.state);
}

function checkLimit(world: World, name: string): void {
  const { attempts, limits } = world.observer.model;
  const limit = limits.get(name);
  demand(limit !== undefined, 'I9', () => `slots of ${name} were given without a limit`);
  const taken = [...attempts.values()].filter((attempt) => limitName(attempt) === name && occupies(attempt));
  const most = effectiveLimit(limit);
  demand(taken.length <= most, 'I9', () => `${name}: ${taken.length} slots taken of ${most}`);
}

function checkCaps(world: World, admitted: readonly AttemptRow[]): void {
  const { tasks, keys } = world.observer.model;
  const running = [...tasks.values()].filter((task) => task.state === 'running');
  for (const attempt of admitted) {
    const task = tasks.get(attempt.task_id);
    demand(task !== undefined, 'I9', () => `attempt ${attempt.id} has no task`);
    const account = world.accountCaps.get(task.account_id);
    const ofAccount = running.filter((other) => other.account_id === task.account_id).length;
    const accountCap = account?.maxInFlight ?? null;
    demand(
      accountCap === null || ofAccount <= accountCap,
      'caps',
      () => `account at ${ofAccount} of ${accountCap} in flight`,
    );
    const keyCap = keys.get(task.key_id)?.max_in_flight ?? null;
    const ofKey = running.filter((other) => other.key_id === task.key_id).length;
    demand(keyCap === null || ofKey <= keyCap, 'caps', () => `key at ${ofKey} of ${keyCap} in flight`);
    checkTimes(task, attempt);
  }
}

/** What a client's own limit has ended must not be sent, and bought, afterwards. */
function checkTimes(
  task: { id: string; start_by: number | null; finish_by: number | null; deadline_at: number },
  attempt: AttemptRow,
): void {
  const { start_by: startBy, finish_by: finishBy, deadline_at: deadline } = task;
  const at = attempt.sent_at;
  const first = attempt.number === 1;
  demand(
    !first || startBy === null || at <= startBy,
    'limits of time',
    () => `task ${task.id} started after start_by`,
  );
  demand(finishBy === null || at <= finishBy, 'limits of time', () => `task ${task.id} sent after finish_by`);
  demand(at <= deadline, 'limits of time', () => `task ${task.id} sent after its deadline`);
}

function checkQueues(world: World): void {
  const queued = new Map<string, number>();
  for (const task of world.observer.model.tasks.values()) {
    if (task.state === 'queued') queued.set(task.account_id, (queued.get(task.account_id) ?? 0) + 1);
  }
  for (const [id, { maxQueued }] of world.accountCaps) {
    const waiting = queued.get(id) ?? 0;
    demand(
      maxQueued === null || waiting <= maxQueued,
      'caps',
      () => `account ${id}: ${waiting} of ${maxQueued} queued`,
    );
  }
}
