/** One repeat: orders are placed, the gateway dies at the point, comes back, and everything has to end as it must. */
import type { CreateGeneration, TaskStatus } from '@sluice/sdk';
import { arm, disarm } from '../processes/gateway.ts';
import { PatienceError, until } from '../processes/pause.ts';
import type { Dice } from './dice.ts';
import type { Point } from './points.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Findings, verify } from './verify.ts';
import { insist, type World } from './world.ts';

export type Round = Findings & {
  /** From the first death until every task had ended and was announced; null when nothing died. */
  recoveredMs: number | null;
  /** Died as often as it should: some points are passed only if one thing happens before another. */
  passed: boolean;
};

/** Seconds on a quiet machine. */
const ROUND_PATIENCE_MS = 240_000;
const POINT_PATIENCE_MS = 15_000;
/** A kill from outside comes within this time of the orders: about what the work takes. */
const WORK_MS = 1_600;
const START_MS = 450;

export async function runRound(world: World, point: Point, dice: Dice, name: string): Promise<Round> {
  const scenario: Scenario = scenarios[point.scenario];
  await world.emulator.faults({ clear: true });
  await scenario.prepare?.(world);
  world.deaths.length = 0;
  const acceptsBefore = (await world.emulator.accepts()).length;
  await setTrap(world, point, dice);
  const problems: string[] = [];
  const created = await placeOrders(world, scenario, name, problems);
  const taskIds = [...created.values()];
  await scenario.wish?.(world, taskIds);
  await untilEnded(world, taskIds, problems);
  await scenario.after?.(world, taskIds);
  const passed = await isKilled(world, point);
  const recoveredMs = await untilQuiet(world, taskIds);
  const gateway = await world.gateway();
  await disarm(gateway);
  gateway.say({ do: 'remember' });
  checkDeaths(world, point, problems);
  // The rounds after this one are not armed against it.
  world.armNext.length = 0;
  const findings = await verify(world, { name, taskIds, acceptsBefore, ends: endsOf(scenario) }, scenario);
  return { ...findings, problems: [...problems, ...findings.problems], recoveredMs, passed };
}

async function setTrap(world: World, point: Point, dice: Dice): Promise<void> {
  world.armNext.length = 0;
  world.killStarts.length = 0;
  if (point.next !== undefined) world.armNext.push({ point: point.next, hit: 1 });
  if (point.outside === undefined) {
    const from = point.from ?? 1;
    await arm(await world.gateway(), point.name, from + dice.below(point.hits - from + 1));
    return;
  }
  if (point.outside === 'start') world.killStarts.push(100 + dice.below(START_MS));
  const { outside } = point;
  setTimeout(() => void strike(world, outside), dice.below(WORK_MS));
}

async function strike(world: World, outside: NonNullable<Point['outside']>): Promise<void> {
  switch (outside) {
    case 'gateway':
    case 'start':
      return world.signalGateway('SIGKILL');
    case 'terminated':
      return world.signalGateway('SIGTERM');
    case 'postmaster':
      world.deaths.push({ atMs: performance.now(), ending: { code: null, signal: 'SIGKILL' } });
      return world.killPostmaster();
    case 'both':
      await Promise.all([world.killPostmaster(), world.signalGateway('SIGKILL')]);
  }
}

/** Each order is repeated, mostly under a key, until it is answered; whoever is answered twice must hear the same. */
async function placeOrders(
  world: World,
  scenario: Scenario,
  name: string,
  problems: string[],
): Promise<Map<string, string>> {
  const particular = await scenario.order?.(world);
  const created = new Map<string, string>();
  const place = async (number: number): Promise<void> => {
    const key = `${name}/${number}`;
    const order: CreateGeneration = {
      model: 'kling-3.0',
      prompt: 'a tower of cards in the wind',
      duration: 5,
      quality: '720p',
      path: world.path,
      metadata: { round: name, number: String(number) },
      ...particular,
    };
    const call = scenario.keyless
      ? () => world.keyless.tasks.create(order)
      : () => world.client.tasks.create(order, { idempotencyKey: key });
    const { id } = await insist(world, call);
    created.set(key, id);
    if (scenario.keyless) return;
    const again = await insist(world, call);
    if (again.id !== id) problems.push(`${key} was answered with ${id} and then with ${again.id}`);
  };
  await Promise.all(Array.from({ length: scenario.tasks }, (_, number) => place(number)));
  return created;
}

async function untilEnded(world: World, taskIds: readonly string[], problems: string[]): Promise<void> {
  try {
    await until(
      'every task is announced',
      () => taskIds.every((id) => world.announced.has(id)),
      ROUND_PATIENCE_MS,
    );
  } catch (error) {
    if (!(error instanceof PatienceError)) throw error;
    problems.push(error.message);
  }
}

/** Some points are passed only after the last announcement. */
async function isKilled(world: World, point: Point): Promise<boolean> {
  const wanted = deathsOf(point);
  try {
    await until('the point is passed', () => world.deaths.length >= wanted, POINT_PATIENCE_MS);
    return true;
  } catch (error) {
    if (!(error instanceof PatienceError)) throw error;
    return false;
  }
}

function deathsOf(point: Point): number {
  return point.next === undefined ? 1 : 2;
}

/** Until a gateway runs and has nothing left to tell. Answers how long that took from the first death. */
async function untilQuiet(world: World, taskIds: readonly string[]): Promise<number | null> {
  await insist(world, async () => {
    await until(
      'no delivery waits',
      async () => {
        const waiting = await world.client.webhooks.deliveries(world.endpointId, { state: 'waiting' });
        return waiting.data.every((delivery) => !taskIds.includes(delivery.task_id ?? ''));
      },
      ROUND_PATIENCE_MS,
    );
  });
  const [first] = world.deaths;
  return first === undefined ? null : performance.now() - first.atMs;
}

/** Nothing but us may end a gateway, and told to stop it stops in good order. */
function checkDeaths(world: World, point: Point, problems: string[]): void {
  for (const { ending } of world.deaths) {
    const expected = point.outside === 'terminated' ? ending.code === 0 : ending.signal === 'SIGKILL';
    if (!expected) problems.push(`the gateway ended by itself: ${JSON.stringify(ending)}\n${world.log()}`);
  }
}

function endsOf(scenario: Scenario): Partial<Record<TaskStatus, number>> {
  return scenario.ends ?? { completed: 1 };
}
