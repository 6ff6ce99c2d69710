/** What a waiting task is told: why it waits, its place, and when it can be expected to start and end. */
import { type ModelDefinition, Order, type Task } from '@sluice/contract';
import { forecast, type Range, slotFacts, tasksAhead } from '../decide/forecast.ts';
import { admissible } from '../decide/health.ts';
import { effectiveLimit } from '../decide/limits.ts';
import { shapeOf } from '../decide/polling.ts';
import { renderTimesOf } from '../decide/render-times.ts';
import type { LaneCount, SlotRow } from '../store/stats.ts';
import { queueBoard } from './board.ts';
import type { Context } from './context.ts';
import type { AccessPath } from './paths.ts';
import { declaredRenderMs, expectedSpread } from './plan.ts';

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

/** For one task, or for one that does not exist yet. */
export async function waitOf(context: Context, task: WaitingTask): Promise<Wait> {
  const wait = (await waitsOf(context, [task])).get(task.id);
  if (!wait) throw new Error('each task has a forecast');
  return wait;
}

/** Rows counted in all, to place a page of tasks; deeper than its share a place is "at least". */
const COUNTED_MOST = 5_000;
const PLACE_LEAST = 200;

/** By task id. The place in its own lane is exact; what waits in other lanes is a second old. */
export async function waitsOf(context: Context, tasks: readonly WaitingTask[]): Promise<Map<string, Wait>> {
  const waits = new Map<string, Wait>();
  if (tasks.length === 0) return waits;
  await context.paths.refresh(context.clock.now());
  const board = queueBoard(context);
  const places = tasks.map((task) => ({ ...placeOf(task), id: task.id === '' ? AFTER_ALL : task.id }));
  const most = Math.max(PLACE_LEAST, Math.floor(COUNTED_MOST / tasks.length));
  const before = await context.store.stats.aheadInLanes(places, most);
  const slots = await board.slots();
  for (const task of tasks) {
    const order = Order.parse(task.order);
    const model = context.catalogue.model(order.model)?.model;
    if (!model) throw new Error(`the catalogue no longer has the model ${order.model}`);
    const lanes = await board.lanes(task.family);
    const own = before.get(task.id === '' ? AFTER_ALL : task.id) ?? 0;
    waits.set(task.id, await describe(context, task, { order, model, before: own, lanes, slots }));
  }
  return waits;
}

function placeOf({ family, accountId, priority }: WaitingTask) {
  return { family, accountId, priority };
}

type Facts = {
  order: Order;
  model: ModelDefinition;
  before: number;
  lanes: readonly LaneCount[];
  slots: readonly SlotRow[];
};

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
  const ahead = tasksAhead({ before: facts.before, weight: own?.weight ?? 1 }, others);
  const spread = await expectedSpread(context, facts.order, facts.model, task.pathNames[0] ?? '');
  const nowMs = context.clock.now();
  const samples = await context.gate.renderTimes(task.pathNames[0] ?? '', shapeOf(facts.order));
  const render = renderTimesOf(samples, declaredRenderMs(facts.order, facts.model));
  const times = forecast({ nowMs, ahead, slots, occupied, ...slotFacts(render, null), render });
  return {
    reason: await reasonOf(context, paths, { ahead, free: slots - occupied }),
    position: ahead + 1,
    expected_start: times ? new Date(times.startMs).toISOString() : null,
    expected_end: times ? new Date(times.endMs).toISOString() : null,
    expected_end_range: times && rangeOf(times.end),
    basis: spread.measured ? 'measured' : 'declared',
  };
}

function rangeOf({ earlyMs, lateMs }: Range): { early: string; late: string } {
  return { early: new Date(earlyMs).toISOString(), late: new Date(lateMs).toISOString() };
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
