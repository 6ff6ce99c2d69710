/**
 * Takes an order on: duplicate, units and slot are checked, the task exists from then on, then its
 * inputs are read.
 */
import { type ClipOrder, picturesFor } from '../media/clip.ts';
import { pictureRate } from '../media/movie.ts';
import type { Account } from './account.ts';
import { badValue, type Refusal, refusal, riskControlText } from './errors.ts';
import type { TaskFault } from './faults.ts';
import { examineInputs, type InputFindings } from './inputs.ts';
import { type ElementOrder, frameLike, frameSize, type KlingOrder } from './order.ts';
import { chargeFor } from './prices.ts';
import { addTask, admission, decideEnd, findByExternal, type KlingTask } from './state.ts';
import { parseUnits } from './units.ts';
import type { World } from './world.ts';

export type Accepted = { ok: true; task: KlingTask } | { ok: false; refusal: Refusal };

export async function acceptOrder(
  world: World,
  account: Account,
  generation: 'new' | 'legacy',
  order: KlingOrder,
): Promise<Accepted> {
  const now = world.clock.now();
  if (account.forbiddenModels.includes(order.model)) return refused(refusal(1103));
  if (order.prompt.includes('[refuse]')) return refused(refusal(1301));
  const duplicate = duplicateOf(world, account, order.externalId);
  if (duplicate !== null) return refused(duplicate);
  const charge = chargeFor(order, world.settings.assumedVideoSeconds);
  const wish = { version: order.version, packType: 'video', charge } as const;
  const room = admission(world.state, account, wish, now);
  if (room !== 'ok') return refused(refusal(room));

  const task = blankTask(world, account, generation, now, order);
  task.product = order.product;
  task.version = order.version;
  task.charge = charge;
  task.resolution = order.resolution;
  task.watermark = order.watermark;
  task.withVideoInput = order.inputs.some((input) => input.kind === 'video');
  task.withSound = order.sound === 'native' || (order.sound === 'original' && task.withVideoInput);
  takeFaults(world, task, order.prompt);
  addTask(world.state, task);
  announce(world, account, task);
  // From here on the task exists, whatever becomes of this request; it cannot end before its inputs were
  // read.
  const findings = await examineInputs(order, world.fetchInput);
  schedule(world, task, order, findings);
  return { ok: true, task };
}

export function acceptElement(
  world: World,
  account: Account,
  endpoint: string,
  order: ElementOrder,
): Accepted {
  const now = world.clock.now();
  const duplicate = duplicateOf(world, account, order.externalId);
  if (duplicate !== null) return refused(duplicate);
  const task = blankTask(world, account, 'legacy', now, { ...order, endpoint, model: 'element' });
  task.element = { id: BigInt(newId(world, now)), order, deleted: false };
  addTask(world.state, task);
  const at = Math.round(task.processingAt + world.timing.elementMs * stretch(world));
  decideEnd(world.state, task, { at, charge: 0n, failure: null });
  announce(world, account, task);
  return { ok: true, task };
}

function duplicateOf(world: World, account: Account, externalId: string | null): Refusal | null {
  if (externalId === null) return null;
  const earlier = findByExternal(world.state, account.name, externalId);
  if (earlier === null) return null;
  if (earlier.status === 'failed' && world.settings.externalIdFreedByFailure) return null;
  return badValue(`External_task_id ${externalId} already exists`);
}

function blankTask(
  world: World,
  account: Account,
  generation: 'new' | 'legacy',
  now: number,
  order: { endpoint: string; model: string; externalId: string | null; callbackUrl: string | null },
): KlingTask {
  return {
    id: newId(world, now),
    account: account.name,
    generation,
    product: 'element',
    endpoint: order.endpoint,
    model: order.model,
    version: null,
    packType: 'video',
    externalId: order.externalId,
    callbackUrl: order.callbackUrl,
    watermark: false,
    createdAt: now,
    updatedAt: now,
    status: 'submitted',
    processingAt: Math.round(now + world.timing.queueMs * stretch(world)),
    endsAt: null,
    failure: null,
    charge: 0n,
    charged: 0n,
    resolution: null,
    withVideoInput: false,
    withSound: false,
    clip: null,
    element: null,
    faults: [],
    readsAfterEnd: 0,
    readsBeforeEnd: 0,
  };
}

function announce(world: World, account: Account, task: KlingTask): void {
  world.accepted({
    at: task.createdAt,
    account: account.name,
    id: task.id,
    externalId: task.externalId,
    endpoint: task.endpoint,
    model: task.model,
  });
  world.callbacks.changed({ task, status: 'submitted', at: task.createdAt }, account);
}

/** Scripted or drawn faults, and the words in a prompt that ask for one. */
function takeFaults(world: World, task: KlingTask, prompt: string): void {
  const fault = world.faults.take('task');
  if (fault !== null) task.faults.push(fault);
  if (prompt.includes('[moderate]')) task.faults.push({ do: 'fail' });
  if (prompt.includes('[never]')) task.faults.push({ do: 'never-finish' });
}

function schedule(world: World, task: KlingTask, order: KlingOrder, findings: InputFindings): void {
  const followed = findings.video?.seconds ?? world.settings.assumedVideoSeconds;
  const seconds = order.seconds ?? followed;
  task.clip = clipFor(world, task, order, findings, seconds);
  const end = { charge: chargeFor(order, followed), failure: findings.failure, factor: 1, never: false };
  for (const fault of task.faults) applyFault(task, fault, end);
  const pace = world.timing.renderBaseMs + world.timing.renderMsPerSecond * seconds;
  const renderMs = pace * end.factor * stretch(world);
  const at = end.never ? null : Math.round(task.processingAt + renderMs);
  decideEnd(world.state, task, { at, charge: end.charge, failure: end.failure });
}

type PlannedEnd = { charge: bigint; failure: string | null; factor: number; never: boolean };

function applyFault(task: KlingTask, fault: TaskFault, end: PlannedEnd): void {
  switch (fault.do) {
    case 'fail':
      end.failure ??= fault.message ?? riskControlText;
      return;
    case 'charge':
      end.charge = parseUnits(fault.units);
      return;
    case 'short':
      if (task.clip !== null) task.clip.pictures = picturesFor(fault.seconds);
      return;
    case 'never-finish':
      end.never = true;
      return;
    case 'slow-render':
      end.factor *= fault.factor;
      return;
    case 'flap':
    case 'unknown-word':
      return;
  }
}

/**
 * The frame follows the first picture, or the edited video, where its shape is known; else what was
 * ordered.
 */
function clipFor(
  world: World,
  task: KlingTask,
  order: KlingOrder,
  findings: InputFindings,
  seconds: number,
): ClipOrder {
  const editsVideo = order.inputs.some((input) => input.role === 'base');
  const like = editsVideo ? findings.video : findings.picture;
  const size = like === null ? frameSize(order.resolution, order.aspect) : frameLike(order.resolution, like);
  const pictures = order.seconds === null ? Math.round(seconds * pictureRate) : picturesFor(seconds);
  return { ...size, pictures, sound: task.withSound, seed: task.id, still: world.stillClips };
}

function stretch(world: World): number {
  return 1 + world.timing.jitter * (2 * world.random.fraction() - 1);
}

/** 18 decimal digits, rising with time, far beyond what a JavaScript number can hold. */
function newId(world: World, now: number): string {
  const random = Buffer.from(world.random.bytes(4)).readUInt32BE() % 100_000;
  let id = 800_000_000_000_000_000n + BigInt(Math.floor(now) % 1_000_000_000_000) * 100_000n + BigInt(random);
  while (world.state.tasks.has(id.toString())) id += 1n;
  return id.toString();
}

function refused(why: Refusal): Accepted {
  return { ok: false, refusal: why };
}
