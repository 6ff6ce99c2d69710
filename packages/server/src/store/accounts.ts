/** Accounts, their balances, and money moved by hand. */
import type { Routing } from '@sluice/contract';
import type { LedgerTransaction } from '../decide/postings.ts';
import type { Database } from './database.ts';
import * as sql from './sql/accounts.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { AccountRow, LedgerRow } from './sql/accounts.ts';

export type NewAccount = {
  id: string;
  name: string;
  currency: string;
  weight: number;
  maxInFlight: number | null;
  maxQueued: number | null;
  retentionDays: number | null;
  markupBasisPoints: number;
  routing: Routing;
  creditLimitMicros: bigint;
  webhookSecretSealed: string;
};

export type AccountChange = {
  name: string;
  status: 'active' | 'suspended';
  weight: number;
  maxInFlight: number | null;
  maxQueued: number | null;
  retentionDays: number | null;
  markupBasisPoints: number;
  routing: Routing;
  creditLimitMicros: bigint;
};

export type Updated =
  | { kind: 'updated'; account: sql.AccountRow }
  | { kind: 'not_found' }
  /** The new credit limit would not cover what is already spent and held. */
  | { kind: 'limit_too_low' };

export type Booked =
  /** `repeated`: this reference was booked before, and this is that booking. */
  | { kind: 'booked' | 'repeated'; transaction: sql.LedgerRow; account: sql.AccountRow }
  | { kind: 'not_found' }
  /** The reference belongs to a booking of another amount. */
  | { kind: 'reference_taken'; transaction: sql.LedgerRow }
  /** It would take the available balance below the credit limit. */
  | { kind: 'below_limit'; account: sql.AccountRow };

export type LedgerFilter = {
  /** Null: everybody's. */
  accountId: string | null;
  taskId: string | null;
  kind: string | null;
  bookedAfterMs: number | null;
  bookedBeforeMs: number | null;
};

export type AccountStore = {
  insert(account: NewAccount, nowMs: number): Promise<sql.AccountRow>;
  find(id: string): Promise<sql.AccountRow | null>;
  list(page: { before: string | null; most: number }): Promise<sql.AccountRow[]>;
  update(id: string, change: (account: sql.AccountRow) => AccountChange): Promise<Updated>;
  /** Books once per reference. `decide` gets the account under lock, so that the currency is its own. */
  book(
    accountId: string,
    id: string,
    decide: (account: sql.AccountRow) => { transaction: LedgerTransaction; micros: bigint },
    nowMs: number,
  ): Promise<Booked>;
  ledger(filter: LedgerFilter, page: { before: bigint | null; most: number }): Promise<sql.LedgerRow[]>;
  /**
   * The whole book as one moment saw it, in pages and in its order. The next page is read when `take` has resolved; a
   * reader that stalls for longer than the database's idle limit loses the export, never the database its locks.
   */
  exportLedger(take: (page: sql.LedgerRow[]) => Promise<void>): Promise<void>;
};

const EXPORT_PAGE = 2_000;

export function accountStore(db: Database): AccountStore {
  const readLedger = async (statement: { name: string; text: string }, values: readonly unknown[]) =>
    rowsOf<sql.LedgerRow>(await db.query(statement, values));
  return {
    insert: async (account, nowMs) => {
      const row = firstOf<sql.AccountRow>(
        await db.query(sql.insertAccount, [
          account.id,
          account.name,
          account.currency,
          account.weight,
          account.maxInFlight,
          account.maxQueued,
          account.retentionDays,
          account.markupBasisPoints,
          account.webhookSecretSealed,
          at(nowMs),
          account.creditLimitMicros,
          JSON.stringify(account.routing),
        ]),
      );
      if (!row) throw new Error('an inserted account comes back');
      return row;
    },
    find: async (id) => firstOf<sql.AccountRow>(await db.query(sql.findAccount, [id])),
    list: async ({ before, most }) =>
      rowsOf<sql.AccountRow>(await db.query(sql.listAccounts, [before, most])),
    update: (id, change) => updateAccount(db, id, change),
    book: (accountId, id, decide, nowMs) => book(db, accountId, id, decide, nowMs),
    ledger: ({ accountId, taskId, kind, bookedAfterMs, bookedBeforeMs }, { before, most }) => {
      const walked = [before, most, kind, at(bookedAfterMs), at(bookedBeforeMs)];
      if (taskId !== null) return readLedger(sql.listByTask, [...walked, taskId, accountId]);
      return accountId === null
        ? readLedger(sql.listAll, walked)
        : readLedger(sql.listByAccount, [...walked, accountId]);
    },
    exportLedger: (take) =>
      db.transaction(
        async (tx) => {
          for (let after = 0n; ; ) {
            const page = rowsOf<sql.LedgerRow>(await tx.query(sql.exportPage, [after, EXPORT_PAGE]));
            const last = page.at(-1);
            if (!last) return;
            await take(page);
            after = last.number;
          }
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
  };
}

function updateAccount(
  db: Database,
  id: string,
  change: (account: sql.AccountRow) => AccountChange,
): Promise<Updated> {
  return db.transaction(async (tx): Promise<Updated> => {
    const before = firstOf<sql.AccountRow>(await tx.query(sql.lockAccount, [id]));
    if (!before) return { kind: 'not_found' };
    const after = change(before);
    if (before.posted_micros - before.held_micros + after.creditLimitMicros < 0n)
      return { kind: 'limit_too_low' };
    const { name, status, weight, maxInFlight, maxQueued, retentionDays, markupBasisPoints } = after;
    await tx.query(sql.updateAccount, [
      id,
      name,
      status,
      weight,
      maxInFlight,
      maxQueued,
      retentionDays,
      markupBasisPoints,
      JSON.stringify(after.routing),
    ]);
    if (after.creditLimitMicros !== before.credit_limit_micros) {
      await tx.query(sql.updateCreditLimit, [id, after.creditLimitMicros]);
    }
    return { kind: 'updated', account: await reread(tx, id) };
  });
}

function book(
  db: Database,
  accountId: string,
  id: string,
  decide: (account: sql.AccountRow) => { transaction: LedgerTransaction; micros: bigint },
  nowMs: number,
): Promise<Booked> {
  return db.transaction(async (tx): Promise<Booked> => {
    const account = firstOf<sql.AccountRow>(await tx.query(sql.lockAccount, [accountId]));
    if (!account) return { kind: 'not_found' };
    const { transaction, micros } = decide(account);
    // The lock on the balance makes a second request with this reference wait for the first.
    const earlier = firstOf<sql.LedgerRow>(await tx.query(sql.findByReference, [transaction.reference]));
    if (earlier) {
      const same = transaction.postings.every(
        (posting, index) => earlier.posting_micros[index] === posting.micros,
      );
      return same
        ? { kind: 'repeated', transaction: earlier, account }
        : { kind: 'reference_taken', transaction: earlier };
    }
    const { posted_micros: posted, held_micros: held, credit_limit_micros: limit } = account;
    if (posted - held + limit + micros < 0n) return { kind: 'below_limit', account };
    const written = await writeBooking(tx, { id, accountId, transaction, micros }, nowMs);
    return { kind: 'booked', transaction: written, account: await reread(tx, accountId) };
  });
}

export type Booking = { id: string; accountId: string; transaction: LedgerTransaction; micros: bigint };

/** With the balance locked. A reference that was booked before breaks the transaction. */
export async function writeBooking(
  tx: Pick<Database, 'query'>,
  { id, accountId, transaction, micros }: Booking,
  nowMs: number,
): Promise<sql.LedgerRow> {
  const { kind, reference, currency, postings, note } = transaction;
  const written = firstOf<sql.LedgerRow>(
    await tx.query(sql.insertTransaction, [
      id,
      kind,
      reference,
      accountId,
      currency,
      postings.map((posting) => posting.account),
      postings.map((posting) => posting.micros),
      note,
      at(nowMs),
    ]),
  );
  if (!written) throw new Error('a booking comes back');
  await tx.query(sql.addToBalance, [accountId, micros]);
  return written;
}

async function reread(tx: Pick<Database, 'query'>, id: string): Promise<sql.AccountRow> {
  const account = firstOf<sql.AccountRow>(await tx.query(sql.findAccount, [id]));
  if (!account) throw new Error(`account ${id} is gone although it is locked`);
  return account;
}
