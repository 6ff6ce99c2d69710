/**
 * SQL of stage 3: what the answer to a submit changes. The attempt was written by stage 2 before the request left.
 * What tells of many attempts at once locks them, and then their tasks, in the order of every writer; requeued, refused
 * and unknown come one by one.
 * Good news (accepted) is true whoever reports it and however late, so it is taken even for an attempt that was
 * given up (its task has moved on, so its cost will stand in suspense); every other report counts only from the
 * holder of the attempt's lease.
 */
import { statement } from './statement.ts';

/**
 * $1 accepted attempts, $2 now. A callback that arrived meanwhile (poked) makes the first poll due at once. What was
 * found by its looks alone is not taken when another attempt has it, nor while an order like it, sent about then, is in
 * doubt as well. That question is asked apart, of the few that it concerns: inside the UPDATE it made the planner read
 * the whole table.
 */
export const writeAccepted = statement(
  'submit.accepted',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (attempt_id text, upstream_id text, handle jsonb,
       ask_at timestamptz, note jsonb, alike boolean)
   ), alike AS MATERIALIZED (
     SELECT m.id, m.path_name, m.shape, m.sent_at, r.upstream_id
     FROM r JOIN attempts m ON m.id = r.attempt_id WHERE r.alike
   ), doubtful AS MATERIALIZED (
     SELECT id FROM alike m
     WHERE EXISTS (SELECT 1 FROM attempts o WHERE o.path_name = m.path_name AND o.upstream_id = m.upstream_id
                     AND o.id <> m.id)
        OR EXISTS (SELECT 1 FROM attempts o WHERE o.path_name = m.path_name AND o.id <> m.id
                     AND o.state IN ('sending', 'unknown') AND o.shape = m.shape
                     AND o.sent_at BETWEEN m.sent_at - interval '5 minutes' AND m.sent_at + interval '5 minutes')
   ), held AS MATERIALIZED (
     SELECT k.id FROM r JOIN attempts k ON k.id = r.attempt_id AND k.state IN ('sending', 'unknown', 'abandoned')
     ORDER BY k.id FOR NO KEY UPDATE OF k
   ), a AS (
     UPDATE attempts SET state = 'accepted', upstream_id = r.upstream_id, handle = r.handle, lease = NULL,
            ask_at = CASE WHEN poked THEN $2 ELSE r.ask_at END, accepted_at = $2, ended_at = NULL, reason = NULL,
            misses = 0,
            history = history || r.note
     FROM r JOIN held ON held.id = r.attempt_id
     WHERE attempts.id = r.attempt_id AND attempts.state IN ('sending', 'unknown', 'abandoned')
       AND attempts.id NOT IN (SELECT id FROM doubtful)
     RETURNING attempts.id, attempts.task_id, attempts.path_name, attempts.family
   ), t AS (
     UPDATE tasks SET version = version + 1
     FROM (SELECT k.id, a.id AS attempt_id FROM a JOIN tasks k ON k.id = a.task_id
           ORDER BY k.id FOR NO KEY UPDATE OF k) o
     WHERE tasks.id = o.id AND tasks.attempt_id = o.attempt_id AND tasks.state = 'running'
   )
   SELECT id, path_name, family FROM a ORDER BY id`,
);

/**
 * $1 attempts that provably created nothing, $2 now. Their tasks go back to the queue, or end if cancelled. What
 * waits again has not started, so start_by binds again.
 */
export const writeRequeued = statement(
  'submit.requeued',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, not_before timestamptz,
       reason text, kind text, note jsonb)
   ), a AS (
     UPDATE attempts SET state = 'refused', lease = NULL, ended_at = $2, reason = r.reason, refusal_kind = r.kind,
            history = history || r.note
     FROM r WHERE attempts.id = r.attempt_id AND attempts.state = 'sending' AND attempts.lease = r.lease
     RETURNING attempts.id, attempts.task_id, r.not_before
   ), t AS (
     UPDATE tasks SET state = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'settling' END,
            outcome = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE 'canceled' END,
            error_code = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE 'canceled' END,
            due_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE $2 END,
            version = version + 1, attempt_id = NULL, path_name = NULL, not_before = a.not_before,
            expires_at = least(o.start_by, o.finish_by, o.deadline_at)
     FROM a JOIN task_orders o ON o.task_id = a.task_id
     WHERE tasks.id = a.task_id AND tasks.attempt_id = a.id AND tasks.state = 'running'
     RETURNING tasks.family, tasks.account_id, tasks.state
   ), woken AS (
     INSERT INTO lanes AS lane (family, account_id, virtual_time, active)
     SELECT DISTINCT family, account_id, 0::bigint, true FROM t WHERE state = 'queued'
     ORDER BY 1, 2
     ON CONFLICT (family, account_id) DO UPDATE SET active = true WHERE NOT lane.active
   )
   SELECT id FROM a`,
);

/** $1 attempts that the upstream refused for good, $2 now. Their tasks end. */
export const writeRefused = statement(
  'submit.refused',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, code text, message text,
       upstream_code text, kind text, note jsonb)
   ), a AS (
     UPDATE attempts SET state = 'refused', lease = NULL, ended_at = $2, reason = r.message, refusal_kind = r.kind,
            history = history || r.note
     FROM r WHERE attempts.id = r.attempt_id AND attempts.state = 'sending' AND attempts.lease = r.lease
     RETURNING attempts.id, attempts.task_id, r.code, r.message, r.upstream_code
   ), t AS (
     UPDATE tasks SET state = 'settling', outcome = 'failed', error_code = a.code, error_message = a.message,
            error_upstream_code = a.upstream_code, due_at = $2, version = version + 1
     FROM a WHERE tasks.id = a.task_id AND tasks.attempt_id = a.id AND tasks.state = 'running'
   )
   SELECT id FROM a`,
);

/** $1 attempts whose answer was lost, $2 now: until then the request may have arrived. Slot and hold stay. */
export const writeUnknown = statement(
  'submit.unknown',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, ask_at timestamptz,
       reason text, note jsonb)
   ), a AS (
     UPDATE attempts SET state = 'unknown', lease = NULL, ask_at = CASE WHEN poked THEN $2 ELSE r.ask_at END,
            sent_at = $2, reason = r.reason, history = history || r.note
     FROM r WHERE attempts.id = r.attempt_id AND attempts.state = 'sending' AND attempts.lease = r.lease
     RETURNING attempts.id, attempts.task_id
   ), t AS (
     UPDATE tasks SET version = version + 1 FROM a
     WHERE tasks.id = a.task_id AND tasks.attempt_id = a.id AND tasks.state = 'running'
   )
   SELECT id FROM a`,
);

/**
 * Sends whose time is over: their process died or hangs. From here on the late answer of that process can only be
 * good news. $1 path, $2 now, $3 most, $4 note.
 */
export const presumeLost = statement(
  'submit.presume_lost',
  `UPDATE attempts SET state = 'unknown', lease = NULL, reason = 'the sending process stopped',
          history = history || $4::jsonb
   WHERE id IN (SELECT id FROM attempts
                WHERE path_name = $1 AND state = 'sending' AND ask_at <= $2
                ORDER BY ask_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)`,
);

export type LookupRow = {
  id: string;
  task_id: string;
  account_id: string;
  callback_token: string;
  correlation_id: string;
  credential_version: number;
  sent_at: number;
  misses: number;
  asks: number;
  sends: number;
  shape: string;
  expected_ms: number;
  unwanted: boolean;
  order: unknown;
  start_by: number | null;
  price: unknown;
  /** What a callback said it became upstream, a verified one first. */
  called: { upstream_id: string; handle: unknown } | null;
};

/** Unknown attempts that are due for a lookup. $1 path, $2 now, $3 most, $4 lease, $5 leased until. */
export const claimLookups = statement(
  'submit.claim_lookups',
  `WITH due AS MATERIALIZED (
     SELECT id FROM attempts
     WHERE path_name = $1 AND state = 'unknown' AND ask_at <= $2
     ORDER BY ask_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
   ), a AS (
     UPDATE attempts SET lease = $4, ask_at = $5, asks = asks + 1, poked = false FROM due WHERE attempts.id = due.id
     RETURNING attempts.*
   )
   SELECT a.id, a.task_id, a.account_id, a.callback_token, a.correlation_id, a.credential_version, a.sent_at,
          a.misses, a.asks, a.sends, a.shape, a.expected_ms,
          (t.state <> 'running' OR t.attempt_id IS DISTINCT FROM a.id OR t.cancel_requested_at IS NOT NULL) AS unwanted,
          o."order", o.start_by, o.price,
          (SELECT json_build_object('upstream_id', c.upstream_id, 'handle', c.handle) FROM callbacks c
           WHERE c.attempt_id = a.id AND c.upstream_id IS NOT NULL AND c.handle IS NOT NULL
           ORDER BY c.verified DESC, c.received_at, c.id LIMIT 1) AS called
   FROM a JOIN tasks t ON t.id = a.task_id JOIN task_orders o ON o.task_id = a.task_id
   ORDER BY a.id`,
);

/** Lookups that decided nothing: look again later, or at once where a callback came meanwhile. $1 rows. */
export const writeLookAgain = statement(
  'submit.look_again',
  `UPDATE attempts SET lease = NULL, ask_at = CASE WHEN poked THEN sent_at ELSE r.ask_at END, misses = r.misses
   FROM (SELECT x.* FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, ask_at timestamptz,
           misses integer)
         JOIN attempts k ON k.id = x.attempt_id AND k.state = 'unknown' AND k.lease = x.lease
         ORDER BY k.id FOR NO KEY UPDATE OF k) r
   WHERE attempts.id = r.attempt_id AND attempts.state = 'unknown' AND attempts.lease = r.lease`,
);

/** Provably never accepted and still wanted: the same attempt is sent again under the same id. */
export const writeResending = statement(
  'submit.resending',
  `WITH r AS MATERIALIZED (
     SELECT x.* FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, next_lease text,
       ask_at timestamptz, note jsonb)
     JOIN attempts k ON k.id = x.attempt_id AND k.state = 'unknown' AND k.lease = x.lease
     ORDER BY k.id FOR NO KEY UPDATE OF k
   )
   UPDATE attempts SET state = 'sending', lease = r.next_lease, sends = sends + 1, sent_at = $2, ask_at = r.ask_at,
          misses = 0, history = history || r.note
   FROM r, tasks t
   WHERE attempts.id = r.attempt_id AND attempts.state = 'unknown' AND attempts.lease = r.lease
     AND t.id = attempts.task_id AND t.state = 'running' AND t.attempt_id = attempts.id
     AND t.cancel_requested_at IS NULL
   RETURNING attempts.id`,
);

/** Provably never accepted and not sent again: the slot is free; the task, if it still waits for it, moves on. */
export const writeAbandoned = statement(
  'submit.abandoned',
  `WITH r AS MATERIALIZED (
     SELECT x.* FROM json_to_recordset($1::json) AS x (attempt_id text, lease text, reason text, note jsonb)
     JOIN attempts k ON k.id = x.attempt_id AND k.state = 'unknown' AND (x.lease IS NULL OR k.lease = x.lease)
     ORDER BY k.id FOR NO KEY UPDATE OF k
   ), a AS (
     UPDATE attempts SET state = 'abandoned', lease = NULL, ended_at = $2, reason = r.reason,
            history = history || r.note
     FROM r WHERE attempts.id = r.attempt_id AND attempts.state = 'unknown'
              AND (r.lease IS NULL OR attempts.lease = r.lease)
     RETURNING attempts.id, attempts.task_id
   ), t AS (
     UPDATE tasks SET state = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'settling' END,
            outcome = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE 'canceled' END,
            error_code = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE 'canceled' END,
            due_at = CASE WHEN cancel_requested_at IS NULL THEN NULL ELSE $2 END,
            version = version + 1, attempt_id = NULL, path_name = NULL,
            expires_at = least(o.start_by, o.finish_by, o.deadline_at)
     FROM (SELECT k.id AS task_id, a.id FROM a JOIN tasks k ON k.id = a.task_id
           ORDER BY k.id FOR NO KEY UPDATE OF k) a JOIN task_orders o ON o.task_id = a.task_id
     WHERE tasks.id = a.task_id AND tasks.attempt_id = a.id AND tasks.state = 'running'
     RETURNING tasks.family, tasks.account_id, tasks.state
   ), woken AS (
     INSERT INTO lanes AS lane (family, account_id, virtual_time, active)
     SELECT DISTINCT family, account_id, 0::bigint, true FROM t WHERE state = 'queued'
     ORDER BY 1, 2
     ON CONFLICT (family, account_id) DO UPDATE SET active = true WHERE NOT lane.active
   )
   SELECT id FROM a`,
);
