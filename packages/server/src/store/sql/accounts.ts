/**
 * SQL of accounts and of money that people move by hand: who pays (accounts), their running sums (balances), and
 * top-ups and adjustments in the book (ledger_transactions). Operators write here; stages 1 and 6 move the rest.
 */
import { statement } from './statement.ts';

export type AccountRow = {
  id: string;
  name: string;
  status: 'active' | 'suspended';
  currency: string;
  weight: number;
  max_in_flight: number | null;
  max_queued: number | null;
  retention_days: number | null;
  markup_basis_points: number;
  routing: unknown;
  created_at: number;
  posted_micros: bigint;
  held_micros: bigint;
  credit_limit_micros: bigint;
};

const COLUMNS = `a.id, a.name, a.status, a.currency, a.weight, a.max_in_flight, a.max_queued, a.retention_days,
  a.markup_basis_points, a.routing, a.created_at, b.posted_micros, b.held_micros, b.credit_limit_micros`;

/** The account and its balance row, in one statement. */
export const insertAccount = statement(
  'accounts.insert',
  `WITH a AS (
     INSERT INTO accounts (id, name, status, currency, weight, max_in_flight, max_queued, retention_days,
                           markup_basis_points, webhook_secret_sealed, created_at, routing)
     VALUES ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $12) RETURNING *
   ), b AS (
     INSERT INTO balances (account_id, posted_micros, held_micros, credit_limit_micros)
     SELECT id, 0, 0, $11 FROM a RETURNING *
   )
   SELECT ${COLUMNS} FROM a CROSS JOIN b`,
);

export const findAccount = statement(
  'accounts.find',
  `SELECT ${COLUMNS} FROM accounts a JOIN balances b ON b.account_id = a.id WHERE a.id = $1`,
);

/** Newest first. $1 before this id, $2 most. */
export const listAccounts = statement(
  'accounts.list',
  `SELECT ${COLUMNS} FROM accounts a JOIN balances b ON b.account_id = a.id
   WHERE $1::text IS NULL OR a.id < $1 ORDER BY a.id DESC LIMIT $2`,
);

/** Locked in the order of stages 1 and 6: first the balance, then the account. */
export const lockAccount = statement(
  'accounts.lock',
  `SELECT ${COLUMNS} FROM balances b JOIN accounts a ON a.id = b.account_id WHERE b.account_id = $1 FOR UPDATE OF b`,
);

export const updateAccount = statement(
  'accounts.update',
  `UPDATE accounts SET name = $2, status = $3, weight = $4, max_in_flight = $5, max_queued = $6, retention_days = $7,
          markup_basis_points = $8, routing = $9
   WHERE id = $1`,
);

export const updateCreditLimit = statement(
  'accounts.update_credit_limit',
  `UPDATE balances SET credit_limit_micros = $2 WHERE account_id = $1`,
);

export const addToBalance = statement(
  'accounts.add_to_balance',
  `UPDATE balances SET posted_micros = posted_micros + $2 WHERE account_id = $1`,
);

export type LedgerRow = {
  number: bigint;
  id: string;
  kind: 'top_up' | 'adjustment' | 'hold' | 'settle' | 'release' | 'cost' | 'refund';
  reference: string;
  account_id: string | null;
  task_id: string | null;
  currency: string;
  posting_accounts: string[];
  posting_micros: bigint[];
  note: string | null;
  at: number;
};

const LEDGER = `number, id, kind, reference, account_id, task_id, currency, posting_accounts, posting_micros, note, at`;

export const findByReference = statement(
  'ledger.find_by_reference',
  `SELECT ${LEDGER} FROM ledger_transactions WHERE reference = $1`,
);

export const insertTransaction = statement(
  'ledger.insert',
  `INSERT INTO ledger_transactions (id, kind, reference, account_id, currency, posting_accounts, posting_micros, note,
                                    at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   RETURNING ${LEDGER}`,
);

/**
 * Newest first: before the number $1 at most $2. Filters, every one of which may be null, are applied while an index
 * is walked: $3 kind, $4 booked after, $5 booked before.
 */
const WALKED = `($1::bigint IS NULL OR number < $1) AND ($3::text IS NULL OR kind = $3)
  AND ($4::timestamptz IS NULL OR at > $4) AND ($5::timestamptz IS NULL OR at < $5) ORDER BY number DESC LIMIT $2`;

/** $6 account. */
export const listByAccount = statement(
  'ledger.list_by_account',
  `SELECT ${LEDGER} FROM ledger_transactions WHERE account_id = $6 AND ${WALKED}`,
);

/** The book of the whole installation, upstream costs included. */
export const listAll = statement(
  'ledger.list_all',
  `SELECT ${LEDGER} FROM ledger_transactions WHERE ${WALKED}`,
);

/** $6 task, $7 account or null for everybody's (then with the upstream's cost). */
export const listByTask = statement(
  'ledger.list_by_task',
  `SELECT ${LEDGER} FROM ledger_transactions
   WHERE task_id = $6 AND ($7::text IS NULL OR account_id = $7) AND ${WALKED}`,
);

/** In the order of the book. $1 after this number, $2 most. */
export const exportPage = statement(
  'ledger.export_page',
  `SELECT ${LEDGER} FROM ledger_transactions WHERE number > $1 ORDER BY number LIMIT $2`,
);
