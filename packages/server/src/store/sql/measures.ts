/** Reads for measures: what the newest ended attempts of a path showed. Bounded by window and number, read by index. */
import { statement } from './statement.ts';

export type MeasuredRow = {
  shape: string;
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
  `SELECT a.shape, a.state, a.reason, a.sent_at, a.accepted_at, a.ended_at, a.upstream_ended_at,
          a.refusal_kind, a.cost_micros, t.created_at AS ordered_at,
          CASE WHEN t.attempt_id = a.id THEN t.error_code END AS error_code,
          CASE WHEN s.stored_at IS NOT NULL THEN s.duration_seconds END AS delivered_seconds,
          s.source_expires_at AS expires_at, s.stored_at, s.state = 'lost' AS lost, c.called_at, c.verified
   FROM (SELECT * FROM attempts WHERE path_name = $1 AND ended_at > $2 ORDER BY ended_at DESC LIMIT $3) a
   JOIN tasks t ON t.id = a.task_id
   LEFT JOIN assets s ON s.task_id = a.task_id AND s.attempt_id = a.id AND s.kind = 'video'
   LEFT JOIN LATERAL (SELECT min(received_at) AS called_at, bool_or(verified) AS verified
                      FROM callbacks WHERE attempt_id = a.id) c ON true
   ORDER BY a.ended_at DESC`,
);
