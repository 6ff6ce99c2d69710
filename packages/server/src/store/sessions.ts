/** Sessions of browsers, and the links that begin them. */
import type { Database } from './database.ts';
import * as sql from './sql/sessions.ts';
import { at } from './sql/statement.ts';
import { firstOf } from './typed.ts';

export type { SessionRow, WhoRow } from './sql/sessions.ts';

export type NewSession = { hash: Uint8Array; expiresAtMs: number };

export type SessionStore = {
  insertLink(link: NewSession & { keyId: string }, nowMs: number): Promise<void>;
  insert(session: NewSession & { keyId: string }, nowMs: number): Promise<void>;
  /** Uses the link up and begins its session, or does neither: null when the link is of no use any more. */
  beginByLink(linkHash: Uint8Array, session: NewSession, nowMs: number): Promise<string | null>;
  find(hash: Uint8Array): Promise<sql.SessionRow | null>;
  touch(hash: Uint8Array, nowMs: number): Promise<void>;
  end(hash: Uint8Array, nowMs: number): Promise<void>;
  whoIs(keyId: string): Promise<sql.WhoRow | null>;
  /** Deletes sessions and links that were over before. */
  dropOver(beforeMs: number, most: number): Promise<void>;
};

export function sessionStore(db: Database): SessionStore {
  return {
    insertLink: async ({ hash, keyId, expiresAtMs }, nowMs) => {
      await db.query(sql.insertLink, [Buffer.from(hash), keyId, at(nowMs), at(expiresAtMs)]);
    },
    insert: async ({ hash, keyId, expiresAtMs }, nowMs) => {
      await db.query(sql.insertSession, [Buffer.from(hash), keyId, at(nowMs), at(expiresAtMs)]);
    },
    beginByLink: (linkHash, { hash, expiresAtMs }, nowMs) =>
      db.transaction(async (tx) => {
        const used = firstOf<{ key_id: string }>(
          await tx.query(sql.useLink, [Buffer.from(linkHash), at(nowMs)]),
        );
        if (!used) return null;
        await tx.query(sql.insertSession, [Buffer.from(hash), used.key_id, at(nowMs), at(expiresAtMs)]);
        return used.key_id;
      }),
    find: async (hash) => firstOf<sql.SessionRow>(await db.query(sql.findSession, [Buffer.from(hash)])),
    touch: async (hash, nowMs) => {
      await db.query(sql.touchSession, [Buffer.from(hash), at(nowMs)]);
    },
    end: async (hash, nowMs) => {
      await db.query(sql.endSession, [Buffer.from(hash), at(nowMs)]);
    },
    whoIs: async (keyId) => firstOf<sql.WhoRow>(await db.query(sql.whoIs, [keyId])),
    dropOver: async (beforeMs, most) => {
      await db.query(sql.dropSessions, [at(beforeMs), most]);
      await db.query(sql.dropLinks, [at(beforeMs), most]);
    },
  };
}
