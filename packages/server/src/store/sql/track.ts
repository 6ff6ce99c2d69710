/**
 * SQL of stage 4: which attempts are due for a question, and what the answers change. The attempt's end, the task's
 * move, the asset to copy and the upstream's bill are one statement, so none can exist without the others.
 */
import { statement } from './statement.ts';

/**
 * Refills the path's token bucket and takes what the due attempts need. $1 path, $2 now, $3 tokens per second,
 * $4 burst, $5 batches wanted.
 */
export const takeQueryTokens = statement(
  'track.take_query_tokens',
  `WITH p AS (
     SELECT name, least($4, query_tokens + greatest(0, extract(epoch FROM $2 - query_refilled_at)) * $3) AS tokens
     FROM paths WHERE name = $1 FOR UPDATE
   )
   UPDATE paths SET query_tokens = p.tokens - least(floor(p.tokens), $5),
          query_refilled_at = greatest(query_refilled_at, $2)
   FROM p WHERE paths.name = p.name
   RETURNING least(floor(p.tokens), $5)::int AS granted`,
);

export const countDue = statement(
  'track.count_due',
  `SELECT count(*)::int AS due FROM (
     SELECT 1 FROM attempts WHERE path_name = $1 AND state = 'accepted' AND ask_at <= $2 LIMIT $3) d`,
);

export type PollRow = {
  id: string;
  task_id: string;
  account_id: string;
  correlation_id: string;
  credential_version: number;
  upstream_id: string;
  handle: unknown;
  shape: string;
  expected_ms: number;
  sent_at: number;
  accepted_at: number;
  asks: number;
  misses: number;
  word: string | null;
  progress: number | null;
  samples_ms: number[] | null;
  /** The task still runs on this attempt. */
  wanted: boolean;
  cancel_requested: boolean;
  order: unknown;
  price: unknown;
};

/**
 * Due attempts, oldest due first, topped up with those that are nearly due: a question carries a whole batch for the
 * price of one. What is being asked about right now is not nearly due. $1 path, $2 most, $3 lease, $4 leased until,
 * $5 nearly due until, $6 now.
 */
export const claimPolls = statement(
  'track.claim_polls',
  `WITH due AS MATERIALIZED (
     SELECT id FROM attempts
     WHERE path_name = $1 AND state = 'accepted' AND ask_at <= $5 AND (ask_at <= $6 OR lease IS NULL)
     ORDER BY ask_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
   ), a AS (
     UPDATE attempts SET lease = $3, ask_at = $4, asks = asks + 1, poked = false FROM due WHERE attempts.id = due.id
     RETURNING attempts.*
   )
   SELECT a.id, a.task_id, a.account_id, a.correlation_id, a.credential_version, a.upstream_id, a.handle, a.shape,
          a.expected_ms, a.sent_at, a.accepted_at, a.asks, a.misses, a.word, a.progress, s.samples_ms,
          (t.state = 'running' AND t.attempt_id = a.id) AS wanted,
          t.cancel_requested_at IS NOT NULL AS cancel_requested, o."order",
          coalesce(o.route->'prices'->a.path_name, o.price) AS price
   FROM a JOIN tasks t ON t.id = a.task_id JOIN task_orders o ON o.task_id = a.task_id
   LEFT JOIN render_times s ON s.path_name = a.path_name AND s.shape = a.shape
   ORDER BY a.id`,
);

/** Still under way, or a question that failed. $1 rows, $2 now. A poke that came during the question is due now. */
export const writeStill = statement(
  'track.still',
  `UPDATE attempts SET lease = NULL, ask_at = CASE WHEN poked THEN $2 ELSE r.ask_at END,
          word = coalesce(r.word, attempts.word), progress = coalesce(r.progress, attempts.progress), misses = r.misses,
          history = CASE WHEN r.note IS NULL THEN attempts.history ELSE attempts.history || r.note END
   FROM (SELECT x.* FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, ask_at timestamptz, word text,
           progress smallint, misses integer, note jsonb)
         JOIN attempts k ON k.id = x.attempt_id AND k.state = 'accepted' AND k.lease = x.lease
         ORDER BY k.id FOR NO KEY UPDATE OF k) r
   WHERE attempts.id = r.attempt_id AND attempts.state = 'accepted' AND attempts.lease = r.lease`,
);

/**
 * Ends attempts; the first verified end wins, later ones change nothing. $1 rows, $2 now, $3 currency.
 * matched: the task still wanted it, so its cost is a normal cost; otherwise it goes to suspense (accounts chosen by
 * the caller for both cases).
 * A render that the upstream itself failed (rerun) is begun again where the order allows it and another of its paths is
 * left (by its row as it is now, hence the lock) and admits: the task waits again, its hold stays, and it is charged
 * once, for the clip that comes.
 */
export const writeEnded = statement(
  'track.ended',
  `WITH r AS MATERIALIZED (
     SELECT x.* FROM json_to_recordset($1::json) AS x (attempt_id text, state text, word text,
       reason text, note jsonb, cost_unit text, cost_unit_micros bigint, cost_micros bigint,
       cost_id text, cost_accounts text[], suspense_accounts text[],
       asset_id text, source_url text, source_expires_at timestamptz, outcome text, code text, message text,
       upstream_code text, event_id text, rerun boolean, upstream_ended_at timestamptz)
     JOIN attempts k ON k.id = x.attempt_id AND k.state = 'accepted'
     ORDER BY k.id FOR NO KEY UPDATE OF k
   ), a AS (
     UPDATE attempts SET state = r.state, word = r.word, reason = r.reason, lease = NULL, ended_at = $2,
            upstream_ended_at = r.upstream_ended_at,
            progress = CASE WHEN r.state = 'succeeded' THEN 100 ELSE attempts.progress END,
            cost_unit = r.cost_unit, cost_unit_micros = r.cost_unit_micros, cost_micros = r.cost_micros,
            history = history || r.note
     FROM r WHERE attempts.id = r.attempt_id AND attempts.state = 'accepted'
     RETURNING attempts.id, attempts.task_id, attempts.account_id, attempts.path_name, attempts.family, attempts.shape,
               attempts.accepted_at, r.*
   ), b AS (
     SELECT a.*, least(o.finish_by, o.deadline_at) AS again_until,
            CASE WHEN a.state = 'succeeded' THEN 'saving'
                 WHEN a.rerun AND k.cancel_requested_at IS NULL AND k.reruns < o.reruns_most
                      AND EXISTS (SELECT 1 FROM paths p
                                  WHERE p.name = ANY (array_remove(k.path_names, a.path_name)) AND p.state = 'active')
                      AND least(o.finish_by, o.deadline_at) > $2 THEN 'queued'
                 ELSE 'settling' END AS next
     FROM a JOIN tasks k ON k.id = a.task_id JOIN task_orders o ON o.task_id = a.task_id
     ORDER BY k.id FOR NO KEY UPDATE OF k
   ), t AS (
     UPDATE tasks SET
            state = a.next,
            outcome = CASE WHEN a.next = 'settling' THEN a.outcome END,
            error_code = CASE WHEN a.next = 'settling' THEN a.code END,
            error_message = CASE WHEN a.next = 'settling' THEN a.message END,
            error_upstream_code = CASE WHEN a.next = 'settling' THEN a.upstream_code END,
            due_at = CASE WHEN a.next = 'settling' THEN $2 END, version = version + 1,
            reruns = CASE WHEN a.next = 'queued' THEN reruns + 1 ELSE reruns END,
            path_names = CASE WHEN a.next = 'queued' THEN array_remove(path_names, a.path_name) ELSE path_names END,
            attempt_id = CASE WHEN a.next = 'queued' THEN NULL ELSE tasks.attempt_id END,
            path_name = CASE WHEN a.next = 'queued' THEN NULL ELSE tasks.path_name END,
            expires_at = CASE WHEN a.next = 'queued' THEN a.again_until ELSE expires_at END
     FROM b AS a WHERE tasks.id = a.task_id AND tasks.attempt_id = a.id AND tasks.state = 'running'
     RETURNING tasks.id, tasks.family, tasks.state, a.attempt_id, a.asset_id, a.source_url, a.source_expires_at,
               a.event_id, a.state AS ended, tasks.account_id, tasks.model, tasks.version, tasks.sandbox
   ), woken AS (
     INSERT INTO lanes AS lane (family, account_id, virtual_time, active)
     SELECT DISTINCT family, account_id, 0::bigint, true FROM t WHERE state = 'queued'
     ORDER BY 1, 2
     ON CONFLICT (family, account_id) DO UPDATE SET active = true WHERE NOT lane.active
   ), c AS (
     INSERT INTO ledger_transactions (id, kind, reference, task_id, currency, posting_accounts, posting_micros, at)
     SELECT a.cost_id, 'cost', 'cost:' || a.attempt_id, a.task_id, $3,
            CASE WHEN t.id IS NULL THEN a.suspense_accounts ELSE a.cost_accounts END,
            ARRAY[a.cost_micros, -a.cost_micros], $2
     FROM a LEFT JOIN t ON t.attempt_id = a.attempt_id
     WHERE a.cost_micros IS NOT NULL ORDER BY a.attempt_id
   ), s AS (
     INSERT INTO assets (id, task_id, account_id, attempt_id, kind, state, source_url, source_expires_at, copy_at,
                         created_at)
     SELECT t.asset_id, t.id, t.account_id, t.attempt_id, 'video', 'copying', t.source_url, t.source_expires_at, $2, $2
     FROM t WHERE t.ended = 'succeeded'
   ), e AS (
     INSERT INTO events (id, account_id, task_id, type, data, created_at)
     SELECT t.event_id, t.account_id, t.id, 'task.rendered',
            jsonb_build_object('id', t.id, 'status', 'processing', 'stage', 'saving', 'version', t.version,
                               'model', t.model, 'error_code', NULL, 'charge', NULL, 'currency', $3::text,
                               'sandbox', t.sandbox, 'metadata', o.metadata, 'assets', '[]'::jsonb), $2
     FROM t JOIN task_orders o ON o.task_id = t.id WHERE t.ended = 'succeeded'
   )
   SELECT a.attempt_id, a.path_name, a.family, a.shape, a.state, a.accepted_at, t.id IS NOT NULL AS matched
   FROM a LEFT JOIN t ON t.attempt_id = a.attempt_id
   ORDER BY a.attempt_id`,
);

/** Appends render times and how renders ended, keeping the newest $3 of each. $1 times, $2 now, $4 ends. */
export const addRenderTimes = statement(
  'track.add_render_times',
  `WITH ends AS (
     INSERT INTO render_outcomes AS s (path_name, family, outcomes, updated_at)
     SELECT path_name, family, outcomes, $2
     FROM json_to_recordset($4::json) AS x (path_name text, family text, outcomes boolean[])
     ORDER BY 1, 2
     ON CONFLICT (path_name, family) DO UPDATE
       SET outcomes = (s.outcomes || excluded.outcomes)
             [greatest(1, cardinality(s.outcomes) + cardinality(excluded.outcomes) - $3 + 1):],
           updated_at = $2
   )
   INSERT INTO render_times AS s (path_name, shape, samples_ms, updated_at)
   SELECT path_name, shape, samples_ms, $2
   FROM json_to_recordset($1::json) AS x (path_name text, shape text, samples_ms integer[])
   ORDER BY 1, 2
   ON CONFLICT (path_name, shape) DO UPDATE
     SET samples_ms = (s.samples_ms || excluded.samples_ms)
           [greatest(1, cardinality(s.samples_ms) + cardinality(excluded.samples_ms) - $3 + 1):],
         updated_at = $2`,
);

/**
 * A callback: into the inbox, and its attempt is due at once. Repeats change nothing. Where the attempt is being
 * asked or sent right now, the poke is remembered and honoured when that answer is recorded. An attempt that was given
 * up shows a sign of life: its question is open again. $9 the vendor's id, $10 the handle that the callback names.
 * That a render is under way ($11) is worth no question where we know already that it was taken on.
 */
export const writeCallback = statement(
  'track.callback',
  `WITH c AS (
     INSERT INTO callbacks (id, path_name, attempt_id, delivery_id, verified, word, body, received_at, upstream_id,
                            handle)
     SELECT $1, $2, a.id, $4, $5, $6, $7, $8, $9, $10::jsonb FROM attempts a
     WHERE a.callback_token = $3 AND a.path_name = $2
     ON CONFLICT (path_name, delivery_id) WHERE delivery_id IS NOT NULL DO NOTHING
     RETURNING attempt_id
   )
   UPDATE attempts SET poked = true,
          state = CASE WHEN state = 'abandoned' THEN 'unknown' ELSE state END,
          ended_at = CASE WHEN state = 'abandoned' THEN NULL ELSE ended_at END,
          misses = CASE WHEN state = 'abandoned' THEN 0 ELSE misses END,
          ask_at = CASE WHEN state = 'sending' OR lease IS NOT NULL THEN ask_at ELSE least(ask_at, $8) END
   FROM c WHERE attempts.id = c.attempt_id AND attempts.state IN ('sending', 'unknown', 'accepted', 'abandoned')
     AND NOT ($11 AND attempts.state = 'accepted')
   RETURNING attempts.id`,
);

export const attemptByToken = statement(
  'track.attempt_by_token',
  `SELECT id, path_name, credential_version FROM attempts WHERE callback_token = $1`,
);

/** Asks for the newest and not whether one exists: for the latter, generic plans read the inbox from its start. */
export const pathHasCallbacks = statement(
  'track.path_has_callbacks',
  `SELECT max(received_at) > $2 AS seen FROM callbacks WHERE path_name = $1`,
);
