/**
 * SQL of what operators look at and decide by hand: attempts whose answer was lost (attempts), assets deleted before
 * their time (assets), and the record of who did what and why (operator_actions).
 */
import { statement } from './statement.ts';

export type UnknownRow = {
  id: string;
  task_id: string;
  account_id: string;
  path_name: string;
  family: string;
  correlation_id: string;
  sent_at: number;
  reason: string | null;
  ask_at: number;
};

export const unknownAttempts = statement(
  'operator.unknown_attempts',
  `SELECT id, task_id, account_id, path_name, family, correlation_id, sent_at, reason, ask_at
   FROM attempts WHERE state = 'unknown' ORDER BY sent_at, id LIMIT $1`,
);

export const countUnknown = statement(
  'operator.count_unknown',
  `SELECT count(*)::int AS attempts FROM attempts WHERE state = 'unknown'`,
);

export type ResolvableRow = UnknownRow & { state: string; order: unknown; credential_version: number };

export const findAttempt = statement(
  'operator.find_attempt',
  `SELECT a.id, a.task_id, a.account_id, a.path_name, a.family, a.correlation_id, a.sent_at, a.reason, a.ask_at,
          a.state, o."order", a.credential_version
   FROM attempts a JOIN task_orders o ON o.task_id = a.task_id WHERE a.id = $1`,
);

export type EndedAttemptRow = {
  id: string;
  task_id: string;
  correlation_id: string;
  upstream_id: string;
  handle: unknown;
  ended_at: number;
  cost_unit: string | null;
  cost_unit_micros: bigint | null;
};

/** Newest first. $1 path, $2 ended since, $3 before this id or null, $4 most. */
export const endedAttempts = statement(
  'operator.ended_attempts',
  `SELECT id, task_id, correlation_id, upstream_id, handle, ended_at, cost_unit, cost_unit_micros
   FROM attempts
   WHERE path_name = $1 AND upstream_id IS NOT NULL AND ended_at >= $2 AND ($3::text IS NULL OR id < $3)
   ORDER BY id DESC LIMIT $4`,
);

export const insertAction = statement(
  'operator.insert_action',
  `INSERT INTO operator_actions (id, key_id, action, subject, detail, at) VALUES ($1, $2, $3, $4, $5, $6)`,
);

export type AssetRow = {
  id: string;
  account_id: string;
  kind: 'video' | 'poster';
  state: 'copying' | 'stored' | 'lost' | 'deleted';
  blob_key: string | null;
  bytes: bigint | null;
  sha256: string | null;
  content_type: string | null;
};

/** $2 account, or null for an operator or a signed link. */
export const findAsset = statement(
  'assets.find',
  `SELECT id, account_id, kind, state, blob_key, bytes, sha256, content_type FROM assets
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2)`,
);
