/** Stage 1 of a simulated task: where it may go, what it is told about its end, and its place in the queue. */

import type { Running } from '../../decide/forecast/turns.ts';
import {
  type ForecastFacts,
  forecast,
  handlingOf,
  queueWaitMs,
  slotFacts,
  tasksAhead,
} from '../../decide/forecast.ts';
import { admissible } from '../../decide/health.ts';
import { effectiveLimit } from '../../decide/limits.ts';
import { type RouteCandidate, route } from '../../decide/routing.ts';
import { admitFamily } from './admit.ts';
import { fractionOf, STREAM } from './draw.ts';
import { waits } from './pace.ts';
import { EVENT, type FamilySlots, familyOf, type PathState, type Run } from './state.ts';
import { addAt } from './tally.ts';
import { STATE } from './tasks.ts';

/** A new order of a client. */
export function arrive(run: Run, clip: number, account: number): void {
  const { tasks, tally, nowMs } = run;
  const task = tasks.take();
  tasks.arrivedMs[task] = nowMs;
  tasks.clip[task] = clip;
  tasks.account[task] = account;
  tasks.orders[task] = 0;
  const counted = nowMs >= 0 && nowMs < tally.totalMs;
  tasks.counted[task] = counted ? 1 : 0;
  if (counted) {
    tally.ordered += 1;
    addAt(tally.arriving, tally.stepMs, nowMs, 1);
  }
  order(run, task);
}

/** Also for the same wish once more, after a failure. */
export function order(run: Run, task: number): void {
  const { tasks, nowMs } = run;
  const family = familyOf(run, task);
  tasks.number[task] = run.ordered;
  run.ordered += 1;
  const clip = tasks.clip[task] ?? 0;
  const account = tasks.account[task] ?? 0;
  const routeNumber = routeOf(run, clip);
  const preferred = preferredPath(run, routeNumber);
  tasks.route[task] = routeNumber;
  tasks.slotMs[task] = Math.round(preferred.known[clip]?.spread().medianMs ?? 0);
  tasks.notBeforeMs[task] = Number.NEGATIVE_INFINITY;
  tasks.state[task] = STATE.queued;
  tasks.attempts[task] = 0;
  tasks.reruns[task] = 0;
  tasks.waitedMs[task] = -1;
  promise(run, task, family, routeNumber, preferred);
  run.lanes[family]?.join(task, account, routeNumber);
  run.paces[family]?.[account]?.add(nowMs);
  waits(run, task, 1);
  want(run, preferred, family, task);
  const { giveUpAfterMs } = run.world.retry;
  const deadlineMs = run.world.clips[clip]?.deadlineMs ?? Number.POSITIVE_INFINITY;
  const lastMs = nowMs + Math.min(giveUpAfterMs ?? deadlineMs, deadlineMs);
  run.events.push(lastMs, EVENT.giveUp, task, tasks.number[task]);
  admitFamily(run, family);
}

/** What the task would take if nothing waited. */
function want(run: Run, path: PathState, family: number, task: number): void {
  const { tally, nowMs, tasks } = run;
  const lengthMs = (path.meanMs[tasks.clip[task] ?? 0] ?? 0) + path.world.submitMs;
  tally.wanted.add(nowMs, lengthMs);
  tally.paths[path.index]?.wanted[family]?.add(nowMs, lengthMs);
}

function preferredPath(run: Run, routeNumber: number): PathState {
  const name = run.routes[routeNumber]?.pathNames[0];
  const path = run.paths.find((each) => each.world.name === name);
  if (!path) throw new Error(`no path ${name}`);
  return path;
}

/** By the paths and their order: the number under which lanes and tasks know it. */
export function routeNumberOf(run: Run, pathNames: readonly string[]): number {
  const same = (each: { pathNames: readonly string[] }) =>
    each.pathNames.length === pathNames.length &&
    each.pathNames.every((name, index) => name === pathNames[index]);
  const known = run.routes.findIndex(same);
  return known >= 0 ? known : run.routes.push({ pathNames }) - 1;
}

function routeOf(run: Run, clip: number): number {
  const { world, seed } = run;
  const wish = {
    pinned: null,
    policy: world.policy,
    weights: world.weights,
    regions: [],
    maxPriceMicros: null,
    startWithinMs: null,
    finishWithinMs: null,
    fraction: fractionOf(seed, STREAM.route, run.ordered),
  };
  const family = world.clips[clip]?.family ?? 0;
  const key = steadyKey(run, clip);
  const known = key === null ? undefined : run.steadyRoutes.get(key);
  if (known !== undefined) return known;
  const found = world.clips[clip];
  if (!found) throw new Error(`no clip ${clip}`);
  const candidates = run.paths.map((path) => candidateOf(run, path, clip, family));
  const answer = route(found.order, candidates, wish);
  if (!answer.ok)
    throw new Error(`no path for ${found.name}: ${answer.refusal.message ?? answer.refusal.code}`);
  const number = routeNumberOf(run, answer.route.pathNames);
  if (key !== null) run.steadyRoutes.set(key, number);
  return number;
}

/**
 * Where waits and failures have no say, because one path is cheaper than the others or is the only one, the same clip
 * goes the same way for as long as the same paths rest.
 */
function steadyKey(run: Run, clip: number): string | null {
  if (!run.steadyClips[clip]) return null;
  let key = `${clip}`;
  for (const path of run.paths) if (path.health.health !== 'ok') key += `/${path.index}`;
  return key;
}

function candidateOf(run: Run, path: PathState, clip: number, family: number): RouteCandidate {
  const { supported, sheet, priced, declaredMs } = path.world.clips[clip] ?? NOTHING;
  const spread = path.known[clip]?.spread();
  const slots = path.slots[family];
  const limit = slots ? effectiveLimit(slots.limit) : 1;
  const medianMs = spread?.medianMs ?? declaredMs;
  return {
    name: path.world.name,
    state: 'active',
    health: path.health,
    sandbox: path.world.sandbox,
    supported,
    sheet,
    priced,
    regions: [],
    waitMs: queueWaitMs({
      queued: run.lanes[family]?.waiting() ?? 0,
      free: limit - (slots?.occupied ?? 0),
      slots: limit,
      slotMs: medianMs,
    }),
    renderMs: { medianMs, measured: spread?.measured ?? false },
    ends: { failed: slots?.ends.filter((ok) => !ok).length ?? 0, of: slots?.ends.length ?? 0 },
    walletMicros: null,
  };
}

const NOTHING = {
  supported: { ok: false, field: 'model', reason: 'is not known' },
  sheet: null,
  priced: null,
  declaredMs: 0,
} as const;

/** Of many tasks only some are told their end: a forecast costs as much as the rest of an order. */
const PROMISES_MOST = 5_000;

/** The range that production tells at this moment; whether it held is counted at the end. */
function promise(run: Run, task: number, family: number, routeNumber: number, preferred: PathState): void {
  const { tasks } = run;
  tasks.earlyMs[task] = 0;
  tasks.lateMs[task] = 0;
  if (!tasks.counted[task] || (tasks.orders[task] ?? 0) > 0) return;
  if (run.promised >= PROMISES_MOST && run.ordered % 32 !== 0) return;
  run.promised += 1;
  const told = forecast(forecastFacts(run, task, family, routeNumber, preferred));
  if (told === null) return;
  tasks.earlyMs[task] = told.end.earlyMs;
  tasks.lateMs[task] = told.end.lateMs;
}

function forecastFacts(
  run: Run,
  task: number,
  family: number,
  routeNumber: number,
  preferred: PathState,
): ForecastFacts {
  const { tasks, nowMs, world } = run;
  const account = tasks.account[task] ?? 0;
  const clip = tasks.clip[task] ?? 0;
  const names = run.routes[routeNumber]?.pathNames ?? [];
  const serving = run.paths.filter(
    ({ world: { name }, health }) => names.includes(name) && admissible(health, nowMs) !== 'none',
  );
  const rows = serving.flatMap((path) => path.slots[family] ?? []);
  const lanes = run.lanes[family];
  const others = world.accounts
    .map(({ weight }, index) => ({
      queued: index === account ? 0 : (lanes?.waitingOf(index) ?? 0),
      weight,
      perMs: index === account ? 0 : (run.paces[family]?.[index]?.perMs(nowMs) ?? 0),
    }))
    .filter(({ queued, perMs }) => queued > 0 || perMs > 0);
  const { weight = 1, maxInFlight = null } = world.accounts[account] ?? {};
  const before = lanes?.waitingOf(account) ?? 0;
  const known = preferred.known[clip];
  if (!known) throw new Error('a clip is known on its path');
  const render = known.times();
  const handling = handlingOf(preferred.handled);
  const slots = rows.reduce((sum, row) => sum + effectiveLimit(row.limit), 0);
  const running = rows.flatMap((row) => runningOf(run, row));
  const { slotMs, slotSpread } = slotFacts(render, run.work[family] ?? NO_WORK, handling);
  return {
    nowMs,
    ahead: tasksAhead({ before, weight }, others, (ahead) => ((ahead + 1) * slotMs) / Math.max(1, slots)),
    slots,
    probing: rows.some(({ limit }) => limit.probing),
    running,
    slotMs,
    slotSpread,
    render,
    handling,
    cap: maxInFlight === null ? null : { most: maxInFlight, running: run.running[account] ?? 0, before },
  };
}

const NO_WORK = { count: 0, sumMs: 0, sumSquares: 0 };
const AGE_STEPS = 8;

/** By age, in steps of an eighth, as production reads it. */
function runningOf({ tasks, nowMs }: Run, { inSlots }: FamilySlots): Running[] {
  const ages = new Map<number, { count: number; sumMs: number }>();
  for (const task of inSlots) {
    const expectedMs = Math.max(1, tasks.slotMs[task] ?? 1);
    const step = Math.min(
      2 * AGE_STEPS,
      Math.floor((AGE_STEPS * (nowMs - (tasks.sentMs[task] ?? 0))) / expectedMs),
    );
    const age = ages.get(step) ?? { count: 0, sumMs: 0 };
    age.count += 1;
    age.sumMs += expectedMs;
    ages.set(step, age);
  }
  return [...ages].map(([step, { count, sumMs }]) => ({
    count,
    share: (step + 0.5) / AGE_STEPS,
    expectedMs: sumMs / count,
  }));
}

/** The client does not want to wait any longer, or the time of the task is over. */
export function giveUp(run: Run, task: number, number: number): void {
  const { tasks, tally } = run;
  if (tasks.number[task] !== number) return;
  if (tasks.state[task] !== STATE.queued || (tasks.waitedMs[task] ?? 0) >= 0) return;
  run.lanes[familyOf(run, task)]?.leave(task, tasks.account[task] ?? 0, tasks.route[task] ?? 0);
  waits(run, task, -1);
  if (tasks.counted[task]) tally.givenUp += 1;
  tasks.give(task);
}
