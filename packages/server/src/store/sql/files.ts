/**
 * SQL of uploads (files): inputs that clients gave us, kept for a while under a content address. Two uploads of the
 * same bytes share a blob, so a blob goes only when no row names it any more.
 */
import { statement } from './statement.ts';

export type FileRow = {
  id: string;
  account_id: string;
  blob_key: string;
  bytes: bigint;
  sha256: string;
  content_type: string;
  width: number | null;
  height: number | null;
  duration_seconds: number | null;
  frames_per_second: number | null;
  created_at: number;
  expires_at: number | null;
};

const COLUMNS = `id, account_id, blob_key, bytes, sha256, content_type, width, height, duration_seconds,
  frames_per_second, created_at, expires_at`;

export const insertFile = statement(
  'files.insert',
  `INSERT INTO files (id, account_id, blob_key, bytes, sha256, content_type, width, height, duration_seconds,
                      frames_per_second, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   RETURNING ${COLUMNS}`,
);

/** $2 account, or null for an operator or a signed link. $3 now: what has expired is gone, swept or not. */
export const findFile = statement(
  'files.find',
  `SELECT ${COLUMNS} FROM files
   WHERE id = $1 AND ($2::text IS NULL OR account_id = $2) AND deleted_at IS NULL
     AND (expires_at IS NULL OR expires_at > $3)`,
);

export const filesOfAccount = statement(
  'files.of_account',
  `SELECT ${COLUMNS} FROM files
   WHERE account_id = $1 AND id = ANY($2) AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $3)`,
);

/** Deleting twice is the same as once. */
export const deleteFiles = statement(
  'files.delete',
  `WITH over AS MATERIALIZED (
     SELECT id FROM files WHERE id = ANY($1) AND ($2::text IS NULL OR account_id = $2)
     ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE files SET deleted_at = coalesce(deleted_at, $3) FROM over WHERE files.id = over.id
   RETURNING files.id, files.blob_key`,
);

export const expiredFiles = statement(
  'files.expired',
  `SELECT id FROM files WHERE deleted_at IS NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2`,
);

/** Which of these blobs nothing uses any more. */
export const unusedBlobs = statement(
  'files.unused_blobs',
  `SELECT key FROM unnest($1::text[]) AS key
   WHERE NOT EXISTS (SELECT 1 FROM files WHERE blob_key = key AND deleted_at IS NULL)
     AND NOT EXISTS (SELECT 1 FROM assets WHERE blob_key = key AND state = 'stored')
   ORDER BY key`,
);
