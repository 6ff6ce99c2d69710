/**
 * SQL of stage 6: the end of a task. One transaction locks tasks whose outcome is decided, lets the pure decision price
 * them, and writes final state, ledger, balance, key budget, the one terminal event and its deliveries together.
 */
import { statement } from './statement.ts';

export type SettlingRow = {
  id: string;
  account_id: string;
  key_id: string;
  model: string;
  version: number;
  outcome: 'succeeded' | 'failed' | 'canceled';
  error_code: string | null;
  hold_micros: bigint;
  currency: string;
  sandbox: boolean;
  created_at: number;
  price: unknown;
  metadata: Record<string, string>;
  callback_url: string | null;
  /** The door through which it was ordered; its words go to callback_url. */
  door: string | null;
  delivered_seconds: number | null;
  assets: { id: string; kind: string; bytes: number; sha256: string; delete_at: string | null }[] | null;
  endpoints: { id: string; url: string; types: string[]; format: string }[] | null;
};

/** $1 now, $2 most, $3 only this task or null. */
export const lockSettling = statement(
  'settle.lock',
  `SELECT t.id, t.account_id, t.key_id, t.model, t.version, t.outcome, t.error_code, t.hold_micros, c.currency,
          t.sandbox, t.created_at, coalesce(o.route->'prices'->t.path_name, o.price) AS price, o.metadata,
          CASE WHEN o.client_words->'told'->>'end' = 'false' THEN NULL ELSE o.callback_url END AS callback_url, o.door,
          s.delivered_seconds, s.assets, e.endpoints
   FROM tasks t JOIN task_orders o ON o.task_id = t.id JOIN accounts c ON c.id = t.account_id
   LEFT JOIN LATERAL (
     SELECT max(duration_seconds) FILTER (WHERE kind = 'video') AS delivered_seconds,
            json_agg(json_build_object('id', id, 'kind', kind, 'bytes', bytes, 'sha256', sha256,
                                       'delete_at', delete_at) ORDER BY id) AS assets
     FROM assets WHERE task_id = t.id AND state = 'stored') s ON true
   LEFT JOIN LATERAL (
     SELECT json_agg(json_build_object('id', id, 'url', url, 'types', types, 'format', format) ORDER BY id) AS endpoints
     FROM endpoints WHERE account_id = t.account_id AND status = 'enabled' AND deleted_at IS NULL) e ON true
   WHERE t.state = 'settling' AND t.due_at <= $1 AND ($3::text IS NULL OR t.id = $3)
   ORDER BY t.due_at, t.id LIMIT $2
   FOR UPDATE OF t SKIP LOCKED`,
);

/**
 * $1 ends, $2 balance changes by account, $3 budget returns by key, $4 deliveries, $5 now. A budget gets back what was
 * taken from it in its current period; the balances locked before keep accepts from changing it meanwhile.
 */
export const writeSettled = statement(
  'settle.write',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (task_id text, account_id text, version integer, outcome text,
       charge_micros bigint, currency text, ledger_id text, ledger_kind text, ledger_reference text,
       posting_accounts text[], posting_micros bigint[], note text, event_id text, event_type text, event_data jsonb)
   ), t AS (
     UPDATE tasks SET state = r.outcome, version = r.version, charge_micros = r.charge_micros, finished_at = $5,
            due_at = NULL, lease = NULL
     FROM r WHERE tasks.id = r.task_id AND tasks.state = 'settling'
   ), l AS (
     INSERT INTO ledger_transactions (id, kind, reference, account_id, task_id, currency, posting_accounts,
                                      posting_micros, note, at)
     SELECT ledger_id, ledger_kind, ledger_reference, account_id, task_id, currency, posting_accounts, posting_micros,
            note, $5
     FROM r ORDER BY task_id
   ), b AS (
     UPDATE balances SET posted_micros = posted_micros - x.charged, held_micros = held_micros - x.held
     FROM json_to_recordset($2::json) AS x (account_id text, charged bigint, held bigint)
     WHERE balances.account_id = x.account_id
   ), k AS (
     UPDATE api_keys SET budget_used_micros = greatest(0, budget_used_micros - s.returned)
     FROM (SELECT k.id, sum(x.returned)::bigint AS returned
           FROM json_to_recordset($3::json) AS x (key_id text, returned bigint, created_at timestamptz)
           JOIN api_keys k ON k.id = x.key_id
           WHERE k.budget_micros IS NOT NULL AND k.budget_since <= x.created_at
           GROUP BY k.id) s
     WHERE api_keys.id = s.id
   ), e AS (
     INSERT INTO events (id, account_id, task_id, type, data, created_at)
     SELECT event_id, account_id, task_id, event_type, event_data, $5 FROM r ORDER BY task_id
   )
   INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, task_id, url, format, state, due_at,
                           created_at)
   SELECT x.id, x.endpoint_id, x.account_id, x.event_id, x.event_type, x.task_id, x.url, x.format, 'waiting', $5, $5
   FROM json_to_recordset($4::json) AS x (id text, endpoint_id text, account_id text, event_id text, event_type text,
        task_id text, url text, format text)`,
);

/** $1 tasks, $2 when to try them again. */
export const postpone = statement(
  'settle.postpone',
  `WITH stuck AS MATERIALIZED (
     SELECT id FROM tasks WHERE id = ANY($1) AND state = 'settling' ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE tasks SET due_at = $2 FROM stuck WHERE tasks.id = stuck.id`,
);

/** Without locks: which would be settled next. $1 now, $2 most. */
export const dueTasks = statement(
  'settle.due',
  `SELECT id FROM tasks WHERE state = 'settling' AND due_at <= $1 ORDER BY due_at, id LIMIT $2`,
);

/** The payers of a settlement, locked in the same order as everywhere. */
export const lockBalances = statement(
  'settle.lock_balances',
  `SELECT account_id FROM balances WHERE account_id = ANY($1) ORDER BY account_id FOR UPDATE`,
);

export type CancelRow = { state: string; attempt_state: string | null; outcome: string | null };

export const lockForCancel = statement(
  'end.lock_for_cancel',
  `SELECT t.state, t.outcome, t.path_name, t.cancel_requested_at, a.id AS attempt_id, a.state AS attempt_state,
          a.handle, a.correlation_id, a.credential_version
   FROM tasks t LEFT JOIN attempts a ON a.id = t.attempt_id
   WHERE t.id = $1 AND t.account_id = $2
   FOR UPDATE OF t`,
);

export const cancelQueued = statement(
  'end.cancel_queued',
  `UPDATE tasks SET state = 'settling', outcome = 'canceled', error_code = 'canceled',
          cancel_requested_at = coalesce(cancel_requested_at, $2), due_at = $2, version = version + 1
   WHERE id = $1 AND state = 'queued'`,
);

export const requestCancel = statement(
  'end.request_cancel',
  `UPDATE tasks SET cancel_requested_at = coalesce(cancel_requested_at, $2), version = version + 1
   WHERE id = $1 AND state = 'running' AND cancel_requested_at IS NULL`,
);

/**
 * Tasks that ran out of time. What had not started missed start_by, unless an earlier limit says otherwise. An attempt
 * that is still upstream keeps its slot and is followed to its end without its task. $1 now, $2 most.
 */
export const expireTasks = statement(
  'end.expire',
  `WITH due AS MATERIALIZED (
     SELECT t.id, t.state, o.start_by, o.finish_by, o.deadline_at
     FROM tasks t JOIN task_orders o ON o.task_id = t.id
     WHERE t.expires_at <= $1 AND t.state IN ('queued', 'running', 'saving')
     ORDER BY t.expires_at, t.id LIMIT $2 FOR UPDATE OF t SKIP LOCKED
   )
   UPDATE tasks SET state = 'settling', outcome = 'failed', due_at = $1, version = version + 1,
          error_code = CASE
            WHEN due.state = 'queued' AND due.start_by <= $1 THEN 'start_by_missed'
            WHEN due.finish_by <= $1 THEN 'finish_by_missed'
            WHEN a.state IN ('sending', 'unknown') THEN 'outcome_unknown'
            ELSE 'deadline_exceeded' END
   FROM due LEFT JOIN attempts a ON a.task_id = due.id AND a.state IN ('sending', 'unknown', 'accepted')
   WHERE tasks.id = due.id
   RETURNING tasks.id, tasks.error_code`,
);
