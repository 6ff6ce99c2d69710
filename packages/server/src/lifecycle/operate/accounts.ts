/** What operators do to accounts: create, change, and move money by hand with a reference that books once. */
import {
  type Adjustment,
  type CreateAccount,
  microsFromDecimal,
  type Refusal,
  Routing,
  type TopUp,
  type UpdateAccount,
} from '@sluice/contract';
import type { z } from 'zod';
import { adjustment, topUp } from '../../decide/postings.ts';
import { newId } from '../../effects/random/id.ts';
import type { AccountRow, Booked, LedgerRow } from '../../store/accounts.ts';
import type { Context } from '../context.ts';
import { newWebhookSecret, webhookSecretContext } from './secrets.ts';

export type AccountAnswer = { kind: 'account'; account: AccountRow } | { kind: 'refused'; refusal: Refusal };

export type MoneyAnswer =
  | { kind: 'booked'; transaction: LedgerRow; account: AccountRow }
  | { kind: 'refused'; refusal: Refusal };

export async function createAccount(
  context: Context,
  input: z.output<typeof CreateAccount>,
): Promise<AccountAnswer> {
  const nowMs = context.clock.now();
  const creditLimitMicros = microsFromDecimal(input.credit_limit);
  if (creditLimitMicros < 0n) return refusedField('credit_limit', 'A credit limit is not negative.');
  const id = newId('acc', nowMs, context.random);
  const secret = newWebhookSecret(context.random);
  const account = await context.store.accounts.insert(
    {
      id,
      name: input.name,
      currency: input.currency,
      weight: input.weight,
      maxInFlight: input.max_in_flight,
      maxQueued: input.max_queued,
      retentionDays: input.retention_days,
      markupBasisPoints: basisPoints(input.markup_percent),
      routing: input.routing,
      creditLimitMicros,
      webhookSecretSealed: context.secrets.seal(secret, webhookSecretContext(id)),
    },
    nowMs,
  );
  return { kind: 'account', account };
}

export async function updateAccount(
  context: Context,
  id: string,
  change: z.output<typeof UpdateAccount>,
): Promise<AccountAnswer> {
  const creditLimitMicros =
    change.credit_limit === undefined ? undefined : microsFromDecimal(change.credit_limit);
  if (creditLimitMicros !== undefined && creditLimitMicros < 0n) {
    return refusedField('credit_limit', 'A credit limit is not negative.');
  }
  const answer = await context.store.accounts.update(id, (account) => ({
    name: change.name ?? account.name,
    status: change.status ?? account.status,
    weight: change.weight ?? account.weight,
    maxInFlight: change.max_in_flight === undefined ? account.max_in_flight : change.max_in_flight,
    maxQueued: change.max_queued === undefined ? account.max_queued : change.max_queued,
    retentionDays: change.retention_days === undefined ? account.retention_days : change.retention_days,
    markupBasisPoints:
      change.markup_percent === undefined ? account.markup_basis_points : basisPoints(change.markup_percent),
    routing: change.routing ?? Routing.parse(account.routing),
    creditLimitMicros: creditLimitMicros ?? account.credit_limit_micros,
  }));
  switch (answer.kind) {
    case 'updated':
      return { kind: 'account', account: answer.account };
    case 'not_found':
      return { kind: 'refused', refusal: { code: 'not_found' } };
    case 'limit_too_low': {
      const message = 'The new credit limit does not cover what the account has already spent and reserved.';
      return { kind: 'refused', refusal: { code: 'conflict', field: 'credit_limit', message } };
    }
  }
}

export async function bookTopUp(
  context: Context,
  accountId: string,
  input: z.output<typeof TopUp>,
): Promise<MoneyAnswer> {
  const micros = microsFromDecimal(input.amount);
  if (micros <= 0n) {
    const fix = 'Book a correction instead: POST /v1/accounts/{id}/adjustments.';
    return refusedField('amount', 'A top-up is money received: more than zero.', fix);
  }
  const booked = await context.store.accounts.book(
    accountId,
    newId('ltx', context.clock.now(), context.random),
    ({ currency }) => ({
      transaction: topUp({ accountId, currency }, micros, input.reference, input.note ?? null),
      micros,
    }),
    context.clock.now(),
  );
  if (booked.kind === 'booked') context.wake('admit');
  return moneyAnswer(booked);
}

export async function bookAdjustment(
  context: Context,
  accountId: string,
  input: z.output<typeof Adjustment>,
): Promise<MoneyAnswer> {
  const micros = microsFromDecimal(input.amount);
  if (micros === 0n) return refusedField('amount', 'A correction of nothing corrects nothing.');
  const booked = await context.store.accounts.book(
    accountId,
    newId('ltx', context.clock.now(), context.random),
    ({ currency }) => ({
      transaction: adjustment({ accountId, currency }, micros, input.reference, input.note),
      micros,
    }),
    context.clock.now(),
  );
  return moneyAnswer(booked);
}

function moneyAnswer(booked: Booked): MoneyAnswer {
  switch (booked.kind) {
    case 'booked':
    case 'repeated':
      return { kind: 'booked', transaction: booked.transaction, account: booked.account };
    case 'not_found':
      return { kind: 'refused', refusal: { code: 'not_found' } };
    case 'reference_taken': {
      const message = 'This reference was booked before, with another amount.';
      return { kind: 'refused', refusal: { code: 'conflict', field: 'reference', message } };
    }
    case 'below_limit': {
      const message = 'That would take the available balance below the credit limit.';
      return { kind: 'refused', refusal: { code: 'conflict', field: 'amount', message } };
    }
  }
}

function basisPoints(percent: number): number {
  return Math.round(percent * 100);
}

function refusedField(field: string, message: string, fix?: string): { kind: 'refused'; refusal: Refusal } {
  return {
    kind: 'refused',
    refusal: { code: 'invalid_input', field, message, ...(fix === undefined ? {} : { fix }) },
  };
}
