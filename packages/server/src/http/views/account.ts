/** Accounts, balances and the book as the API shows them. */
import {
  type Account,
  type Balance,
  Currency,
  decimalFromMicros,
  type LedgerEntry,
  Routing,
} from '@sluice/contract';
import type { z } from 'zod';
import type { AccountRow, LedgerRow } from '../../store/accounts.ts';
import { instant } from './instant.ts';

export function accountView(row: AccountRow): Account {
  return {
    id: row.id,
    object: 'account',
    name: row.name,
    status: row.status,
    currency: Currency.parse(row.currency),
    weight: row.weight,
    credit_limit: decimalFromMicros(row.credit_limit_micros),
    max_in_flight: row.max_in_flight,
    max_queued: row.max_queued,
    retention_days: row.retention_days,
    markup_percent: row.markup_basis_points / 100,
    routing: Routing.parse(row.routing),
    created_at: instant(row.created_at),
    balance: balanceView(row),
  };
}

export function balanceView(row: AccountRow): z.infer<typeof Balance> {
  return {
    object: 'balance',
    currency: Currency.parse(row.currency),
    posted: decimalFromMicros(row.posted_micros),
    held: decimalFromMicros(row.held_micros),
    available: decimalFromMicros(row.posted_micros - row.held_micros),
    credit_limit: decimalFromMicros(row.credit_limit_micros),
  };
}

/** One transaction with its postings; debit is positive. */
export function ledgerView(row: LedgerRow): z.infer<typeof LedgerEntry> {
  return {
    id: row.id,
    object: 'ledger_transaction',
    kind: row.kind,
    at: instant(row.at),
    task_id: row.task_id,
    reference: row.reference,
    note: row.note,
    postings: row.posting_accounts.map((account, index) => ({
      account,
      amount: decimalFromMicros(row.posting_micros[index] ?? 0n),
      currency: row.currency,
    })),
  };
}
