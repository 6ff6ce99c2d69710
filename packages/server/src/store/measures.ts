/** What the newest ended attempts of a path showed. */
import { firstIdAt } from '../effects/random/id.ts';
import type { Database } from './database.ts';
import * as sql from './sql/measures.ts';
import { at } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

export type { MeasuredRow, PromisedRow } from './sql/measures.ts';

export type MeasureStore = {
  /** The newest first, at most so many. */
  endedAttempts(pathName: string, fromMs: number, most: number): Promise<sql.MeasuredRow[]>;
  /** Orders since then with what they were told, the newest first, at most so many. */
  promised(fromMs: number, most: number): Promise<sql.PromisedRow[]>;
};

export function measureStore(db: Database): MeasureStore {
  return {
    endedAttempts: async (pathName, fromMs, most) =>
      rowsOf<sql.MeasuredRow>(await db.query(sql.endedAttempts, [pathName, at(fromMs), most])),
    promised: async (fromMs, most) =>
      rowsOf<sql.PromisedRow>(await db.query(sql.promised, [firstIdAt('task', fromMs), most])),
  };
}
