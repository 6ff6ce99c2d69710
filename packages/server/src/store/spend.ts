/** What was spent, and what a month did to a balance. */
import type { Database } from './database.ts';
import * as sql from './sql/spend.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { MonthLineRow, MonthModelRow, MonthRow, SpendRow } from './sql/spend.ts';

export type SpendSpan = { from: string; to: string; zone: string };
export type Month = { accountId: string; month: string; zone: string };

/** `partial`: there were more groups than are told. */
export type Spent = { rows: sql.SpendRow[]; partial: boolean };

export type SpendStore = {
  /** `accountId` null: of everybody. */
  spent(
    by: 'day' | 'model' | 'path' | 'key',
    span: SpendSpan,
    accountId: string | null,
    withCosts: boolean,
  ): Promise<Spent>;
  month(month: Month, nowMs: number): Promise<{ sums: sql.MonthRow; models: sql.MonthModelRow[] } | null>;
  monthLines(
    month: Month,
    after: { atMs: number; number: bigint } | null,
    most: number,
  ): Promise<sql.MonthLineRow[]>;
};

const BY = {
  day: sql.spendByDay,
  model: sql.spendByModel,
  path: sql.spendByPath,
  key: sql.spendByKey,
} as const;

export function spendStore(db: Database): SpendStore {
  return {
    spent: async (by, { from, to, zone }, accountId, withCosts) => {
      const found = rowsOf<sql.SpendRow>(await db.query(BY[by], [from, to, zone, accountId, withCosts]));
      return { rows: found.slice(0, sql.ROWS_MOST), partial: found.length > sql.ROWS_MOST };
    },
    month: async ({ accountId, month, zone }, nowMs) => {
      const sums = firstOf<sql.MonthRow>(await db.query(sql.month, [accountId, month, zone, at(nowMs)]));
      if (!sums) return null;
      const models = rowsOf<sql.MonthModelRow>(await db.query(sql.monthByModel, [accountId, month, zone]));
      return { sums, models };
    },
    monthLines: async ({ accountId, month, zone }, after, most) =>
      rowsOf<sql.MonthLineRow>(
        await db.query(sql.monthLines, [
          accountId,
          month,
          zone,
          at(after?.atMs ?? null),
          after?.number ?? null,
          most,
        ]),
      ),
  };
}
