/**
 * Replicate's predictions played from its documents (HTTP reference and topics, read 2026-11-22): create, get, list,
 * cancel, webhooks, deadlines, throttling, and data that is gone after an hour.
 */
import { createHmac } from 'node:crypto';
import { type EmulatorAnswer, type EmulatorReply, type EmulatorRequest, textAnswer } from '../exchange.ts';
import { createJobBook, defaultTiming } from '../jobs/book.ts';
import { createCallbackDesk } from '../jobs/callbacks.ts';
import { control } from '../jobs/control.ts';
import { createJobFaults, underFault } from '../jobs/faults.ts';
import { clipAnswer } from '../jobs/files.ts';
import type { JobAccept, JobEmulator } from '../jobs/served.ts';
import { createClipMaker } from '../media/clip.ts';
import { createAccount, type ReplicateAccount, throttled } from './account.ts';
import { create } from './create.ts';
import { listed } from './list.ts';
import { isRemoved, type Order, type Prediction, shown } from './prediction.ts';
import { announceEnd, answer, type Call, notFound, type ReplicateOptions, type World } from './world.ts';

export type ReplicateEmulator = JobEmulator & {
  predictions: readonly Prediction[];
  accounts: readonly ReplicateAccount[];
};

export function createReplicate(options: ReplicateOptions): ReplicateEmulator {
  const { clock, random } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const faults = createJobFaults();
  const newSecret = (): string => `whsec_${Buffer.from(random.bytes(24)).toString('base64')}`;
  const accounts = options.accounts.map((account, at) => createAccount(account, at + 1, newSecret));
  const accepts: JobAccept[] = [];
  const newId = (): string => readableId(random.bytes(26));
  const book = createJobBook<Order>({
    clock,
    random,
    timing,
    faults,
    newId,
    hands: Number.POSITIVE_INFINITY,
  });
  const secretOf = (id: string): string => {
    const account = book.byId(id.split('-')[0] ?? '')?.account;
    return accounts.find(({ name }) => name === account)?.webhookSecret ?? newSecret();
  };
  const world: World = {
    options: { ...options, timing },
    book,
    faults,
    accounts,
    clips: options.clips ?? createClipMaker(),
    addresses: { api: options.apiUrl ?? `${options.publicUrl}/v1`, files: `${options.publicUrl}/xezq` },
    callbacks: createCallbackDesk({
      faults,
      random,
      sign: ({ id, sentAt, body }, genuine) => signed(id, sentAt, body, genuine ? secretOf(id) : newSecret()),
      withWord: (body, status) => ({ ...body, status }),
      retries: 4,
      retryMs: 10_000,
    }),
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
  };
  return {
    handle: async (request) => answered(world, request, { accepts, faults, timing }),
    nextChange: () => world.callbacks.nextAt(),
    dueCallbacks: () => world.callbacks.due(clock.now()),
    callbackAnswered: (id, status) => world.callbacks.report(id, status, clock.now()),
    faults,
    accepts,
    timing,
    get predictions() {
      return book.all();
    },
    accounts,
  };
}

/** Standard Webhooks: the key is what follows `whsec_`, decoded. */
function signed(id: string, sentAt: number, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

/** 26 letters and digits, as prediction ids look. */
function readableId(bytes: Uint8Array): string {
  return [...bytes].map((byte) => 'abcdefghjkmnpqrstvwxyz0123456789'[byte % 32]).join('');
}

async function answered(
  world: World,
  request: EmulatorRequest,
  controlled: Parameters<typeof control>[0],
): Promise<EmulatorReply> {
  const base = 'http://emulator.invalid';
  const url = new URL(URL.canParse(request.url, base) ? request.url : '/?', base);
  if (url.pathname.startsWith('/__emulator/')) return control(controlled, request, url.pathname);
  const file = /^\/xezq\/([a-z0-9]+)\/output\.mp4$/.exec(url.pathname)?.[1];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && file !== undefined) return output(world, file, request);
  const path = url.pathname.replace(/^\/v1(?=\/)/, '');
  const account = accountOf(world, request);
  if (account === null) {
    const detail = 'You did not pass a valid authentication token';
    return answer(401, { title: 'Unauthenticated', detail, status: 401 });
  }
  return route(world, account, { request, path, query: url.searchParams });
}

function accountOf(world: World, request: EmulatorRequest): ReplicateAccount | null {
  const token = /^(?:Bearer|Token) (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return world.accounts.find(({ tokens }) => token !== undefined && tokens.includes(token)) ?? null;
}

async function route(world: World, account: ReplicateAccount, call: Call): Promise<EmulatorReply> {
  const { request, path } = call;
  const model = /^\/models\/([^/]+\/[^/]+)\/predictions$/.exec(path)?.[1];
  if (request.method === 'POST' && (model !== undefined || path === '/predictions')) {
    return create(world, account, model ?? null, call);
  }
  const now = world.options.clock.now();
  const slow = throttled(account, 'ask', now);
  if (slow !== null) return answer(429, slow, { 'retry-after': String(slow.retry_after) });
  const id = /^\/predictions\/([^/]+)$/.exec(path)?.[1];
  const cancelled = /^\/predictions\/([^/]+)\/cancel$/.exec(path)?.[1];
  const { faults } = world;
  if (request.method === 'POST' && cancelled !== undefined) {
    return underFault(faults.take('cancel'), () => cancel(world, account, cancelled, now), notFound);
  }
  if (request.method !== 'GET') return notFound();
  if (id !== undefined) {
    return underFault(faults.take('query'), () => get(world, account, id, now), notFound);
  }
  switch (path) {
    case '/predictions':
      return underFault(faults.take('list'), () => listed(world, account, call.query, now), notFound);
    case '/account':
      return underFault(faults.take('account'), () => who(account), notFound);
    case '/webhooks/default/secret':
      return underFault(faults.take('account'), () => answer(200, { key: account.webhookSecret }), notFound);
    default:
      return notFound();
  }
}

function get(world: World, account: ReplicateAccount, id: string, now: number): EmulatorAnswer {
  const job = world.book.find(account.name, id);
  const webhook = world.options.showsWebhook ?? true;
  return job === null
    ? notFound()
    : answer(200, shown(job, now, world.addresses, { webhook, counted: true }));
}

/** An ended prediction is answered as it is: cancelling it again changes nothing. */
function cancel(world: World, account: ReplicateAccount, id: string, now: number): EmulatorAnswer {
  const job = world.book.find(account.name, id);
  if (job === null) return notFound();
  if (world.book.cancel(job, now)) announceEnd(world, job);
  return answer(200, shown(job, now, world.addresses, { webhook: true, counted: false }));
}

function who(account: ReplicateAccount): EmulatorAnswer {
  return answer(200, { type: 'organization', username: account.name, name: account.name, github_url: '' });
}

function output(world: World, id: string, request: EmulatorRequest): EmulatorReply {
  const job = world.book.byId(id);
  const now = world.options.clock.now();
  const there = job !== null && !isRemoved(job, now) && job.endsAt !== null && now >= job.endsAt;
  if (!there || job.failure !== null || job.stopped !== null)
    return textAnswer(404, 'text/plain', 'Not found');
  return clipAnswer(world.clips, job.clip, world.faults.take('file'), request);
}
