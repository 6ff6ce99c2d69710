/**
 * The HTTP edge over a real database, with a clock that stands still until told, memory for files, and an upstream that
 * answers what the test says. Every answer is checked against the contract before a test sees it.
 */
import { type Operation, operations, Problem } from '@sluice/contract';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { type CatalogueFile, loadCatalogue } from '../../catalogue/catalogue.ts';
import { createMemoryBlobs, type MemoryBlobs } from '../../effects/blobs/memory.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { type VirtualClock, virtualClock } from '../../effects/clock/virtual.ts';
import type { Media } from '../../effects/media/media.ts';
import type { Outbound, OutboundAnswer, OutboundRequest } from '../../effects/outbound/outbound.ts';
import { seededRandom } from '../../effects/random/seeded.ts';
import { createSecrets } from '../../effects/secrets/secrets.ts';
import { callbackKeys } from '../../lifecycle/callback-keys.ts';
import { defaultLifecycleSettings } from '../../lifecycle/context.ts';
import { createGate } from '../../lifecycle/gate.ts';
import { createBooks } from '../../lifecycle/operate/books.ts';
import { firstOperatorKey } from '../../lifecycle/operate/first-key.ts';
import { pathDirectory } from '../../lifecycle/paths.ts';
import { createDrive } from '../../providers/drive.ts';
import { announcing } from '../../store/announce.ts';
import type { Database } from '../../store/database.ts';
import { createStore } from '../../store/store.ts';
import { openTestDatabase } from '../../store/testing/server.ts';
import { createTestDatabase } from '../../store/testing/test-database.ts';
import { createApp } from '../app.ts';
import { defaultHttpSettings, type HttpContext, type HttpSettings } from '../context.ts';
import { doorWriters } from '../doors/deliveries.ts';
import { doorAt } from '../doors/doors.ts';

export const STARTS_AT_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

export type Answered = {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, each checked by its schema
  body: any;
  headers: Record<string, string>;
  text: string;
};

export type Asking = {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
  remoteAddress?: string;
};

export type Rig = {
  app: FastifyInstance;
  context: HttpContext;
  database: Database;
  clock: VirtualClock;
  blobs: MemoryBlobs;
  operatorKey: string;
  logs: { level: string; message: string; fields: unknown }[];
  wakes: string[];
  /** What the upstream says next, and after that. */
  upstream: { answer: (request: OutboundRequest) => OutboundAnswer };
  ask(method: string, url: string, asking?: Asking): Promise<Answered>;
  /** A new account with money and a key. */
  account(options?: {
    topUp?: string;
    scopes?: string[];
  }): Promise<{ id: string; key: string; keyId: string }>;
};

export type RigOptions = {
  http?: Partial<HttpSettings>;
  media?: Partial<Media>;
  startsAtMs?: number;
  /** Other data than what ships. */
  catalogue?: (files: CatalogueFile[]) => CatalogueFile[];
};

/** At the top of a test file. The function returned may be called inside hooks and tests only. */
export function useRig(options: RigOptions = {}): () => Rig {
  let own: { rig: Rig; close(): Promise<void> } | null = null;
  beforeAll(async () => {
    own = await openRig(options);
  });
  afterAll(async () => {
    await own?.close();
  });
  return () => {
    if (!own) throw new Error('the rig exists only inside hooks and tests');
    return own.rig;
  };
}

async function openRig(options: RigOptions): Promise<{ rig: Rig; close(): Promise<void> }> {
  const created = await createTestDatabase();
  const database = openTestDatabase(created.url);
  const draining = new AbortController();
  const built = await buildContext(database, options, draining.signal);
  const app = createApp(built.context);
  await app.ready();
  const operatorKey = (await firstOperatorKey(built.context))?.text ?? '';
  const ask = asker(app);
  const rig: Rig = {
    ...built,
    app,
    database,
    operatorKey,
    ask,
    account: (wanted) => newAccount(ask, operatorKey, wanted ?? {}),
  };
  const close = async () => {
    draining.abort();
    await app.close();
    await database.close();
    await created.drop();
  };
  return { rig, close };
}

async function buildContext(database: Database, options: RigOptions, draining: AbortSignal) {
  const clock = virtualClock(options.startsAtMs ?? STARTS_AT_MS);
  const random = seededRandom(7);
  const listeners = new Set<() => void>();
  const store = announcing(createStore(database), () => {
    for (const listener of listeners) listener();
  });
  const secrets = createSecrets(random.bytes(32), random);
  const catalogue = loadCatalogue((options.catalogue ?? ((files) => files))(readCatalogueFiles()));
  const blobs = createMemoryBlobs();
  const upstream = { answer: (_request: OutboundRequest): OutboundAnswer => noAnswer };
  const outbound: Outbound = {
    request: async (request) => upstream.answer(request),
    stream: async () => noAnswer,
  };
  const logs: Rig['logs'] = [];
  const wakes: string[] = [];
  const settings = { ...defaultLifecycleSettings, publicUrl: 'https://sluice.test' };
  const drive = createDrive({ outbound, clock });
  const context: HttpContext = {
    nodeId: 'node_test',
    clock,
    random,
    store,
    drive,
    outbound,
    blobs,
    media: { ...pictureBooks, ...options.media },
    secrets,
    catalogue,
    paths: pathDirectory(store, secrets, catalogue),
    gate: createGate(store, blobs, clock, settings.storageReserveBytes),
    callbackKeys: callbackKeys(drive, clock),
    deliveryWriters: doorWriters,
    telemetry: {
      log: (level, message, fields) => logs.push({ level, message, fields }),
      count: () => {},
      observe: () => {},
    },
    settings,
    wake: (stage) => wakes.push(stage),
    version: '0.0.0-test',
    database: {
      kind: 'embedded',
      version: '18.0',
      schema: 1,
      health: async () => {
        const health = await database.health();
        return health.ok ? { ok: true } : health;
      },
    },
    draining,
    books: createBooks(store, clock),
    plans: noPlans,
    onEvents: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    metricsText: async () => '# HELP sluice_tasks Tasks by state.\n',
    viewerFile: async () => new TextEncoder().encode(''),
    consoleFiles: async () => null,
    addressRefusal: async (url) =>
      new URL(url).protocol === 'https:' ? null : 'Only https addresses are allowed.',
    // A clock that jumps looks like an event loop that hangs.
    http: { ...defaultHttpSettings, lagMostMs: Number.POSITIVE_INFINITY, ...options.http },
  };
  return { context, clock, blobs, upstream, logs, wakes };
}

/** Tests that want plans hand in their own. */
const noPlans: HttpContext['plans'] = {
  create: async () => ({ kind: 'refused', refusal: { code: 'overloaded' } }),
  remove: async () => false,
  stop: () => {},
};

const noAnswer = { kind: 'not_sent', reason: 'connect_refused', detail: 'nobody listens here' } as const;

/** `image:640x480` is a JPEG of that size; `video:5.0:1280x720` a clip of that length. */
const pictureBooks: Media = {
  probeImage: async (reader) => {
    const text = Buffer.from(await reader.read(0, Math.min(reader.size, 64))).toString('latin1');
    const match = /^image:(\d+)x(\d+)/.exec(text);
    return match ? { format: 'jpeg', width: Number(match[1]), height: Number(match[2]) } : null;
  },
  probeVideo: async (reader) => {
    const text = Buffer.from(await reader.read(0, Math.min(reader.size, 64))).toString('latin1');
    const match = /^video:([\d.]+):(\d+)x(\d+)/.exec(text);
    if (!match) return null;
    const [, seconds, width, height] = match.map(Number);
    return {
      container: 'mp4',
      durationSeconds: seconds ?? 0,
      width: width ?? 0,
      height: height ?? 0,
      framesPerSecond: 24,
      videoCodec: 'avc',
      audioCodec: null,
    };
  },
  firstPicture: async () => null,
  poster: async () => null,
};

function asker(app: FastifyInstance): Rig['ask'] {
  return async (method, url, { key, body, headers = {}, remoteAddress } = {}) => {
    const response = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as NonNullable<InjectOptions['payload']> }),
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
    });
    return checked(method, url, response);
  };
}

/** Our own clients read strictly, so an answer that is not what the contract says is a failure of every test. */
function checked(method: string, url: string, response: LightMyRequestResponse): Answered {
  const type = String(response.headers['content-type'] ?? '');
  const isJson = type.startsWith('application/json') && response.body !== '';
  const body: unknown = isJson ? z.unknown().parse(JSON.parse(response.body)) : response.body;
  // What a door answers is judged by its own clients.
  const atDoor = doorAt(url.split('?')[0] ?? '') !== null;
  const operation = atDoor ? null : operationAt(method, url);
  if (isJson && !atDoor && response.statusCode >= 400 && !/^\/readyz/.test(url)) Problem.parse(body);
  else if (isJson && operation?.response.schema) {
    const parsed = operation.response.schema.safeParse(body);
    if (!parsed.success) throw new Error(`${method} ${url}: ${z.prettifyError(parsed.error)}`);
    if (response.statusCode !== operation.response.status) {
      throw new Error(`${method} ${url} answered ${response.statusCode}, not ${operation.response.status}`);
    }
  }
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
  );
  return { status: response.statusCode, body, headers, text: response.body };
}

function operationAt(method: string, url: string): Operation | null {
  const path = url.split('?')[0] ?? '';
  const fits = (operation: Operation) =>
    operation.method === method.toLowerCase() &&
    new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  // The literal path wins over one with a parameter, as in the router.
  return (
    Object.values<Operation>(operations).find((each) => each.path === path && fits(each)) ??
    Object.values<Operation>(operations).find(fits) ??
    null
  );
}

async function newAccount(
  ask: Rig['ask'],
  operatorKey: string,
  { topUp = '100', scopes }: { topUp?: string; scopes?: string[] },
): Promise<{ id: string; key: string; keyId: string }> {
  const account = await ask('POST', '/v1/accounts', { key: operatorKey, body: { name: 'A team' } });
  const { id } = account.body;
  if (topUp !== '0') {
    const body = { amount: topUp, reference: 'opening' };
    await ask('POST', `/v1/accounts/${id}/topups`, { key: operatorKey, body });
  }
  const body = { name: 'test key', account: id, ...(scopes === undefined ? {} : { scopes }) };
  const made = await ask('POST', '/v1/keys', { key: operatorKey, body });
  return { id, key: made.body.key, keyId: made.body.id };
}
