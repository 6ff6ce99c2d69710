/** The installation's own signing keys. See sql/signing-keys.ts. */
import type { Database } from './database.ts';
import * as sql from './sql/signing-keys.ts';
import { at } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

export type { SigningKeyRow } from './sql/signing-keys.ts';

export type NewSigningKey = {
  id: string;
  publicKey: string;
  privateSealed: string;
  signsFromMs: number;
};

export type SigningKeyStore = {
  /** The one that signs last first. */
  list(): Promise<sql.SigningKeyRow[]>;
  /** Nothing happens when there is one with this id. */
  insert(key: NewSigningKey, nowMs: number): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
};

export function signingKeyStore(db: Database): SigningKeyStore {
  return {
    list: async () => rowsOf<sql.SigningKeyRow>(await db.query(sql.listSigningKeys, [])),
    insert: async ({ id, publicKey, privateSealed, signsFromMs }, nowMs) => {
      const values = [id, publicKey, privateSealed, at(nowMs), at(signsFromMs)];
      await db.query(sql.insertSigningKey, values);
    },
    remove: async (ids) => {
      if (ids.length > 0) await db.query(sql.deleteSigningKeys, [ids]);
    },
  };
}
