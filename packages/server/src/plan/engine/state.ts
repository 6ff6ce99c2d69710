/** What a simulation knows at a moment: queues, events, and the paths as the gateway and as the vendor see them. */

import type { Work } from '../../decide/forecast.ts';
import { type HealthState, healthyPath } from '../../decide/health.ts';
import { type Limit, newLimit } from '../../decide/limits.ts';
import { shapeOf } from '../../decide/polling.ts';
import { renderMoments } from '../../decide/render-times.ts';
import type { Workload, World, WorldPath } from '../world.ts';
import { createHeap, type Heap } from './heap.ts';
import { createKnown, type Known } from './known.ts';
import { createLanes, type Lanes, type Route } from './lanes.ts';
import { createPace, noWork, type Pace } from './pace.ts';
import { createTally, type Tally } from './tally.ts';
import { createTasks, type Tasks } from './tasks.ts';

export const EVENT = {
  reach: 1,
  accepted: 2,
  refusedSlot: 3,
  refusedRate: 4,
  ended: 5,
  called: 6,
  question: 7,
  noticed: 8,
  copied: 9,
  giveUp: 10,
  orderAgain: 11,
  admit: 12,
} as const;

export type Run = {
  world: World;
  seed: number;
  nowMs: number;
  events: Heap;
  tasks: Tasks;
  /** Numbers given to tasks. */
  ordered: number;
  /** By family. */
  lanes: Lanes[];
  /** What waits, by family. */
  work: Work[];
  /** How fast orders come, by family and account. */
  paces: Pace[][];
  routes: Route[];
  paths: PathState[];
  /** Tasks under way by account, over all families: what its cap counts. */
  running: Int32Array;
  copies: { queue: Heap; active: number };
  /** Forecasts told so far. */
  promised: number;
  /** Clips whose way does not change with waits and failures, and the ways found for them. */
  steadyClips: readonly boolean[];
  steadyRoutes: Map<string, number>;
  tally: Tally;
};

export type PathState = {
  index: number;
  world: WorldPath;
  /** By family; null: it has none of them. */
  slots: (FamilySlots | null)[];
  health: HealthState;
  /** Sends whose answer has not come, over all families. */
  sending: number;
  /** What to ask about, and when. */
  asking: Heap;
  roundAtMs: number;
  queries: Bucket;
  submits: Bucket | null;
  /** What was learned of render times, by clip; clips of one shape share it. */
  known: Known[];
  /** What came around the newest renders. */
  handled: { besideMs: number; slotMs: number }[];
  /** The truth: mean render times, by clip. */
  meanMs: number[];
};

export type FamilySlots = {
  limit: Limit;
  occupied: number;
  accepted: number;
  inSlots: Set<number>;
  /** The vendor's truth. */
  most: number;
  rendering: number;
  /** At a vendor that queues what it has no slot for. */
  queued: number[];
  ends: boolean[];
};

export type Bucket = { tokens: number; most: number; perMs: number; atMs: number };

export function createRun(world: World, workload: Workload, seed: number): Run {
  const tasks = createTasks();
  const routes: Route[] = [];
  const facts = {
    number: (task: number) => tasks.number[task] ?? 0,
    slotMs: (task: number) => tasks.slotMs[task] ?? 0,
    notBeforeMs: (task: number) => tasks.notBeforeMs[task] ?? 0,
  };
  return {
    world,
    seed,
    nowMs: -workload.warmUpMs,
    events: createHeap(),
    tasks,
    ordered: 0,
    lanes: world.families.map(() => createLanes(world.accounts, routes, facts)),
    work: world.families.map(noWork),
    paces: world.families.map(() => world.accounts.map(createPace)),
    routes,
    paths: world.paths.map((path, index) => pathState(world, path, index, -workload.warmUpMs)),
    running: new Int32Array(world.accounts.length),
    copies: { queue: createHeap(), active: 0 },
    promised: 0,
    steadyClips: world.clips.map((_, clip) => isSteady(world, clip)),
    steadyRoutes: new Map(),
    tally: createTally(world, workload.totalMs),
  };
}

function isSteady(world: World, clip: number): boolean {
  const prices = world.paths.flatMap(({ clips }) => {
    const priced = clips[clip]?.charged?.priced;
    return priced ? [priced.maximumMicros] : [];
  });
  return prices.length === 1 || (world.policy === 'cheapest' && new Set(prices).size === prices.length);
}

function pathState(world: World, path: WorldPath, index: number, nowMs: number): PathState {
  const { queryRate, queryBurst } = world.gateway;
  const byShape = new Map<string, Known>();
  const known = path.clips.map((clip, at) => {
    const shape = world.clips[at] ? shapeOf(world.clips[at].order) : '';
    const found = byShape.get(shape) ?? createKnown(clip.knownMs, clip.declaredMs);
    byShape.set(shape, found);
    return found;
  });
  return {
    index,
    world: path,
    slots: path.slots.map((slots) => slots && familySlots(slots)),
    health: healthyPath,
    sending: 0,
    asking: createHeap(),
    roundAtMs: Number.POSITIVE_INFINITY,
    queries: { tokens: queryBurst, most: queryBurst, perMs: queryRate / 1000, atMs: nowMs },
    submits:
      path.submitsPerSecond === null
        ? null
        : {
            tokens: Math.max(1, path.submitsPerSecond),
            most: Math.max(1, path.submitsPerSecond),
            perMs: path.submitsPerSecond / 1000,
            atMs: nowMs,
          },
    known,
    handled: [],
    meanMs: path.clips.map(({ renders }) => renderMoments(renders).meanMs),
  };
}

function familySlots({ slots, known }: { slots: number; known: boolean }): FamilySlots {
  const limit = newLimit(known ? slots : null);
  return {
    limit,
    occupied: 0,
    accepted: 0,
    inSlots: new Set(),
    most: slots,
    rendering: 0,
    queued: [],
    ends: [],
  };
}

/** Refills it; takes so many tokens if they are there. */
export function takeTokens(bucket: Bucket, wanted: number, nowMs: number): number {
  bucket.tokens = Math.min(bucket.most, bucket.tokens + (nowMs - bucket.atMs) * bucket.perMs);
  bucket.atMs = nowMs;
  const granted = Math.min(Math.floor(bucket.tokens + 1e-9), wanted);
  bucket.tokens -= granted;
  return granted;
}

export function slotsOf(path: PathState, family: number): FamilySlots {
  const slots = path.slots[family];
  if (!slots) throw new Error(`${path.world.name} has no slots for family ${family}`);
  return slots;
}

export function familyOf(run: Run, task: number): number {
  return run.world.clips[run.tasks.clip[task] ?? 0]?.family ?? 0;
}

export function pathOf(run: Run, task: number): PathState {
  const path = run.paths[run.tasks.path[task] ?? 0];
  if (!path) throw new Error('an attempt is on a path');
  return path;
}
