/** I5: ends absorb, versions rise, and nothing moves in a way that is not in the tables. */
import {
  type AttemptState,
  attemptTransitions,
  isLegalMove,
  isTerminal,
} from '@sluice/server/decide/task.ts';
import { demand } from '../violation.ts';
import type { Change, Pair } from '../world/model.ts';
import type { AssetRow, AttemptRow, DeliveryRow, TaskRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

export function checkStates(world: World, change: Change): void {
  for (const pair of change.tasks) checkTask(world, pair);
  for (const pair of change.attempts) checkAttempt(world, pair);
  for (const pair of change.assets) checkAsset(pair);
  for (const pair of change.deliveries) checkDelivery(pair);
}

function checkTask(world: World, { before, after }: Pair<TaskRow>): void {
  const move = before === null ? `(new) → ${after.state}` : `${before.state} → ${after.state}`;
  if (before === null) {
    demand(after.state === 'queued' && after.version === 1, 'I5', () => `task ${after.id} begins as ${move}`);
  } else if (before.state !== after.state) {
    demand(isLegalMove(before.state, after.state), 'I5', () => `task ${after.id}: ${move}`);
    demand(
      after.version > before.version,
      'I5',
      () => `task ${after.id} moved under version ${after.version}`,
    );
    world.coverage.hit(`task ${move}`);
  } else if (isTerminal(after.state)) {
    demand(sameRow(before, after), 'I5', () => `task ${after.id} changed after its end`);
  }
  demand(before === null || after.version >= before.version, 'I5', () => `task ${after.id}: version fell`);
  checkShape(world, after);
}

/** What each state says about the other columns. */
function checkShape(world: World, task: TaskRow): void {
  const where = `task ${task.id} in ${task.state}`;
  const decided = task.state === 'settling' || isTerminal(task.state);
  demand(decided === (task.outcome !== null), 'I5', () => `${where} has outcome ${task.outcome}`);
  if (isTerminal(task.state))
    demand(task.outcome === task.state, 'I5', () => `${where}: outcome ${task.outcome}`);
  if (task.outcome !== null) {
    const fits = (task.outcome === 'succeeded') === (task.error_code === null);
    demand(fits, 'I5', () => `${where}: outcome ${task.outcome} with error ${task.error_code}`);
  }
  if (task.state === 'queued') demand(task.attempt_id === null, 'I5', () => `${where} has an attempt`);
  if (task.state === 'running' || task.state === 'saving') {
    const attempt = world.observer.model.attempts.get(task.attempt_id ?? '');
    demand(attempt?.task_id === task.id, 'I5', () => `${where} runs on attempt ${task.attempt_id}`);
  }
}

function checkAttempt(world: World, { before, after }: Pair<AttemptRow>): void {
  const move = before === null ? `(new) → ${after.state}` : `${before.state} → ${after.state}`;
  if (before === null) {
    demand(after.state === 'sending', 'I5', () => `attempt ${after.id} begins as ${move}`);
    return;
  }
  const resent = before.state === 'unknown' && after.state === 'sending';
  demand(
    after.sends === before.sends + (resent ? 1 : 0),
    'I8',
    () => `attempt ${after.id}: ${after.sends} sends by ${move}`,
  );
  if (before.state === after.state) return;
  const legal: readonly AttemptState[] = attemptTransitions[before.state];
  demand(legal.includes(after.state), 'I5', () => `attempt ${after.id}: ${move}`);
  world.coverage.hit(`attempt ${move}`);
}

function checkAsset({ before, after }: Pair<AssetRow>): void {
  const from = before?.state ?? (after.kind === 'poster' ? 'copying' : null);
  if (from === after.state) return;
  const legal = { copying: ['stored', 'lost'], stored: ['deleted'], lost: [], deleted: [] };
  const allowed: readonly string[] = from === null ? ['copying'] : legal[from];
  demand(allowed.includes(after.state), 'I5', () => `asset ${after.id}: ${from} → ${after.state}`);
}

function checkDelivery({ before, after }: Pair<DeliveryRow>): void {
  const where = `delivery ${after.id}`;
  if (before === null) demand(after.state === 'waiting', 'I11', () => `${where} begins as ${after.state}`);
  else if (before.state !== 'waiting')
    demand(sameRow(before, after), 'I11', () => `${where} changed after its end`);
}

function sameRow(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
