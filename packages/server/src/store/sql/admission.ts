/**
 * SQL of stage 2. One transaction per family: lock its limit rows (skip those that another node is admitting), count
 * the occupied slots in a statement of its own so that it sees what that other node committed, look at the heads of
 * the lanes, let the pure decision choose, write attempts and task moves in one statement.
 */
import { statement } from './statement.ts';

export type LimitRow = {
  path_name: string;
  configured: number | null;
  learned: number | null;
  probing: boolean;
  refusals: bigint;
  last_refusal_at: number | null;
  raise_at: number | null;
  health: 'ok' | 'throttled' | 'wallet_empty' | 'credentials_refused' | 'unavailable';
  health_detail: string | null;
  health_until: number | null;
  health_strikes: number;
} & RestRow;

/** The model family's own health there. */
export type RestRow = { rest_strikes: number; rest_until: number | null; rest_detail: string | null };

/**
 * Families in which somebody waits and a path may have a free slot: full ones are not worth a transaction, whose lock
 * would be written to disk for nothing at each order that comes in. Counted up to the limit, without a lock, so only a
 * hint. A limit that may be raised by now counts as room. $1 now.
 */
export const familiesWaiting = statement(
  'admission.families_waiting',
  `SELECT w.family FROM (SELECT DISTINCT family FROM lanes WHERE active) w
   WHERE EXISTS (
     SELECT 1 FROM limits l JOIN paths p ON p.name = l.path_name AND p.state = 'active'
     WHERE l.family = w.family
       AND (l.raise_at <= $1 OR least(l.configured, l.learned) IS NULL OR least(l.configured, l.learned) >
            (SELECT count(*) FROM (
               SELECT 1 FROM attempts a
               WHERE a.path_name = l.path_name AND a.family = l.family AND a.state IN ('sending', 'unknown', 'accepted')
               LIMIT least(l.configured, l.learned)) o)))
   ORDER BY w.family`,
);

export const lockLimits = statement(
  'admission.lock_limits',
  `SELECT l.path_name, l.configured, l.learned, l.probing, l.refusals, l.last_refusal_at, l.raise_at,
          p.health, p.health_detail, p.health_until, p.health_strikes, l.rest_strikes, l.rest_until, l.rest_detail
   FROM limits l JOIN paths p ON p.name = l.path_name
   WHERE l.family = $1 AND p.state = 'active'
   ORDER BY l.path_name
   FOR UPDATE OF l SKIP LOCKED`,
);

export type OccupiedRow = {
  path_name: string;
  family: string;
  occupied: number;
  accepted: number;
  sending: number;
};

export const countOccupied = statement(
  'admission.count_occupied',
  `SELECT path_name, family, count(*)::int AS occupied, (count(*) FILTER (WHERE state = 'accepted'))::int AS accepted,
          (count(*) FILTER (WHERE state = 'sending'))::int AS sending
   FROM attempts
   WHERE path_name = ANY($1) AND state IN ('sending', 'unknown', 'accepted')
   GROUP BY path_name, family`,
);

export type LaneRow = {
  account_id: string;
  virtual_time: bigint;
  weight: number;
  max_in_flight: number | null;
  /** Null where the lane is empty; then all that follows is null too. */
  id: string | null;
  key_id: string | null;
  slot_ms: number | null;
  path_names: string[] | null;
  key_max_in_flight: number | null;
};

/**
 * What of an account's queue can go now: it may start and its time is not over (the loop that ends it may come
 * later than we do, and a clip bought after start_by or the deadline is bought for nobody), one of its paths has a
 * free slot ($5), its key is below its cap.
 * What cannot is passed over, so that it never stands before what can; looked for among the first thousand. No
 * join: the rows come in the order of the index and reading stops at the first that fit, where a join would be
 * planned as a hash over all thousand of each lane (measured: 66 ms instead of 4 with a hundred lanes).
 */
const ADMISSIBLE = (accountId: string) =>
  `SELECT w.id, w.key_id, w.slot_ms, w.path_names, w.priority, w.key_max_in_flight
   FROM (SELECT q.id, q.key_id, q.slot_ms, q.path_names, q.priority, q.not_before, q.expires_at,
                (SELECT k.max_in_flight FROM api_keys k WHERE k.id = q.key_id) AS key_max_in_flight
         FROM tasks q
         WHERE q.family = $1 AND q.account_id = ${accountId} AND q.state = 'queued'
         ORDER BY q.priority DESC, q.id LIMIT 1000) w
   WHERE (w.not_before IS NULL OR w.not_before <= $4) AND w.expires_at > $4 AND w.path_names && $5::text[]
     AND (w.key_max_in_flight IS NULL OR w.key_max_in_flight >
          (SELECT count(*) FROM tasks r
           WHERE r.state = 'running' AND r.account_id = ${accountId} AND r.key_id = w.key_id))
   ORDER BY w.priority DESC, w.id`;

/**
 * Heads of the lanes with the lowest virtual times. Accounts at their cap and lanes in which nothing can go now are
 * left out, lest they stand before the others for ever; empty lanes are shown, to be put to sleep. The scalar
 * subqueries are scalar so that none is turned into a hash over the whole backlog. Of each lane come about twice as
 * many tasks as its share of the round, so that what is read does not grow with what waits. $1 family, $2 lanes, $3
 * tasks of one lane at most, $4 now, $5 paths with a free slot.
 */
export const laneHeads = statement(
  'admission.lane_heads',
  `SELECT l.account_id, l.virtual_time, l.weight, l.max_in_flight, t.id, t.key_id, t.slot_ms, t.path_names,
          t.key_max_in_flight
   FROM (SELECT c.*, count(*) OVER () AS lanes
         FROM (SELECT n.account_id, n.virtual_time, c.weight, c.max_in_flight
               FROM lanes n JOIN accounts c ON c.id = n.account_id AND c.status = 'active'
               WHERE n.family = $1 AND n.active
                 AND (c.max_in_flight IS NULL OR c.max_in_flight >
                      (SELECT count(*) FROM tasks r WHERE r.state = 'running' AND r.account_id = n.account_id))
                 AND ((SELECT a.id FROM (${ADMISSIBLE('n.account_id')} LIMIT 1) a) IS NOT NULL
                      OR (SELECT q.id FROM tasks q
                          WHERE q.family = $1 AND q.account_id = n.account_id AND q.state = 'queued'
                          ORDER BY q.priority DESC, q.id LIMIT 1) IS NULL)
               ORDER BY n.virtual_time, n.account_id LIMIT $2) c) l
   LEFT JOIN LATERAL (${ADMISSIBLE('l.account_id')} LIMIT least($3::bigint, 2 + 2 * $3::bigint / l.lanes)) t ON true
   ORDER BY l.virtual_time, l.account_id, t.priority DESC, t.id`,
);

/** Caps reach over all families and paths, so what counts under one is serialised by its account's row. */
export const lockCapped = statement(
  'admission.lock_capped',
  `SELECT id FROM accounts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`,
);

export type InFlightRow = { account_id: string; key_id: string; running: number };

export const countInFlight = statement(
  'admission.count_in_flight',
  `SELECT account_id, key_id, count(*)::int AS running FROM tasks
   WHERE state = 'running' AND account_id = ANY($1)
   GROUP BY account_id, key_id`,
);

export const queueVirtualTime = statement(
  'admission.queue_virtual_time',
  `SELECT virtual_time FROM queues WHERE family = $1`,
);

export type AdmittedRow = {
  attempt_id: string;
  task_id: string;
  account_id: string;
  number: number;
  path_name: string;
  callback_token: string;
  credential_version: number;
  created_at: number;
  order: unknown;
  start_by: number | null;
};

/**
 * Another node may be admitting the same lanes to other paths, so what was spent is added, and tasks and lanes are
 * locked in the order of every writer. $1 attempts, $2 lanes,
 * $3 family, $4 queue virtual time, $5 now. The credential is the path's as it is while its limits are locked. The
 * start is told to endpoints in our words that asked for it, and to callbacks of doors whose client did (`told.start`);
 * the id of such a delivery follows from its event, so nothing more has to be drawn for the few that there are. The
 * caller sends in the order of the answer, so it is sorted.
 */
export const writeAdmitted = statement(
  'admission.write',
  `WITH r AS MATERIALIZED (
     SELECT x.* FROM json_to_recordset($1::json) AS x (
       attempt_id text, task_id text, path_name text, callback_token text, lease text, ask_at timestamptz,
       event_id text)
     JOIN tasks k ON k.id = x.task_id AND k.state = 'queued'
     ORDER BY k.id FOR NO KEY UPDATE OF k
   ), t AS (
     UPDATE tasks SET state = 'running', version = version + 1, path_name = r.path_name, attempt_id = r.attempt_id,
            attempts = attempts + 1, started_at = coalesce(started_at, $5), not_before = NULL,
            expires_at = least(o.deadline_at, o.finish_by)
     FROM r JOIN task_orders o ON o.task_id = r.task_id JOIN paths p ON p.name = r.path_name
     WHERE tasks.id = r.task_id AND tasks.state = 'queued'
     RETURNING tasks.id, tasks.account_id, tasks.model, tasks.created_at, tasks.attempts, tasks.version, tasks.slot_ms,
               tasks.shape, tasks.sandbox, o."order", o.start_by, o.metadata, p.credential_version
   ), a AS (
     INSERT INTO attempts (id, task_id, number, account_id, path_name, family, state, correlation_id, callback_token,
                           ask_at, lease, expected_ms, shape, sent_at, credential_version)
     SELECT r.attempt_id, t.id, t.attempts, t.account_id, r.path_name, $3, 'sending', r.attempt_id, r.callback_token,
            r.ask_at, r.lease, t.slot_ms, t.shape, $5, t.credential_version
     FROM r JOIN t ON t.id = r.task_id
   ), lane AS (
     UPDATE lanes SET virtual_time = lanes.virtual_time + x.spent
     FROM (SELECT n.account_id, s.spent
           FROM json_to_recordset($2::json) AS s (account_id text, spent bigint)
           JOIN lanes n ON n.family = $3 AND n.account_id = s.account_id
           ORDER BY n.account_id FOR NO KEY UPDATE OF n) x
     WHERE lanes.family = $3 AND lanes.account_id = x.account_id
   ), q AS (
     INSERT INTO queues (family, virtual_time) VALUES ($3, $4)
     ON CONFLICT (family) DO UPDATE SET virtual_time = greatest(queues.virtual_time, excluded.virtual_time)
   ), e AS (
     INSERT INTO events (id, account_id, task_id, type, data, created_at)
     SELECT r.event_id, t.account_id, t.id, 'task.started',
            jsonb_build_object('id', t.id, 'status', 'processing', 'stage', 'sending', 'version', t.version,
                               'model', t.model, 'error_code', NULL, 'charge', NULL, 'currency', 'USD',
                               'sandbox', t.sandbox, 'metadata', t.metadata, 'assets', '[]'::jsonb), $5
     FROM r JOIN t ON t.id = r.task_id AND t.attempts = 1
   ), d AS (
     INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, task_id, url, format, state, due_at,
                             created_at)
     SELECT 'dlv_' || substr(r.event_id, 5, 12) || substr(md5(r.event_id || coalesce(w.endpoint_id, '')), 1, 20),
            w.endpoint_id, t.account_id, r.event_id, 'task.started', t.id, w.url, w.format, 'waiting', $5, $5
     FROM r JOIN t ON t.id = r.task_id AND t.attempts = 1 CROSS JOIN LATERAL (
       SELECT id AS endpoint_id, url, format FROM endpoints
       WHERE account_id = t.account_id AND status = 'enabled' AND deleted_at IS NULL AND format = 'sluice'
             AND 'task.started' = ANY (types)
       UNION ALL
       SELECT NULL, o.callback_url, o.door FROM task_orders o
       WHERE o.task_id = t.id AND o.callback_url IS NOT NULL AND o.client_words->'told'->>'start' = 'true') w
   )
   SELECT r.attempt_id, t.id AS task_id, t.account_id, t.attempts AS number, r.path_name, r.callback_token,
          t.created_at, t."order", t.start_by, t.credential_version
   FROM r JOIN t ON t.id = r.task_id ORDER BY t.id`,
);

/** Lanes that looked empty; each is re-checked under its lock. */
export const lockIdleLanes = statement(
  'admission.lock_idle_lanes',
  `SELECT account_id FROM lanes WHERE family = $1 AND account_id = ANY($2) AND active
   ORDER BY account_id FOR UPDATE SKIP LOCKED`,
);

/**
 * In a statement of its own: its snapshot is taken after the lock, so a task that an accept inserted while we waited
 * is seen, and an accept that comes later finds the lane inactive and wakes it.
 */
export const sleepLanes = statement(
  'admission.sleep_lanes',
  `UPDATE lanes SET active = false
   WHERE family = $1 AND account_id = ANY($2)
     AND NOT EXISTS (SELECT 1 FROM tasks t
                     WHERE t.family = $1 AND t.account_id = lanes.account_id AND t.state = 'queued')`,
);

export const lockRest = statement(
  'limits.lock_rest',
  `SELECT rest_strikes, rest_until, rest_detail FROM limits WHERE path_name = $1 AND family = $2 FOR UPDATE`,
);

export const writeRest = statement(
  'limits.write_rest',
  `UPDATE limits SET rest_strikes = $3, rest_until = $4, rest_detail = $5 WHERE path_name = $1 AND family = $2`,
);

/** Whoever changes a credential or resumes a path has done something about what its models were refused for. */
export const endRests = statement(
  'limits.end_rests',
  `UPDATE limits SET rest_strikes = 0, rest_until = NULL, rest_detail = NULL
   WHERE (path_name, family) IN (SELECT path_name, family FROM limits
                                 WHERE path_name = $1 AND rest_strikes > 0
                                 ORDER BY path_name, family FOR UPDATE)`,
);
