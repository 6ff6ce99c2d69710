/** An installation for a story: an emulated Kling, one gateway or several over one database, accounts with money. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreateAccount, type CreatePath, createSluice, type Sluice } from '@sluice/sdk';
import { EMULATOR_KEY, type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { type GatewayOptions, type GatewayProcess, startGatewayProcess } from './gateway.ts';
import { putAwayAtExit } from './leftovers.ts';
import type { Waits } from './waits.ts';

export const PATH = 'kling-sandbox';

export type Customer = { id: string; key: string; sluice: Sluice };

export type Installation = {
  folder: string;
  /** What all processes of it print. */
  logFile: string;
  emulator: Emulator;
  /** The first gateway. */
  gateway: GatewayProcess;
  operator: Sluice;
  /** One more gateway over the same database and files; one that comes back may take its port again. */
  addGateway(again?: Partial<Pick<GatewayOptions, 'port' | 'settings'>>): Promise<GatewayProcess>;
  openAccount(account: Partial<CreateAccount> & { name: string }): Promise<Customer>;
  close(): Promise<void>;
};

export type InstallationOptions = {
  emulator?: Partial<EmulatorOptions>;
  path?: Partial<CreatePath>;
  /** Without it, the gateway brings its own. */
  databaseUrl?: string;
  waits?: Waits;
  /** More settings of every gateway, as the environment has them. */
  settings?: Record<string, string>;
};

const MONEY = '10000';

export async function openInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-story-'));
  // Run by root, the embedded database drops to another user, who must be able to pass through.
  await chmod(folder, 0o711);
  const putAway = putAwayAtExit(folder);
  const logFile = join(folder, 'processes.log');
  const started: GatewayProcess[] = [];
  const start: Installation['addGateway'] = async (again = {}) => {
    const outside: Record<string, string> =
      options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl };
    const gateway = await startGatewayProcess({
      dataDir: join(folder, 'data'),
      logFile,
      port: again.port ?? 0,
      waits: options.waits ?? 'short',
      settings: { ...outside, ...options.settings, ...again.settings },
    });
    started.push(gateway);
    return gateway;
  };
  const acceptLog = join(folder, 'accepts.jsonl');
  const emulator = await startEmulator({ acceptLog, logFile, ...options.emulator });
  const gateway = await start();
  if (gateway.operatorKey === null) throw new Error('the first start gave no operator key');
  const operator = createSluice({ baseUrl: gateway.url, apiKey: gateway.operatorKey });
  await addPath(operator, emulator.url, options.path);
  return {
    folder,
    logFile,
    emulator,
    gateway,
    operator,
    addGateway: start,
    openAccount: (account) => openAccount(operator, gateway.url, account),
    close: async () => {
      await Promise.all(started.map(stopGateway));
      emulator.signal('SIGTERM');
      await emulator.exited;
      await rm(folder, { recursive: true, force: true });
      putAway();
    },
  };
}

/** Also one that a story killed or paused. */
async function stopGateway(gateway: GatewayProcess): Promise<void> {
  gateway.signal('SIGCONT');
  gateway.say({ do: 'stop' });
  await gateway.exited;
}

export async function addPath(
  operator: Sluice,
  emulatorUrl: string,
  particular: Partial<CreatePath> = {},
): Promise<void> {
  await operator.paths.create({
    name: PATH,
    provider: 'kling',
    base_url: emulatorUrl,
    credential: { api_key: EMULATOR_KEY },
    sandbox: true,
    ...particular,
  });
}

export async function openAccount(
  operator: Sluice,
  url: string,
  account: Partial<CreateAccount> & { name: string },
): Promise<Customer> {
  const { id } = await operator.accounts.create(account);
  await operator.accounts.topUp(id, { amount: MONEY, reference: `play money of ${account.name}` });
  const { key } = await operator.keys.create({ name: account.name, account: id });
  return { id, key, sluice: createSluice({ baseUrl: url, apiKey: key }) };
}
