/** What operators look at and decide by hand, and the record of it. */
import type { Database } from './database.ts';
import * as sql from './sql/operator.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { AssetRow, EndedAttemptRow, ResolvableRow, UnknownRow } from './sql/operator.ts';

export type OperatorAction = {
  id: string;
  keyId: string;
  /** Noun and verb: `attempt.resolved`, `asset.deleted`. */
  action: string;
  /** The id of what it was done to. */
  subject: string;
  /** With the reason, without secrets: it is shown on timelines. */
  detail: Record<string, unknown>;
};

export type OperatorStore = {
  unknownAttempts(most: number): Promise<sql.UnknownRow[]>;
  countUnknown(): Promise<number>;
  findAttempt(id: string): Promise<sql.ResolvableRow | null>;
  /** Attempts of a path that ended since, newest first. */
  endedAttempts(
    pathName: string,
    page: { sinceMs: number; before: string | null; most: number },
  ): Promise<sql.EndedAttemptRow[]>;
  recordAction(action: OperatorAction, nowMs: number): Promise<void>;
  /** `accountId` null reads anybody's. */
  findAsset(id: string, accountId: string | null): Promise<sql.AssetRow | null>;
};

export function operatorStore(db: Database): OperatorStore {
  return {
    unknownAttempts: async (most) => rowsOf<sql.UnknownRow>(await db.query(sql.unknownAttempts, [most])),
    countUnknown: async () => firstOf<{ attempts: number }>(await db.query(sql.countUnknown))?.attempts ?? 0,
    findAttempt: async (id) => firstOf<sql.ResolvableRow>(await db.query(sql.findAttempt, [id])),
    endedAttempts: async (pathName, { sinceMs, before, most }) =>
      rowsOf<sql.EndedAttemptRow>(await db.query(sql.endedAttempts, [pathName, at(sinceMs), before, most])),
    recordAction: async ({ id, keyId, action, subject, detail }, nowMs) => {
      await db.query(sql.insertAction, [id, keyId, action, subject, JSON.stringify(detail), at(nowMs)]);
    },
    findAsset: async (id, accountId) => firstOf<sql.AssetRow>(await db.query(sql.findAsset, [id, accountId])),
  };
}
