/** Top-ups by card against the database. See sql/checkouts.ts. */
import type { LedgerTransaction } from '../decide/postings.ts';
import { writeBooking } from './accounts.ts';
import type { Database, Queryable } from './database.ts';
import { type AccountRow, lockAccount } from './sql/accounts.ts';
import * as sql from './sql/checkouts.ts';
import { at, json } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { CheckoutRow } from './sql/checkouts.ts';

export type NewCheckout = {
  id: string;
  accountId: string;
  keyId: string;
  currency: string;
  micros: bigint;
  returnBase: string;
  livemode: boolean;
  dueAtMs: number;
};

export type CheckoutEvent = {
  id: string;
  type: string;
  sessionId: string | null;
  paymentIntent: string | null;
  fact: Record<string, unknown>;
  /** Kept although it is nobody's yet. */
  keep: boolean;
};

export type CheckoutSettling = {
  state: sql.CheckoutRow['state'];
  paymentIntent: string | null;
  creditedMicros: bigint;
  refundedMicros: bigint;
  takenBackMicros: bigint;
  disputes: Record<string, unknown>;
  disputed: boolean;
  problem: string | null;
  dueAtMs: number | null;
  bookings: { id: string; transaction: LedgerTransaction; micros: bigint }[];
};

/** Decides, with checkout and balance locked, what facts mean. `facts` are as they were kept. */
export type SettleCheckout = (
  checkout: sql.CheckoutRow,
  account: AccountRow,
  facts: readonly unknown[],
) => CheckoutSettling;

export type CheckoutStore = {
  insert(checkout: NewCheckout, nowMs: number): Promise<sql.CheckoutRow>;
  find(id: string, accountId: string | null): Promise<sql.CheckoutRow | null>;
  list(accountId: string | null, page: { before: string | null; most: number }): Promise<sql.CheckoutRow[]>;
  /** Null when it is over already. */
  opened(
    id: string,
    session: { id: string; url: string | null; expiresAtMs: number | null },
    dueAtMs: number,
  ): Promise<sql.CheckoutRow | null>;
  /** Null when it was opened after all, or is over. */
  failed(id: string, problem: string, nowMs: number): Promise<sql.CheckoutRow | null>;
  claim(nowMs: number, untilMs: number, most: number): Promise<sql.CheckoutRow[]>;
  claimOne(id: string, nowMs: number, notSinceMs: number): Promise<sql.CheckoutRow | null>;
  /** Counts facts that were asked for, and whatever was told meanwhile. */
  settle(
    id: string,
    facts: readonly unknown[],
    settle: SettleCheckout,
    nowMs: number,
  ): Promise<sql.CheckoutRow | null>;
  /** Keeps an event once and counts it, in one transaction. Null: it is nobody's that we know. */
  receive(event: CheckoutEvent, settle: SettleCheckout, nowMs: number): Promise<sql.CheckoutRow | null>;
  toldBefore(most: number): Promise<string[]>;
  deleteStrangeEvents(beforeMs: number): Promise<void>;
};

export function checkoutStore(db: Database): CheckoutStore {
  const one = async (result: ReturnType<Queryable['query']>) => firstOf<sql.CheckoutRow>(await result);
  return {
    insert: async ({ id, accountId, keyId, currency, micros, returnBase, livemode, dueAtMs }, nowMs) => {
      const values = [id, accountId, keyId, currency, micros, returnBase, livemode, at(nowMs), at(dueAtMs)];
      const row = await one(db.query(sql.insertCheckout, values));
      if (!row) throw new Error('an inserted checkout comes back');
      return row;
    },
    find: (id, accountId) => one(db.query(sql.findCheckout, [id, accountId])),
    list: async (accountId, { before, most }) =>
      rowsOf<sql.CheckoutRow>(await db.query(sql.listCheckouts, [accountId, before, most])),
    opened: (id, { id: session, url, expiresAtMs }, dueAtMs) =>
      one(db.query(sql.openedCheckout, [id, session, url, at(expiresAtMs), at(dueAtMs)])),
    failed: (id, problem, nowMs) => one(db.query(sql.failedCheckout, [id, problem, at(nowMs)])),
    claim: async (nowMs, untilMs, most) =>
      rowsOf<sql.CheckoutRow>(await db.query(sql.claimCheckouts, [at(nowMs), at(untilMs), most])).toSorted(
        (a, b) => (a.id < b.id ? -1 : 1),
      ),
    claimOne: (id, nowMs, notSinceMs) => one(db.query(sql.claimCheckout, [id, at(nowMs), at(notSinceMs)])),
    settle: (id, facts, settle, nowMs) => db.transaction((tx) => settleIn(tx, id, facts, settle, nowMs)),
    receive: (event, settle, nowMs) => db.transaction((tx) => receive(tx, event, settle, nowMs)),
    toldBefore: async (most) =>
      rowsOf<{ id: string }>(await db.query(sql.toldBefore, [most])).map(({ id }) => id),
    deleteStrangeEvents: async (beforeMs) => {
      await db.query(sql.deleteStrangeEvents, [at(beforeMs)]);
    },
  };
}

async function receive(
  tx: Queryable,
  { id, type, sessionId, paymentIntent, fact, keep }: CheckoutEvent,
  settle: SettleCheckout,
  nowMs: number,
): Promise<sql.CheckoutRow | null> {
  const whose = firstOf<{ id: string }>(await tx.query(sql.whoseEvent, [sessionId, paymentIntent]));
  if (!whose && !keep) return null;
  await tx.query(sql.insertEvent, [id, type, sessionId, paymentIntent, json(fact), at(nowMs)]);
  return whose ? settleIn(tx, whose.id, [], settle, nowMs) : null;
}

async function settleIn(
  tx: Queryable,
  id: string,
  asked: readonly unknown[],
  settle: SettleCheckout,
  nowMs: number,
): Promise<sql.CheckoutRow | null> {
  let row = firstOf<sql.CheckoutRow>(await tx.query(sql.lockCheckout, [id]));
  if (!row) return null;
  let facts = [...asked];
  // What is learned may tell whose further events are: a session names its payment, a payment its refunds.
  for (let first = true; ; first = false) {
    const told = rowsOf<sql.EventRow>(
      await tx.query(sql.takeEvents, [id, row.session_id, row.payment_intent]),
    );
    facts = [...facts, ...told.map(({ fact }) => fact)];
    if (facts.length === 0 && !first) return row;
    row = await settleOnce(tx, row, facts, settle, nowMs);
    facts = [];
  }
}

async function settleOnce(
  tx: Queryable,
  row: sql.CheckoutRow,
  facts: readonly unknown[],
  settle: SettleCheckout,
  nowMs: number,
): Promise<sql.CheckoutRow> {
  const account = firstOf<AccountRow>(await tx.query(lockAccount, [row.account_id]));
  if (!account) throw new Error(`the account of checkout ${row.id} is gone`);
  const next = settle(row, account, facts);
  for (const { id, transaction, micros } of next.bookings) {
    await writeBooking(tx, { id, accountId: row.account_id, transaction, micros }, nowMs);
  }
  const saved = firstOf<sql.CheckoutRow>(
    await tx.query(sql.saveCheckout, [
      row.id,
      next.state,
      next.paymentIntent,
      next.creditedMicros,
      next.refundedMicros,
      next.takenBackMicros,
      json(next.disputes),
      next.disputed,
      next.problem,
      at(next.dueAtMs),
      at(nowMs),
    ]),
  );
  if (!saved) throw new Error(`checkout ${row.id} is gone although it is locked`);
  return saved;
}
