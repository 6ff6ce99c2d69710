/**
 * Kie's jobs, played from their documents: waiting -> queuing -> generating -> success | fail, errors with HTTP 200,
 * surplus creates turned away, results as JSON inside text, a signature that does not cover the body.
 */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, textAnswer } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import type { Waiting } from '../renderer/callbacks.ts';
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
import { type KieOrder, readOrder } from './validate.ts';

export type KieAccountOptions = {
  name?: string;
  keys: string[];
  /** Whole credits. */
  credits: number;
  /** With it, callbacks are signed. */
  webhookKey?: string;
};

export type KieSettings = {
  /** How long a fresh task is not known to `recordInfo`, and what is said meanwhile. */
  unknownMs: number;
  unknownCode: 404 | 422;
  /** New tasks in a window, and its length. The surplus is turned away. */
  createsMost: number;
  createWindowMs: number;
  /** Errors come with the HTTP status of their code instead of 200. */
  httpErrors: boolean;
  /** Credits for each second. No page states prices; the figure is invented. */
  creditsPerSecond: number;
  /** Pauses before a refused callback is repeated. Not documented. */
  callbackRetriesMs: number[];
};

export type KieOptions = WorldOptions & { accounts: KieAccountOptions[]; settings?: Partial<KieSettings> };
export type KieWork = KieOrder & { charge: number };
export type KieEmulator = RendererEmulator<KieWork> & { settings: KieSettings };

type Account = {
  name: string;
  keys: string[];
  credits: number;
  webhookKey: string | null;
  creates: number[];
};
type Kie = { accounts: Account[]; settings: KieSettings };
type Place = Kie & { world: World<KieWork>; account: Account; now: number };

const MEDIA_LIFE_MS = 14 * 24 * 3_600_000;
const SHORT_LINK_MS = 20 * 60_000;
const ASSUMED_SECONDS = 5;

export const defaultKieSettings: KieSettings = {
  unknownMs: 500,
  unknownCode: 422,
  createsMost: 20,
  createWindowMs: 10_000,
  httpErrors: false,
  creditsPerSecond: 20,
  callbackRetriesMs: [],
};

export function createKie(options: KieOptions): KieEmulator {
  const kie: Kie = {
    settings: { ...defaultKieSettings, ...options.settings },
    accounts: options.accounts.map(({ name, keys, credits, webhookKey }, at) => ({
      name: name ?? `account-${at + 1}`,
      keys,
      credits,
      webhookKey: webhookKey ?? null,
      creates: [],
    })),
  };
  const emulator = createRenderer<KieWork>(options, {
    dress: {
      retriesMs: kie.settings.callbackRetriesMs,
      headers: (waiting, now) => signature(kie, waiting, now),
      claiming: (body, word) => ({
        ...body,
        data: { ...(isObject(body.data) ? body.data : {}), state: word },
      }),
    },
    keeps: (job, now) => now < (job.endsAt ?? 0) + MEDIA_LIFE_MS,
    ended: (world, job, at) => settle(world, kie, job, at),
    answer: (world, call, now) => answer(world, kie, call, now),
  });
  return { ...emulator, settings: kie.settings };
}

/** Over id and time only: any body fits it. */
export function signKieCallback(webhookKey: string, taskId: string, timestamp: number): string {
  return createHmac('sha256', webhookKey).update(`${taskId}.${timestamp}`).digest('base64');
}

function signature(
  { accounts }: Kie,
  { account, taskId, genuine, ageMs }: Waiting,
  now: number,
): Record<string, string> {
  const key = accounts.find(({ name }) => name === account)?.webhookKey ?? null;
  if (key === null) return {};
  const timestamp = Math.floor((now - ageMs) / 1000);
  const signed = signKieCallback(genuine ? key : 'a key of somebody else', taskId, timestamp);
  return { 'x-webhook-timestamp': String(timestamp), 'x-webhook-signature': signed };
}

function answer(
  world: World<KieWork>,
  kie: Kie,
  call: Call,
  now: number,
): Promise<EmulatorReply> | EmulatorReply {
  const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
  const account = kie.accounts.find(({ keys }) => token !== undefined && keys.includes(token));
  if (account === undefined) return refuse(kie, 401, 'You do not have access permissions');
  const place: Place = { ...kie, world, account, now };
  const missing = () => refuse(kie, kie.settings.unknownCode, 'recordInfo is null');
  const under = (
    point: 'create' | 'query' | 'balance',
    run: () => Promise<EmulatorAnswer> | EmulatorAnswer,
  ) =>
    underFault(world.faults.take(point), {
      answer: run,
      refuse: ({ code, status, message = `Refused: ${code}` }) => refuse(kie, Number(code), message, status),
      missing,
    });
  const body = readJson(new TextDecoder().decode(call.body));
  switch (`${call.method} ${call.path}`) {
    case 'POST /api/v1/jobs/createTask':
      return under('create', () => create(place, body));
    case 'GET /api/v1/jobs/recordInfo':
      return under('query', () => recordInfo(place, call.query.get('taskId') ?? '', missing));
    case 'GET /api/v1/chat/credit':
      return under('balance', () => success(account.credits));
    case 'POST /api/v1/common/download-url':
      return downloadUrl(place, body);
  }
  return refuse(kie, 404, 'Not Found');
}

function success(data: Json): EmulatorAnswer {
  return textAnswer(200, 'application/json', writeJson({ code: 200, msg: 'success', data }));
}

function refuse(
  { settings }: Pick<Kie, 'settings'>,
  code: number,
  message: string,
  status?: number,
): EmulatorAnswer {
  const http = status ?? (settings.httpErrors ? code : 200);
  return textAnswer(http, 'application/json', writeJson({ code, msg: message, data: null }));
}

async function create(place: Place, body: Json | undefined): Promise<EmulatorAnswer> {
  const { world, account, settings, now } = place;
  const read = readOrder(body);
  if (!read.ok) return refuse(place, read.code, read.message);
  const { order } = read;
  if (order.prompt.includes('[refuse]')) return refuse(place, 422, 'The prompt was refused');
  account.creates = account.creates.filter((at) => now - at < settings.createWindowMs);
  if (account.creates.length >= settings.createsMost) {
    return refuse(place, 429, 'Your call frequency is too high. Please try again later.');
  }
  const charge = Math.ceil((order.seconds ?? ASSUMED_SECONDS) * settings.creditsPerSecond);
  if (account.credits < charge)
    return refuse(place, 402, 'The current credits are insufficient. Please top up.');
  account.creates.push(now);
  account.credits -= charge;
  const id = newId(world);
  const job = world.jobs.take(
    {
      id,
      account: account.name,
      order: { ...order, charge },
      callbackUrl: order.callbackUrl,
      faults: taskFaults(world, order.prompt),
    },
    now,
  );
  world.accepted({ at: now, account: account.name, id, model: order.model, key: null });
  await plan(world, job);
  return success({ taskId: id });
}

/** Scripted or drawn faults, and the words in a prompt that ask for one. */
function taskFaults(world: World<KieWork>, prompt: string): TaskFault[] {
  const drawn = world.faults.take('task');
  const asked: TaskFault[] = [];
  if (prompt.includes('[moderate]'))
    asked.push({ do: 'fail', code: '500', message: 'The output was refused.' });
  if (prompt.includes('[never]')) asked.push({ do: 'never-finish' });
  return drawn === null ? asked : [drawn, ...asked];
}

async function plan(world: World<KieWork>, job: Job<KieWork>): Promise<void> {
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
    found.bad === null ? null : { code: '422', message: `The ${found.bad} could not be downloaded.` };
  world.jobs.plan(job, { clip, seconds, failure });
}

/** There is no word for a cancelled task here: it is one that failed. */
function settle(world: World<KieWork>, { accounts }: Kie, job: Job<KieWork>, at: number): void {
  const account = accounts.find(({ name }) => name === job.account);
  if (account !== undefined && job.state !== 'succeeded') account.credits += job.order.charge;
  if (job.callbackUrl === null) return;
  const well = job.state === 'succeeded';
  const data = record(world, job, { state: job.state, oddWord: null, linked: well }, at);
  const body = { code: well ? 200 : 501, msg: well ? 'success' : 'Generation failed', data };
  const dueAt = at + world.timing.callbackMs;
  world.callbacks.add({ taskId: job.id, account: job.account, dueAt, url: job.callbackUrl, body });
}

function recordInfo(place: Place, taskId: string, missing: () => EmulatorAnswer): EmulatorAnswer {
  const { world, account, settings, now } = place;
  const job = world.jobs.all.get(taskId);
  if (job?.account !== account.name || now - job.createdAt < settings.unknownMs) return missing();
  return success(record(world, job, readJob(job, now), now));
}

function record(world: World<KieWork>, job: Job<KieWork>, shown: Shown, now: number): JsonObject {
  const { order, end } = job;
  const ended = shown.state !== 'queued' && shown.state !== 'running';
  const failed = shown.state === 'failed' || shown.state === 'cancelled';
  const url = world.outputs.link(job.id, (job.endsAt ?? 0) + world.linkLifeMs);
  return {
    taskId: job.id,
    model: order.model,
    state: shown.oddWord ?? wordOf(job, shown, now),
    param: writeJson({ model: order.model, input: { prompt: order.prompt } }),
    resultJson: shown.linked ? writeJson({ resultUrls: [url] }) : '',
    failCode: failed ? (end.failure?.code ?? '500') : null,
    failMsg: failed ? (end.failure?.message ?? 'The task was cancelled.') : null,
    createTime: job.createdAt,
    updateTime: ended ? (job.endsAt ?? job.createdAt) : job.createdAt,
    completeTime: ended ? (job.endsAt ?? null) : null,
  };
}

function wordOf(job: Job<KieWork>, { state }: Shown, now: number): string {
  switch (state) {
    case 'queued':
      return now < (job.createdAt + job.startsAt) / 2 ? 'waiting' : 'queuing';
    case 'running':
      return 'generating';
    case 'succeeded':
      return 'success';
    case 'failed':
    case 'cancelled':
      return 'fail';
  }
}

/** A fresh link for twenty minutes, as long as the media are kept. */
function downloadUrl(place: Place, body: Json | undefined): EmulatorAnswer {
  const { world, account, now } = place;
  const given = isObject(body) && typeof body.url === 'string' ? body.url : '';
  const id = /\/outputs\/([\w-]+)\.mp4/.exec(given)?.[1] ?? '';
  const job = world.jobs.all.get(id);
  if (job?.account !== account.name || job.state !== 'succeeded')
    return refuse(place, 422, 'The url is not one of ours');
  return success(world.outputs.link(id, now + SHORT_LINK_MS));
}

function newId(world: World<KieWork>): string {
  for (;;) {
    const id = Buffer.from(world.random.bytes(16)).toString('hex');
    if (!world.jobs.all.has(id)) return id;
  }
}
