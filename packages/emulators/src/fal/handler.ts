/**
 * fal played from its documents: the queue (`queue.fal.run`), the files, the published keys and the credits, all under
 * one address. Nothing but the given clock and randomness is behind it.
 */
import type { EmulatorReply, EmulatorRequest } from '../exchange.ts';
import { defaultTiming } from '../jobs/book.ts';
import { createCallbackDesk } from '../jobs/callbacks.ts';
import { control } from '../jobs/control.ts';
import { createJobFaults, underFault } from '../jobs/faults.ts';
import { clipAnswer } from '../jobs/files.ts';
import type { JobAccept } from '../jobs/served.ts';
import { isObject, type JsonObject, readJson } from '../json.ts';
import { createClipMaker } from '../media/clip.ts';
import { detail, jsonAnswer, notFound, resultAnswer, statusAnswer, webhookBody } from './answers.ts';
import { createSigningKeys } from './keys.ts';
import { createQueue, defaultQueueSettings, type FalRequest } from './queue.ts';
import { submit } from './submit.ts';
import type { FalAccount, FalEmulator, FalOptions, World } from './world.ts';

const userId = 'emulated-user';
const dayMs = 24 * 3_600_000;

export function createFal(options: FalOptions): FalEmulator {
  const world = createWorld(options);
  return {
    handle: (request) => answer(world, request),
    nextChange() {
      const times = [world.queue.nextAt(), world.callbacks.nextAt()].filter((at) => at !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
    dueCallbacks: () => world.callbacks.due(world.catchUp()),
    callbackAnswered: (id, status) => world.callbacks.report(id, status, world.clock.now()),
    faults: world.faults,
    accepts: world.accepts,
    timing: world.timing,
    settings: world.settings,
    keys: world.keys,
    accounts: world.accounts,
    requests: world.queue.all,
  };
}

function createWorld(options: FalOptions): World {
  const { clock, random, publicUrl } = options;
  const settings = {
    ...defaultQueueSettings,
    mediaLifeMs: 7 * dayMs,
    webhookRetries: 10,
    webhookRetryMs: 5_000,
    ...options.settings,
  };
  const timing = { ...defaultTiming, ...options.timing };
  const faults = createJobFaults();
  const keys = createSigningKeys(random);
  const callbacks = createCallbackDesk({
    faults,
    random,
    sign: ({ sentAt, body }, genuine) => {
      const said = readJson(body);
      const requestId = isObject(said) && typeof said.request_id === 'string' ? said.request_id : '';
      return keys.headers({ requestId, userId, sentAt, body }, genuine);
    },
    withWord: (body: JsonObject, word) => ({ ...body, status: word }),
    retries: settings.webhookRetries,
    retryMs: settings.webhookRetryMs,
  });
  const queue = createQueue(settings);
  const accepts: JobAccept[] = [];
  const accounts = options.accounts.map(newAccount);
  const ended = (request: FalRequest): void => {
    const account = accounts.find((one) => one.name === request.account);
    if (account && request.ending.kind === 'clip') account.leftMicros -= request.costMicros;
    const { webhookUrl: url, endedAt } = request;
    if (url === null || endedAt === null) return;
    const dueAt = endedAt + timing.callbackMs;
    callbacks.plan({ url, dueAt, body: () => webhookBody(world, request), repeated: true });
  };
  const world: World = {
    clock,
    random,
    timing,
    settings,
    faults,
    callbacks,
    queue,
    keys,
    clips: options.clips ?? createClipMaker(),
    still: options.still ?? false,
    accounts,
    accepts,
    publicUrl,
    queueUrl: options.queueUrl ?? publicUrl,
    fetchInput: options.fetchInput ?? null,
    accepted(accept) {
      accepts.push(accept);
      options.onAccept?.(accept);
    },
    ended,
    catchUp() {
      const now = clock.now();
      queue.advance(now, ended);
      return now;
    },
  };
  return world;
}

function newAccount({
  name,
  apiKeys,
  adminKeys = [],
  credits = 1_000,
}: FalOptions['accounts'][number]): FalAccount {
  return { name, apiKeys, adminKeys, leftMicros: Math.round(credits * 1_000_000) };
}

async function answer(world: World, request: EmulatorRequest): Promise<EmulatorReply> {
  const now = world.catchUp();
  const base = 'http://emulator.invalid';
  const url = new URL(URL.canParse(request.url, base) ? request.url : '/', base);
  const { pathname } = url;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (pathname.startsWith('/__emulator/')) return control(world, request, pathname);
  if (reads && pathname === '/.well-known/jwks.json') return jsonAnswer(200, world.keys.jwks());
  if (reads && pathname.startsWith('/files/')) return file(world, request, pathname, now);
  const key = /^Key (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const account = world.accounts.find(
    (one) => key !== undefined && [...one.apiKeys, ...one.adminKeys].includes(key),
  );
  if (account === undefined || key === undefined)
    return detail(401, 'Cannot access application without a valid key');
  if (reads && pathname === '/v1/account/billing') return billing(world, account, key);
  const known = /^\/(?<root>[^/]+\/[^/]+)\/requests\/(?<id>[A-Za-z0-9-]+)(?<place>\/status|\/cancel)?$/.exec(
    pathname,
  );
  if (known?.groups) return aboutRequest(world, account, request, url, known.groups, now);
  if (request.method === 'POST') return submit(world, account, request, url);
  return detail(404, 'Path not found');
}

function aboutRequest(
  world: World,
  account: FalAccount,
  { method }: EmulatorRequest,
  url: URL,
  { root, id = '', place = '' }: Record<string, string | undefined>,
  now: number,
): EmulatorReply {
  const request = world.queue.find(account.name, id);
  const found = request !== null && request.root === root ? request : null;
  switch (`${method} ${place}`) {
    case 'GET /status': {
      const withLogs = url.searchParams.get('logs') === '1';
      const act = () => (found ? statusAnswer(world, found, withLogs, now) : notFound());
      return underFault(world.faults.take('query'), act, notFound);
    }
    case 'GET ':
      return underFault(
        world.faults.take('list'),
        () => (found ? resultAnswer(world, found) : notFound()),
        notFound,
      );
    case 'PUT /cancel':
      return underFault(world.faults.take('cancel'), () => cancel(world, found, now), notFound);
    default:
      return detail(405, 'Method not allowed');
  }
}

function cancel(world: World, request: FalRequest | null, now: number): EmulatorReply {
  if (request === null) return jsonAnswer(404, { status: 'NOT_FOUND' });
  return world.queue.cancel(request, now, world.ended) === 'completed'
    ? jsonAnswer(400, { status: 'ALREADY_COMPLETED' })
    : jsonAnswer(202, { status: 'CANCELLATION_REQUESTED' });
}

function billing(world: World, account: FalAccount, key: string): EmulatorReply {
  const act = () => {
    if (!account.adminKeys.includes(key)) return detail(403, 'This key has not the scope for it');
    const credits = { current_balance: account.leftMicros / 1_000_000, currency: 'USD' };
    return jsonAnswer(200, { username: account.name, credits });
  };
  return underFault(world.faults.take('account'), act, notFound);
}

function file(world: World, request: EmulatorRequest, pathname: string, now: number): EmulatorReply {
  const id = /^\/files\/b\/([^/]+)\/output\.mp4$/.exec(pathname)?.[1] ?? '';
  const made = world.queue.byId(id);
  if (made === null || made.endedAt === null || made.ending.kind !== 'clip') return detail(404, 'Not found');
  if (now >= made.endedAt + made.mediaLifeMs) return detail(404, 'Not found');
  return clipAnswer(world.clips, made.clip, world.faults.take('file'), request);
}
