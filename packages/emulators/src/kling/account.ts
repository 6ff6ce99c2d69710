/** An account: who may call, what packs it holds, what was deducted. Pure; time is an argument. */
import type { PackType } from './order.ts';
import { parseUnits } from './units.ts';

export type KlingPackOptions = {
  name: string;
  type: PackType;
  units: string;
  concurrency: number;
  /** Unix milliseconds; a pack without them is always in force. */
  validFrom?: number;
  validUntil?: number;
};

export type KlingAccountOptions = {
  /** For logs; by default the number of the account. */
  name?: string;
  apiKeys: string[];
  accessKey?: string;
  secretKey?: string;
  packs: KlingPackOptions[];
  /** `whsec_...`; two while a rotation runs: callbacks then carry both signatures. */
  webhookSecret?: string | string[];
  /** Models (as named in requests) that this account may not use: 403 / 1103. */
  forbiddenModels?: string[];
};

export type Pack = {
  id: string;
  name: string;
  type: PackType;
  total: bigint;
  remaining: bigint;
  concurrency: number;
  validFrom: number;
  validUntil: number;
};

export type Deduction = {
  taskId: string;
  at: number;
  packId: string;
  packName: string;
  type: PackType;
  before: bigint;
  amount: bigint;
  after: bigint;
};

export type Account = {
  name: string;
  apiKeys: string[];
  accessKey: string | null;
  secretKey: string | null;
  packs: Pack[];
  webhookSecrets: string[];
  forbiddenModels: string[];
  deductions: Deduction[];
};

const yearMs = 365 * 24 * 3_600_000;

export function createAccount(options: KlingAccountOptions, number: number, now: number): Account {
  const secrets = options.webhookSecret ?? [];
  return {
    name: options.name ?? `account-${number}`,
    apiKeys: [...options.apiKeys],
    accessKey: options.accessKey ?? null,
    secretKey: options.secretKey ?? null,
    packs: options.packs.map((pack, at) => createPack(pack, `pack-${number}-${at + 1}`, now)),
    webhookSecrets: typeof secrets === 'string' ? [secrets] : [...secrets],
    forbiddenModels: [...(options.forbiddenModels ?? [])],
    deductions: [],
  };
}

export function createPack(options: KlingPackOptions, id: string, now: number): Pack {
  return {
    id,
    name: options.name,
    type: options.type,
    total: parseUnits(options.units),
    remaining: parseUnits(options.units),
    concurrency: options.concurrency,
    validFrom: options.validFrom ?? now,
    validUntil: options.validUntil ?? now + yearMs,
  };
}

export type PackStatus = 'toBeOnline' | 'online' | 'expired' | 'runOut';

export function packStatus(pack: Pack, now: number): PackStatus {
  if (now < pack.validFrom) return 'toBeOnline';
  if (now >= pack.validUntil) return 'expired';
  return pack.remaining > 0n ? 'online' : 'runOut';
}

/** The packs that count now, the one that ends first in front: it is used up first. */
export function activePacks(account: Account, type: PackType, now: number): Pack[] {
  return account.packs
    .filter((pack) => pack.type === type && packStatus(pack, now) === 'online')
    .sort((one, other) => one.validUntil - other.validUntil);
}

/** The highest concurrency among active packs, not their sum. */
export function concurrencyOf(account: Account, type: PackType, now: number): number {
  return Math.max(0, ...activePacks(account, type, now).map((pack) => pack.concurrency));
}

export function unitsLeft(account: Account, type: PackType, now: number): bigint {
  return activePacks(account, type, now).reduce((sum, pack) => sum + pack.remaining, 0n);
}

/**
 * Takes a finished task's charge. Packs that ran out or ended since the order leave nothing to take
 * from; the last pack of the type then goes below zero rather than the vendor working for free unseen.
 */
export function deduct(
  account: Account,
  charge: { taskId: string; type: PackType; amount: bigint },
  at: number,
): void {
  let owed = charge.amount;
  const usable = activePacks(account, charge.type, at);
  const last = account.packs.filter((pack) => pack.type === charge.type).at(-1);
  for (const pack of usable) {
    if (owed === 0n) return;
    const amount = smaller(pack.remaining, owed);
    owed -= amount;
    take(account, pack, charge.taskId, amount, at);
  }
  if (owed > 0n && last !== undefined) take(account, last, charge.taskId, owed, at);
}

function take(account: Account, pack: Pack, taskId: string, amount: bigint, at: number): void {
  const before = pack.remaining;
  pack.remaining -= amount;
  account.deductions.push({
    taskId,
    at,
    packId: pack.id,
    packName: pack.name,
    type: pack.type,
    before,
    amount,
    after: pack.remaining,
  });
}

function smaller(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}
