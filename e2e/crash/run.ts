/** Points × repeats over several worlds side by side; a world is used for as long as nothing went wrong in it. */
import { foreignJudges, judge } from '../processes/journal.ts';
import type { Waits } from '../processes/waits.ts';
import { diceFrom } from './dice.ts';
import { type Point, titleOf } from './points.ts';
import { type Round, runRound } from './round.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { insist, openWorld, type World, type WorldOptions } from './world.ts';

export type Job = { point: Point; repeats: number };

export type PointResult = {
  point: Point;
  repeats: number;
  tasks: number;
  lost: number;
  accepts: number;
  doubles: number;
  balanced: boolean;
  recoveredMs: number[];
  /** Each with the words that repeat it. */
  problems: string[];
};

export type RunOptions = {
  seed: string;
  worlds: number;
  waits: Waits;
  onRound(result: PointResult): void;
};

export async function runPoints(jobs: readonly Job[], options: RunOptions): Promise<PointResult[]> {
  const judges = await foreignJudges();
  const queue = [...jobs];
  const results: PointResult[] = [];
  const work = async (): Promise<void> => {
    let world: World | null = null;
    let media = mediaOf(jobs[0]?.point);
    try {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const scenario: Scenario = scenarios[job.point.scenario];
        const other = mediaOf(job.point) !== media;
        if (world && (scenario.ownWorld || other)) world = await closed(world);
        media = mediaOf(job.point);
        world ??= await openNext({ waits: options.waits, media });
        const result = await runPoint(world, job, judges, options);
        results.push(result);
        if (scenario.ownWorld || result.problems.length > 0) world = await closed(world);
      }
    } finally {
      if (world) await closed(world);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.worlds, jobs.length) }, work));
  return results.sort((a, b) => placeOf(jobs, a) - placeOf(jobs, b));
}

/** Clips are really looked into where copying them is the point, and where anything may be. */
function mediaOf(point: Point | undefined): WorldOptions['media'] {
  return point?.stage === 'mirror' || point?.stage === 'any' ? 'real' : 'light';
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

function placeOf(jobs: readonly Job[], { point }: PointResult): number {
  return jobs.findIndex((job) => job.point === point);
}

async function runPoint(
  world: World,
  { point, repeats }: Job,
  judges: Awaited<ReturnType<typeof foreignJudges>>,
  { seed, onRound }: RunOptions,
): Promise<PointResult> {
  const result: PointResult = {
    point,
    repeats: 0,
    tasks: 0,
    lost: 0,
    accepts: 0,
    doubles: 0,
    balanced: true,
    recoveredMs: [],
    problems: [],
  };
  for (let repeat = 1; repeat <= repeats && result.problems.length === 0; repeat += 1) {
    const name = `${seed}/${titleOf(point)}/${repeat}`;
    const round = await runRound(world, point, diceFrom(name), name).catch((error) => broken(error, world));
    add(result, round, `repeat ${repeat}`);
    onRound(result);
  }
  if (result.problems.length === 0) await checkBooks(world, result, judges);
  return result;
}

function broken(error: unknown, world: World): Round {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    tasks: 0,
    lost: 0,
    accepts: 0,
    doubles: 0,
    problems: [`${said}\n${world.log()}`],
    recoveredMs: null,
  };
}

function add(result: PointResult, round: Round, where: string): void {
  result.repeats += 1;
  result.tasks += round.tasks;
  result.lost += round.lost;
  result.accepts += round.accepts;
  result.doubles += round.doubles;
  if (round.recoveredMs !== null) result.recoveredMs.push(round.recoveredMs);
  for (const problem of round.problems) result.problems.push(`${where}: ${problem}`);
}

async function checkBooks(
  world: World,
  result: PointResult,
  judges: Awaited<ReturnType<typeof foreignJudges>>,
): Promise<void> {
  const journal = await insist(world, async () => new Response(await world.operator.ledger.export()).text());
  for (const { program, ok, said } of await judge(journal, judges)) {
    if (ok) continue;
    result.balanced = false;
    result.problems.push(`${program} does not accept the journal: ${said}`);
  }
}
