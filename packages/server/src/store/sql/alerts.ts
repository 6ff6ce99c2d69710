/**
 * SQL of alerts as they are told (alerts, alert_watch, alert_settings). Only who holds the watch writes alerts, so a
 * look reads them, decides, and writes in one transaction, with the events and deliveries by which people are told.
 */
import { statement } from './statement.ts';

export type AlertRow = {
  id: string;
  /** Whose: an account's, or the operators' (null). */
  reader: string | null;
  code: string;
  subject: string | null;
  account_id: string | null;
  part: string | null;
  severity: 'critical' | 'warning';
  message: string;
  action: string;
  since: number | null;
  first_seen_at: number;
  last_seen_at: number;
  raised_at: number | null;
  raised_severity: 'critical' | 'warning' | null;
  told_at: number | null;
  cleared_at: number | null;
};

const ALERT = `id, reader, code, subject, account_id, part, severity, message, action, since, first_seen_at,
  last_seen_at, raised_at, raised_severity, told_at, cleared_at`;

/** $1 now, $2 lease, $3 leased until: then another may look. */
export const claimWatch = statement(
  'alerts.claim_watch',
  `INSERT INTO alert_watch (one, due_at, lease) VALUES (true, $3, $2)
   ON CONFLICT (one) DO UPDATE SET due_at = $3, lease = $2 WHERE alert_watch.due_at <= $1
   RETURNING lease`,
);

/** What was changed holds from the next look on, and that is now. $1 now. */
export const hurryWatch = statement(
  'alerts.hurry_watch',
  `UPDATE alert_watch SET due_at = $1 WHERE lease IS NULL AND due_at > $1`,
);

/** Nobody who looked in our place can write before we have. */
export const lockWatch = statement(
  'alerts.lock_watch',
  `SELECT lease FROM alert_watch WHERE lease = $1 FOR UPDATE`,
);

/** What stands, and what was told to be over since $1. */
export const standing = statement(
  'alerts.standing',
  `SELECT ${ALERT} FROM alerts WHERE cleared_at IS NULL OR cleared_at >= $1 ORDER BY id`,
);

export type ListenerRow = {
  id: string;
  account_id: string | null;
  url: string;
  types: string[];
  format: string;
  least_severity: 'critical' | 'warning';
  created_at: number;
};

export const listeners = statement(
  'alerts.listeners',
  `SELECT id, account_id, url, types, format, least_severity, created_at FROM endpoints
   WHERE status = 'enabled' AND deleted_at IS NULL AND types && ARRAY['alert.raised', 'alert.cleared']
   ORDER BY id`,
);

/**
 * $1 lease, $2 alerts, $3 forgotten ones, $4 over before this are deleted, $5 events, $6 deliveries, $7 now, $8 next
 * look.
 */
export const write = statement(
  'alerts.write',
  `WITH a AS (
     INSERT INTO alerts (${ALERT})
     SELECT ${ALERT}
     FROM json_to_recordset($2::json) AS x (id text, reader text, code text, subject text, account_id text, part text,
       severity text, message text, action text, since timestamptz, first_seen_at timestamptz, last_seen_at timestamptz,
       raised_at timestamptz, raised_severity text, told_at timestamptz, cleared_at timestamptz)
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, message = excluded.message, action = excluded.action,
       since = excluded.since, last_seen_at = excluded.last_seen_at, raised_at = excluded.raised_at,
       raised_severity = excluded.raised_severity, told_at = excluded.told_at, cleared_at = excluded.cleared_at
   ), f AS (
     DELETE FROM alerts WHERE id = ANY($3) OR cleared_at < $4
   ), e AS (
     INSERT INTO events (id, account_id, type, data, created_at)
     SELECT id, account_id, type, data, $7
     FROM json_to_recordset($5::json) AS x (id text, account_id text, type text, data jsonb) ORDER BY id
   ), w AS (
     UPDATE alert_watch SET lease = NULL, due_at = $8 WHERE lease = $1
   )
   INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, url, format, state, due_at, created_at)
   SELECT id, endpoint_id, account_id, event_id, event_type, url, format, 'waiting', $7, $7
   FROM json_to_recordset($6::json) AS x (id text, endpoint_id text, account_id text, event_id text, event_type text,
     url text, format text)`,
);

/** $1 reader or null for the operators. */
export const raised = statement(
  'alerts.raised',
  `SELECT ${ALERT} FROM alerts WHERE reader IS NOT DISTINCT FROM $1::text AND cleared_at IS NULL ORDER BY id`,
);

/** Those of a reader that were told and are over, newest first. $2 before this one, $3 most. */
export const over = statement(
  'alerts.over',
  `SELECT ${ALERT} FROM alerts
   WHERE reader IS NOT DISTINCT FROM $1::text AND cleared_at IS NOT NULL AND ($2::text IS NULL OR id < $2)
   ORDER BY id DESC LIMIT $3`,
);

export type AlertSettingsRow = { account_id: string | null; value: unknown };

export const allSettings = statement('alerts.all_settings', `SELECT account_id, value FROM alert_settings`);

export const settingsOf = statement(
  'alerts.settings_of',
  `SELECT account_id, value FROM alert_settings WHERE account_id IS NOT DISTINCT FROM $1::text`,
);

/** $1 account or null, $2 what is set, $3 what is set no more. */
export const changeSettings = statement(
  'alerts.change_settings',
  `INSERT INTO alert_settings (account_id, value) VALUES ($1, $2::jsonb - $3::text[])
   ON CONFLICT ON CONSTRAINT alert_settings_once DO UPDATE SET value = (alert_settings.value || $2::jsonb) - $3::text[]
   RETURNING account_id, value`,
);
