/**
 * What the gateway is measured on: a database of its own, the gateway as a process, the Kling emulator as its upstream,
 * one account with money, and a process that presses.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KlingTiming, type ServedKling, serveKling } from '@sluice/emulators';
import { request } from 'undici';
import { z } from 'zod';
import type { Child } from './children/child.ts';
import { Memory } from './children/memory.ts';
import { startGatewayProcess, startLoad } from './children/start.ts';
import type { BenchDatabase } from './database.ts';
import type { Bench } from './figure.ts';
import { PATH } from './rows.ts';

export type Stand = {
  database: BenchDatabase;
  url: string;
  operatorKey: string;
  accountId: string;
  key: string;
  emulator: ServedKling;
  load: Child;
  memory(): Promise<Memory>;
  /** Ends the gateway and leaves the database for a look. */
  stopGateway(): Promise<void>;
  close(): Promise<void>;
};

export type StandOptions = {
  slots: number;
  timing: Partial<KlingTiming>;
  callbacks: boolean;
  settings?: Record<string, string>;
};

const API_KEY = 'api-key-bench-0123456789abcdef';

export async function raiseStand(bench: Bench, options: StandOptions): Promise<Stand> {
  const database = await (await bench.server()).createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const emulator = await serveKling({
    accounts: [
      {
        apiKeys: [API_KEY],
        packs: [{ name: 'Video', type: 'video', units: '100000000', concurrency: options.slots }],
      },
    ],
    timing: { jitter: 0, callbackMs: 10, ...options.timing },
    outputs: { still: true },
    readInputs: false,
  });
  const gateway = startGatewayProcess();
  const load = startLoad();
  const { url, operatorKey } = await gateway.ask(
    {
      kind: 'start',
      databaseUrl: database.url,
      dataDir,
      settings: options.settings ?? {},
      callbacks: options.callbacks,
    },
    z.object({ url: z.string(), operatorKey: z.string() }),
  );
  let stopped = false;
  const stopGateway = async () => {
    if (stopped) return;
    stopped = true;
    await gateway.ask({ kind: 'stop' }, z.object({ stopped: z.boolean() }));
    await gateway.stop();
  };
  const { accountId, key } = await furnish(url, operatorKey, emulator.url, options.slots);
  return {
    database,
    url,
    operatorKey,
    accountId,
    key,
    emulator,
    load,
    memory: () => gateway.ask({ kind: 'memory' }, Memory),
    stopGateway,
    close: async () => {
      await load.stop();
      await stopGateway();
      await emulator.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const Made = z.object({ id: z.string() });
const MadeKey = z.object({ key: z.string() });

/** Everything over the API, as an operator would. */
async function furnish(url: string, operatorKey: string, upstreamUrl: string, slots: number) {
  const post = async <Answer>(path: string, body: unknown, shape: z.ZodType<Answer>): Promise<Answer> => {
    const answer = await request(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path} was answered with ${answer.statusCode}: ${text}`);
    return shape.parse(JSON.parse(text));
  };
  await post(
    '/v1/paths',
    {
      name: PATH,
      provider: 'kling',
      base_url: upstreamUrl,
      credential: { api_key: API_KEY },
      sandbox: true,
      limits: { '*': slots },
    },
    z.unknown(),
  );
  const { id: accountId } = await post('/v1/accounts', { name: 'A team' }, Made);
  await post(`/v1/accounts/${accountId}/topups`, { amount: '1000000', reference: 'opening' }, z.unknown());
  const { key } = await post('/v1/keys', { name: 'bench', account: accountId }, MadeKey);
  return { accountId, key };
}
