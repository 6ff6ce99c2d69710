/** SQL of stage 7: deliveries that are due, and what their receivers said. */
import { statement } from './statement.ts';

export type DeliveryRow = {
  id: string;
  endpoint_id: string | null;
  /** Null: of the installation. */
  account_id: string | null;
  event_id: string;
  event_type: string;
  event_data: Record<string, unknown>;
  event_at: number;
  task_id: string | null;
  url: string;
  /** Where it really goes, when the address is a secret; `url` is then what may be shown of it. */
  url_sealed: string | null;
  /** In whose words it is told. */
  format: string;
  tries: number;
  secret_sealed: string;
  previous_secret_sealed: string | null;
  previous_until: number | null;
  /** Context under which the secret was sealed: the endpoint, or the account for one-off addresses. */
  secret_of: string;
};

/**
 * Due deliveries, so that no endpoint or address has more than $5 under way: a slow receiver takes no more than its
 * share, and its backlog does not stand before the others. What is under way is leased, so its due_at lies before
 * $4. $1 now, $2 most, $3 lease, $4 leased until, $5 most per receiver.
 */
export const claimDeliveries = statement(
  'notify.claim',
  `WITH busy AS MATERIALIZED (
     SELECT coalesce(endpoint_id, url) AS receiver, count(*) AS under_way FROM deliveries
     WHERE state = 'waiting' AND due_at > $1 AND due_at <= $4 AND lease IS NOT NULL GROUP BY 1
   ), candidates AS MATERIALIZED (
     SELECT d.id, d.due_at, coalesce(d.endpoint_id, d.url) AS receiver, coalesce(b.under_way, 0) AS under_way
     FROM deliveries d LEFT JOIN busy b ON b.receiver = coalesce(d.endpoint_id, d.url)
     WHERE d.state = 'waiting' AND d.due_at <= $1 AND coalesce(b.under_way, 0) < $5
     ORDER BY d.due_at, d.id LIMIT 5000
   ), ranked AS (
     SELECT id, under_way + row_number() OVER (PARTITION BY receiver ORDER BY due_at, id) AS turn FROM candidates
   ), due AS MATERIALIZED (
     SELECT d.id FROM deliveries d JOIN ranked r ON r.id = d.id
     WHERE r.turn <= $5 AND d.state = 'waiting' AND d.due_at <= $1
     ORDER BY d.due_at, d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED
   ), d AS (
     UPDATE deliveries SET lease = $3, due_at = $4, tries = tries + 1 FROM due WHERE deliveries.id = due.id
     RETURNING deliveries.*
   )
   SELECT d.id, d.endpoint_id, d.account_id, d.event_id, d.event_type, e.data AS event_data, e.created_at AS event_at,
          d.task_id, d.url, p.url_sealed, d.format, d.tries,
          coalesce(p.secret_sealed, c.webhook_secret_sealed) AS secret_sealed,
          CASE WHEN p.id IS NULL THEN c.previous_webhook_secret_sealed ELSE p.previous_secret_sealed END
            AS previous_secret_sealed,
          CASE WHEN p.id IS NULL THEN c.previous_webhook_until ELSE p.previous_until END AS previous_until,
          coalesce(p.id, c.id) AS secret_of
   FROM d JOIN events e ON e.id = d.event_id LEFT JOIN accounts c ON c.id = d.account_id
   LEFT JOIN endpoints p ON p.id = d.endpoint_id
   ORDER BY d.id`,
);

/** $1 results, $2 now, $3 endpoints failing since before this are disabled. */
export const writeDelivered = statement(
  'notify.write',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (id text, lease text, state text, due_at timestamptz, log jsonb,
       gone boolean)
   ), d AS (
     UPDATE deliveries SET state = r.state, lease = NULL, due_at = coalesce(r.due_at, deliveries.due_at),
            attempts = attempts || r.log, ended_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE $2::timestamptz END
     FROM r WHERE deliveries.id = r.id AND deliveries.state = 'waiting' AND deliveries.lease = r.lease
     RETURNING deliveries.endpoint_id, deliveries.account_id, r.state, r.gone
   )
   UPDATE endpoints SET
     failing_since = CASE WHEN d.state = 'delivered' THEN NULL ELSE coalesce(failing_since, $2::timestamptz) END,
     status = CASE WHEN d.gone OR (d.state <> 'delivered' AND failing_since <= $3::timestamptz) THEN 'disabled'
                   ELSE status END,
     disabled_reason = CASE WHEN d.gone THEN 'the receiver answered 410 Gone'
                            WHEN d.state <> 'delivered' AND failing_since <= $3::timestamptz
                            THEN 'nothing but failures for five days'
                            ELSE disabled_reason END
   FROM (SELECT endpoint_id, CASE WHEN bool_or(state = 'delivered') THEN 'delivered' ELSE 'waiting' END AS state,
                bool_or(gone) AS gone
         FROM d WHERE endpoint_id IS NOT NULL GROUP BY endpoint_id) d
   WHERE endpoints.id = d.endpoint_id
   RETURNING endpoints.id, endpoints.account_id, endpoints.status`,
);
