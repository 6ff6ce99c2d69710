/** Credentials of paths that were replaced and are still needed. See sql/credentials.ts. */
import type { Database } from './database.ts';
import * as sql from './sql/credentials.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type CredentialStore = {
  /** The vendor did not take it; false: it was refused before, or nothing needs it. */
  refuseFormerCredential(pathName: string, version: number, nowMs: number): Promise<boolean>;
  /** Deletes those that nothing under way was sent with; answers how many. */
  dropFormerCredentials(): Promise<number>;
  formerCredentialNeeds(): Promise<sql.NeedRow[]>;
};

export function credentialStore(db: Database): CredentialStore {
  return {
    refuseFormerCredential: async (pathName, version, nowMs) =>
      firstOf<{ news: boolean }>(await db.query(sql.refuse, [pathName, version, at(nowMs)]))?.news ?? false,
    dropFormerCredentials: async () => (await db.query(sql.dropUnneeded, [null])).count,
    formerCredentialNeeds: async () => rowsOf<sql.NeedRow>(await db.query(sql.countNeeds)),
  };
}

/** Part of a change of the path, in its transaction. */
export async function replaceCredential(
  tx: Pick<Database, 'query'>,
  pathName: string,
  { sealed, atMs }: { sealed: string; atMs: number },
): Promise<void> {
  await tx.query(sql.lockAdmission, [pathName]);
  await tx.query(sql.replace, [pathName, sealed, at(atMs)]);
  await tx.query(sql.dropUnneeded, [pathName]);
}
