/** API keys: made once, hashed, looked up by every request. */
import { z } from 'zod';
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
  /** The key that makes it; null: nobody's, such as the first of an installation. */
  createdBy: string | null;
};

export type KeyChange = Pick<NewKey, 'name' | 'budgetMicros' | 'budgetPeriod' | 'maxInFlight'> & {
  usedMicros: bigint;
  sinceMs: number;
};

export type KeyStore = {
  insert(key: NewKey, nowMs: number): Promise<sql.KeyRow>;
  findByHash(hash: Uint8Array): Promise<sql.AuthRow | null>;
  findAuthById(id: string): Promise<sql.AuthRow | null>;
  findBudget(id: string): Promise<sql.BudgetRow | null>;
  list(page: { accountId: string | null; before: string | null; most: number }): Promise<sql.KeyRow[]>;
  /** `accountId` null reaches everybody's. `decide` gets the key under lock. Null: there is none that works. */
  update(
    id: string,
    accountId: string | null,
    decide: (key: sql.KeyRow) => KeyChange,
  ): Promise<sql.KeyRow | null>;
  /** `accountId` null reaches everybody's. */
  revoke(id: string, accountId: string | null, nowMs: number): Promise<sql.KeyRow | null>;
  touch(id: string, nowMs: number): Promise<void>;
  /** Working operator keys; with none, the first start makes one. */
  countOperatorKeys(nowMs: number): Promise<number>;
  /** The installation's first operator key: never made, made but shown to nobody for all we know, or shown. */
  firstKey(): Promise<{ state: 'none' } | { state: 'unseen'; id: string } | { state: 'shown' }>;
  /** Makes it, in place of the unseen one, which ends. False when another process was first. */
  insertFirstKey(key: NewKey, unseenId: string | null, nowMs: number): Promise<boolean>;
  /** False when another one has taken its place. */
  markFirstKeyShown(id: string): Promise<boolean>;
};

const FirstKey = z.object({ key: z.string(), shown: z.boolean() });

export function keyStore(db: Database): KeyStore {
  return {
    insert: async (key, nowMs) => {
      const row = firstOf<sql.KeyRow>(await db.query(sql.insertKey, keyValues(key, nowMs)));
      if (!row) throw new Error('an inserted key comes back');
      return row;
    },
    findByHash: async (hash) => firstOf<sql.AuthRow>(await db.query(sql.findByHash, [Buffer.from(hash)])),
    findBudget: async (id) => firstOf<sql.BudgetRow>(await db.query(sql.findBudget, [id])),
    findAuthById: async (id) => firstOf<sql.AuthRow>(await db.query(sql.findAuthById, [id])),
    list: async ({ accountId, before, most }) =>
      rowsOf<sql.KeyRow>(await db.query(sql.listKeys, [accountId, before, most])),
    update: (id, accountId, decide) =>
      db.transaction(async (tx) => {
        const key = firstOf<sql.KeyRow>(await tx.query(sql.lockKey, [id, accountId]));
        if (!key) return null;
        const { name, budgetMicros, budgetPeriod, usedMicros, sinceMs, maxInFlight } = decide(key);
        const values = [id, name, budgetMicros, budgetPeriod, usedMicros, at(sinceMs), maxInFlight];
        return firstOf<sql.KeyRow>(await tx.query(sql.updateKey, values));
      }),
    revoke: async (id, accountId, nowMs) =>
      firstOf<sql.KeyRow>(await db.query(sql.revokeKey, [id, at(nowMs), accountId])),
    touch: async (id, nowMs) => {
      await db.query(sql.touchKey, [id, at(nowMs)]);
    },
    countOperatorKeys: async (nowMs) =>
      firstOf<{ keys: number }>(await db.query(sql.countOperatorKeys, [at(nowMs)]))?.keys ?? 0,
    firstKey: async () => {
      const row = firstOf<sql.FirstKeyRow>(await db.query(sql.readFirstKey));
      if (!row) return { state: 'none' };
      const { data } = FirstKey.safeParse(row.value);
      return data && !data.shown ? { state: 'unseen', id: data.key } : { state: 'shown' };
    },
    insertFirstKey: (key, unseenId, nowMs) =>
      db.transaction(async (tx) => {
        const claimed = await tx.query(sql.claimFirstKey, [key.id, unseenId]);
        if (claimed.rows.length === 0) return false;
        if (unseenId !== null) await tx.query(sql.revokeKey, [unseenId, at(nowMs), null]);
        await tx.query(sql.insertKey, keyValues(key, nowMs));
        return true;
      }),
    markFirstKeyShown: async (id) => (await db.query(sql.markFirstKeyShown, [id])).rows.length === 1,
  };
}

/** In a transaction that makes something beside it. */
export async function insertKeyIn(tx: Pick<Database, 'query'>, key: NewKey, nowMs: number): Promise<void> {
  await tx.query(sql.insertKey, keyValues(key, nowMs));
}

function keyValues(key: NewKey, nowMs: number): unknown[] {
  return [
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
    key.createdBy,
  ];
}
