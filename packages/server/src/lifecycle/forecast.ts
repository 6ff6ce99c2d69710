/** What a waiting task is told: why it waits, its place, and when it can be expected to start and end. */
import { type ModelDefinition, Order, type Task } from '@sluice/contract';
import type { Running } from '../decide/forecast/turns.ts';
import { type Forecast, forecast, type Range, slotFacts, tasksAhead, type Work } from '../decide/forecast.ts';
import { admissible } from '../decide/health.ts';
import { effectiveLimit } from '../decide/limits.ts';
import { shapeOf } from '../decide/polling.ts';
import type { Promised } from '../decide/promises.ts';
import { type RenderTimes, renderTimesOf } from '../decide/render-times.ts';
import type { AgeRow, LaneCount, SlotRow } from '../store/stats.ts';
import { queueBoard } from './board.ts';
import type { Context } from './context.ts';
import { type AccessPath, healthFor } from './paths.ts';
import { declaredRenderMs } from './plan.ts';

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
    const facts = { order, model, before: own, deep: own >= most, lanes, slots };
    waits.set(task.id, await describe(context, task, facts));
  }
  return waits;
}

function placeOf({ family, accountId, priority }: WaitingTask) {
  return { family, accountId, priority };
}

type Queued = Pick<WaitingTask, 'family' | 'accountId' | 'pathNames'>;
type Facts = {
  order: Order;
  model: ModelDefinition;
  before: number;
  /** There are more before it than were counted. */
  deep: boolean;
  lanes: readonly LaneCount[];
  slots: readonly SlotRow[];
};

async function describe(context: Context, task: Queued, facts: Facts): Promise<Wait> {
  const { times, ahead, free, capped, measured, paths } = await expected(context, task, facts);
  return {
    reason: capped ? 'account_cap' : await reasonOf(context, paths, task.family, { ahead, free }),
    position: ahead + 1,
    expected_start: times ? new Date(times.startMs).toISOString() : null,
    expected_end: times ? new Date(times.endMs).toISOString() : null,
    expected_end_range: times && rangeOf(times.end),
    basis: measured ? 'measured' : 'declared',
  };
}

export type Accepting = Queued & { order: Order; model: ModelDefinition; priority: number; slotMs: number };

/**
 * What an order is told that is about to be queued: kept with it, and compared with what came of it. Its place is taken
 * from what is known already, a second old as a rule, with what this process has queued since.
 */
export async function promiseOf(context: Context, task: Accepting): Promise<Promised> {
  const { order, model, accountId, priority } = task;
  const board = queueBoard(context);
  const lanes = await board.lanes(task.family);
  const own = lanes.find((lane) => lane.account_id === accountId);
  const before = own ? waitingBefore(own, priority) : 0;
  const facts = { order, model, before, deep: own?.deep ?? false, lanes, slots: await board.slots() };
  const { times, deep, measured } = await expected(context, task, facts);
  const path = task.pathNames[0] ?? '';
  const basis = measured ? 'measured' : 'declared';
  if (times === null) return { kind: 'none', path, basis, reason: deep ? 'deep_queue' : 'no_path' };
  return { kind: 'range', path, basis, start: times.start, end: times.end };
}

/** From now on it waits before those that are told their place later. */
export function joinQueue(context: Context, { family, accountId, priority, slotMs }: Accepting): void {
  queueBoard(context).join(family, { accountId, priority, slotMs });
}

function waitingBefore({ queued, high, normal }: LaneCount, priority: number): number {
  if (priority > 0) return high;
  return priority === 0 ? high + normal : queued;
}

type Expected = {
  paths: readonly AccessPath[];
  ahead: number;
  free: number;
  /** Its account may not have more under way. */
  capped: boolean;
  deep: boolean;
  measured: boolean;
  times: Forecast;
};

async function expected(context: Context, task: Queued, facts: Facts): Promise<Expected> {
  const paths = task.pathNames.flatMap((name) => context.paths.byName(name) ?? []);
  const serving = facts.slots.filter(
    ({ family, path_name: name }) =>
      family === task.family && task.pathNames.includes(name) && admits(context, paths, name, family),
  );
  const slots = serving.reduce((sum, row) => sum + effectiveLimit(row), 0);
  const occupied = serving.reduce((sum, row) => sum + row.occupied, 0);
  const [path = ''] = task.pathNames;
  const board = queueBoard(context);
  const samples = await context.gate.renderTimes(path, shapeOf(facts.order));
  const render = timesOf(samples, declaredRenderMs(facts.order, facts.model));
  const handling = await board.handling(path);
  const spread = slotFacts(render, workOf(facts.lanes), handling);
  const paces = await board.paces(task.family);
  const turnsMs = (ahead: number) => ((ahead + 1) * spread.slotMs) / Math.max(1, slots);
  const { own, others } = lanesOf(task.accountId, facts.lanes, paces);
  const place = { before: facts.before, weight: own?.weight ?? 1 };
  const ahead = tasksAhead(place, others);
  const { cap } = await context.gate.termsOf(task.accountId);
  const times = facts.deep
    ? null
    : forecast({
        nowMs: context.clock.now(),
        ahead: tasksAhead(place, others, turnsMs),
        slots,
        probing: serving.some(({ probing }) => probing),
        running: runningOn(serving, await board.ages()),
        ...spread,
        render,
        handling,
        cap: cap && { most: cap.maxInFlight, running: cap.running, before: facts.before },
      });
  return {
    paths,
    ahead,
    free: slots - occupied,
    capped: cap !== null && cap.running >= cap.maxInFlight,
    deep: facts.deep,
    measured: render.kind === 'measured',
    times,
  };
}

/** Many orders in a row are judged by the same samples: they are sorted once. */
const timesBySamples = new WeakMap<readonly number[], { declaredMs: number; times: RenderTimes }>();

function timesOf(samplesMs: readonly number[], declaredMs: number): RenderTimes {
  const known = timesBySamples.get(samplesMs);
  if (known?.declaredMs === declaredMs) return known.times;
  const times = renderTimesOf(samplesMs, declaredMs);
  timesBySamples.set(samplesMs, { declaredMs, times });
  return times;
}

function lanesOf(accountId: string, lanes: readonly LaneCount[], paces: ReadonlyMap<string, number>) {
  const waiting = new Map(lanes.map((lane) => [lane.account_id, lane]));
  const names = new Set([...waiting.keys(), ...paces.keys()]);
  names.delete(accountId);
  const others = [...names].map((name) => {
    const { deep = false, queued = 0, weight = 1 } = waiting.get(name) ?? {};
    return { queued: deep ? Number.POSITIVE_INFINITY : queued, weight, perMs: paces.get(name) ?? 0 };
  });
  return { own: waiting.get(accountId), others };
}

function runningOn(serving: readonly SlotRow[], ages: readonly AgeRow[]): Running[] {
  return ages
    .filter((age) => serving.some((row) => row.path_name === age.path_name && row.family === age.family))
    .map(({ tasks, eighth, expected_ms: expectedMs }) => ({
      count: tasks,
      share: (eighth + 0.5) / 8,
      expectedMs,
    }));
}

/** What waits, by the times that it is expected to hold a slot. */
function workOf(lanes: readonly LaneCount[]): Work {
  const sum = (of: (lane: LaneCount) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  return {
    count: sum((lane) => lane.queued),
    sumMs: sum((lane) => lane.slot_ms),
    sumSquares: sum((lane) => lane.slot_ms_squared),
  };
}

function rangeOf({ earlyMs, lateMs }: Range): { early: string; late: string } {
  return { early: new Date(earlyMs).toISOString(), late: new Date(lateMs).toISOString() };
}

function admits(context: Context, paths: readonly AccessPath[], name: string, family: string): boolean {
  const path = paths.find((each) => each.name === name);
  const nowMs = context.clock.now();
  return path?.row.state === 'active' && admissible(healthFor(path, family, nowMs), nowMs) !== 'none';
}

async function reasonOf(
  context: Context,
  paths: readonly AccessPath[],
  family: string,
  queue: { ahead: number; free: number },
): Promise<Wait['reason']> {
  if (await context.gate.quarantined()) return 'quarantine';
  if (paths.some((path) => admits(context, paths, path.name, family))) {
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
