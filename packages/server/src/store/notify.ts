/** Stage 7 against the database. See sql/notify.ts. */
import type { Database } from './database.ts';
import * as sql from './sql/notify.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

export type DeliveryRecord = {
  id: string;
  lease: string;
  state: 'waiting' | 'delivered' | 'exhausted';
  dueAtMs: number | null;
  gone: boolean;
  log: { at: string; status: number | null; outcome: string; duration_ms: number; response: string | null };
};

export type NotifyStore = {
  claimDeliveries(claim: {
    nowMs: number;
    most: number;
    lease: string;
    untilMs: number;
    mostPerReceiver: number;
  }): Promise<sql.DeliveryRow[]>;
  /** Answers the endpoints touched, with their status now. */
  recordDeliveries(
    records: readonly DeliveryRecord[],
    nowMs: number,
    failingSinceMs: number,
  ): Promise<{ id: string; account_id: string | null; status: string }[]>;
};

export type { DeliveryRow } from './sql/notify.ts';

export function notifyStore(db: Database): NotifyStore {
  return {
    claimDeliveries: async ({ nowMs, most, lease, untilMs, mostPerReceiver }) =>
      rowsOf<sql.DeliveryRow>(
        await db.query(sql.claimDeliveries, [at(nowMs), most, lease, at(untilMs), mostPerReceiver]),
      ),
    recordDeliveries: async (records, nowMs, failingSinceMs) => {
      const values = inOrder(records, (each) => each.id).map((record) => ({
        id: record.id,
        lease: record.lease,
        state: record.state,
        due_at: iso(record.dueAtMs),
        log: record.log,
        gone: record.gone,
      }));
      return rowsOf(await db.query(sql.writeDelivered, [rows(values), at(nowMs), at(failingSinceMs)]));
    },
  };
}
