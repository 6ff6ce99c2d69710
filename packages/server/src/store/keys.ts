/** API keys: made once, hashed, looked up by every request. */
import type { Database } from './database.ts';
import * as sql from './sql/keys.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { AuthRow, KeyRow } from './sql/keys.ts';

export type NewKey = {
  id: string;
  accountId: string | null;
  name: string;
  /** First characters, to recognise it by. */
  prefix: string;
  hash: Uint8Array;
  scopes: readonly string[];
  budgetMicros: bigint | null;
  budgetPeriod: 'total' | 'day' | 'month';
  maxInFlight: number | null;
  expiresAtMs: number | null;
};

export type KeyStore = {
  insert(key: NewKey, nowMs: number): Promise<sql.KeyRow>;
  findByHash(hash: Uint8Array): Promise<sql.AuthRow | null>;
  list(page: { accountId: string | null; before: string | null; most: number }): Promise<sql.KeyRow[]>;
  revoke(id: string, nowMs: number): Promise<sql.KeyRow | null>;
  touch(id: string, nowMs: number): Promise<void>;
  /** Working operator keys; with none, the first start makes one. */
  countOperatorKeys(nowMs: number): Promise<number>;
};

export function keyStore(db: Database): KeyStore {
  return {
    insert: async (key, nowMs) => {
      const row = firstOf<sql.KeyRow>(
        await db.query(sql.insertKey, [
          key.id,
          key.accountId,
          key.name,
          key.prefix,
          Buffer.from(key.hash),
          key.scopes,
          key.budgetMicros,
          key.budgetPeriod,
          at(nowMs),
          key.maxInFlight,
          at(key.expiresAtMs),
        ]),
      );
      if (!row) throw new Error('an inserted key comes back');
      return row;
    },
    findByHash: async (hash) => firstOf<sql.AuthRow>(await db.query(sql.findByHash, [Buffer.from(hash)])),
    list: async ({ accountId, before, most }) =>
      rowsOf<sql.KeyRow>(await db.query(sql.listKeys, [accountId, before, most])),
    revoke: async (id, nowMs) => firstOf<sql.KeyRow>(await db.query(sql.revokeKey, [id, at(nowMs)])),
    touch: async (id, nowMs) => {
      await db.query(sql.touchKey, [id, at(nowMs)]);
    },
    countOperatorKeys: async (nowMs) =>
      firstOf<{ keys: number }>(await db.query(sql.countOperatorKeys, [at(nowMs)]))?.keys ?? 0,
  };
}
