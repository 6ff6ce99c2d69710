/** Stage 5 and retention against the database. See sql/mirror.ts. */
import type { Database } from './database.ts';
import * as sql from './sql/mirror.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type StoredClip = {
  id: string;
  lease: string;
  blobKey: string;
  bytes: number;
  sha256: string;
  contentType: string;
  width: number;
  height: number;
  durationSeconds: number;
  videoCodec: string;
  audioCodec: string | null;
  flags: readonly string[];
  deleteAtMs: number | null;
  poster: StoredPoster | null;
};

export type StoredPoster = {
  id: string;
  blobKey: string;
  bytes: number;
  sha256: string;
  contentType: string;
  width: number | null;
  height: number | null;
};

export type CopyAgain = {
  id: string;
  lease: string;
  copyAtMs: number;
  error: string;
  link: { url: string; expiresAtMs: number | null } | null;
};

export type MirrorStore = {
  claimCopies(claim: { nowMs: number; most: number; lease: string; untilMs: number }): Promise<sql.CopyRow[]>;
  /** False when the lease is gone: somebody else has the copy now. */
  extendCopy(id: string, lease: string, untilMs: number): Promise<boolean>;
  /** False when the lease was lost meanwhile. */
  recordStored(clip: StoredClip, nowMs: number): Promise<boolean>;
  recordCopyAgain(copies: readonly CopyAgain[]): Promise<void>;
  recordLost(copy: { id: string; lease: string; error: string; code: string }, nowMs: number): Promise<void>;
  dropOrphanCopies(nowMs: number): Promise<string[]>;
  assetById(id: string): Promise<sql.StoredAssetRow | null>;
  retentionOver(nowMs: number, most: number): Promise<string[]>;
  /** Marks assets deleted and answers the blobs that nothing refers to any more. */
  markDeleted(ids: readonly string[], nowMs: number): Promise<string[]>;
};

export type { CopyRow, StoredAssetRow } from './sql/mirror.ts';

export function mirrorStore(db: Database): MirrorStore {
  return {
    claimCopies: async ({ nowMs, most, lease, untilMs }) =>
      rowsOf<sql.CopyRow>(await db.query(sql.claimCopies, [at(nowMs), most, lease, at(untilMs)])),
    extendCopy: async (id, lease, untilMs) =>
      rowsOf(await db.query(sql.extendCopy, [id, lease, at(untilMs)])).length === 1,
    recordStored: async (clip, nowMs) => {
      const posters = clip.poster === null ? [] : [posterRow(clip.id, clip.poster)];
      const written = await db.query(sql.writeStored, [rows([clipRow(clip)]), rows(posters), at(nowMs)]);
      return rowsOf(written).length === 1;
    },
    recordCopyAgain: async (copies) => {
      const values = inOrder(copies, (each) => each.id).map((copy) => ({
        id: copy.id,
        lease: copy.lease,
        copy_at: iso(copy.copyAtMs),
        error: copy.error,
        source_url: copy.link?.url ?? null,
        source_expires_at: iso(copy.link?.expiresAtMs ?? null),
      }));
      await db.query(sql.writeCopyAgain, [rows(values)]);
    },
    recordLost: async (copy, nowMs) => {
      await db.query(sql.writeLost, [rows([copy]), at(nowMs)]);
    },
    dropOrphanCopies: async (nowMs) => {
      const dropped = rowsOf<{ id: string }>(await db.query(sql.dropOrphanCopies, [at(nowMs)]));
      return inOrder(dropped, (row) => row.id).map((row) => row.id);
    },
    assetById: async (id) => firstOf<sql.StoredAssetRow>(await db.query(sql.assetById, [id])),
    retentionOver: async (nowMs, most) =>
      rowsOf<{ id: string }>(await db.query(sql.retentionOver, [at(nowMs), most])).map((row) => row.id),
    markDeleted: (ids, nowMs) =>
      db.transaction(async (tx) => {
        const marked = rowsOf<{ blob_key: string }>(await tx.query(sql.markDeleted, [ids, at(nowMs)]));
        const keys = [...new Set(marked.map((row) => row.blob_key))];
        const free = rowsOf<{ blob_key: string }>(await tx.query(sql.unreferencedBlobs, [keys]));
        return free.map((row) => row.blob_key);
      }),
  };
}

function clipRow(clip: StoredClip): Record<string, unknown> {
  return {
    id: clip.id,
    lease: clip.lease,
    blob_key: clip.blobKey,
    bytes: clip.bytes,
    sha256: clip.sha256,
    content_type: clip.contentType,
    width: clip.width,
    height: clip.height,
    duration_seconds: clip.durationSeconds,
    video_codec: clip.videoCodec,
    audio_codec: clip.audioCodec,
    flags: clip.flags,
    delete_at: iso(clip.deleteAtMs),
  };
}

function posterRow(clipId: string, poster: StoredPoster): Record<string, unknown> {
  return {
    clip_id: clipId,
    id: poster.id,
    blob_key: poster.blobKey,
    bytes: poster.bytes,
    sha256: poster.sha256,
    content_type: poster.contentType,
    width: poster.width,
    height: poster.height,
  };
}
