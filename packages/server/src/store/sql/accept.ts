/**
 * SQL of stage 1. One transaction: lock the payers, let the caller decide with their balances in hand, write tasks,
 * orders, holds, events and lanes in one statement, commit. Locking the balance row first also serialises two
 * requests with one Idempotency-Key, so the second always sees the first.
 */
import { statement } from './statement.ts';

export type PayerRow = {
  account_id: string;
  status: string;
  currency: string;
  posted_micros: bigint;
  held_micros: bigint;
  credit_limit_micros: bigint;
  max_queued: number | null;
};

export const lockPayers = statement(
  'accept.lock_payers',
  `SELECT b.account_id, a.status, a.currency, b.posted_micros, b.held_micros, b.credit_limit_micros, a.max_queued
   FROM balances b JOIN accounts a ON a.id = b.account_id
   WHERE b.account_id = ANY($1)
   ORDER BY b.account_id
   FOR UPDATE OF b`,
);

export type KeyBudgetRow = {
  id: string;
  budget_micros: bigint;
  budget_period: 'total' | 'day' | 'month';
  budget_used_micros: bigint;
  budget_since: number;
};

export const lockKeyBudgets = statement(
  'accept.lock_key_budgets',
  `SELECT id, budget_micros, budget_period, budget_used_micros, budget_since
   FROM api_keys
   WHERE id = ANY($1) AND budget_micros IS NOT NULL
   ORDER BY id
   FOR UPDATE`,
);

export type EarlierRow = {
  account_id: string;
  key_id: string;
  request_key: string | null;
  request_hash: string;
  task_id: string;
  batch_id: string | null;
  marked: boolean;
  /** Found for the whole account. */
  shared: boolean;
};

/** Tasks made by an earlier request with the same Idempotency-Key. */
export const findByRequestKey = statement(
  'accept.find_by_request_key',
  `SELECT t.account_id, t.key_id, t.request_key, encode(t.request_hash, 'hex') AS request_hash, t.id AS task_id,
          t.batch_id, false AS marked, false AS shared
   FROM unnest($1::text[], $2::text[]) AS r (key_id, request_key)
   JOIN tasks t ON t.key_id = r.key_id AND t.request_key = r.request_key
   ORDER BY t.id`,
);

/** The same for names that count in the whole account, whichever of its keys said them first. $1 accounts, $2 names. */
export const findBySharedRequestKey = statement(
  'accept.find_by_shared_request_key',
  `SELECT t.account_id, t.key_id, t.request_key, encode(t.request_hash, 'hex') AS request_hash, t.id AS task_id,
          t.batch_id, false AS marked, true AS shared
   FROM unnest($1::text[], $2::text[]) AS r (account_id, request_key)
   JOIN api_keys k ON k.account_id = r.account_id
   JOIN tasks t ON t.key_id = k.id AND t.request_key = r.request_key AND t.account_id = r.account_id
   ORDER BY t.id DESC`,
);

/**
 * Keyless joins: a task made by the same key with the same body whose answer never reached its client, and a
 * request that its client marks as a repeat, whether or not the first answer was delivered. $3 joined until, $4 marked,
 * $5 tasks whose answer is still on its way: nothing was lost there, so an equal request beside it is its own wish.
 */
export const findUnanswered = statement(
  'accept.find_unanswered',
  `SELECT DISTINCT ON (t.key_id, t.request_hash, r.marked)
          t.account_id, t.key_id, t.request_key, encode(t.request_hash, 'hex') AS request_hash, t.id AS task_id,
          t.batch_id, r.marked, false AS shared
   FROM unnest($1::text[], $2::text[], $4::boolean[]) AS r (key_id, request_hash, marked)
   JOIN tasks t ON t.key_id = r.key_id AND t.request_hash = decode(r.request_hash, 'hex')
   WHERE (r.marked OR (NOT t.answered AND t.id <> ALL($5::text[]))) AND t.request_key IS NULL AND t.created_at > $3
   ORDER BY t.key_id, t.request_hash, r.marked, t.id DESC`,
);

export const countQueued = statement(
  'accept.count_queued',
  `SELECT l.account_id, count(t.id)::int AS queued
   FROM lanes l JOIN tasks t ON t.family = l.family AND t.account_id = l.account_id AND t.state = 'queued'
   WHERE l.account_id = ANY($1) AND l.active
   GROUP BY l.account_id`,
);

export const findBatch = statement(
  'accept.find_batch',
  `SELECT batch_id, id FROM tasks WHERE batch_id = ANY($1) ORDER BY batch_id, id`,
);

/** $1 tasks with everything about them, $2 held by account, $3 used by key, $4 now. */
export const writeAccepted = statement(
  'accept.write',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (
       id text, account_id text, key_id text, model text, family text, priority smallint, path_names text[],
       sandbox boolean, slot_ms integer, shape text, expires_at timestamptz, hold_micros bigint, request_key text,
       request_hash text, batch_id text, "order" jsonb, price jsonb, route jsonb, metadata jsonb, callback_url text,
       door text, client_words jsonb, promise jsonb,
       start_by timestamptz, finish_by timestamptz, deadline_at timestamptz, reruns_most smallint, currency text,
       ledger_id text, ledger_reference text, posting_accounts text[], posting_micros bigint[],
       event_id text, event_data jsonb)
   ), held AS (
     UPDATE balances b SET held_micros = b.held_micros + x.micros
     FROM json_to_recordset($2::json) AS x (account_id text, micros bigint)
     WHERE b.account_id = x.account_id
   ), used AS (
     UPDATE api_keys k SET budget_used_micros = x.used_micros, budget_since = x.since
     FROM json_to_recordset($3::json) AS x (id text, used_micros bigint, since timestamptz)
     WHERE k.id = x.id
   ), t AS (
     INSERT INTO tasks (id, account_id, key_id, model, family, state, priority, path_names, sandbox, slot_ms, shape,
                        expires_at, hold_micros, request_key, request_hash, batch_id, created_at)
     SELECT id, account_id, key_id, model, family, 'queued', priority, path_names, sandbox, slot_ms, shape,
            expires_at, hold_micros, request_key, decode(request_hash, 'hex'), batch_id, $4
     FROM r
   ), o AS (
     INSERT INTO task_orders (task_id, "order", price, route, metadata, callback_url, start_by, finish_by, deadline_at,
                              reruns_most, door, client_words, promise)
     SELECT id, "order", price, route, metadata, callback_url, start_by, finish_by, deadline_at, reruns_most, door,
            client_words, promise
     FROM r
   ), l AS (
     INSERT INTO ledger_transactions (id, kind, reference, account_id, task_id, currency, posting_accounts,
                                      posting_micros, at)
     SELECT ledger_id, 'hold', ledger_reference, account_id, id, currency, posting_accounts, posting_micros, $4
     FROM r ORDER BY id
   ), e AS (
     INSERT INTO events (id, account_id, task_id, type, data, created_at)
     SELECT event_id, account_id, id, 'task.created', event_data, $4 FROM r ORDER BY id
   )
   INSERT INTO lanes AS lane (family, account_id, virtual_time, active)
   SELECT DISTINCT r.family, r.account_id, coalesce(q.virtual_time, 0), true
   FROM r LEFT JOIN queues q ON q.family = r.family
   ORDER BY 1, 2
   ON CONFLICT (family, account_id) DO UPDATE
     SET active = true, virtual_time = greatest(lane.virtual_time, excluded.virtual_time)
     WHERE NOT lane.active`,
);

/**
 * The answers to these creates were delivered: a later equal request is a new wish, not a repeat. Their tasks may be
 * admitted at this moment, so they are locked in the order of every writer.
 */
export const markAnswered = statement(
  'accept.mark_answered',
  `WITH noted AS MATERIALIZED (
     SELECT id FROM tasks WHERE id = ANY($1) AND NOT answered ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE tasks SET answered = true FROM noted WHERE tasks.id = noted.id`,
);

export const markUnanswered = statement(
  'accept.mark_unanswered',
  `WITH noted AS MATERIALIZED (
     SELECT id FROM tasks WHERE id = ANY($1) AND answered ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE tasks SET answered = false FROM noted WHERE tasks.id = noted.id`,
);
