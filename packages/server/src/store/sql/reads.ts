/**
 * SQL of what people read about tasks: the hot row (tasks) joined with its order and price (task_orders), its current
 * attempt (attempts) and its stored files (assets); and, for the timeline, everything else that names the task.
 * Reads only.
 */
import { statement } from './statement.ts';

export type TaskRow = {
  id: string;
  account_id: string;
  model: string;
  family: string;
  state: 'queued' | 'running' | 'saving' | 'settling' | 'succeeded' | 'failed' | 'canceled';
  version: number;
  priority: number;
  path_names: string[];
  path_name: string | null;
  sandbox: boolean;
  cancel_requested_at: number | null;
  error_code: string | null;
  error_message: string | null;
  error_upstream_code: string | null;
  hold_micros: bigint;
  charge_micros: bigint | null;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  currency: string;
  order: unknown;
  price: unknown;
  metadata: unknown;
  start_by: number | null;
  finish_by: number | null;
  deadline_at: number;
  attempt_state: AttemptRow['state'] | null;
  attempt_progress: number | null;
  attempt_expected_ms: number | null;
  attempt_sent_at: number | null;
  attempt_accepted_at: number | null;
  assets: unknown;
  /** The door through which it was ordered; null: the native API. */
  door: string | null;
  client_words: unknown;
  /** Its client deleted it through a door: no door shows it any more. */
  removed_at: number | null;
};

const TASK = `SELECT t.id, t.account_id, t.model, t.family, t.state, t.version, t.priority, t.path_names, t.path_name,
    t.sandbox, t.cancel_requested_at, t.error_code, t.error_message, t.error_upstream_code, t.hold_micros,
    t.charge_micros, t.created_at, t.started_at, t.finished_at, c.currency, o."order", o.price, o.metadata, o.start_by,
    o.finish_by, o.deadline_at, a.state AS attempt_state, a.progress AS attempt_progress,
    a.expected_ms AS attempt_expected_ms, a.sent_at AS attempt_sent_at, a.accepted_at AS attempt_accepted_at, s.assets,
    o.door, o.client_words, o.removed_at
  FROM tasks t JOIN accounts c ON c.id = t.account_id JOIN task_orders o ON o.task_id = t.id
  LEFT JOIN attempts a ON a.id = t.attempt_id
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', id, 'kind', kind, 'bytes', bytes, 'sha256', sha256, 'content_type',
             content_type, 'width', width, 'height', height, 'duration_seconds', duration_seconds, 'video_codec',
             video_codec, 'audio_codec', audio_codec, 'flags', flags, 'delete_at', delete_at) ORDER BY kind DESC, id)
             AS assets
    FROM assets WHERE task_id = t.id AND state = 'stored') s ON true`;

/** $1 account, or null for an operator. */
export const taskById = statement(
  'reads.task',
  `${TASK} WHERE t.id = $1 AND ($2::text IS NULL OR t.account_id = $2)`,
);

export const tasksByIds = statement('reads.tasks', `${TASK} WHERE t.id = ANY($1)`);

/**
 * Filters, every one of which may be null: $3 task states, $4 attempt states, $5 model, $6 path, $7 created after,
 * $8 created before. They are applied while an index is walked from $1, newest first, until $2 rows are found.
 */
const FILTERS = `($1::text IS NULL OR t.id < $1) AND ($3::text[] IS NULL OR t.state = ANY($3))
  AND ($4::text[] IS NULL OR a.state = ANY($4)) AND ($5::text IS NULL OR t.model = $5)
  AND ($6::text IS NULL OR t.path_name = $6) AND ($7::timestamptz IS NULL OR t.created_at > $7)
  AND ($8::timestamptz IS NULL OR t.created_at < $8) ORDER BY t.id DESC LIMIT $2`;

export const listTasksOfAccount = statement(
  'reads.list_tasks_of_account',
  `${TASK} WHERE t.account_id = $9 AND ${FILTERS}`,
);

export const listTasksOfAll = statement('reads.list_tasks_of_all', `${TASK} WHERE ${FILTERS}`);

/**
 * A search looks at the texts of the newest $2 tasks that the filters leave, and no further: what it costs is bounded,
 * and nothing is written for it when a task is ordered. $9 account or null, $10 patterns that all must fit, $11 most.
 */
export const searchTasks = statement(
  'reads.search_tasks',
  `SELECT t.id FROM (
     SELECT t.id, t.request_key FROM tasks t LEFT JOIN attempts a ON a.id = t.attempt_id
     WHERE ($9::text IS NULL OR t.account_id = $9) AND ${FILTERS}
   ) t JOIN task_orders o ON o.task_id = t.id
   WHERE concat_ws(' ', o."order" ->> 'prompt', o."order" ->> 'shots', o.metadata::text, t.request_key,
                   o.client_words ->> 'external_task_id') ILIKE ALL ($10::text[])
   ORDER BY t.id DESC LIMIT $11`,
);

export type SearchedUntilRow = { id: string; created_at: number };

/** Where a search stopped: the oldest of the $2 tasks that it looked at, if it was so many. $10: how many before. */
export const searchedUntil = statement(
  'reads.searched_until',
  `SELECT t.id, t.created_at FROM (
     SELECT t.id, t.created_at FROM tasks t LEFT JOIN attempts a ON a.id = t.attempt_id
     WHERE ($9::text IS NULL OR t.account_id = $9) AND ${FILTERS}
   ) t ORDER BY t.id DESC OFFSET $10::int LIMIT 1`,
);

/** What a door lists: $1 account, $2 before, $3 most, $4 and $5 created between, each of which may be null. */
export const listDown = statement(
  'reads.list_down',
  `${TASK} WHERE t.account_id = $1 AND ($2::text IS NULL OR t.id < $2) AND o.removed_at IS NULL
     AND ($4::timestamptz IS NULL OR t.created_at >= $4) AND ($5::timestamptz IS NULL OR t.created_at <= $5)
   ORDER BY t.id DESC LIMIT $3`,
);

/** The same, oldest first; $2 after. */
export const listUp = statement(
  'reads.list_up',
  `${TASK} WHERE t.account_id = $1 AND ($2::text IS NULL OR t.id > $2) AND o.removed_at IS NULL
     AND ($4::timestamptz IS NULL OR t.created_at >= $4) AND ($5::timestamptz IS NULL OR t.created_at <= $5)
   ORDER BY t.id LIMIT $3`,
);

export type ExternalIdRow = { task_id: string };

/** $1 account, $2 names that its client gave them. */
export const byExternalId = statement(
  'reads.by_external_id',
  `SELECT o.task_id
   FROM task_orders o JOIN tasks t ON t.id = o.task_id
   WHERE o.client_words->>'external_task_id' = ANY($2) AND t.account_id = $1 AND o.removed_at IS NULL
   ORDER BY o.task_id`,
);

/** No door shows these any more. $3 now. */
export const removeTask = statement(
  'reads.remove_task',
  `UPDATE task_orders o SET removed_at = coalesce(o.removed_at, $3)
   FROM tasks t WHERE t.id = o.task_id AND o.task_id = $1 AND t.account_id = $2
   RETURNING o.task_id`,
);

export type TimelineTaskRow = {
  id: string;
  account_id: string;
  state: string;
  currency: string;
  created_at: number;
  started_at: number | null;
  finished_at: number | null;
  cancel_requested_at: number | null;
  error_code: string | null;
  error_message: string | null;
  route: unknown;
};

export const timelineTask = statement(
  'timeline.task',
  `SELECT t.id, t.account_id, t.state, c.currency, t.created_at, t.started_at, t.finished_at, t.cancel_requested_at,
          t.error_code, t.error_message, o.route
   FROM tasks t JOIN accounts c ON c.id = t.account_id JOIN task_orders o ON o.task_id = t.id
   WHERE t.id = $1 AND ($2::text IS NULL OR t.account_id = $2)`,
);

export type AttemptRow = {
  id: string;
  number: number;
  path_name: string;
  state:
    | 'sending'
    | 'unknown'
    | 'accepted'
    | 'refused'
    | 'succeeded'
    | 'failed'
    | 'canceled'
    | 'expired'
    | 'abandoned';
  sends: number;
  upstream_id: string | null;
  correlation_id: string;
  sent_at: number;
  accepted_at: number | null;
  ended_at: number | null;
  reason: string | null;
  history: unknown;
};

export const timelineAttempts = statement(
  'timeline.attempts',
  `SELECT id, number, path_name, state, sends, upstream_id, correlation_id, sent_at, accepted_at, ended_at, reason,
          history
   FROM attempts WHERE task_id = $1 ORDER BY number`,
);

export type CallbackRow = {
  id: string;
  path_name: string;
  attempt_id: string;
  verified: boolean;
  word: string | null;
  received_at: number;
};

export const timelineCallbacks = statement(
  'timeline.callbacks',
  `SELECT c.id, c.path_name, c.attempt_id, c.verified, c.word, c.received_at
   FROM callbacks c JOIN attempts a ON a.id = c.attempt_id WHERE a.task_id = $1
   ORDER BY c.received_at, c.id LIMIT 1000`,
);

export type TimelineAssetRow = {
  id: string;
  kind: string;
  state: 'copying' | 'stored' | 'lost' | 'deleted';
  tries: number;
  last_error: string | null;
  bytes: bigint | null;
  sha256: string | null;
  content_type: string | null;
  width: number | null;
  height: number | null;
  duration_seconds: number | null;
  flags: string[];
  source_expires_at: number | null;
  created_at: number;
  stored_at: number | null;
  deleted_at: number | null;
};

/** Without source_url: the link is a secret of the upstream account while it lives. */
export const timelineAssets = statement(
  'timeline.assets',
  `SELECT id, kind, state, tries, last_error, bytes, sha256, content_type, width, height, duration_seconds, flags,
          source_expires_at, created_at, stored_at, deleted_at
   FROM assets WHERE task_id = $1 ORDER BY id`,
);

export type TimelineDeliveryRow = {
  id: string;
  endpoint_id: string | null;
  event_id: string;
  event_type: string;
  url: string;
  state: 'waiting' | 'delivered' | 'exhausted';
  attempts: unknown;
  created_at: number;
  ended_at: number | null;
};

export const timelineDeliveries = statement(
  'timeline.deliveries',
  `SELECT id, endpoint_id, event_id, event_type, url, state, attempts, created_at, ended_at
   FROM deliveries WHERE task_id = $1 ORDER BY id LIMIT 1000`,
);

export type TimelineEventRow = { id: string; type: string; created_at: number };

export const timelineEvents = statement(
  'timeline.events',
  `SELECT id, type, created_at FROM events WHERE task_id = $1 ORDER BY number`,
);

export type TimelineActionRow = { id: string; action: string; subject: string; detail: unknown; at: number };

export const timelineActions = statement(
  'timeline.actions',
  `SELECT o.id, o.action, o.subject, o.detail, o.at
   FROM operator_actions o
   WHERE o.subject = $1 OR o.subject IN (SELECT id FROM attempts WHERE task_id = $1)
         OR o.subject IN (SELECT id FROM assets WHERE task_id = $1)
   ORDER BY o.at, o.id`,
);
