/**
 * checkouts: top-ups by card, one row each; checkout_events: what the payment service told us of them, once each. What
 * they moved is in the ledger. Rows are locked before balances, and nobody else locks them.
 */
import { statement } from './statement.ts';

export type CheckoutRow = {
  id: string;
  account_id: string;
  key_id: string;
  state: 'pending' | 'paid' | 'expired' | 'failed';
  currency: string;
  asked_micros: bigint;
  return_base: string;
  livemode: boolean;
  session_id: string | null;
  url: string | null;
  payment_intent: string | null;
  credited_micros: bigint;
  refunded_micros: bigint;
  taken_back_micros: bigint;
  disputes: unknown;
  disputed: boolean;
  problem: string | null;
  created_at: number;
  expires_at: number | null;
  ended_at: number | null;
};

const COLUMNS = `id, account_id, key_id, state, currency, asked_micros, return_base, livemode, session_id, url,
  payment_intent, credited_micros, refunded_micros, taken_back_micros, disputes, disputed, problem, created_at,
  expires_at, ended_at`;

/** $1 id, $2 account, $3 key, $4 currency, $5 micros, $6 return base, $7 live mode, $8 now, $9 due. */
export const insertCheckout = statement(
  'checkouts.insert',
  `INSERT INTO checkouts (id, account_id, key_id, state, currency, asked_micros, return_base, livemode, created_at,
                          due_at)
   VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9) RETURNING ${COLUMNS}`,
);

/** $2 account, or null for everybody's. */
export const findCheckout = statement(
  'checkouts.find',
  `SELECT ${COLUMNS} FROM checkouts WHERE id = $1 AND ($2::text IS NULL OR account_id = $2)`,
);

/** Newest first. $1 account or null for everybody's, $2 before this id, $3 most. */
export const listCheckouts = statement(
  'checkouts.list',
  `SELECT ${COLUMNS} FROM checkouts
   WHERE ($1::text IS NULL OR account_id = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
);

/** The service's answer to the opening; a repeat of it changes nothing.
 * $1 id, $2 session, $3 url, $4 expires, $5 due. */
export const openedCheckout = statement(
  'checkouts.opened',
  `UPDATE checkouts SET session_id = coalesce(session_id, $2), url = coalesce(url, $3),
          expires_at = coalesce(expires_at, $4::timestamptz), due_at = $5
   WHERE id = $1 AND state = 'pending' RETURNING ${COLUMNS}`,
);

/** It was never opened, so nobody can have paid. $1 id, $2 problem, $3 now. */
export const failedCheckout = statement(
  'checkouts.failed',
  `UPDATE checkouts SET state = 'failed', problem = $2, ended_at = $3, due_at = NULL
   WHERE id = $1 AND state = 'pending' AND session_id IS NULL RETURNING ${COLUMNS}`,
);

/** $1 id. */
export const lockCheckout = statement(
  'checkouts.lock',
  `SELECT ${COLUMNS} FROM checkouts WHERE id = $1 FOR UPDATE`,
);

/** $1 session or null, $2 payment or null. */
export const whoseEvent = statement(
  'checkouts.whose_event',
  `SELECT id FROM checkouts WHERE session_id = $1 OR payment_intent = $2 ORDER BY id LIMIT 1`,
);

/** $1 id, $2 state, $3 payment, $4 credited, $5 refunded, $6 taken back, $7 disputes, $8 disputed, $9 problem, $10 due,
 * $11 now. */
export const saveCheckout = statement(
  'checkouts.save',
  `UPDATE checkouts SET state = $2, payment_intent = $3, credited_micros = $4, refunded_micros = $5,
          taken_back_micros = $6, disputes = $7::jsonb, disputed = $8, problem = $9, due_at = $10,
          ended_at = CASE WHEN $2 = 'pending' THEN NULL ELSE coalesce(ended_at, $11::timestamptz) END
   WHERE id = $1 RETURNING ${COLUMNS}`,
);

/** Those that are due, put off for whoever has them now. $1 now, $2 put off until, $3 most. */
export const claimCheckouts = statement(
  'checkouts.claim',
  `UPDATE checkouts SET due_at = $2, looked_at = $1
   WHERE id IN (SELECT id FROM checkouts WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
   RETURNING ${COLUMNS}`,
);

/** One that somebody looks at, unless it was asked about a moment ago. $1 id, $2 now, $3 not asked about since. */
export const claimCheckout = statement(
  'checkouts.claim_one',
  `UPDATE checkouts SET looked_at = $2
   WHERE id = $1 AND state = 'pending' AND (looked_at IS NULL OR looked_at < $3) RETURNING ${COLUMNS}`,
);

/** $1 event, $2 type, $3 session, $4 payment, $5 fact, $6 now. No row: it is known. */
export const insertEvent = statement(
  'checkouts.insert_event',
  `INSERT INTO checkout_events (id, type, session_id, payment_intent, fact, received_at)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6) ON CONFLICT (id) DO NOTHING RETURNING id`,
);

export type EventRow = { id: string; fact: unknown };

/** What was told of it and not counted yet, in the order in which it came. $1 checkout, $2 session, $3 payment. */
export const takeEvents = statement(
  'checkouts.take_events',
  `WITH taken AS (
     UPDATE checkout_events SET checkout_id = $1
     WHERE checkout_id IS NULL AND (session_id = $2 OR (session_id IS NULL AND payment_intent = $3))
     RETURNING id, fact, received_at
   )
   SELECT id, fact FROM taken ORDER BY received_at, id`,
);

/** Checkouts of which something was told before it was known to be theirs. $1 most. */
export const toldBefore = statement(
  'checkouts.told_before',
  `SELECT DISTINCT c.id FROM checkout_events e JOIN checkouts c
     ON c.session_id = e.session_id OR (e.session_id IS NULL AND c.payment_intent = e.payment_intent)
   WHERE e.checkout_id IS NULL ORDER BY c.id LIMIT $1`,
);

/** What was nobody's for so long is of another business of the same owner. $1 before. */
export const deleteStrangeEvents = statement(
  'checkouts.delete_strange',
  'DELETE FROM checkout_events WHERE checkout_id IS NULL AND received_at < $1',
);

export type CheckoutTroubleRow = CheckoutRow & { name: string };

/** Payments that need a person. $1 account or null for all. */
export const troubled = statement(
  'alerts.checkouts',
  `SELECT ${COLUMNS.split(',')
    .map((column) => `c.${column.trim()}`)
    .join(', ')}, a.name
   FROM checkouts c JOIN accounts a ON a.id = c.account_id
   WHERE ($1::text IS NULL OR c.account_id = $1)
     AND (c.disputed OR c.problem IS NOT NULL OR c.refunded_micros > 0) AND c.state = 'paid'
   ORDER BY c.id DESC LIMIT 100`,
);
