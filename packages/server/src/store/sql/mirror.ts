/** SQL of stage 5: which copies are due, earliest-dying link first, and what became of them. */
import { statement } from './statement.ts';

export type CopyRow = {
  id: string;
  task_id: string;
  account_id: string;
  attempt_id: string;
  path_name: string;
  correlation_id: string;
  credential_version: number;
  handle: unknown;
  source_url: string;
  source_expires_at: number | null;
  tries: number;
  created_at: number;
  order: unknown;
  retention_days: number | null;
};

/** $1 now, $2 most, $3 lease, $4 leased until. */
export const claimCopies = statement(
  'mirror.claim',
  `WITH due AS MATERIALIZED (
     SELECT id FROM assets
     WHERE state = 'copying' AND copy_at <= $1
     ORDER BY source_expires_at NULLS LAST, copy_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
   ), s AS (
     UPDATE assets SET lease = $3, copy_at = $4, tries = tries + 1 FROM due WHERE assets.id = due.id
     RETURNING assets.*
   )
   SELECT s.id, s.task_id, s.account_id, s.attempt_id, a.path_name, a.correlation_id, a.credential_version, a.handle,
          s.source_url, s.source_expires_at, s.tries, s.created_at, o."order", c.retention_days
   FROM s JOIN attempts a ON a.id = s.attempt_id JOIN task_orders o ON o.task_id = s.task_id
   JOIN accounts c ON c.id = s.account_id
   ORDER BY s.source_expires_at NULLS LAST, s.id`,
);

/** A copy that takes long keeps its lease. $1 asset, $2 lease, $3 leased until. */
export const extendCopy = statement(
  'mirror.extend',
  `UPDATE assets SET copy_at = $3 WHERE id = $1 AND state = 'copying' AND lease = $2 RETURNING id`,
);

/**
 * The clip is stored and was read back; its poster, if any, is written beside it. $1 clip, $2 poster or null, $3
 * now.
 */
export const writeStored = statement(
  'mirror.stored',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (id text, lease text, blob_key text, bytes bigint, sha256 text,
       content_type text, width integer, height integer, duration_seconds double precision, video_codec text,
       audio_codec text, flags text[], delete_at timestamptz)
   ), s AS (
     UPDATE assets SET state = 'stored', lease = NULL, source_url = NULL, blob_key = r.blob_key, bytes = r.bytes,
            sha256 = r.sha256, content_type = r.content_type, width = r.width, height = r.height,
            duration_seconds = r.duration_seconds, video_codec = r.video_codec, audio_codec = r.audio_codec,
            flags = r.flags, delete_at = r.delete_at, stored_at = $3, copy_at = NULL
     FROM r WHERE assets.id = r.id AND assets.state = 'copying' AND assets.lease = r.lease
     RETURNING assets.id, assets.task_id, assets.account_id, assets.attempt_id, assets.delete_at
   ), p AS (
     INSERT INTO assets (id, task_id, account_id, attempt_id, kind, state, blob_key, bytes, sha256, content_type, width,
                         height, created_at, stored_at, delete_at)
     SELECT x.id, s.task_id, s.account_id, s.attempt_id, 'poster', 'stored', x.blob_key, x.bytes, x.sha256,
            x.content_type, x.width, x.height, $3, $3, s.delete_at
     FROM json_to_recordset($2::json) AS x (clip_id text, id text, blob_key text, bytes bigint, sha256 text,
          content_type text, width integer, height integer)
     JOIN s ON s.id = x.clip_id
   ), t AS (
     UPDATE tasks SET state = 'settling', outcome = 'succeeded', due_at = $3, version = version + 1
     FROM s WHERE tasks.id = s.task_id AND tasks.state = 'saving'
   )
   SELECT id, task_id FROM s`,
);

/** Try again later, perhaps with a fresh link. $1 rows. */
export const writeCopyAgain = statement(
  'mirror.again',
  `UPDATE assets SET lease = NULL, copy_at = r.copy_at, last_error = r.error,
          source_url = coalesce(r.source_url, assets.source_url),
          source_expires_at = coalesce(r.source_expires_at, assets.source_expires_at)
   FROM json_to_recordset($1::json) AS r (id text, lease text, copy_at timestamptz, error text, source_url text,
        source_expires_at timestamptz)
   WHERE assets.id = r.id AND assets.state = 'copying' AND assets.lease = r.lease`,
);

/** The clip cannot be had any more, or is not what was ordered: the task ends without a charge. $1 row, $2 now. */
export const writeLost = statement(
  'mirror.lost',
  `WITH r AS (
     SELECT * FROM json_to_recordset($1::json) AS x (id text, lease text, error text, code text)
   ), s AS (
     UPDATE assets SET state = 'lost', lease = NULL, last_error = r.error, source_url = NULL, copy_at = NULL
     FROM r WHERE assets.id = r.id AND assets.state = 'copying' AND assets.lease = r.lease
     RETURNING assets.id, assets.task_id, r.error, r.code
   ), t AS (
     UPDATE tasks SET state = 'settling', outcome = 'failed', error_code = s.code, error_message = s.error, due_at = $2,
            version = version + 1
     FROM s WHERE tasks.id = s.task_id AND tasks.state = 'saving'
   )
   SELECT id, task_id FROM s`,
);

/** Copies whose task ended first (its deadline): nobody waits for them. $1 now. */
export const dropOrphanCopies = statement(
  'mirror.drop_orphans',
  `UPDATE assets SET state = 'lost', lease = NULL, last_error = 'its task ended first', source_url = NULL,
          copy_at = NULL
   WHERE id IN (
     SELECT s.id FROM assets s JOIN tasks t ON t.id = s.task_id
     WHERE s.state = 'copying' AND s.copy_at <= $1 AND t.state IN ('settling', 'succeeded', 'failed', 'canceled')
     ORDER BY s.id LIMIT 100 FOR UPDATE OF s SKIP LOCKED)
     AND state = 'copying' AND copy_at <= $1
   RETURNING id`,
);

export type StoredAssetRow = {
  id: string;
  task_id: string;
  account_id: string;
  kind: 'video' | 'poster';
  state: 'copying' | 'stored' | 'lost' | 'deleted';
  blob_key: string | null;
  bytes: bigint | null;
  sha256: string | null;
  content_type: string | null;
};

export const assetById = statement(
  'mirror.asset_by_id',
  `SELECT id, task_id, account_id, kind, state, blob_key, bytes, sha256, content_type FROM assets WHERE id = $1`,
);

/** Assets whose retention is over. $1 now, $2 most. */
export const retentionOver = statement(
  'mirror.retention_over',
  `SELECT id, blob_key FROM assets WHERE state = 'stored' AND delete_at <= $1 ORDER BY delete_at, id LIMIT $2`,
);

/** Marked first, removed after: a crash between the two leaves a stray blob for the sweeper, never a dead asset. */
export const markDeleted = statement(
  'mirror.mark_deleted',
  `WITH over AS MATERIALIZED (
     SELECT id FROM assets WHERE id = ANY($1) AND state = 'stored' ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE assets SET state = 'deleted', deleted_at = $2 FROM over WHERE assets.id = over.id
   RETURNING assets.id, assets.blob_key`,
);

/** Which of these blob keys nothing refers to any more. */
export const unreferencedBlobs = statement(
  'mirror.unreferenced_blobs',
  `SELECT k.blob_key FROM unnest($1::text[]) AS k (blob_key)
   WHERE NOT EXISTS (SELECT 1 FROM assets s WHERE s.blob_key = k.blob_key AND s.state = 'stored')
     AND NOT EXISTS (SELECT 1 FROM files f WHERE f.blob_key = k.blob_key AND f.deleted_at IS NULL)
   ORDER BY k.blob_key`,
);
