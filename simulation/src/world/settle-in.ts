/** What an operator does before a world begins: paths, accounts with money and caps, keys with budgets, webhooks. */

import type { Routing } from '@sluice/contract';
import { topUp } from '@sluice/server/decide/postings.ts';
import type { Clock } from '@sluice/server/effects/clock/clock.ts';
import { newId } from '@sluice/server/effects/random/id.ts';
import type { Secrets } from '@sluice/server/effects/secrets/secrets.ts';
import type { Caller } from '@sluice/server/lifecycle/1-accept.ts';
import { webhookSecretContext } from '@sluice/server/lifecycle/operate/secrets.ts';
import { credentialContext } from '@sluice/server/lifecycle/paths.ts';
import type { Store } from '@sluice/server/store/store.ts';
import type { Dice } from '../dice.ts';
import type { Climate } from './climate.ts';
import { drawRouting } from './orders.ts';
import type { Vendor } from './vendors/vendor.ts';

export type Settled = {
  callers: Caller[];
  /** Signing secret by the start of the receiver's address. */
  webhookSecrets: Map<string, string>;
  accountCaps: Map<string, AccountCaps>;
};

export type AccountCaps = { maxInFlight: number | null; maxQueued: number | null };

export type SettleInParts = {
  store: Store;
  secrets: Secrets;
  clock: Clock;
  dice: Dice;
  climate: Climate;
  vendors: readonly Vendor[];
};

const MICROS = 1_000_000;
const ENDED = ['task.completed', 'task.failed', 'task.cancelled'];

export async function settleIn(parts: SettleInParts): Promise<Settled> {
  await addPaths(parts);
  const settled: Settled = { callers: [], webhookSecrets: new Map(), accountCaps: new Map() };
  for (let number = 0; number < parts.climate.clients.accounts; number += 1) {
    await addAccount(parts, number, settled);
  }
  return settled;
}

async function addPaths({ store, secrets, clock, climate, vendors }: SettleInParts): Promise<void> {
  for (const { name, provider, baseUrl, credential, settings, sheet } of vendors.flatMap(
    ({ paths }) => paths,
  )) {
    if (typeof sheet !== 'string') await store.paths.insertPriceSheet(sheet, clock.now());
    const drawn = climate.paths?.find((path) => path.name === name);
    await store.paths.insertPath(
      {
        name,
        provider,
        baseUrl,
        credentialSealed: secrets.seal(JSON.stringify(credential), credentialContext(name)),
        settings,
        sandbox: false,
        priceSheet: typeof sheet === 'string' ? sheet : sheet.id,
        ...(drawn === undefined ? {} : { lostAnswer: drawn.lostAnswer, regions: drawn.regions }),
      },
      clock.now(),
    );
  }
}

function routingOf({ dice, climate }: SettleInParts, number: number): Routing {
  const { paths } = climate;
  return paths === null
    ? {}
    : drawRouting(
        dice.fork(`routing ${number}`),
        paths.map(({ name }) => name),
      );
}

async function addAccount(parts: SettleInParts, number: number, settled: Settled): Promise<void> {
  const { store, secrets, clock, dice, climate } = parts;
  const { poor, capped, retentionDays } = climate.clients;
  const nowMs = clock.now();
  const id = newId('acc', nowMs, dice);
  const secret = secretOf(dice);
  const maxInFlight = capped && dice.chance(0.5) ? dice.whole(1, 4) : null;
  const maxQueued = capped && dice.chance(0.3) ? dice.whole(2, 8) : null;
  settled.accountCaps.set(id, { maxInFlight, maxQueued });
  await store.accounts.insert(
    {
      id,
      name: `team ${number}`,
      currency: 'USD',
      weight: dice.whole(1, 5),
      maxInFlight,
      maxQueued,
      retentionDays,
      markupBasisPoints: dice.pick([0, 0, 1_250]),
      routing: routingOf(parts, number),
      creditLimitMicros: BigInt(dice.pick([0, 0, 2]) * MICROS),
      webhookSecretSealed: secrets.seal(secret, webhookSecretContext(id)),
    },
    nowMs,
  );
  settled.webhookSecrets.set(id, secret);
  const micros = BigInt((poor ? dice.whole(1, 4) : dice.whole(40, 90)) * MICROS);
  const booking = topUp({ accountId: id, currency: 'USD' }, micros, 'opening', null);
  const booked = newId('ltx', nowMs, dice);
  await store.accounts.book(id, booked, () => ({ transaction: booking, micros }), nowMs);
  await addEndpoints(parts, id, number, settled);
  for (let keys = dice.whole(1, 2); keys > 0; keys -= 1) settled.callers.push(await addKey(parts, id));
}

async function addEndpoints(
  { store, secrets, clock, dice }: SettleInParts,
  accountId: string,
  number: number,
  settled: Settled,
): Promise<void> {
  for (let endpoints = dice.whole(0, 2); endpoints > 0; endpoints -= 1) {
    const id = newId('ep', clock.now(), dice);
    const secret = secretOf(dice);
    const url = `https://team${number}.hooks.example/in/${endpoints}`;
    settled.webhookSecrets.set(url, secret);
    await store.webhooks.insertEndpoint(
      {
        id,
        accountId,
        url,
        urlSealed: null,
        types: dice.chance(0.7) ? ENDED : ['task.completed'],
        description: '',
        format: 'sluice',
        leastSeverity: 'warning',
        secretSealed: secrets.seal(secret, webhookSecretContext(id)),
      },
      clock.now(),
    );
  }
}

async function addKey({ store, clock, dice, climate }: SettleInParts, accountId: string): Promise<Caller> {
  const { capped } = climate.clients;
  const keyId = newId('key', clock.now(), dice);
  await store.keys.insert(
    {
      id: keyId,
      accountId,
      name: 'key',
      prefix: 'sk-sluice-sim',
      hash: dice.bytes(32),
      scopes: ['tasks'],
      budgetMicros: dice.chance(0.3) ? BigInt(dice.whole(1, 12) * MICROS) : null,
      budgetPeriod: dice.pick(['total', 'day'] as const),
      maxInFlight: capped && dice.chance(0.4) ? dice.whole(1, 3) : null,
      expiresAtMs: null,
      createdBy: null,
    },
    clock.now(),
  );
  return { accountId, keyId };
}

function secretOf(dice: Dice): string {
  return `whsec_${Buffer.from(dice.bytes(32)).toString('base64')}`;
}
