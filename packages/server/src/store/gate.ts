/** The gate as it is now, for people who look at it. */
import type { Database } from './database.ts';
import * as sql from './sql/gate.ts';
import { rows } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

export type { GateClipRow, GateLaneRow, GateSlotRow, RenderTimesRow } from './sql/gate.ts';

export type GateStore = {
  /** Of each path and family, the `most` oldest. */
  slots(most: number): Promise<sql.GateSlotRow[]>;
  /** Counts about `most` tasks in all. */
  lanes(most: number): Promise<sql.GateLaneRow[]>;
  /** `accountId` null: of everybody. */
  clips(accountId: string | null, most: number): Promise<sql.GateClipRow[]>;
  renderTimes(pairs: readonly { path_name: string; shape: string }[]): Promise<sql.RenderTimesRow[]>;
};

export function gateStore(db: Database): GateStore {
  return {
    slots: async (most) => rowsOf<sql.GateSlotRow>(await db.query(sql.slots, [most])),
    lanes: async (most) => rowsOf<sql.GateLaneRow>(await db.query(sql.lanes, [most])),
    clips: async (accountId, most) =>
      rowsOf<sql.GateClipRow>(
        accountId === null
          ? await db.query(sql.clips, [most])
          : await db.query(sql.clipsOfAccount, [most, accountId]),
      ),
    renderTimes: async (pairs) =>
      rowsOf<sql.RenderTimesRow>(await db.query(sql.renderTimes, [rows([...pairs])])),
  };
}
