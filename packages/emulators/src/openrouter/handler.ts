/**
 * OpenRouter's video jobs played from its documents (API reference and webhook cookbook, read 2026-11-22): create, ask,
 * content behind the key, signed links, costs taken from credits, callbacks signed with a comma.
 */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, type EmulatorRequest, textAnswer } from '../exchange.ts';
import {
  createJobBook,
  defaultTiming,
  endOf,
  hasClip,
  type Job,
  type JobBook,
  type JobState,
  stateAt,
  wordOf,
} from '../jobs/book.ts';
import { type CallbackDesk, createCallbackDesk } from '../jobs/callbacks.ts';
import { control } from '../jobs/control.ts';
import { createJobFaults, type JobFaults, underFault } from '../jobs/faults.ts';
import { clipAnswer } from '../jobs/files.ts';
import { examine, frameOf } from '../jobs/frames.ts';
import {
  type JobAccept,
  type JobEmulator,
  type JobOptions,
  type ServedJobs,
  type ServeJobOptions,
  serveJobs,
} from '../jobs/served.ts';
import { type JsonObject, readJson, writeJson } from '../json.ts';
import { type ClipMaker, createClipMaker } from '../media/clip.ts';
import { listedModels, readOrder, type VideoOrder } from './order.ts';

export type OpenRouterAccountOptions = {
  name?: string;
  keys: string[];
  /** Keys that may read the credits; others may not. */
  managementKeys?: string[];
  /** In dollars. */
  credits?: number;
  /** Of the workspace, as text; without one callbacks are unsigned. */
  signingSecret?: string;
};

export type OpenRouterOptions = JobOptions & {
  accounts: OpenRouterAccountOptions[];
  /** Where the API stands, as absolute links name it; by default under `publicUrl`. */
  apiUrl?: string;
  /** Whether a completed job names signed storage links beside the proxy (newer documents say so). */
  signedUrls?: boolean;
  /** How long signed links live. Not documented. */
  linkLifeMs?: number;
};

type Account = Required<Omit<OpenRouterAccountOptions, 'signingSecret'>> & {
  signingSecret: string | null;
  usage: number;
};

type Detail = VideoOrder & { generationId: string };
type VideoJob = Job<Detail>;

export type OpenRouterEmulator = JobEmulator & {
  accounts: readonly Account[];
  /** Every job as it stands: what a test holds our own words against. */
  jobs(): readonly VideoJob[];
};

type World = {
  options: OpenRouterOptions;
  book: JobBook<Detail>;
  faults: JobFaults;
  callbacks: CallbackDesk;
  accounts: Account[];
  apiUrl: string;
  clips: ClipMaker;
  linkSecret: string;
  /** Jobs whose end has not been seen yet. */
  unsettled: Set<VideoJob>;
  accepted(accept: JobAccept): void;
};

const words: Readonly<Record<JobState, string>> = {
  queued: 'pending',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'cancelled',
  expired: 'expired',
};

const moderated = {
  code: 'moderation',
  message: 'The input was flagged by the content policy of the provider.',
};

export function createOpenRouter(options: OpenRouterOptions): OpenRouterEmulator {
  const { clock, random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const faults = createJobFaults();
  const accepts: JobAccept[] = [];
  const hex = (length: number): string => Buffer.from(random.bytes(length)).toString('hex');
  const accounts = options.accounts.map((account, at) => ({
    name: account.name ?? `account-${at + 1}`,
    keys: account.keys,
    managementKeys: account.managementKeys ?? [],
    credits: account.credits ?? 1_000,
    signingSecret: account.signingSecret ?? null,
    usage: 0,
  }));
  const newId = (): string => `job-${hex(12)}`;
  const book = createJobBook<Detail>({
    clock,
    random,
    timing,
    faults,
    newId,
    hands: Number.POSITIVE_INFINITY,
  });
  const world: World = {
    options: { ...options, timing },
    book,
    faults,
    accounts,
    apiUrl: options.apiUrl ?? `${options.publicUrl}/api/v1`,
    clips: options.clips ?? createClipMaker(),
    linkSecret: hex(16),
    unsettled: new Set(),
    callbacks: createCallbackDesk({
      faults,
      random,
      sign: (delivery, genuine) => signed(delivery, genuine ? secretOf(world, delivery.id) : hex(16)),
      withWord: (body, status) => ({ ...body, type: `video.generation.${status}` }),
      retries: 3,
      retryMs: 10_000,
    }),
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
  };
  return {
    handle: (request) => answered(world, request, { accepts, faults, timing }),
    nextChange: () => world.callbacks.nextAt(),
    dueCallbacks: () => world.callbacks.due(clock.now()),
    callbackAnswered: (id, status) => world.callbacks.report(id, status, clock.now()),
    faults,
    accepts,
    timing,
    accounts,
    jobs: book.all,
  };
}

/** Deliveries are named `<job>-<status>`. */
function secretOf(world: World, delivery: string): string | null {
  const job = world.book.byId(delivery.replace(/-[a-z_]+$/, ''));
  return world.accounts.find(({ name }) => name === job?.account)?.signingSecret ?? null;
}

function signed(
  { id, sentAt, body }: { id: string; sentAt: number; body: string },
  secret: string | null,
): Record<string, string> {
  const named = { 'x-openrouter-idempotency-key': id };
  if (secret === null) return named;
  const time = Math.floor(sentAt / 1000);
  const mac = createHmac('sha256', secret).update(`${time},${body}`).digest('hex');
  return { ...named, 'x-openrouter-signature': `t=${time},v1=${mac}` };
}

async function answered(
  world: World,
  request: EmulatorRequest,
  controlled: Parameters<typeof control>[0],
): Promise<EmulatorReply> {
  const base = 'http://emulator.invalid';
  const url = new URL(URL.canParse(request.url, base) ? request.url : '/?', base);
  if (url.pathname.startsWith('/__emulator/')) return control(controlled, request, url.pathname);
  const now = world.options.clock.now();
  settle(world, now);
  if (url.pathname.startsWith('/storage/')) return storage(world, url, request, now);
  const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const account = world.accounts.find(
    ({ keys, managementKeys }) => keys.includes(key) || managementKeys.includes(key),
  );
  if (account === undefined) return problem(401, 'No auth credentials found');
  const path = url.pathname.replace(/^\/api\/v1(?=\/)/, '');
  const { faults } = world;
  const job = /^\/videos\/([^/]+)$/.exec(path)?.[1];
  const content = /^\/videos\/([^/]+)\/content$/.exec(path)?.[1];
  if (request.method === 'POST' && path === '/videos') return create(world, account, request, now);
  if (request.method !== 'GET') return problem(404, 'Not Found');
  if (path === '/videos/models') return json(200, { data: listedModels() });
  if (content !== undefined) return contentOf(world, account, content, request, now);
  if (job !== undefined) {
    return underFault(faults.take('query'), () => status(world, account, job, now), missing);
  }
  if (path !== '/credits' && path !== '/key') return problem(404, 'Not Found');
  return underFault(faults.take('account'), () => money(account, path, key), missing);
}

/** Completed jobs are paid for once, when their end has come. */
function settle(world: World, now: number): void {
  for (const job of world.unsettled) {
    const state = stateAt(job, now);
    if (state === 'queued' || state === 'running') continue;
    world.unsettled.delete(job);
    const account = world.accounts.find(({ name }) => name === job.account);
    if (account !== undefined && state === 'succeeded') account.usage += job.detail.dollars;
  }
}

async function create(
  world: World,
  account: Account,
  request: EmulatorRequest,
  now: number,
): Promise<EmulatorReply> {
  const fault = world.faults.take('create');
  const effective = fault !== null && 'accept' in fault && fault.accept === true;
  if (fault !== null && !effective && fault.do !== 'slow') return underFault(fault, missing, missing);
  const order = readOrder(readJson(new TextDecoder().decode(request.body)));
  if ('missing' in order) return problem(404, `No endpoints found for ${order.missing}.`);
  if ('problem' in order) return problem(400, order.problem);
  if (account.usage + order.dollars > account.credits) {
    return problem(402, 'Insufficient credits. Add more using https://openrouter.ai/settings/credits');
  }
  const facts = await examine(order.inputs, world.options.fetchInput ?? null);
  const job = world.book.take({
    account: account.name,
    detail: { ...order, generationId: `gen-${account.name}-${now}` },
    prompt: order.prompt,
    clip: {
      ...frameOf(order.tier, order.aspect, facts.picture),
      sound: order.sound,
      still: world.options.still ?? false,
    },
    seconds: order.seconds,
    failure:
      facts.unreadable === null ? null : { code: 'input', message: 'An input image could not be read.' },
    moderated,
    deadlineAt: null,
  });
  const { model, callbackUrl } = order;
  world.unsettled.add(job);
  world.accepted({ at: now, account: account.name, id: job.id, model, callbackUrl });
  announce(world, job);
  const good = json(202, { id: job.id, polling_url: `/api/v1/videos/${job.id}`, status: words.queued });
  return underFault(
    fault !== null && 'accept' in fault ? { ...fault, accept: false } : fault,
    () => good,
    missing,
  );
}

function announce(world: World, job: VideoJob): void {
  const { callbackUrl, model } = job.detail;
  const end = endOf(job);
  if (callbackUrl === null || end === null) return;
  const word = job.failure === null ? words.succeeded : words.failed;
  world.callbacks.plan({
    id: `${job.id}-${word}`,
    url: callbackUrl,
    dueAt: end + (world.options.timing?.callbackMs ?? 0),
    repeated: true,
    body: () => {
      const { polling_url: _left, ...data } = shown(world, job, word, end);
      const at = new Date(end).toISOString();
      return { type: `video.generation.${word}`, created_at: at, data: { ...data, model } };
    },
  });
}

function status(world: World, account: Account, id: string, now: number): EmulatorAnswer {
  const job = world.book.find(account.name, id);
  return job === null ? missing() : json(200, shown(world, job, wordOf(job, now, words), now));
}

function shown(world: World, job: VideoJob, word: string, now: number): JsonObject {
  const { generationId, dollars } = job.detail;
  const base = { id: job.id, polling_url: `/api/v1/videos/${job.id}`, status: word };
  if (stateAt(job, now) === 'failed') return { ...base, error: job.failure?.message ?? 'Generation failed' };
  if (!hasClip(job, now)) return base;
  const proxy = `${world.apiUrl}/videos/${job.id}/content?index=0`;
  return {
    ...base,
    generation_id: generationId,
    unsigned_urls: [proxy],
    ...(world.options.signedUrls === false ? {} : { urls: [signedLink(world, job)] }),
    usage: { cost: dollars, is_byok: false },
  };
}

function signedLink(world: World, job: VideoJob): string {
  const life = world.options.linkLifeMs ?? 24 * 3_600_000;
  const expires = Math.floor(((endOf(job) ?? job.createdAt) + life) / 1000);
  const query = `Expires=${expires}&Signature=${mark(world, job.id, expires)}`;
  return `${world.options.publicUrl}/storage/${job.id}.mp4?${query}`;
}

function mark(world: World, id: string, expires: number): string {
  return createHmac('sha256', world.linkSecret).update(`${id} ${expires}`).digest('hex').slice(0, 32);
}

function storage(world: World, url: URL, request: EmulatorRequest, now: number): EmulatorReply {
  const id = /^\/storage\/(job-[0-9a-f]+)\.mp4$/.exec(url.pathname)?.[1] ?? '';
  const expires = Number(url.searchParams.get('Expires') ?? Number.NaN);
  const genuine = url.searchParams.get('Signature') === mark(world, id, expires) && now < expires * 1000;
  const job = world.book.byId(id);
  if (!genuine) return textAnswer(403, 'text/plain', 'Forbidden');
  if (job === null || !hasClip(job, now)) return textAnswer(404, 'text/plain', 'Not found');
  return clipAnswer(world.clips, job.clip, world.faults.take('file'), request);
}

function contentOf(
  world: World,
  account: Account,
  id: string,
  request: EmulatorRequest,
  now: number,
): EmulatorReply {
  const job = world.book.find(account.name, id);
  if (job === null) return missing();
  if (!hasClip(job, now)) return problem(400, 'Video is not ready');
  return clipAnswer(world.clips, job.clip, world.faults.take('file'), request);
}

function money(account: Account, path: string, key: string): EmulatorAnswer {
  const { usage, credits, managementKeys } = account;
  if (path === '/key') {
    return json(200, {
      data: { label: 'sk-or-v1-…', usage, limit: null, limit_remaining: null, is_free_tier: false },
    });
  }
  if (!managementKeys.includes(key)) return problem(403, 'Only management keys can perform this operation');
  return json(200, { data: { total_credits: credits, total_usage: Math.round(usage * 1e6) / 1e6 } });
}

function missing(): EmulatorAnswer {
  return problem(404, 'Job not found');
}

function problem(code: number, message: string): EmulatorAnswer {
  return json(code, { error: { code, message } });
}

function json(code: number, body: JsonObject): EmulatorAnswer {
  return textAnswer(code, 'application/json', writeJson(body));
}

export type ServeOpenRouterOptions = ServeJobOptions &
  Pick<OpenRouterOptions, 'accounts' | 'signedUrls' | 'linkLifeMs'>;

export function serveOpenRouter(options: ServeOpenRouterOptions): Promise<ServedJobs<OpenRouterEmulator>> {
  return serveJobs(options, (parts) => createOpenRouter({ ...options, ...parts }));
}
