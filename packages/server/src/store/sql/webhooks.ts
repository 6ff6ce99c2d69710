/**
 * SQL of webhook endpoints and their delivery log (endpoints, deliveries, and the events that a test or a replay
 * sends). Customers write endpoints; stage 6 writes deliveries and stage 7 their outcomes.
 */
import { statement } from './statement.ts';

export type EndpointRow = {
  id: string;
  /** Null: the installation's. */
  account_id: string | null;
  /** Of a chat room: what may be shown of its address. */
  url: string;
  types: string[];
  description: string;
  status: 'enabled' | 'disabled';
  disabled_reason: string | null;
  created_at: number;
  format: string;
  least_severity: 'critical' | 'warning';
};

const ENDPOINT = `id, account_id, url, types, description, status, disabled_reason, created_at, format,
  least_severity`;

export const insertEndpoint = statement(
  'endpoints.insert',
  `INSERT INTO endpoints (id, account_id, url, types, description, secret_sealed, status, created_at, format,
                          url_sealed, least_severity)
   VALUES ($1, $2, $3, $4, $5, $6, 'enabled', $7, $8, $9, $10)
   RETURNING ${ENDPOINT}`,
);

/** $2 account, or null for an operator. */
export const findEndpoint = statement(
  'endpoints.find',
  `SELECT ${ENDPOINT} FROM endpoints
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND deleted_at IS NULL`,
);

/** $1 account or null for everybody's, $2 before this one, $3 most, $4 only those of the installation. */
export const listEndpoints = statement(
  'endpoints.list',
  `SELECT ${ENDPOINT} FROM endpoints
   WHERE ($1::text IS NULL OR account_id = $1) AND (NOT $4 OR account_id IS NULL) AND deleted_at IS NULL
     AND ($2::text IS NULL OR id < $2)
   ORDER BY id DESC LIMIT $3`,
);

/**
 * Enabling starts anew: the days of failure before count no more. Only while its format is what the caller saw ($10):
 * whether the address is a secret depends on it.
 */
export const updateEndpoint = statement(
  'endpoints.update',
  `UPDATE endpoints SET url = coalesce($3, url), types = coalesce($4, types), description = coalesce($5, description),
          status = coalesce($6, status),
          disabled_reason = CASE WHEN $6 = 'enabled' THEN NULL WHEN $6 = 'disabled' AND status = 'enabled'
                                 THEN 'disabled by its owner' ELSE disabled_reason END,
          failing_since = CASE WHEN $6 = 'enabled' THEN NULL ELSE failing_since END, format = coalesce($7, format),
          least_severity = coalesce($8, least_severity), url_sealed = CASE WHEN $3 IS NULL THEN url_sealed ELSE $9 END
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND deleted_at IS NULL AND format = $10
   RETURNING ${ENDPOINT}`,
);

/**
 * What was still to be delivered there ends with it; deleting twice is the same as once. Deliveries are locked before
 * their endpoint, as by those who write what became of one. $3 now.
 */
export const deleteEndpoint = statement(
  'endpoints.delete',
  `WITH waiting AS MATERIALIZED (
     SELECT d.id FROM deliveries d JOIN endpoints p ON p.id = d.endpoint_id
     WHERE d.endpoint_id = $1 AND d.state = 'waiting' AND ($2::text IS NULL OR p.account_id = $2)
     ORDER BY d.id FOR NO KEY UPDATE OF d
   ), p AS (
     UPDATE endpoints SET deleted_at = coalesce(deleted_at, $3), status = 'disabled'
     WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND (SELECT count(*) FROM waiting) >= 0
     RETURNING id
   ), d AS (
     UPDATE deliveries SET state = 'exhausted', lease = NULL, ended_at = $3 FROM waiting w, p
     WHERE deliveries.id = w.id AND deliveries.state = 'waiting'
   )
   SELECT id FROM p`,
);

/** The old secret keeps signing beside the new one until $4. Rotating twice ends the first one at once. */
export const rotateSecret = statement(
  'endpoints.rotate',
  `UPDATE endpoints SET previous_secret_sealed = secret_sealed, previous_until = $4, secret_sealed = $3
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND deleted_at IS NULL
   RETURNING ${ENDPOINT}`,
);

export type DeliveryLogRow = {
  id: string;
  endpoint_id: string | null;
  event_id: string;
  event_type: string;
  task_id: string | null;
  state: 'waiting' | 'delivered' | 'exhausted';
  attempts: unknown;
  due_at: number;
  created_at: number;
};

const DELIVERY = `id, endpoint_id, event_id, event_type, task_id, state, attempts, due_at, created_at`;

/** An event of its own and its one delivery. $7 now. */
export const insertTest = statement(
  'deliveries.insert_test',
  `WITH e AS (
     INSERT INTO events (id, account_id, type, data, created_at) VALUES ($2, $3, 'webhook.test', $4, $7)
   )
   INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, url, state, due_at, created_at, format)
   VALUES ($1, $5, $3, $2, 'webhook.test', $6, 'waiting', $7, $7, $8)
   RETURNING ${DELIVERY}`,
);

export const listDeliveries = statement(
  'deliveries.list',
  `SELECT ${DELIVERY} FROM deliveries
   WHERE endpoint_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR id < $3)
     AND ($5::text IS NULL OR event_type = $5)
   ORDER BY id DESC LIMIT $4`,
);

export type LockedDelivery = { id: string; blocked: boolean };

/** $2 account, or null for an operator. */
export const lockDelivery = statement(
  'deliveries.lock',
  `SELECT d.id, coalesce(p.status = 'disabled', false) AS blocked
   FROM deliveries d LEFT JOIN endpoints p ON p.id = d.endpoint_id
   WHERE d.id = $1 AND ($2::text IS NULL OR d.account_id = $2)
   FOR UPDATE OF d`,
);

/** The same event again, from the start of the schedule; what was logged before stays. */
export const replayDelivery = statement(
  'deliveries.replay',
  `UPDATE deliveries SET state = 'waiting', due_at = $2, tries = 0, lease = NULL, ended_at = NULL
   WHERE id = $1
   RETURNING ${DELIVERY}`,
);

export const callbackSecret = statement(
  'webhooks.callback_secret',
  `SELECT webhook_secret_sealed AS secret FROM accounts WHERE id = $1`,
);

/** The old secret keeps signing beside the new one until $3. */
export const rotateCallbackSecret = statement(
  'webhooks.rotate_callback_secret',
  `UPDATE accounts SET previous_webhook_secret_sealed = webhook_secret_sealed, previous_webhook_until = $3,
          webhook_secret_sealed = $2
   WHERE id = $1
   RETURNING id`,
);
