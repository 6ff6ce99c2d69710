/** What the newest ended attempts of a path showed. */
import type { Database } from './database.ts';
import * as sql from './sql/measures.ts';
import { at } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

export type { MeasuredRow } from './sql/measures.ts';

export type MeasureStore = {
  /** The newest first, at most so many. */
  endedAttempts(pathName: string, fromMs: number, most: number): Promise<sql.MeasuredRow[]>;
};

export function measureStore(db: Database): MeasureStore {
  return {
    endedAttempts: async (pathName, fromMs, most) =>
      rowsOf<sql.MeasuredRow>(await db.query(sql.endedAttempts, [pathName, at(fromMs), most])),
  };
}
