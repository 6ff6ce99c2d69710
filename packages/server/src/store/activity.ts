/** What went on lately. */
import type { Database } from './database.ts';
import * as sql from './sql/activity.ts';
import { rowsOf } from './typed.ts';

export type { ActivityRow } from './sql/activity.ts';

export type ActivityStore = {
  /** The newest `most` tasks with ids from `fromId` on; `accountId` null: of everybody. */
  figures(accountId: string | null, fromId: string, most: number): Promise<sql.ActivityRow[]>;
};

export function activityStore(db: Database): ActivityStore {
  return {
    figures: async (accountId, fromId, most) => {
      const by = accountId === null ? sql.activityOfAll : sql.activityOfAccount;
      return rowsOf<sql.ActivityRow>(await db.query(by, [accountId, fromId, most]));
    },
  };
}
