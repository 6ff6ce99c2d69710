/**
 * One installation under fire: an emulated Kling and a webhook receiver that survive, and a gateway that is started
 * again in the same place whenever it dies. The embedded PostgreSQL outlives it and is adopted.
 */
import { chmod, copyFile, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSluice, isSluiceError, type Sluice } from '@sluice/sdk';
import { ChildStartError, type Ending, tailOf } from '../processes/child.ts';
import { type Emulator, startEmulator } from '../processes/emulator.ts';
import { arm, type GatewayProcess, portOf, startGatewayProcess } from '../processes/gateway.ts';
import { addPath, openAccount, PATH } from '../processes/installation.ts';
import { putAwayAtExit } from '../processes/leftovers.ts';
import { type Announcement, type Receiver, startReceiver } from '../processes/receiver.ts';
import type { Waits } from '../processes/waits.ts';

export type Death = { atMs: number; ending: Ending };

export type World = {
  dataDir: string;
  path: string;
  emulator: Emulator;
  receiver: Receiver;
  endpointId: string;
  /** Clients that never repeat by themselves: the run decides what is repeated. */
  client: Sluice;
  /** The same without Idempotency-Keys. */
  keyless: Sluice;
  operator: Sluice;
  /** Ends of gateway processes that nobody asked to stop, in order. */
  deaths: Death[];
  /** Announcements of this run, by task. */
  announced: Map<string, Announcement[]>;
  /** The gateway that runs, or will run in a moment. */
  gateway(): Promise<GatewayProcess>;
  /** What the next lives are armed with, first to last; each is used once. */
  armNext: { point: string; hit: number }[];
  /** Kills starting gateways after so long, first to last. */
  killStarts: number[];
  signalGateway(name: NodeJS.Signals): Promise<void>;
  killPostmaster(): Promise<void>;
  log(): string;
  /** Puts the whole log where it outlives the world, and says where. */
  keepLog(): Promise<string>;
  close(): Promise<void>;
};

export type WorldOptions = { waits: Waits; media: 'real' | 'light' };

const INSIST_PAUSE_MS = 40;
const INSIST_PATIENCE_MS = 180_000;

export async function openWorld({ waits, media }: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-crash-'));
  // Run by root, the embedded database drops to another user, who must be able to pass through.
  await chmod(folder, 0o711);
  const putAway = putAwayAtExit(folder);
  const logFile = join(folder, 'gateway.log');
  const dataDir = join(folder, 'data');
  const emulator = await startEmulator({ acceptLog: join(folder, 'accepts.jsonl'), logFile });
  const receiver = await startReceiver({ log: join(folder, 'received.jsonl'), logFile });
  const announced = new Map<string, Announcement[]>();
  receiver.onReceived((each) => {
    announced.set(each.taskId, [...(announced.get(each.taskId) ?? []), each]);
  });
  const lives = await superviseGateway({ dataDir, logFile, waits, media });
  const { url, operatorKey } = await lives.gateway();
  if (operatorKey === null) throw new Error('the first start gave no operator key');
  const operator = createSluice({ baseUrl: url, apiKey: operatorKey, maxRetries: 0 });
  await addPath(operator, emulator.url);
  const { key } = await openAccount(operator, url, { name: 'crash run' });
  const access = { baseUrl: url, apiKey: key, maxRetries: 0, timeoutMs: 20_000 };
  const client = createSluice(access);
  const endpoint = await client.webhooks.create({ url: receiver.url });
  return {
    dataDir,
    path: PATH,
    emulator,
    receiver,
    endpointId: endpoint.id,
    client,
    keyless: createSluice({ ...access, newIdempotencyKey: () => '' }),
    operator,
    announced,
    ...lives,
    killPostmaster: () => killPostmaster(dataDir),
    log: () => tailOf(logFile),
    keepLog: async () => {
      const kept = `${folder}.log`;
      await copyFile(logFile, kept);
      return kept;
    },
    close: async () => {
      await lives.stop();
      emulator.signal('SIGTERM');
      receiver.signal('SIGTERM');
      await Promise.all([emulator.exited, receiver.exited]);
      await rm(folder, { recursive: true, force: true });
      putAway();
    },
  };
}

type Place = WorldOptions & { dataDir: string; logFile: string };
type Lives = Pick<World, 'deaths' | 'gateway' | 'armNext' | 'killStarts' | 'signalGateway'> & {
  stop(): Promise<void>;
};

async function superviseGateway(place: Place): Promise<Lives> {
  const deaths: Death[] = [];
  const armNext: World['armNext'] = [];
  const killStarts: number[] = [];
  let port = 0;
  let stopping = false;
  let current = start();

  async function start(): Promise<GatewayProcess> {
    const killAfterMs = killStarts.shift();
    try {
      const gateway = await startGatewayProcess({
        ...place,
        port,
        ...(killAfterMs === undefined ? {} : { killWhen: () => sleep(killAfterMs) }),
      });
      port = portOf(gateway.url);
      watch(gateway);
      const armed = armNext.shift();
      if (armed) await arm(gateway, armed.point, armed.hit);
      return gateway;
    } catch (error) {
      if (!(error instanceof ChildStartError) || killAfterMs === undefined) throw error;
      deaths.push({ atMs: performance.now(), ending: { code: null, signal: 'SIGKILL' } });
      return start();
    }
  }

  function watch(gateway: GatewayProcess): void {
    void gateway.exited.then((ending) => {
      if (stopping) return;
      deaths.push({ atMs: performance.now(), ending });
      current = start();
      // Whoever asks for the gateway next hears of it.
      current.catch(() => {});
    });
  }

  await current;
  return {
    deaths,
    armNext,
    killStarts,
    gateway: () => current,
    signalGateway: async (name) => (await current).signal(name),
    stop: async () => {
      stopping = true;
      const gateway = await current.catch(() => null);
      gateway?.say({ do: 'stop' });
      await gateway?.exited;
    },
  };
}

/** As a crash of the database alone: its processes notice and go. */
async function killPostmaster(dataDir: string): Promise<void> {
  const data = await realpath(join(dataDir, 'postgres', 'data'));
  const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

/** A client that does not take a lost answer or a closed door for an end: the same call, until it is answered. */
export async function insist<Value>(world: World, call: () => Promise<Value>): Promise<Value> {
  const deadlineMs = performance.now() + INSIST_PATIENCE_MS;
  for (;;) {
    await world.gateway();
    try {
      return await call();
    } catch (error) {
      if (!isSluiceError(error) || !error.retryable || performance.now() > deadlineMs) throw error;
      await sleep(INSIST_PAUSE_MS);
    }
  }
}
