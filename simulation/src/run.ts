/**
 * One seed, from an empty database to its verdict. First safety: anything may go wrong, and no promise may break. Then
 * liveness: faults stop, and everything must end.
 */
import type { StageName } from '@sluice/server/lifecycle/context.ts';
import { stageNames } from '@sluice/server/lifecycle/context.ts';
import { type Checks, createChecks } from './check/checks.ts';
import { checkDeadlines, leftOver } from './check/end.ts';
import type { Coverage } from './coverage.ts';
import type { WorkerDatabase } from './database.ts';
import type { Plant } from './plants/plant.ts';
import { type Executed, type Parked, quiet } from './schedule/scheduler.ts';
import { createTrace, markOf, type Trace } from './schedule/trace.ts';
import type { Verdict } from './verdict.ts';
import { Violation } from './violation.ts';
import type { Size } from './world/climate.ts';
import type { Node } from './world/node.ts';
import { type StageTimes, stageTimes } from './world/stage-times.ts';
import { createWorld, type World } from './world/world.ts';

export type RunOptions = {
  seed: number;
  size: Size;
  coverage: Coverage;
  plant: Plant | null;
  print: ((line: string) => void) | null;
};

const STEPS_MOST = 60_000;
const IDLE_MOST = 20_000;
const PAUSE_MOST_MS = 8_000;
const SPURIOUS_RATE = 0.05;
const ALL_RATE = 0.25;

export async function runSeed(database: WorkerDatabase, options: RunOptions): Promise<Verdict> {
  const startedMs = performance.now();
  await database.empty();
  const world = await createWorld({ ...options, db: database.db });
  const trace = createTrace(options.print);
  const checks = createChecks(world);
  const verdict = (failure: Verdict['failure']): Verdict => ({
    seed: options.seed,
    ok: failure === null,
    hash: trace.hash(),
    steps: trace.steps(),
    virtualMs: world.clock.now() - world.startMs,
    tasks: world.observer.model.tasks.size,
    realMs: Math.round(performance.now() - startedMs),
    failure,
  });
  try {
    await live({ world, trace, checks, pauses: new Map() });
    await checks.atTheEnd(database.db);
    return verdict(null);
  } catch (error) {
    const invariant = error instanceof Violation ? error.invariant : 'crash';
    const message =
      error instanceof Error
        ? error instanceof Violation
          ? error.message
          : `${error.stack}`
        : String(error);
    return verdict({ invariant, message, last: [...trace.last()] });
  } finally {
    for (const node of world.processes.alive()) node.life.alive = false;
  }
}

type Run = {
  world: World;
  trace: Trace;
  checks: Checks;
  /** How long an idle loop that found nothing is left alone, by node and stage. */
  pauses: Map<string, { ms: number; moves: number }>;
};

async function live(run: Run): Promise<void> {
  const { world } = run;
  for (let index = 0; index < world.climate.nodes; index += 1) world.processes.start(index);
  startTroubles(world);
  let working = true;
  void world.clients.run().then(() => {
    working = false;
  });
  const healAtMs = world.startMs + world.climate.faultsUntilMs;
  let healedAtMs: number | null = null;
  let idles = 0;
  await quiet();
  while (healedAtMs === null || working || leftOver(world) !== '') {
    if (healedAtMs === null && world.clock.now() >= healAtMs) {
      world.heal();
      healedAtMs = world.clock.now();
      run.trace.step(`${stamp(world)} --- faults stop`);
      await quiet();
      continue;
    }
    if (await step(run)) continue;
    idles += 1;
    if (healedAtMs !== null) checkDeadlines(world, healedAtMs);
    const limit = healedAtMs === null ? healAtMs : Number.POSITIVE_INFINITY;
    await letTimePass(run, limit);
    if (idles > IDLE_MOST || run.trace.steps() > STEPS_MOST) {
      throw new Violation('I15', `no end after ${run.trace.steps()} steps and ${idles} pauses`);
    }
  }
}

/** Things that happen to a world by themselves. */
function startTroubles(world: World): void {
  const { climate, clock, upstream, post } = world;
  const dice = world.dice.fork('troubles');
  const later = async (work: () => unknown): Promise<void> => {
    await clock.sleep(dice.whole(1_000, climate.faultsUntilMs));
    await work();
  };
  for (let left = climate.vendor.forgets; left > 0; left -= 1) void later(upstream.forget);
  for (let left = climate.vendor.strangers; left > 0; left -= 1) void later(post.stranger);
}

/** Lets one effect through. False: nobody wants anything now. */
async function step(run: Run): Promise<boolean> {
  const { world, trace, checks } = run;
  const eligible = world.scheduler.eligible(world.clock.now());
  if (eligible.length === 0) return false;
  const parked = world.dice.pick(eligible);
  const fate = world.processes.fateOf(parked);
  // A process that was stopped at this very effect keeps it for later.
  if (parked.life.pausedUntilMs > world.clock.now()) return true;
  world.scheduler.remove(parked);
  const executed = await parked.execute(fate);
  const dies = fate.kind === 'die_before' || fate.kind === 'die_after';
  trace.step(`${stamp(world)} ${lineOf(parked, fate.kind, executed)}`);
  if (dies) world.processes.kill(parked.life);
  await quiet();
  await checks.afterStep(parked, executed);
  pass(world, drawEffectMs(world));
  await quiet();
  return true;
}

function drawEffectMs(world: World): number {
  const { effectMs } = world.climate.pace;
  return world.dice.chance(0.02) ? world.dice.whole(0, 100 * effectMs) : world.dice.whole(0, 2 * effectMs);
}

function pass(world: World, ms: number): void {
  world.clock.advance(ms);
  world.post.pump();
}

function stamp(world: World): string {
  return `${((world.clock.now() - world.startMs) / 1000).toFixed(3).padStart(9)}`;
}

function lineOf(parked: Parked, fate: string, executed: Executed): string {
  const what = `${parked.life.name} ${parked.kind} ${parked.label}`;
  const how = fate === 'run' ? '' : ` [${fate}]`;
  if (executed.kind === 'threw') return `${what}${how} threw ${String(executed.error)}`;
  const mark = executed.kind === 'returned' && parked.kind !== 'send' ? ` ${markOf(executed.value)}` : '';
  return `${what}${how}${mark}`;
}

type Sleeper = { node: Node; stage: StageName; atMs: number };

/** Nobody can go on now: time goes to where somebody can, or where a loop finds something to do. */
async function letTimePass(run: Run, limitMs: number): Promise<void> {
  const { world } = run;
  const sleepers = sleepersOf(run, stageTimes(world.observer.model, world.climate.paths !== null));
  const nowMs = world.clock.now();
  const instants = [
    world.clock.nextWake(),
    world.scheduler.nextAtMs(nowMs),
    ...world.upstream.vendors.map((vendor) => vendor.nextChange()),
    ...sleepers.map(({ atMs }) => atMs),
  ].filter((ms) => ms !== null);
  const nextMs = Math.min(limitMs, ...instants);
  if (nextMs === Number.POSITIVE_INFINITY)
    throw new Violation('I15', `everybody sleeps for ever: ${leftOver(world)}`);
  pass(world, Math.max(0, nextMs - nowMs));
  await quiet();
  if (world.scheduler.eligible(world.clock.now()).length > 0 && world.dice.chance(0.5)) return;
  const due = sleepers.filter(({ atMs }) => atMs <= world.clock.now());
  for (const sleeper of chosen(world, due)) wake(run, sleeper);
  if (due.length === 0 && world.dice.chance(SPURIOUS_RATE) && sleepers.length > 0)
    wake(run, world.dice.pick(sleepers));
  await quiet();
}

/** Mostly one process looks; at times all of them do at once. */
function chosen(world: World, due: readonly Sleeper[]): readonly Sleeper[] {
  if (due.length < 2 || world.dice.chance(ALL_RATE)) return due;
  return stageNames.flatMap((stage) => {
    const ofStage = due.filter((sleeper) => sleeper.stage === stage);
    return ofStage.length === 0 ? [] : [world.dice.pick(ofStage)];
  });
}

function sleepersOf(run: Run, times: StageTimes): Sleeper[] {
  const sleepers: Sleeper[] = [];
  for (const node of run.world.processes.alive()) {
    for (const stage of stageNames) {
      const loop = node.idle.get(stage);
      const dueMs = times[stage];
      if (!loop || dueMs === null) continue;
      const patienceMs = pauseOf(run, node, stage, loop.leastMs);
      const atMs = Math.max(loop.sinceMs + patienceMs, Math.ceil(dueMs), node.life.pausedUntilMs);
      sleepers.push({ node, stage, atMs });
    }
  }
  return sleepers;
}

/** A loop that looked and found nothing is woken ever more rarely, until something moves. */
function pauseOf(run: Run, node: Node, stage: StageName, leastMs: number): number {
  const known = run.pauses.get(`${node.life.name} ${stage}`);
  return known && known.moves === run.checks.moves() ? Math.max(leastMs, known.ms) : leastMs;
}

function wake(run: Run, { node, stage }: Sleeper): void {
  const loop = node.idle.get(stage);
  if (!loop || !node.life.alive) return;
  const ms = Math.min(PAUSE_MOST_MS, 2 * pauseOf(run, node, stage, loop.leastMs));
  run.pauses.set(`${node.life.name} ${stage}`, { ms, moves: run.checks.moves() });
  loop.wake();
}
