/** Who calls: accounts with credits, keys with budgets of their own. */
import { type Units, unitsOf } from './credits.ts';
import type { Refusal } from './errors.ts';

export type EvolinkKeyOptions = {
  key: string;
  /** Credits that this key may spend; none: as many as the account has. */
  budget?: string;
  state?: 'active' | 'disabled' | 'expired';
  /** Model ids that it may order; none: all. */
  models?: string[];
};

export type EvolinkAccountOptions = {
  name?: string;
  keys: EvolinkKeyOptions[];
  credits: string;
  /** Tasks in flight at most; none: any number. The vendor publishes no figure. */
  concurrent?: number;
};

export type Key = {
  key: string;
  budget: Units | null;
  spent: Units;
  state: 'active' | 'disabled' | 'expired';
  models: string[] | null;
};
export type Account = { name: string; credits: Units; concurrent: number | null; keys: Key[] };

export function createAccount(options: EvolinkAccountOptions, number: number): Account {
  return {
    name: options.name ?? `account-${number}`,
    credits: unitsOf(options.credits),
    concurrent: options.concurrent ?? null,
    keys: options.keys.map(({ key, budget, state = 'active', models }) => ({
      key,
      budget: budget === undefined ? null : unitsOf(budget),
      spent: 0n,
      state,
      models: models ?? null,
    })),
  };
}

export type Caller = { ok: true; account: Account; key: Key } | { ok: false; refusal: Refusal };

export function callerOf(accounts: readonly Account[], authorization: string | undefined): Caller {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  for (const account of accounts) {
    const key = account.keys.find((known) => known.key === token);
    if (key === undefined) continue;
    if (key.state === 'disabled') return refused('key_disabled', 'This key is disabled.');
    if (key.state === 'expired') return refused('key_expired', 'This key has expired.');
    return { ok: true, account, key };
  }
  return refused('invalid_api_key', 'Invalid API key.');
}

function refused(code: string, message: string): Caller {
  return { ok: false, refusal: { code, message } };
}

/** Money first for the key, then for the account: each has its own code. */
export function reserve(account: Account, key: Key, charge: Units): Refusal | null {
  if (key.budget !== null) {
    const left = key.budget - key.spent;
    if (left <= 0n) return { code: 'key_quota_exhausted', message: 'The quota of this key is used up.' };
    if (left < charge)
      return { code: 'insufficient_token_quota', message: 'The quota of this key is too small.' };
  }
  if (account.credits < charge) return { code: 'insufficient_user_quota', message: 'Not enough credits.' };
  account.credits -= charge;
  key.spent += charge;
  return null;
}

export function giveBack(account: Account, key: Key, amount: Units): void {
  account.credits += amount;
  key.spent -= amount;
}
