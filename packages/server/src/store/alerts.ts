/** Alerts as they are told, and who looks for them. See sql/alerts.ts. */
import type { Database } from './database.ts';
import * as sql from './sql/alerts.ts';
import { at, iso, rows } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { AlertRow, AlertSettingsRow, ListenerRow } from './sql/alerts.ts';

export type AlertEvent = { id: string; reader: string | null; type: string; data: unknown };
export type AlertDelivery = {
  id: string;
  endpointId: string;
  reader: string | null;
  eventId: string;
  eventType: string;
  url: string;
  format: string;
};

/** What a look comes to. */
export type AlertChanges = {
  /** New ones, and all that are to be written anew. */
  alerts: readonly sql.AlertRow[];
  forgotten: readonly string[];
  events: readonly AlertEvent[];
  deliveries: readonly AlertDelivery[];
};

export type AlertStore = {
  /** True: nobody else looks before `untilMs`. */
  claimWatch(nowMs: number, lease: string, untilMs: number): Promise<boolean>;
  /** The next look is due; one that is under way goes on. */
  hurryWatch(nowMs: number): Promise<void>;
  /** Decides about what stands and writes it, in one transaction. Null: the lease is another's by now. */
  record(
    look: { lease: string; nowMs: number; nextMs: number; clearedSinceMs: number; keptSinceMs: number },
    decide: (standing: readonly sql.AlertRow[], listeners: readonly sql.ListenerRow[]) => AlertChanges,
  ): Promise<AlertChanges | null>;
  /** Those of a reader that stand. */
  standing(reader: string | null): Promise<sql.AlertRow[]>;
  /** Those of a reader that are over. */
  over(page: { reader: string | null; before: string | null; most: number }): Promise<sql.AlertRow[]>;
  allSettings(): Promise<sql.AlertSettingsRow[]>;
  settings(accountId: string | null): Promise<unknown>;
  changeSettings(
    accountId: string | null,
    set: Record<string, unknown>,
    reset: readonly string[],
  ): Promise<unknown>;
};

export function alertStore(db: Database): AlertStore {
  return {
    claimWatch: async (nowMs, lease, untilMs) =>
      rowsOf(await db.query(sql.claimWatch, [at(nowMs), lease, at(untilMs)])).length === 1,
    hurryWatch: async (nowMs) => {
      await db.query(sql.hurryWatch, [at(nowMs)]);
    },
    record: ({ lease, nowMs, nextMs, clearedSinceMs, keptSinceMs }, decide) =>
      db.transaction(async (tx) => {
        if (rowsOf(await tx.query(sql.lockWatch, [lease])).length === 0) return null;
        const standing = rowsOf<sql.AlertRow>(await tx.query(sql.standing, [at(clearedSinceMs)]));
        const changes = decide(standing, rowsOf<sql.ListenerRow>(await tx.query(sql.listeners)));
        const { forgotten } = changes;
        const written = [rows(changes.alerts.map(alertValues)), forgotten, at(keptSinceMs)];
        const told = [rows(changes.events.map(eventValues)), rows(changes.deliveries.map(deliveryValues))];
        await tx.query(sql.write, [lease, ...written, ...told, at(nowMs), at(nextMs)]);
        return changes;
      }),
    standing: async (reader) => rowsOf<sql.AlertRow>(await db.query(sql.raised, [reader])),
    over: async ({ reader, before, most }) =>
      rowsOf<sql.AlertRow>(await db.query(sql.over, [reader, before, most])),
    allSettings: async () => rowsOf<sql.AlertSettingsRow>(await db.query(sql.allSettings)),
    settings: async (accountId) =>
      firstOf<sql.AlertSettingsRow>(await db.query(sql.settingsOf, [accountId]))?.value ?? {},
    changeSettings: async (accountId, set, reset) => {
      const values = [accountId, JSON.stringify(set), reset];
      return firstOf<sql.AlertSettingsRow>(await db.query(sql.changeSettings, values))?.value ?? {};
    },
  };
}

function alertValues(row: sql.AlertRow): Record<string, unknown> {
  return {
    ...row,
    since: iso(row.since),
    first_seen_at: iso(row.first_seen_at),
    last_seen_at: iso(row.last_seen_at),
    raised_at: iso(row.raised_at),
    told_at: iso(row.told_at),
    cleared_at: iso(row.cleared_at),
  };
}

function eventValues({ id, reader, type, data }: AlertEvent): Record<string, unknown> {
  return { id, account_id: reader, type, data };
}

function deliveryValues(delivery: AlertDelivery): Record<string, unknown> {
  const { id, endpointId, reader, eventId, eventType, url, format } = delivery;
  return {
    ...{ id, endpoint_id: endpointId, account_id: reader, event_id: eventId, event_type: eventType },
    ...{ url, format },
  };
}
