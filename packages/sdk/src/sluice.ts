/** `createSluice`: the client, put together from its groups. */
import { assetsGroup } from './assets.ts';
import { balanceGroup, ledgerGroup, modelsGroup, quotesGroup } from './billing.ts';
import { checkoutsGroup } from './checkouts.ts';
import { type Clock, newIdempotencyKey, platformClock } from './clock.ts';
import { comparisonsGroup, promisesGroup, verificationsGroup } from './evidence.ts';
import { filesGroup } from './files.ts';
import { accountsGroup, attemptsGroup, keysGroup, pathsGroup, pricesGroup, systemGroup } from './operator.ts';
import { plansGroup } from './plans.ts';
import { gateGroup, sessionGroup } from './session.ts';
import { activityGroup, eventsGroup, tasksGroup } from './tasks.ts';
import { alertsGroup, membersGroup, promptsGroup, spendGroup } from './team.ts';
import { createTransport, type FetchLike } from './transport.ts';
import { webhooksGroup } from './webhooks.ts';

export type SluiceOptions = {
  /** Address of the gateway; a path in front of `/v1` is kept. */
  baseUrl: string;
  /** Without it, only signed links can be downloaded. */
  apiKey?: string | undefined;
  /** In a browser, on the gateway's own pages: signed in by cookie, see `session`. Not together with apiKey. */
  cookies?: boolean | undefined;
  /** Limit of one attempt, 60 s. Streams and downloads: until their headers. Uploads have their own. */
  timeoutMs?: number | undefined;
  /** How often a call is repeated when that is safe. Default 3; 0 never repeats. */
  maxRetries?: number | undefined;
  fetch?: FetchLike | undefined;
  clock?: Clock | undefined;
  /** 0 ≤ n < 1; spreads retries. */
  random?: (() => number) | undefined;
  newIdempotencyKey?: (() => string) | undefined;
};

export type Sluice = ReturnType<typeof createSluice>;

const TIMEOUT_MS = 60_000;
const MAX_RETRIES = 3;

export function createSluice(options: SluiceOptions) {
  if (options.apiKey && options.cookies) throw new TypeError('give either apiKey or cookies, not both');
  const transport = createTransport({
    baseUrl: readBaseUrl(options.baseUrl),
    apiKey: options.apiKey,
    cookies: options.cookies ?? false,
    // Called through a function of ours: browsers refuse fetch as a method of another object.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxRetries: options.maxRetries ?? MAX_RETRIES,
    clock: options.clock ?? platformClock,
    random: options.random ?? Math.random,
    newIdempotencyKey: options.newIdempotencyKey ?? newIdempotencyKey,
  });
  return {
    tasks: tasksGroup(transport),
    events: eventsGroup(transport),
    activity: activityGroup(transport),
    models: modelsGroup(transport),
    quotes: quotesGroup(transport),
    files: filesGroup(transport),
    assets: assetsGroup(transport),
    balance: balanceGroup(transport),
    ledger: ledgerGroup(transport),
    checkouts: checkoutsGroup(transport),
    webhooks: webhooksGroup(transport),
    accounts: accountsGroup(transport),
    keys: keysGroup(transport),
    paths: pathsGroup(transport),
    plans: plansGroup(transport),
    prices: pricesGroup(transport),
    comparisons: comparisonsGroup(transport),
    verifications: verificationsGroup(transport),
    promises: promisesGroup(transport),
    attempts: attemptsGroup(transport),
    system: systemGroup(transport),
    session: sessionGroup(transport),
    gate: gateGroup(transport),
    spend: spendGroup(transport),
    members: membersGroup(transport),
    alerts: alertsGroup(transport),
    prompts: promptsGroup(transport),
  };
}

function readBaseUrl(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError(`not an http address: ${baseUrl}`);
  if (url.username || url.password) throw new TypeError('put the key into apiKey, not into the address');
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
}
