/**
 * EvoLink's unified API, played from its documents: pending -> processing -> completed | failed | cancelled, credits
 * reserved at the create, taken at a good end and given back after a bad one, links for a day, unsigned callbacks.
 */
import { createHash } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, textAnswer } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { underFault } from '../renderer/exchange.ts';
import type { TaskFault } from '../renderer/faults.ts';
import { clipOf, lookAt } from '../renderer/inputs.ts';
import { type Job, type JobFailure, readJob, type Shown } from '../renderer/jobs.ts';
import {
  type Call,
  createRenderer,
  type RendererEmulator,
  type World,
  type WorldOptions,
} from '../renderer/world.ts';
import {
  type Account,
  callerOf,
  createAccount,
  type EvolinkAccountOptions,
  giveBack,
  type Key,
  reserve,
} from './account.ts';
import { chargeFor, creditsOf, dollarsOf, type Units } from './credits.ts';
import { type Refusal, refusalAnswer } from './errors.ts';
import { type EvolinkOrder, modelIds, readOrder } from './validate.ts';

export type EvolinkOptions = WorldOptions & {
  accounts: EvolinkAccountOptions[];
  /** Whether a repeated `Idempotency-Key` is the same task. Seen in the vendor's client, promised nowhere. */
  idempotency?: 'honoured' | 'ignored';
  /** Takes callback addresses without TLS and on this machine. */
  plainCallbacks?: boolean;
};

/** An order with what it reserves. */
export type EvolinkWork = EvolinkOrder & { charge: Units; key: Key; used: Units };
export type EvolinkEmulator = RendererEmulator<EvolinkWork>;

type Evolink = {
  accounts: Account[];
  idempotency: 'honoured' | 'ignored';
  plainCallbacks: boolean;
  /** Account and key to the body's fingerprint and the task. */
  keys: Map<string, { print: string; taskId: string }>;
};
type Place = { world: World<EvolinkWork>; evolink: Evolink; account: Account; key: Key; now: number };

const DAY_MS = 24 * 3_600_000;
const BATCH_MOST = 50;
const ASSUMED_SECONDS = 5;

export function createEvolink(options: EvolinkOptions): EvolinkEmulator {
  const evolink: Evolink = {
    accounts: options.accounts.map((account, at) => createAccount(account, at + 1)),
    idempotency: options.idempotency ?? 'honoured',
    plainCallbacks: options.plainCallbacks ?? false,
    keys: new Map(),
  };
  return createRenderer<EvolinkWork>(options, {
    dress: {
      retriesMs: [1_000, 2_000, 4_000],
      headers: () => ({}),
      claiming: (body, word) => ({ ...body, status: word }),
    },
    keeps: (job, now) => now < (job.endsAt ?? 0) + (options.outputs?.lifeMs ?? DAY_MS),
    ended: (world, job, at) => settle(world, evolink, job, at),
    answer: (world, call, now) => answer(world, evolink, call, now),
  });
}

function requestId(world: World<EvolinkWork>): string {
  return `req_${Buffer.from(world.random.bytes(8)).toString('hex')}`;
}

function answer(
  world: World<EvolinkWork>,
  evolink: Evolink,
  call: Call,
  now: number,
): Promise<EmulatorReply> | EmulatorReply {
  const refuse = (refusal: Refusal) => refusalAnswer(refusal, requestId(world));
  const caller = callerOf(evolink.accounts, call.headers.authorization);
  if (!caller.ok) return refuse(caller.refusal);
  const place: Place = { world, evolink, account: caller.account, key: caller.key, now };
  const missing = () => refuse({ code: 'resource_not_found', message: 'Task not found.' });
  const under = (
    point: 'create' | 'query' | 'balance',
    run: () => Promise<EmulatorAnswer> | EmulatorAnswer,
  ) =>
    underFault(world.faults.take(point), {
      answer: run,
      refuse: ({ code, status, message = `Refused: ${code}.` }) =>
        refuse({ code, message, ...(status === undefined ? {} : { status }) }),
      missing,
    });
  const body = readJson(new TextDecoder().decode(call.body));
  const taskId = /^\/v1\/tasks\/([^/]+)$/.exec(call.path)?.[1];
  switch (`${call.method} ${call.path}`) {
    case 'POST /v1/videos/generations':
      return under('create', () => create(place, body, call.headers['idempotency-key'], refuse));
    case 'POST /v1/tasks/batch':
      return under('query', () => batch(place, body, refuse));
    case 'GET /v1/tasks':
      return under('query', () => list(place, call.query));
    case 'GET /v1/credits':
      return under('balance', () => json(200, creditsRecord(place)));
    case 'GET /v1/models':
      return json(200, { object: 'list', data: modelIds.map((id) => ({ id, object: 'model' })) });
  }
  if (call.method !== 'GET' || taskId === undefined)
    return refuse({ code: 'resource_not_found', message: 'No such path.' });
  return under('query', () => {
    const job = ownJob(place, decodeURIComponent(taskId));
    return job === null ? missing() : json(200, record(world, job, readJob(job, now), true));
  });
}

function json(status: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(status, 'application/json', writeJson(body));
}

async function create(
  place: Place,
  body: Json | undefined,
  idempotencyKey: string | undefined,
  refuse: (refusal: Refusal) => EmulatorAnswer,
): Promise<EmulatorAnswer> {
  const { world, evolink, account, key, now } = place;
  const read = readOrder(body, evolink.plainCallbacks);
  if (!read.ok) return refuse(read.refusal);
  const { order } = read;
  const print = createHash('sha256').update(writeJson(body)).digest('hex');
  const known =
    idempotencyKey === undefined ? undefined : evolink.keys.get(`${account.name} ${idempotencyKey}`);
  if (known !== undefined && evolink.idempotency === 'honoured') {
    if (known.print !== print)
      return refuse({ code: 'idempotency_conflict', message: 'This key has another body.' });
    const job = world.jobs.all.get(known.taskId);
    if (job !== undefined) return replayed(created(job));
  }
  const problem = admission(place, order);
  if (problem !== null) return refuse(problem);
  const charge = chargeFor(order, order.seconds ?? ASSUMED_SECONDS);
  const unpaid = reserve(account, key, charge);
  if (unpaid !== null) return refuse(unpaid);
  const id = newId(world, now);
  const faults = taskFaults(world, order.prompt);
  const work: EvolinkWork = { ...order, charge, key, used: 0n };
  const job = world.jobs.take(
    { id, account: account.name, order: work, callbackUrl: order.callbackUrl, faults },
    now,
  );
  world.accepted({ at: now, account: account.name, id, model: order.model, key: idempotencyKey ?? null });
  if (idempotencyKey !== undefined)
    evolink.keys.set(`${account.name} ${idempotencyKey}`, { print, taskId: id });
  await plan(world, job);
  return created(job);
}

function replayed(given: EmulatorAnswer): EmulatorAnswer {
  given.headers['idempotency-replayed'] = 'true';
  return given;
}

function admission({ world, account, key }: Place, order: EvolinkOrder): Refusal | null {
  if (key.models !== null && !key.models.includes(order.model)) {
    return { code: 'key_model_not_allowed', message: 'This key may not use this model.' };
  }
  if (order.prompt.includes('[refuse]')) {
    return { code: 'content_policy_violation', message: 'The prompt violates the content policy.' };
  }
  const open = [...world.jobs.all.values()].filter((job) => job.account === account.name && isOpen(job));
  if (account.concurrent !== null && open.length >= account.concurrent) {
    return { code: 'rate_limit_exceeded', message: 'Too many tasks. Try again later.' };
  }
  return null;
}

function isOpen(job: Job<EvolinkWork>): boolean {
  return job.state === 'queued' || job.state === 'running';
}

/** Scripted or drawn faults, and the words in a prompt that ask for one. */
function taskFaults(world: World<EvolinkWork>, prompt: string): TaskFault[] {
  const drawn = world.faults.take('task');
  const asked: TaskFault[] = [];
  if (prompt.includes('[moderate]')) {
    asked.push({
      do: 'fail',
      code: 'content_policy_violation',
      message: 'The output violates the content policy.',
    });
  }
  if (prompt.includes('[never]')) asked.push({ do: 'never-finish' });
  if (prompt.includes('[cancel]')) asked.push({ do: 'cancel' });
  return drawn === null ? asked : [drawn, ...asked];
}

async function plan(world: World<EvolinkWork>, job: Job<EvolinkWork>): Promise<void> {
  const { order } = job;
  const found = await lookAt(order, world.fetchInput);
  const wish = {
    resolution: order.quality,
    aspect: order.aspect,
    seconds: order.seconds,
    sound: order.sound,
  };
  const { seconds, ...clip } = clipOf(wish, found, job.id, world.stillClips);
  const failure: JobFailure | null =
    found.bad === null
      ? null
      : { code: 'image_processing_error', message: `The ${found.bad} could not be downloaded or read.` };
  order.used = chargeFor(order, seconds);
  world.jobs.plan(job, { clip, seconds, failure });
}

/** Billing comes before the callback. */
function settle(world: World<EvolinkWork>, evolink: Evolink, job: Job<EvolinkWork>, at: number): void {
  const { order } = job;
  const account = evolink.accounts.find((known) => known.name === job.account);
  if (job.state !== 'succeeded') order.used = 0n;
  if (account !== undefined) giveBack(account, order.key, order.charge - order.used);
  if (job.callbackUrl === null) return;
  const body = record(
    world,
    job,
    { state: job.state, oddWord: null, linked: job.state === 'succeeded' },
    true,
  );
  const dueAt = at + world.timing.callbackMs;
  world.callbacks.add({ taskId: job.id, account: job.account, dueAt, url: job.callbackUrl, body });
}

const words = {
  queued: 'pending',
  running: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

function head(job: Job<EvolinkWork>, status: string, progress: number): JsonObject {
  return {
    id: job.id,
    object: 'video.generation.task',
    model: job.order.model,
    created: Math.floor(job.createdAt / 1000),
    progress,
    status,
    type: 'video',
    task_info: {
      can_cancel: isOpen(job),
      estimated_time: Math.max(1, Math.round(((job.endsAt ?? job.startsAt) - job.createdAt) / 1000)),
      video_duration: job.order.seconds ?? ASSUMED_SECONDS,
    },
  };
}

/** The pages of 3.0 show the estimate in ten-thousandths (270000 for 5 s), the others in credits. */
function reservedOf({ model, charge }: EvolinkWork): number {
  return /^kling-v3-(text|image|turbo)/.test(model) ? Number(charge) : creditsOf(charge);
}

function created(job: Job<EvolinkWork>): EmulatorAnswer {
  const usage = {
    billing_rule: 'per_second',
    credits_reserved: reservedOf(job.order),
    user_group: 'default',
  };
  return json(200, { ...head(job, 'pending', 0), usage });
}

/** `linked`: with the result links, as only the query of one task and the callback show them. */
function record(world: World<EvolinkWork>, job: Job<EvolinkWork>, shown: Shown, linked: boolean): JsonObject {
  const { order, end } = job;
  const ended = job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled';
  const progress = { queued: 0, running: 50, succeeded: 100, failed: 100, cancelled: 100 }[shown.state];
  const reserved = {
    billing_rule: 'per_second',
    credits_reserved: reservedOf(order),
    user_group: 'default',
  };
  const used = {
    credits_used: creditsOf(order.used),
    cost: { credits: creditsOf(order.used), usd: dollarsOf(order.used) },
  };
  const url = world.outputs.link(job.id, (job.endsAt ?? 0) + world.linkLifeMs);
  return {
    ...head(job, shown.oddWord ?? words[shown.state], progress),
    ...(linked && shown.linked ? { results: [url], result_data: [{ url, type: 'video' }] } : {}),
    ...(shown.state === 'failed' && end.failure !== null
      ? { error: { code: end.failure.code, message: end.failure.message, type: 'task_error' } }
      : {}),
    usage: ended ? { ...reserved, ...used } : reserved,
  };
}

function ownJob({ world, account }: Place, id: string): Job<EvolinkWork> | null {
  const job = world.jobs.all.get(id);
  return job?.account === account.name ? job : null;
}

/** Tasks that are not the caller's are left out; links are, too. */
function batch(
  place: Place,
  body: Json | undefined,
  refuse: (refusal: Refusal) => EmulatorAnswer,
): EmulatorAnswer {
  const ids = isObject(body) && Array.isArray(body.task_ids) ? body.task_ids : null;
  if (ids === null || ids.length < 1 || ids.length > BATCH_MOST) {
    return refuse({ code: 'invalid_parameters', message: `1 to ${BATCH_MOST} ids`, param: 'task_ids' });
  }
  const jobs = ids.flatMap((id) => (typeof id === 'string' ? (ownJob(place, id) ?? []) : []));
  const data = jobs.map((job) => record(place.world, job, readJob(job, place.now), false));
  return json(200, { object: 'list', data });
}

function list({ world, account, now }: Place, query: URLSearchParams): EmulatorAnswer {
  const page = Math.max(1, Number(query.get('page') ?? '1') || 1);
  const size = Math.min(100, Math.max(1, Number(query.get('page_size') ?? '20') || 20));
  const wanted = [...world.jobs.all.values()]
    .filter((job) => job.account === account.name)
    .map((job) => record(world, job, readJob(job, now), false))
    .filter(({ status, model }) => matches(query, 'status', status) && matches(query, 'model', model))
    .reverse();
  const data = wanted.slice((page - 1) * size, page * size);
  return json(200, { object: 'list', data, page, page_size: size, total: wanted.length });
}

function matches(query: URLSearchParams, name: string, value: Json | undefined): boolean {
  return !query.has(name) || query.get(name) === value;
}

function creditsRecord({ account, key }: Place): JsonObject {
  const remaining = key.budget === null ? account.credits : key.budget - key.spent;
  const spent = account.keys.reduce((sum, known) => sum + known.spent, 0n);
  const token = {
    used_credits: creditsOf(key.spent),
    remaining_credits: creditsOf(remaining),
    unlimited_credits: key.budget === null,
  };
  const user = { remaining_credits: creditsOf(account.credits), used_credits: creditsOf(spent) };
  return { data: { token, user }, message: '', success: true };
}

function newId(world: World<EvolinkWork>, now: number): string {
  const seconds = Math.floor(now / 1000);
  for (;;) {
    const id = `task-unified-${seconds}-${Buffer.from(world.random.bytes(4)).toString('hex')}`;
    if (!world.jobs.all.has(id)) return id;
  }
}
