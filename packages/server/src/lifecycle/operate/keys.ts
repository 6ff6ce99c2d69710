/** API keys: made here, shown once, kept as a hash. */
import { type CreateKey, microsFromDecimal, type Refusal, type UpdateKey } from '@sluice/contract';
import type { z } from 'zod';
import { currentPeriod, type KeyBudget } from '../../decide/accept.ts';
import { newId } from '../../effects/random/id.ts';
import { hashKey, keyPrefix, newKeyText } from '../../effects/secrets/keys.ts';
import type { KeyRow, NewKey } from '../../store/keys.ts';
import type { Context } from '../context.ts';
import { record } from './actions.ts';

export type KeyAnswer =
  | { kind: 'created'; key: KeyRow; text: string }
  | { kind: 'refused'; refusal: Refusal };

/** Who asks for a key: an operator may make any, everybody else what they could do themselves. */
export type KeyMaker = {
  keyId: string;
  accountId: string | null;
  operator: boolean;
  scopes: ReadonlySet<string>;
};

export async function createKey(
  context: Context,
  by: KeyMaker,
  asked: z.output<typeof CreateKey>,
): Promise<KeyAnswer> {
  const input = by.operator ? asked : { ...asked, account: asked.account ?? by.accountId };
  const refusal = byRefusal(by, input) ?? (await refusalOf(context, input));
  if (refusal) return { kind: 'refused', refusal };
  const { text, key: made } = newKey(context, input, by.keyId);
  const key = await context.store.keys.insert(made, context.clock.now());
  await record(context, by.keyId, 'key.created', key.id, { account: input.account, scopes: made.scopes });
  return { kind: 'created', key, text };
}

export type KeyUpdate = { kind: 'updated'; key: KeyRow } | { kind: 'refused'; refusal: Refusal };

/** What was spent stays counted: a smaller budget may be used up at once, a larger one goes on where it was. */
export async function updateKey(
  context: Context,
  by: Pick<KeyMaker, 'keyId'>,
  id: string,
  accountId: string | null,
  change: z.output<typeof UpdateKey>,
): Promise<KeyUpdate> {
  const budgetMicros = typeof change.budget === 'string' ? microsFromDecimal(change.budget) : change.budget;
  if (budgetMicros && budgetMicros < 0n) {
    return { kind: 'refused', refusal: invalid('budget', 'A budget is not negative.') };
  }
  const nowMs = context.clock.now();
  const key = await context.store.keys.update(id, accountId, (row) => ({
    name: change.name ?? row.name,
    budgetMicros: budgetMicros === undefined ? row.budget_micros : budgetMicros,
    budgetPeriod: change.budget_period ?? row.budget_period,
    maxInFlight: change.max_in_flight === undefined ? row.max_in_flight : change.max_in_flight,
    // By the period that it was counted in: the next one would take a month for a day.
    ...currentPeriod(budgetOf(row), nowMs),
  }));
  if (!key) return { kind: 'refused', refusal: { code: 'not_found' } };
  await record(context, by.keyId, 'key.changed', key.id, change);
  return { kind: 'updated', key };
}

export function budgetOf(row: KeyRow): KeyBudget {
  return {
    budgetMicros: row.budget_micros ?? 0n,
    period: row.budget_period,
    usedMicros: row.budget_used_micros,
    sinceMs: row.budget_since,
  };
}

function byRefusal(by: KeyMaker, { account, scopes }: z.output<typeof CreateKey>): Refusal | null {
  if (by.operator) return null;
  // Another account is the same to them as one that is not there.
  if (account !== by.accountId) return invalid('account', `There is no account ${account}.`);
  const lacking = scopes.findIndex((scope) => !by.scopes.has(scope));
  if (lacking < 0) return null;
  const message = `You cannot give the scope ${scopes[lacking]}, which you do not have yourself.`;
  return { ...invalid(`scopes[${lacking}]`, message), allowed: [...by.scopes] };
}

/** A key that nobody knows yet: its text for its owner, and what is kept of it. */
export function newKey(
  context: Pick<Context, 'clock' | 'random'>,
  input: z.output<typeof CreateKey>,
  createdBy: string | null,
): { text: string; key: NewKey } {
  const text = newKeyText(context.random);
  const key = {
    id: newId('key', context.clock.now(), context.random),
    accountId: input.account,
    name: input.name,
    prefix: keyPrefix(text),
    hash: hashKey(text),
    scopes: [...new Set(input.scopes)],
    budgetMicros: input.budget === null ? null : microsFromDecimal(input.budget),
    budgetPeriod: input.budget_period,
    maxInFlight: input.max_in_flight,
    expiresAtMs: input.expires_at === null ? null : Date.parse(input.expires_at),
    createdBy,
  };
  return { text, key };
}

async function refusalOf(context: Context, input: z.output<typeof CreateKey>): Promise<Refusal | null> {
  const operator = input.scopes.includes('operator');
  if (input.account === null && !operator) {
    return invalid(
      'account',
      'Only an operator key has no account.',
      'Name the account, or the scope operator.',
    );
  }
  if (input.account !== null && operator) {
    return invalid(
      'scopes',
      'An operator key sees every account, so it belongs to none.',
      'Leave out account.',
    );
  }
  if (input.budget !== null && microsFromDecimal(input.budget) < 0n) {
    return invalid('budget', 'A budget is not negative.');
  }
  if (input.expires_at !== null && Date.parse(input.expires_at) <= context.clock.now()) {
    return invalid('expires_at', 'That is in the past.');
  }
  if (input.account !== null && (await context.store.accounts.find(input.account)) === null) {
    return invalid('account', `There is no account ${input.account}.`);
  }
  return null;
}

function invalid(field: string, message: string, fix?: string): Refusal {
  return { code: 'invalid_input', field, message, ...(fix === undefined ? {} : { fix }) };
}
