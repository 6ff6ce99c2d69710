/** What a waiting task is told: why it waits, its place, and when it can be expected to start and end. */
import { type ModelDefinition, Order, type Task } from '@sluice/contract';
import { forecast, tasksAhead } from '../decide/forecast.ts';
import { admissible } from '../decide/health.ts';
import { effectiveLimit } from '../decide/limits.ts';
import type { LaneAhead, SlotRow } from '../store/stats.ts';
import type { Context } from './context.ts';
import type { AccessPath } from './paths.ts';
import { expectedSpread } from './plan.ts';

type Wait = NonNullable<Task['wait']>;

export type WaitingTask = {
  /** A queued task's id, or an empty string for one that does not exist yet (a quote). */
  id: string;
  family: string;
  accountId: string;
  priority: number;
  pathNames: readonly string[];
  order: unknown;
};

/** Sorts after every real task id, for tasks that do not exist yet. */
const AFTER_ALL = '~';

export async function waitOf(context: Context, task: WaitingTask): Promise<Wait> {
  const order = Order.parse(task.order);
  const model = context.catalogue.model(order.model)?.model;
  if (!model) throw new Error(`the catalogue no longer has the model ${order.model}`);
  await context.paths.refresh(context.clock.now());
  const id = task.id === '' ? AFTER_ALL : task.id;
  const [lanes, slots] = await Promise.all([
    context.store.stats.lanesAhead({ ...task, id }),
    context.store.stats.slots(),
  ]);
  return describe(context, task, { order, model, lanes, slots });
}

type Facts = { order: Order; model: ModelDefinition; lanes: LaneAhead[]; slots: SlotRow[] };

async function describe(context: Context, task: WaitingTask, facts: Facts): Promise<Wait> {
  const paths = task.pathNames.flatMap((name) => context.paths.byName(name) ?? []);
  const limits = facts.slots.filter(
    (row) => row.family === task.family && task.pathNames.includes(row.path_name),
  );
  const serving = limits.filter((row) => admits(context, paths, row.path_name));
  const slots = serving.reduce((sum, row) => sum + effectiveLimit(row), 0);
  const occupied = serving.reduce((sum, row) => sum + row.occupied, 0);
  const own = facts.lanes.find((lane) => lane.account_id === task.accountId);
  const others = facts.lanes.filter((lane) => lane.account_id !== task.accountId);
  const ahead = tasksAhead({ before: own?.queued ?? 0, weight: own?.weight ?? 1 }, others);
  const spread = await expectedSpread(context, facts.order, facts.model, task.pathNames[0] ?? '');
  const nowMs = context.clock.now();
  const times = forecast({
    nowMs,
    ahead,
    slots,
    occupied,
    slotMs: spread.medianMs,
    renderMs: spread.medianMs,
  });
  return {
    reason: await reasonOf(context, paths, { ahead, free: slots - occupied }),
    position: ahead + 1,
    expected_start: times ? new Date(times.startMs).toISOString() : null,
    expected_end: times ? new Date(times.endMs).toISOString() : null,
    basis: spread.measured ? 'measured' : 'declared',
  };
}

function admits(context: Context, paths: readonly AccessPath[], name: string): boolean {
  const path = paths.find((each) => each.name === name);
  return path?.row.state === 'active' && admissible(healthOf(path), context.clock.now()) !== 'none';
}

function healthOf({ row }: AccessPath) {
  return {
    health: row.health,
    untilMs: row.health_until,
    strikes: row.health_strikes,
    detail: row.health_detail,
  };
}

async function reasonOf(
  context: Context,
  paths: readonly AccessPath[],
  queue: { ahead: number; free: number },
): Promise<Wait['reason']> {
  if (await context.gate.quarantined()) return 'quarantine';
  if (paths.some((path) => admits(context, paths, path.name))) {
    if (queue.free <= 0) return 'no_free_slot';
    return queue.ahead < queue.free ? 'next_in_line' : 'no_free_slot';
  }
  const [path] = paths;
  if (!path || path.row.state === 'paused' || path.row.state === 'retired') return 'path_paused';
  if (path.row.state === 'draining') return 'path_draining';
  switch (path.row.health) {
    case 'wallet_empty':
      return 'wallet_empty';
    case 'throttled':
      return 'throttled';
    case 'ok':
    case 'unavailable':
    case 'credentials_refused':
      return 'path_unhealthy';
  }
}
