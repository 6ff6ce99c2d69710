/** What is counted while a simulation runs. Tasks ordered before time zero fill the queues and are counted nowhere. */
import {
  createDemand,
  createHistogram,
  createLevel,
  type Demand,
  type Histogram,
  type Level,
} from '../measure.ts';
import type { World } from '../world.ts';

export type Flow = { tasks: number; wait: Histogram; finish: Histogram };

export type PathTally = Flow & {
  attempts: number;
  stored: number;
  failed: number;
  refusedSlot: number;
  refusedRate: number;
  questions: number;
  linksAtRisk: number;
  linksExpired: number;
  /** By clip: what was delivered, and what failed after it was begun. */
  delivered: Float64Array;
  spoiled: Float64Array;
  /** What the vendor took in each step of time; whole micro-dollars. */
  spentMicros: Float64Array;
  /** By family; null where it has none. Taken, and what would be if nothing waited. */
  taken: (Level | null)[];
  wanted: (Demand | null)[];
};

export type Tally = {
  totalMs: number;
  stepMs: number;
  overall: Flow;
  ordered: number;
  stored: number;
  failed: number;
  givenUp: number;
  unfinished: number;
  paths: PathTally[];
  accounts: Flow[];
  clips: Flow[];
  arriving: Float64Array;
  waiting: Level;
  running: Level;
  copying: Level;
  copiers: Level;
  wanted: Demand;
  copy: Histogram;
  copiedBytes: Float64Array;
  /** Told ends: those that came true, those that came sooner, all. */
  forecast: { held: number; early: number; of: number };
};

const CURVE_STEPS = 168;
const HOUR_MS = 3_600_000;

export function createTally(world: World, totalMs: number): Tally {
  // By the hour over a week and more, finer over less.
  const steps = Math.max(CURVE_STEPS, Math.ceil(totalMs / HOUR_MS));
  const stepMs = totalMs / steps;
  const level = () => createLevel(stepMs, steps);
  return {
    totalMs,
    stepMs,
    overall: flow(),
    ordered: 0,
    stored: 0,
    failed: 0,
    givenUp: 0,
    unfinished: 0,
    paths: world.paths.map((path) => ({
      ...flow(),
      attempts: 0,
      stored: 0,
      failed: 0,
      refusedSlot: 0,
      refusedRate: 0,
      questions: 0,
      linksAtRisk: 0,
      linksExpired: 0,
      delivered: new Float64Array(world.clips.length),
      spoiled: new Float64Array(world.clips.length),
      spentMicros: new Float64Array(steps),
      taken: path.slots.map((slots) => (slots ? level() : null)),
      wanted: path.slots.map((slots) => (slots ? createDemand(totalMs) : null)),
    })),
    accounts: world.accounts.map(flow),
    clips: world.clips.map(flow),
    arriving: new Float64Array(steps),
    waiting: level(),
    running: level(),
    copying: level(),
    copiers: level(),
    wanted: createDemand(totalMs),
    copy: createHistogram(),
    copiedBytes: new Float64Array(steps),
    forecast: { held: 0, early: 0, of: 0 },
  };
}

function flow(): Flow {
  return { tasks: 0, wait: createHistogram(), finish: createHistogram() };
}

/** Adds to the step in which `nowMs` lies; what lies outside belongs to no step. */
export function addAt(steps: Float64Array, stepMs: number, nowMs: number, amount: number): void {
  const step = Math.floor(nowMs / stepMs);
  if (step >= 0 && step < steps.length) steps[step] = (steps[step] ?? 0) + amount;
}
