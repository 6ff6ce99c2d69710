/**
 * A gateway's sandbox: emulated upstreams beside it, the paths that lead there, an account with play money and a key to
 * it. Everything that comes out of it is labelled `sandbox`.
 */
import {
  type Account,
  type CreatePath,
  createSluice,
  isSluiceError,
  type PriceOverlay,
  type Sluice,
} from '@sluice/sdk';
import type { Config } from '@sluice/server';
import type { Vendor } from './vendors.ts';

const ACCOUNT_NAME = 'Sandbox';
const PLAY_MONEY = '1000';

export type Sandbox = {
  /** Of the paths that lead to an emulator, in the order they were asked for. */
  paths: string[];
  account: Account;
  /** A key of the sandbox account. */
  key: string;
};

export type SandboxOptions = {
  url: string;
  operatorKey: string;
  /** A key from an earlier start, if it is known. */
  key: string | undefined;
  vendors: readonly Vendor[];
};

/**
 * What a gateway must be allowed, because the sandbox and its links live on this machine: the emulators and the
 * receivers that are named, each by its port. Links and webhooks come from clients, who must not reach what else
 * listens here.
 */
export function sandboxAllow(
  allow: Config['allow'],
  vendors: readonly Pick<Vendor, 'url'>[],
  ...receiverUrls: readonly string[]
): Config['allow'] {
  const emulators = vendors.map(({ url }) => new URL(url).host);
  const receivers = receiverUrls.map((url) => new URL(url).host);
  return {
    ...allow,
    configured: [...allow.configured, ...emulators],
    given: [...allow.given, ...emulators, ...receivers],
  };
}

/** The paths to the emulators, the account, its play money and its key. */
export async function furnishSandbox(options: SandboxOptions): Promise<Sandbox> {
  const operator = createSluice({ baseUrl: options.url, apiKey: options.operatorKey });
  for (const { path, sheet } of options.vendors) {
    if (sheet !== null) await ensureSheet(operator, sheet);
    await ensurePath(operator, path);
  }
  const paths = options.vendors.map(({ path }) => path.name);
  await leaveOut(operator, paths);
  const account = await ensureAccount(operator);
  await operator.accounts.topUp(account.id, { amount: PLAY_MONEY, reference: 'sandbox play money' });
  const key = options.key ?? (await operator.keys.create({ name: 'sandbox', account: account.id })).key;
  return { paths, account, key };
}

/** An emulator takes a free port at each start, so an old path is led to the new place. */
async function ensurePath(operator: Sluice, path: CreatePath): Promise<void> {
  const { name, base_url: baseUrl } = path;
  try {
    const { state } = await operator.paths.get(name);
    await operator.paths.update(name, {
      ...(baseUrl === undefined ? {} : { base_url: baseUrl }),
      ...(state === 'draining' ? { state: 'active' } : {}),
    });
  } catch (error) {
    if (!isSluiceError(error) || error.code !== 'not_found') throw error;
    await operator.paths.create(path);
  }
}

/** A sheet never changes, so one that is there is the same. */
async function ensureSheet(operator: Sluice, sheet: PriceOverlay): Promise<void> {
  const { data } = await operator.prices.list();
  if (!data.some(({ id }) => id === sheet.id)) await operator.prices.create(sheet);
}

/** Sandbox paths of an earlier start whose emulator does not run now take no orders. */
async function leaveOut(operator: Sluice, running: readonly string[]): Promise<void> {
  const { data } = await operator.paths.list();
  for (const { name, sandbox, state } of data) {
    if (!sandbox || running.includes(name) || state !== 'active') continue;
    await operator.paths.update(name, { state: 'draining' });
  }
}

async function ensureAccount(operator: Sluice): Promise<Account> {
  for await (const account of operator.accounts.all()) {
    if (account.name === ACCOUNT_NAME) return account;
  }
  return await operator.accounts.create({ name: ACCOUNT_NAME });
}
