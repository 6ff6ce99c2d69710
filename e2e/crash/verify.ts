/** What must be true after every round, whatever died in it: asked of the gateway, the emulator and the receiver. */
import { createHash } from 'node:crypto';
import type { Task, TaskStatus } from '@sluice/sdk';
import { insist, type World } from './world.ts';

export type Findings = {
  /** Tasks that a client was told of. */
  tasks: number;
  /** Of those, not there any more, or not at the end that they must have. */
  lost: number;
  /** Orders that the emulator took on for them, by its own log. */
  accepts: number;
  /** Of those, more than there should be. */
  doubles: number;
  problems: string[];
};

export type Expectation = {
  name: string;
  taskIds: readonly string[];
  acceptsBefore: number;
  /** Accepts that go with each end. */
  ends: Partial<Record<TaskStatus, number>>;
};

const EVENT_OF: Partial<Record<TaskStatus, string>> = {
  completed: 'task.completed',
  failed: 'task.failed',
  cancelled: 'task.cancelled',
};

export async function verify(
  world: World,
  expected: Expectation,
  { keepsClips = true }: { keepsClips?: boolean },
): Promise<Findings> {
  const problems: string[] = [];
  const tasks = await Promise.all(
    expected.taskIds.map((id) => insist(world, () => world.client.tasks.get(id))),
  );
  const wrong = tasks.filter((task) => expected.ends[task.status] === undefined);
  for (const task of wrong) problems.push(`${task.id} is ${task.stage}: ${JSON.stringify(task.error)}`);
  for (const task of wrong) problems.push(await lifeOf(world, task));
  const accepts = await checkAccepts(world, expected, tasks, problems);
  await checkOrders(world, expected, problems);
  await checkMoney(world, tasks, problems);
  checkAnnouncements(world, tasks, problems);
  if (keepsClips) await checkClips(world, tasks, problems);
  return { tasks: tasks.length, lost: wrong.length, ...accepts, problems };
}

async function lifeOf(world: World, task: Task): Promise<string> {
  const { data } = await insist(world, () => world.client.tasks.timeline(task.id));
  const entries = data.map((entry) => `    ${entry.at} ${entry.kind} ${JSON.stringify(entry.data)}`);
  return [`the life of ${task.id}, asked at ${new Date().toISOString()}:`, ...entries].join('\n');
}

/** The emulator's log is the judge: so many accepts as the ends allow, each of them known to exactly one task. */
async function checkAccepts(
  world: World,
  { acceptsBefore, ends }: Expectation,
  tasks: readonly Task[],
  problems: string[],
): Promise<{ accepts: number; doubles: number }> {
  const accepts = (await world.emulator.accepts()).slice(acceptsBefore);
  // One that has not come to its end may have been taken on by now, once.
  const most = tasks.reduce((sum, task) => sum + (ends[task.status] ?? 1), 0);
  const least = tasks.reduce((sum, task) => sum + (ends[task.status] ?? 0), 0);
  const ids = new Set(accepts.map((accept) => accept.externalId));
  if (ids.size !== accepts.length) problems.push('two accepts under one external id');
  if (accepts.length < least || accepts.length > most) {
    problems.push(`${accepts.length} accepts for ${most} tasks`);
  }
  const known = new Set<unknown>();
  for (const task of tasks) {
    const { data } = await insist(world, () => world.client.tasks.timeline(task.id));
    const upstream = new Set(data.map((entry) => entry.data.upstream_id).filter((id) => id !== undefined));
    if (upstream.size > 1) problems.push(`${task.id} has ${upstream.size} upstream ids`);
    for (const id of upstream) known.add(id);
  }
  for (const { id } of accepts) {
    if (!known.has(id)) problems.push(`the emulator took on ${id}, of which no task knows`);
  }
  return { accepts: accepts.length, doubles: Math.max(0, accepts.length - most) };
}

/** As many tasks as orders, although orders were repeated. */
async function checkOrders(world: World, { name, taskIds }: Expectation, problems: string[]): Promise<void> {
  const { data } = await insist(world, () => world.client.tasks.list({ limit: 20 }));
  const made = data.filter((task) => task.metadata.round === name);
  if (made.length !== taskIds.length) problems.push(`${made.length} tasks for ${taskIds.length} orders`);
}

async function checkMoney(world: World, tasks: readonly Task[], problems: string[]): Promise<void> {
  const { ledger, unknown_attempts } = await insist(world, () => world.operator.system.get());
  if (!ledger.balanced) problems.push(`the ledger drifts by ${ledger.drift}`);
  if (unknown_attempts > 0) problems.push(`${unknown_attempts} attempts are still unknown`);
  const { held } = await insist(world, () => world.client.balance.get());
  if (Number(held) !== 0) problems.push(`${held} are still held`);
  for (const task of tasks) {
    const paid = Number(task.charge?.amount ?? Number.NaN);
    if (task.status === 'completed' ? !(paid > 0) : paid !== 0) {
      problems.push(`${task.id} ended ${task.status} and was charged ${task.charge?.amount}`);
    }
  }
  const { limits } = await insist(world, () => world.operator.paths.get(world.path));
  const occupied = limits.reduce((sum, limit) => sum + limit.occupied, 0);
  if (occupied > 0) problems.push(`${occupied} slots are still taken`);
}

/** At least once, always under the same id, and only the truth. */
function checkAnnouncements(world: World, tasks: readonly Task[], problems: string[]): void {
  for (const task of tasks) {
    const heard = world.announced.get(task.id) ?? [];
    const ids = new Set(heard.map(({ webhookId }) => webhookId));
    if (ids.size !== 1) problems.push(`${task.id} was announced under ${ids.size} ids`);
    const untrue = heard.find(({ type }) => type !== EVENT_OF[task.status]);
    if (untrue) problems.push(`${task.id} is ${task.status} and was announced as ${untrue.type}`);
  }
}

async function checkClips(world: World, tasks: readonly Task[], problems: string[]): Promise<void> {
  for (const task of tasks) {
    const clip = task.assets.find((asset) => asset.kind === 'video');
    if (!clip) {
      problems.push(`${task.id} has no clip`);
      continue;
    }
    const bytes = await insist(world, async () => {
      const { stream } = await world.client.assets.download(clip.id);
      return new Uint8Array(await new Response(stream).arrayBuffer());
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== clip.sha256) problems.push(`the clip of ${task.id} is not what was recorded`);
  }
}
