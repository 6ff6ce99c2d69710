/**
 * The first start of an installation, killed: while PostgreSQL's files are made, while the server comes up for the
 * first time, while the schema is made, and around the first operator key. A plain start afterwards has to give a
 * gateway with an empty book and exactly one operator key, which somebody has been shown.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSluice, type Sluice } from '@sluice/sdk';
import { ChildStartError, tailOf } from '../processes/child.ts';
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts';
import { putAwayAtExit } from '../processes/leftovers.ts';
import type { Dice } from './dice.ts';

export type BootPoint = {
  stage: 'boot';
  name: string;
  /** Killed when this is there and a drawn time has passed, at most so long. */
  when?: { sign: (dataDir: string) => boolean; withinMs: number };
  /** What it started dies with it. */
  family?: boolean;
  /** Or killed by itself, at this point. */
  armed?: string;
};

const isDrafting = (dataDir: string): boolean =>
  existsSync(join(dataDir, 'postgres')) &&
  readdirSync(join(dataDir, 'postgres')).some((name) => name.startsWith('draft-'));
const isMade = (dataDir: string): boolean => existsSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'));
const isServing = (dataDir: string): boolean =>
  existsSync(join(dataDir, 'postgres', 'data', 'postmaster.pid')) &&
  readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').includes('ready');

export const bootPoints: readonly BootPoint[] = [
  {
    stage: 'boot',
    name: 'the seal key is written',
    when: { sign: (dataDir) => existsSync(join(dataDir, 'seal.key')), withinMs: 40 },
  },
  { stage: 'boot', name: 'initdb runs, and lives on', when: { sign: isDrafting, withinMs: 1_200 } },
  {
    stage: 'boot',
    name: 'initdb runs, and dies too',
    when: { sign: isDrafting, withinMs: 1_200 },
    family: true,
  },
  { stage: 'boot', name: 'PostgreSQL starts for the first time', when: { sign: isMade, withinMs: 200 } },
  { stage: 'boot', name: 'the schema is made', when: { sign: isServing, withinMs: 400 } },
  { stage: 'boot', name: 'inside:store.keys.insertFirstKey', armed: 'inside:store.keys.insertFirstKey' },
  { stage: 'boot', name: 'after:store.keys.insertFirstKey', armed: 'after:store.keys.insertFirstKey' },
  { stage: 'boot', name: 'after:store.keys.markFirstKeyShown', armed: 'after:store.keys.markFirstKeyShown' },
];

export type Boot = { killed: boolean; recoveredMs: number | null; problems: string[] };

const LOOK_EVERY_MS = 4;

export async function runBoot(point: BootPoint, dice: Dice): Promise<Boot> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-boot-'));
  await chmod(folder, 0o711);
  const putAway = putAwayAtExit(folder);
  const place = { dataDir: join(folder, 'data'), logFile: join(folder, 'gateway.log'), port: 0 } as const;
  const keys: string[] = [];
  const start = (more: object) =>
    startGatewayProcess({ ...place, ...more, media: 'light', onKey: (key) => keys.push(key) });
  let gateway: GatewayProcess | null = null;
  try {
    gateway = await firstLife(point, dice, place.dataDir, start);
    const killed = gateway === null;
    const diedAtMs = performance.now();
    gateway ??= await start({});
    const recoveredMs = killed ? performance.now() - diedAtMs : null;
    return { killed, recoveredMs, problems: await problemsOf(gateway, keys) };
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { killed: true, recoveredMs: null, problems: [`${said}\n${tailOf(place.logFile)}`] };
  } finally {
    gateway?.say({ do: 'stop' });
    await gateway?.exited;
    // What outlived the first life may still write there.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    putAway();
  }
}

/** Null when it died as it should. */
async function firstLife(
  { when, family, armed }: BootPoint,
  dice: Dice,
  dataDir: string,
  start: (more: object) => Promise<GatewayProcess>,
): Promise<GatewayProcess | null> {
  let struck = armed !== undefined;
  const killWhen = async (pid: number): Promise<void> => {
    if (!when) return new Promise(() => {});
    while (!when.sign(dataDir)) await sleep(LOOK_EVERY_MS);
    await sleep(dice.below(when.withinMs));
    struck = true;
    if (family) for (const child of descendantsOf(pid)) kill(child);
  };
  const settings = armed === undefined ? {} : { E2E_ARMED: JSON.stringify({ point: armed, hit: 1 }) };
  try {
    return await start({ killWhen, settings });
  } catch (error) {
    if (!(error instanceof ChildStartError) || !struck || !error.message.includes('SIGKILL')) throw error;
    return null;
  }
}

async function problemsOf(gateway: GatewayProcess, keys: readonly string[]): Promise<string[]> {
  const key = keys.at(-1);
  if (key === undefined) return ['no start has shown an operator key'];
  // As any client: what a machine under load cannot answer at once is asked again.
  const operator = createSluice({ baseUrl: gateway.url, apiKey: key, maxRetries: 6 });
  const problems: string[] = [];
  try {
    await checkInstallation(operator, problems);
  } catch (error) {
    problems.push(`the newest of ${keys.length} shown keys does not work: ${String(error)}`);
  }
  return problems;
}

async function checkInstallation(operator: Sluice, problems: string[]): Promise<void> {
  const { ledger } = await operator.system.get();
  if (!ledger.balanced) problems.push(`the ledger drifts by ${ledger.drift}`);
  const { data } = await operator.keys.list();
  const working = data.filter((each) => each.revoked_at === null);
  if (working.length !== 1) problems.push(`${working.length} operator keys work`);
  const { id } = await operator.accounts.create({ name: 'after the crash' });
  await operator.accounts.topUp(id, { amount: '5', reference: 'first money' });
  const { balance } = await operator.accounts.get(id);
  if (Number(balance.posted) !== 5) problems.push(`the first money of 5 became ${balance.posted}`);
}

/** Of all generations, youngest last, while their parents still live. */
function descendantsOf(pid: number): number[] {
  let listed = '';
  try {
    listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  } catch {
    // Gone by now.
  }
  const children = listed === '' ? [] : listed.split(' ').map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself.
  }
}
