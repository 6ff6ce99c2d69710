/**
 * A gateway's sandbox: an emulated Kling beside it, a path that leads there, an account with play money and a key
 * to it. Everything that comes out of it is labelled `sandbox`.
 */
import { type KlingTiming, type ServedKling, serveKling } from '@sluice/emulators';
import { type Account, createSluice, isSluiceError, type Path, type Sluice } from '@sluice/sdk';
import type { Config } from '@sluice/server';

export const SANDBOX_PATH = 'kling-sandbox';
const ACCOUNT_NAME = 'Sandbox';
const API_KEY = 'api-key-kling-sandbox';
const PLAY_MONEY = '1000';

export type Sandbox = {
  path: string;
  account: Account;
  /** A key of the sandbox account. */
  key: string;
};

export type SandboxOptions = {
  url: string;
  operatorKey: string;
  /** A key from an earlier start, if it is known. */
  key: string | undefined;
  emulator: Pick<ServedKling, 'url'>;
};

/**
 * What a gateway must be allowed, because the sandbox and its links live on this machine: the emulator and the
 * receivers that are named, each by its port. Links and webhooks come from clients, who must not reach what else
 * listens here.
 */
export function sandboxAllow(
  allow: Config['allow'],
  emulatorUrl: string,
  ...receiverUrls: readonly string[]
): Config['allow'] {
  const emulator = new URL(emulatorUrl).host;
  const receivers = receiverUrls.map((url) => new URL(url).host);
  return {
    ...allow,
    configured: [...allow.configured, emulator],
    given: [...allow.given, emulator, ...receivers],
  };
}

/** Quick enough to watch, slow enough to see the stages. */
const TIMING: Partial<KlingTiming> = {
  queueMs: 700,
  renderBaseMs: 1_500,
  renderMsPerSecond: 700,
  jitter: 0.2,
};

/** Before the gateway, which has to be told its address. */
export async function startEmulator(timing: Partial<KlingTiming> = TIMING): Promise<ServedKling> {
  return await serveKling({
    accounts: [
      {
        name: 'sandbox',
        apiKeys: [API_KEY],
        packs: [
          { name: 'Sandbox-Video-100000Units-5Con-12Months', type: 'video', units: '100000', concurrency: 5 },
        ],
      },
    ],
    timing,
  });
}

/** The path to the emulator, the account, its play money and its key. */
export async function furnishSandbox(options: SandboxOptions): Promise<Sandbox> {
  const operator = createSluice({ baseUrl: options.url, apiKey: options.operatorKey });
  await ensurePath(operator, options.emulator.url);
  const account = await ensureAccount(operator);
  await operator.accounts.topUp(account.id, { amount: PLAY_MONEY, reference: 'sandbox play money' });
  const key = options.key ?? (await operator.keys.create({ name: 'sandbox', account: account.id })).key;
  return { path: SANDBOX_PATH, account, key };
}

/** The emulator takes a free port at each start, so an old path is led to the new place. */
async function ensurePath(operator: Sluice, url: string): Promise<Path> {
  try {
    return await operator.paths.update(SANDBOX_PATH, { base_url: url });
  } catch (error) {
    if (!isSluiceError(error) || error.code !== 'not_found') throw error;
  }
  return await operator.paths.create({
    name: SANDBOX_PATH,
    provider: 'kling',
    base_url: url,
    credential: { api_key: API_KEY },
    sandbox: true,
  });
}

async function ensureAccount(operator: Sluice): Promise<Account> {
  for await (const account of operator.accounts.all()) {
    if (account.name === ACCOUNT_NAME) return account;
  }
  return await operator.accounts.create({ name: ACCOUNT_NAME });
}
