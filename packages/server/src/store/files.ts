/** Uploads: rows about inputs that clients gave us. Their bytes are in the blobs. */
import type { MediaFacts } from '../decide/order.ts';
import type { Database } from './database.ts';
import * as sql from './sql/files.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { FileRow } from './sql/files.ts';

export type NewFile = {
  id: string;
  accountId: string;
  blobKey: string;
  bytes: number;
  sha256: string;
  contentType: string;
  width: number | null;
  height: number | null;
  durationSeconds: number | null;
  framesPerSecond: number | null;
  expiresAtMs: number | null;
};

export type FileStore = {
  insert(file: NewFile, nowMs: number): Promise<sql.FileRow>;
  /** `accountId` null reads anybody's. What has expired is not there. */
  find(id: string, accountId: string | null, nowMs: number): Promise<sql.FileRow | null>;
  /** What is known about these uploads of the account, by id; those that it does not have are left out. */
  factsOf(accountId: string, ids: readonly string[], nowMs: number): Promise<Map<string, MediaFacts>>;
  /** Marks it deleted; the answer names the blobs that nothing uses any more. */
  remove(
    ids: readonly string[],
    accountId: string | null,
    nowMs: number,
  ): Promise<{ removed: string[]; unusedBlobs: string[] }>;
  expired(nowMs: number, most: number): Promise<string[]>;
};

export function fileStore(db: Database): FileStore {
  return {
    insert: async (file, nowMs) => {
      const row = firstOf<sql.FileRow>(
        await db.query(sql.insertFile, [
          file.id,
          file.accountId,
          file.blobKey,
          file.bytes,
          file.sha256,
          file.contentType,
          file.width,
          file.height,
          file.durationSeconds,
          file.framesPerSecond,
          at(nowMs),
          at(file.expiresAtMs),
        ]),
      );
      if (!row) throw new Error('an inserted file comes back');
      return row;
    },
    find: async (id, accountId, nowMs) =>
      firstOf<sql.FileRow>(await db.query(sql.findFile, [id, accountId, at(nowMs)])),
    factsOf: async (accountId, ids, nowMs) => {
      const found = rowsOf<sql.FileRow>(await db.query(sql.filesOfAccount, [accountId, ids, at(nowMs)]));
      return new Map(found.map((row) => [row.id, factsOf(row)]));
    },
    remove: (ids, accountId, nowMs) =>
      db.transaction(async (tx) => {
        const values = [ids, accountId, at(nowMs)];
        const marked = rowsOf<{ id: string; blob_key: string }>(await tx.query(sql.deleteFiles, values));
        const keys = [...new Set(marked.map((row) => row.blob_key))];
        const unused = rowsOf<{ key: string }>(await tx.query(sql.unusedBlobs, [keys]));
        return { removed: marked.map((row) => row.id), unusedBlobs: unused.map((row) => row.key) };
      }),
    expired: async (nowMs, most) =>
      rowsOf<{ id: string }>(await db.query(sql.expiredFiles, [at(nowMs), most])).map((row) => row.id),
  };
}

/** `video/quicktime` is what everybody else calls mov. */
function factsOf(row: sql.FileRow): MediaFacts {
  const subtype = row.content_type.split('/')[1] ?? '';
  return {
    format: subtype === 'quicktime' ? 'mov' : subtype,
    bytes: Number(row.bytes),
    width: row.width,
    height: row.height,
    seconds: row.duration_seconds,
    framesPerSecond: row.frames_per_second,
  };
}
