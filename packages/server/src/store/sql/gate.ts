/**
 * SQL of the gate as the console draws it: occupied slots (attempts), what waits by account (lanes, tasks), and the
 * newest clips (assets). Reads only, each bounded by an index and a count, whatever waits or has ever been.
 */
import { statement } from './statement.ts';

export type GateSlotRow = {
  path_name: string;
  family: string;
  attempt_id: string;
  task_id: string;
  account_id: string;
  state: 'sending' | 'accepted' | 'unknown';
  sent_at: number;
  shape: string;
  expected_ms: number;
};

/** Oldest first within each path and family. $1 most of each. */
export const slots = statement(
  'gate.slots',
  `SELECT l.path_name, l.family, a.id AS attempt_id, a.task_id, a.account_id, a.state, a.sent_at, a.shape, a.expected_ms
   FROM limits l CROSS JOIN LATERAL (
     SELECT id, task_id, account_id, state, sent_at, shape, expected_ms FROM attempts
     WHERE path_name = l.path_name AND family = l.family AND state IN ('sending', 'unknown', 'accepted')
     ORDER BY sent_at, id LIMIT $1) a
   ORDER BY l.path_name, l.family, a.sent_at, a.id`,
);

export type GateLaneRow = {
  family: string;
  account_id: string;
  name: string;
  weight: number;
  waiting: number;
  more: boolean;
  next_since: number | null;
};

/**
 * In the order in which the scheduler takes turns: least virtual time first. Each lane is counted up to its share of
 * $1, and up to 50 at least.
 */
export const lanes = statement(
  'gate.lanes',
  `WITH active AS (
     SELECT family, account_id, virtual_time, count(*) OVER () AS lanes FROM lanes WHERE active
   )
   SELECT l.family, l.account_id, c.name, c.weight, n.waiting, n.waiting >= greatest(50, $1::int / l.lanes) AS more,
          f.next_since
   FROM active l JOIN accounts c ON c.id = l.account_id AND c.status = 'active'
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS waiting FROM (
       SELECT 1 FROM tasks t WHERE t.family = l.family AND t.account_id = l.account_id AND t.state = 'queued'
       LIMIT greatest(50, $1::int / l.lanes)) w) n
   CROSS JOIN LATERAL (
     SELECT (SELECT created_at FROM tasks t
             WHERE t.family = l.family AND t.account_id = l.account_id AND t.state = 'queued'
             ORDER BY t.priority DESC, t.id LIMIT 1) AS next_since) f
   WHERE n.waiting > 0 ORDER BY l.family, l.virtual_time, l.account_id`,
);

export type GateClipRow = {
  task_id: string;
  account_id: string;
  path_name: string;
  family: string;
  rendered_at: number;
  state: 'copying' | 'stored' | 'lost' | 'deleted';
  poster_id: string | null;
};

const CLIP = `SELECT s.task_id, s.account_id, a.path_name, a.family, s.created_at AS rendered_at, s.state,
    (SELECT p.id FROM assets p WHERE p.task_id = s.task_id AND p.kind = 'poster' AND p.state = 'stored' LIMIT 1)
      AS poster_id
  FROM assets s JOIN attempts a ON a.id = s.attempt_id WHERE s.kind = 'video'`;

/** Newest first. $1 most. */
export const clips = statement('gate.clips', `${CLIP} ORDER BY s.id DESC LIMIT $1`);

/** $1 most, $2 account. */
export const clipsOfAccount = statement(
  'gate.clips_of_account',
  `${CLIP} AND s.account_id = $2 ORDER BY s.id DESC LIMIT $1`,
);

export type RenderTimesRow = { path_name: string; shape: string; samples_ms: number[] };

/** $1 the pairs that are asked for. */
export const renderTimes = statement(
  'gate.render_times',
  `SELECT t.path_name, t.shape, t.samples_ms FROM render_times t
   JOIN json_to_recordset($1::json) AS x (path_name text, shape text)
     ON x.path_name = t.path_name AND x.shape = t.shape
   ORDER BY t.path_name, t.shape`,
);
