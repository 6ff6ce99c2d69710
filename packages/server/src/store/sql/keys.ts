/**
 * SQL of API keys: only the SHA-256 of a key is here, with its scopes, its budget and when it was last used. The
 * hash is the way in (one index look-up per request that is not cached); operators write, requests touch last_used_at.
 */
import { statement } from './statement.ts';

export type KeyRow = {
  id: string;
  account_id: string | null;
  name: string;
  prefix: string;
  scopes: string[];
  budget_micros: bigint | null;
  budget_period: 'total' | 'day' | 'month';
  budget_used_micros: bigint;
  budget_since: number;
  max_in_flight: number | null;
  created_at: number;
  /** The name of the key that made it; an operator's is nobody's business. */
  created_by_name: string | null;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
};

const COLUMNS = `id, account_id, name, prefix, scopes, budget_micros, budget_period, budget_used_micros, budget_since,
  max_in_flight, created_at, expires_at, revoked_at, last_used_at,
  (SELECT CASE WHEN m.account_id IS NULL THEN 'operator' ELSE m.name END FROM api_keys m
   WHERE m.id = api_keys.created_by) AS created_by_name`;

export const insertKey = statement(
  'keys.insert',
  `INSERT INTO api_keys (id, account_id, name, prefix, hash, scopes, budget_micros, budget_period, budget_since,
                         max_in_flight, created_at, expires_at, created_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11, $12)
   RETURNING ${COLUMNS}`,
);

export type AuthRow = Pick<
  KeyRow,
  'id' | 'account_id' | 'scopes' | 'expires_at' | 'revoked_at' | 'last_used_at'
> & {
  hash: Uint8Array;
};

export const findByHash = statement(
  'keys.find_by_hash',
  `SELECT id, account_id, scopes, expires_at, revoked_at, last_used_at, hash FROM api_keys WHERE hash = $1`,
);

export type BudgetRow = Pick<KeyRow, 'budget_micros' | 'budget_used_micros'>;

export const findBudget = statement(
  'keys.find_budget',
  `SELECT budget_micros, budget_used_micros FROM api_keys WHERE id = $1`,
);

export const findAuthById = statement(
  'keys.find_auth_by_id',
  `SELECT id, account_id, scopes, expires_at, revoked_at, last_used_at, hash FROM api_keys WHERE id = $1`,
);

/** Newest first. $1 account or null for all, $2 before this id, $3 most. */
export const listKeys = statement(
  'keys.list',
  `SELECT ${COLUMNS} FROM api_keys
   WHERE ($1::text IS NULL OR account_id = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
);

/** Spending of the same key waits meanwhile. $2 account, or null for an operator. */
export const lockKey = statement(
  'keys.lock',
  `SELECT ${COLUMNS} FROM api_keys
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND revoked_at IS NULL FOR NO KEY UPDATE`,
);

export const updateKey = statement(
  'keys.update',
  `UPDATE api_keys SET name = $2, budget_micros = $3, budget_period = $4, budget_used_micros = $5, budget_since = $6,
          max_in_flight = $7
   WHERE id = $1 RETURNING ${COLUMNS}`,
);

export const revokeKey = statement(
  'keys.revoke',
  `UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2)
   WHERE id = $1 AND ($3::text IS NULL OR account_id = $3) RETURNING ${COLUMNS}`,
);

/** At most one write a minute per key, whatever the number of processes. */
export const touchKey = statement(
  'keys.touch',
  `UPDATE api_keys SET last_used_at = $2
   WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')`,
);

export const countOperatorKeys = statement(
  'keys.count_operator_keys',
  `SELECT count(*)::int AS keys FROM api_keys
   WHERE account_id IS NULL AND revoked_at IS NULL AND 'operator' = ANY(scopes)
     AND (expires_at IS NULL OR expires_at > $1)`,
);

export type FirstKeyRow = { value: unknown };

/** The record of the first operator key: whose it is, and whether anybody has seen it. */
export const readFirstKey = statement(
  'keys.read_first',
  `SELECT value FROM settings WHERE key = 'first_operator_key'`,
);

/** $1 the new key's id, $2 the id of the unseen one it stands in for, or null. Of several processes, one succeeds. */
export const claimFirstKey = statement(
  'keys.claim_first',
  `INSERT INTO settings AS s (key, value)
   VALUES ('first_operator_key', jsonb_build_object('key', $1::text, 'shown', false))
   ON CONFLICT (key) DO UPDATE SET value = excluded.value
     WHERE s.value ->> 'key' = $2::text AND s.value -> 'shown' = 'false'
   RETURNING key`,
);

/** $1 the key's id. */
export const markFirstKeyShown = statement(
  'keys.mark_first_shown',
  `UPDATE settings SET value = jsonb_build_object('key', $1::text, 'shown', true)
   WHERE key = 'first_operator_key' AND value ->> 'key' = $1::text RETURNING key`,
);
