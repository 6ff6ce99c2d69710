/** Reads for measures: what the newest ended attempts of a path showed. Bounded by window and number, read by index. */
import { statement } from './statement.ts';

export type MeasuredRow = {
  shape: string;
  family: string;
  state: string;
  reason: string | null;
  sent_at: number;
  accepted_at: number | null;
  ended_at: number;
  cost_micros: bigint | null;
  ordered_at: number;
  error_code: string | null;
  delivered_seconds: number | null;
  expires_at: number | null;
  stored_at: number | null;
  lost: boolean | null;
  called_at: number | null;
  upstream_ended_at: number | null;
  refusal_kind: string | null;
  verified: boolean | null;
};

/** $1 path, $2 from, $3 most: the newest first. */
export const endedAttempts = statement(
  'measures.ended_attempts',
  `SELECT a.shape, a.family, a.state, a.reason, a.sent_at, a.accepted_at, a.ended_at, a.upstream_ended_at,
          a.refusal_kind, a.cost_micros, t.created_at AS ordered_at,
          CASE WHEN t.attempt_id = a.id THEN t.error_code END AS error_code,
          CASE WHEN s.stored_at IS NOT NULL THEN s.duration_seconds END AS delivered_seconds,
          s.source_expires_at AS expires_at, s.stored_at, s.state = 'lost' AS lost, c.called_at, c.verified
   FROM (SELECT * FROM attempts WHERE path_name = $1 AND ended_at > $2 ORDER BY ended_at DESC, id LIMIT $3) a
   JOIN tasks t ON t.id = a.task_id
   LEFT JOIN assets s ON s.task_id = a.task_id AND s.attempt_id = a.id AND s.kind = 'video'
   LEFT JOIN LATERAL (SELECT min(received_at) AS called_at, bool_or(verified) AS verified
                      FROM callbacks WHERE attempt_id = a.id) c ON true
   ORDER BY a.ended_at DESC, a.id`,
);

export type PromisedRow = {
  created_at: number;
  family: string;
  state: string;
  error_code: string | null;
  attempts: number;
  started_at: number | null;
  finished_at: number | null;
  promise: unknown;
};

/**
 * By the time in the id, so that it takes as long in an old installation as in a new one. A first attempt that was
 * refused was no start. $1 first id, $2 most.
 */
export const promised = statement(
  'measures.promised',
  `SELECT t.created_at, t.family, t.state, t.error_code, t.attempts, t.finished_at, o.promise,
          CASE WHEN t.attempts < 2 THEN t.started_at
               ELSE (SELECT min(a.sent_at) FROM attempts a
                     WHERE a.task_id = t.id AND a.state NOT IN ('refused', 'abandoned')) END AS started_at
   FROM (SELECT * FROM tasks WHERE id >= $1 ORDER BY id DESC LIMIT $2) t
   JOIN task_orders o ON o.task_id = t.id
   ORDER BY t.id DESC`,
);
