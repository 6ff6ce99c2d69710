/** Points × repeats over several worlds side by side; a world is used for as long as nothing went wrong in it. */
import { foreignJudges, judge } from '@sluice/server/lifecycle/operate/testing/journal-judges.ts';
import { until } from '../processes/pause.ts';
import type { Waits } from '../processes/waits.ts';
import { type BootPoint, bootPoints, runBoot } from './boot.ts';
import { diceFrom } from './dice.ts';
import { type Point, points, titleOf } from './points.ts';
import { type Round, runRound } from './round.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { insist, openWorld, type World, type WorldOptions } from './world.ts';

export type Job =
  | { kind: 'life'; title: string; point: Point; repeats: number }
  | { kind: 'boot'; title: string; point: BootPoint; repeats: number };

export type PointResult = {
  stage: string;
  title: string;
  /** Kills. */
  repeats: number;
  tasks: number;
  lost: number;
  accepts: number;
  doubles: number;
  balanced: boolean;
  recoveredMs: number[];
  problems: string[];
};

export type RunOptions = {
  seed: string;
  worlds: number;
  waits: Waits;
  /** `light` everywhere; otherwise clips are really looked into where that matters. */
  media?: 'light';
  onRound?(result: PointResult): void;
  /** A point is done, its books included. */
  onPoint?(result: PointResult): Promise<void>;
};

type Judges = Awaited<ReturnType<typeof foreignJudges>>;

/** So often a point may be missed in a repeat, because something else came first. */
const MOST_TRIES = 4;

/** A gateway lets two hundred times as long pass as its last addition took. */
const ADDING_PATIENCE_MS = 900_000;

/** Every point there is. */
export function jobsOf(repeats: number): Job[] {
  return [
    ...bootPoints.map((point): Job => ({ kind: 'boot', title: point.name, point, repeats })),
    ...points.map((point): Job => ({ kind: 'life', title: titleOf(point), point, repeats })),
  ];
}

export async function runPoints(jobs: readonly Job[], options: RunOptions): Promise<PointResult[]> {
  const judges = await foreignJudges();
  const queue = [...jobs].sort((a, b) => turnOf(a) - turnOf(b));
  const results: PointResult[] = [];
  const work = async (): Promise<void> => {
    let world: World | null = null;
    let media: WorldOptions['media'] = 'light';
    try {
      for (let job = queue.shift(); job; job = queue.shift()) {
        if (job.kind === 'boot') {
          const result = await bootPoint(job, options);
          results.push(result);
          await options.onPoint?.(result);
          continue;
        }
        const wanted = options.media ?? mediaOf(job.point);
        if (world && (isOwn(job) || wanted !== media)) world = await closed(world);
        media = wanted;
        const result = emptyResult(job);
        results.push(result);
        try {
          world ??= await openNext({ waits: options.waits, media });
          await runPoint(world, job, result, options);
          if (result.problems.length === 0) await checkBooks(world, result, judges);
        } catch (error) {
          result.problems.push(`not to its end: ${textOf(error)}`);
          options.onRound?.(result);
        }
        await options.onPoint?.(result);
        if (world && result.problems.length > 0) result.problems.push(`log: ${await world.keepLog()}`);
        if (world && (isOwn(job) || result.problems.length > 0)) world = await closed(world);
      }
    } finally {
      if (world) await closed(world);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.worlds, jobs.length) }, work));
  return results.sort((a, b) => placeOf(jobs, a) - placeOf(jobs, b));
}

/** Those that need a world of their own are slow and come first; then those that can share one, kind by kind. */
function turnOf(job: Job): number {
  if (job.kind === 'boot') return 3;
  if (isOwn(job)) return 0;
  return mediaOf(job.point) === 'real' ? 1 : 2;
}

function isOwn(job: Job & { kind: 'life' }): boolean {
  const scenario: Scenario = scenarios[job.point.scenario];
  return scenario.ownWorld ?? false;
}

/** Clips are really looked into where copying them is the point, and where anything may be. */
function mediaOf(point: Point): WorldOptions['media'] {
  return point.stage === 'mirror' || point.stage === 'any' ? 'real' : 'light';
}

let opening: Promise<unknown> = Promise.resolve();

/** One after the other: making a database is the most that a machine is asked for here. */
function openNext(options: WorldOptions): Promise<World> {
  const next = opening.then(() => openWorld(options));
  opening = next.catch(() => {});
  return next;
}

async function closed(world: World): Promise<null> {
  await world.close();
  return null;
}

function placeOf(jobs: readonly Job[], { title, stage }: PointResult): number {
  return jobs.findIndex((job) => job.title === title && job.point.stage === stage);
}

async function runPoint(
  world: World,
  { title, point, repeats }: Job & { kind: 'life' },
  result: PointResult,
  { seed, onRound }: RunOptions,
): Promise<void> {
  for (let tries = 1; result.repeats < repeats && result.problems.length === 0; tries += 1) {
    const name = `${seed}/${title}/${result.repeats + 1}/${tries}`;
    const round = await runRound(world, point, diceFrom(name), name).catch((error) => broken(error, world));
    add(result, round, `repeat ${result.repeats + 1}`);
    if (round.passed) tries = 0;
    else if (tries === MOST_TRIES) result.problems.push(`the point was not passed, ${tries} times in a row`);
    if (round.passed || result.problems.length > 0) onRound?.(result);
  }
}

/** The books are empty but for one top-up; its own addition is the judge. */
async function bootPoint(job: Job & { kind: 'boot' }, { seed, onRound }: RunOptions): Promise<PointResult> {
  const { title, point, repeats } = job;
  const result = emptyResult(job);
  for (let tries = 1; result.repeats < repeats && result.problems.length === 0; tries += 1) {
    const { killed, recoveredMs, problems } = await runBoot(
      point,
      diceFrom(`${seed}/${title}/${result.repeats + 1}/${tries}`),
    );
    for (const problem of problems) result.problems.push(`repeat ${result.repeats + 1}: ${problem}`);
    if (recoveredMs !== null) result.recoveredMs.push(recoveredMs);
    if (killed) {
      result.repeats += 1;
      tries = 0;
    } else if (tries === MOST_TRIES)
      result.problems.push(`ready before it was killed, ${tries} times in a row`);
    if (killed || result.problems.length > 0) onRound?.(result);
  }
  return result;
}

function emptyResult({ title, point }: Job): PointResult {
  return {
    stage: point.stage,
    title,
    repeats: 0,
    tasks: 0,
    lost: 0,
    accepts: 0,
    doubles: 0,
    balanced: true,
    recoveredMs: [],
    problems: [],
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function broken(error: unknown, world: World): Round {
  return {
    tasks: 0,
    lost: 0,
    accepts: 0,
    doubles: 0,
    problems: [`${textOf(error)}\n${world.log()}`],
    recoveredMs: null,
    passed: false,
  };
}

function add(result: PointResult, round: Round, where: string): void {
  if (round.passed) result.repeats += 1;
  result.tasks += round.tasks;
  result.lost += round.lost;
  result.accepts += round.accepts;
  result.doubles += round.doubles;
  if (round.passed && round.recoveredMs !== null) result.recoveredMs.push(round.recoveredMs);
  for (const problem of round.problems) result.problems.push(`${where}: ${problem}`);
}

async function checkBooks(world: World, result: PointResult, judges: Judges): Promise<void> {
  await untilAddedUp(world, result);
  const journal = await insist(world, async () => new Response(await world.operator.ledger.export()).text());
  for (const { program, ok, said } of await judge(journal, judges)) {
    if (ok) continue;
    result.balanced = false;
    result.problems.push(`${program} does not accept the journal: ${said}`);
  }
}

/** Balances against postings, of which the gateway may give an older answer than this. */
async function untilAddedUp(world: World, result: PointResult): Promise<void> {
  const atLeast = Date.now();
  const ledger = await until(
    'the book is added up',
    async () => {
      const system = await insist(world, () => world.operator.system.get());
      return Date.parse(system.ledger.checked_at) >= atLeast && system.ledger;
    },
    ADDING_PATIENCE_MS,
  );
  if (ledger.balanced) return;
  result.balanced = false;
  result.problems.push(`the ledger drifts by ${ledger.drift}`);
}
