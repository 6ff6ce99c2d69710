/** Limits against the database, with the history of their changes. See sql/limits.ts. */
import { type Limit, newLimit } from '../decide/limits.ts';
import type { Database, Transaction } from './database.ts';
import { countOccupied, type LimitRow, type OccupiedRow } from './sql/admission.ts';
import * as sql from './sql/limits.ts';
import { at, rows } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { LimitChangeRow } from './sql/limits.ts';

/** Why a limit changed, as its history tells it. */
export type LimitReason = 'accepted' | 'refused' | 'quiet';

export type LimitStore = {
  ensure(limits: readonly ({ pathName: string; family: string } & Limit)[], nowMs: number): Promise<void>;
  /** Reads, changes and writes one limit under its lock; the counts are of slots taken right now. */
  change(
    of: { pathName: string; family: string },
    why: { reason: LimitReason; nowMs: number },
    change: (limit: Limit, slots: { occupied: number; accepted: number }) => Limit,
  ): Promise<void>;
  setConfigured(
    of: { pathName: string; family: string },
    configured: number | null,
    nowMs: number,
  ): Promise<void>;
  /** Since then, with what held at that time; the newest first. */
  changes(pathName: string, sinceMs: number, most: number): Promise<sql.LimitChangeRow[]>;
};

/** As far back as measures look. */
const HISTORY_MS = 90 * 86_400_000;

export function limitStore(db: Database): LimitStore {
  return {
    ensure: async (limits, nowMs) => {
      const values = limits.map((limit) => ({
        path_name: limit.pathName,
        family: limit.family,
        configured: limit.configured,
        learned: limit.learned,
        probing: limit.probing,
      }));
      await db.query(sql.ensureLimits, [rows(values), at(nowMs)]);
    },
    change: ({ pathName, family }, why, change) =>
      db.transaction(async (tx) => {
        const row = firstOf<LimitRow>(await tx.query(sql.lockLimit, [pathName, family]));
        if (!row) return;
        const counts = await occupied(tx, [pathName], family);
        const slots = counts.get(pathName) ?? { occupied: 0, accepted: 0 };
        const before = limitOf(row);
        const after = change(before, slots);
        if (after === before) return;
        await writeLimit(tx, { pathName, family }, after, { ...why, occupied: slots.occupied });
      }),
    setConfigured: ({ pathName, family }, configured, nowMs) =>
      db.transaction(async (tx) => {
        const { learned } = newLimit(configured);
        // What it was before is read in the same statement: nobody may change it in between.
        await tx.query(sql.lockLimit, [pathName, family]);
        await tx.query(sql.setConfiguredLimit, [pathName, family, configured, learned, at(nowMs)]);
      }),
    changes: async (pathName, sinceMs, most) =>
      rowsOf<sql.LimitChangeRow>(await db.query(sql.limitChanges, [pathName, at(sinceMs), most])),
  };
}

/** With its line of history, where a number changed. The caller holds the lock of the row. */
export async function writeLimit(
  tx: Transaction,
  { pathName, family }: { pathName: string; family: string },
  limit: Limit,
  why: { reason: LimitReason; nowMs: number; occupied: number },
): Promise<void> {
  await tx.query(sql.writeLimit, [
    pathName,
    family,
    limit.configured,
    limit.learned,
    limit.probing,
    limit.refusals,
    at(limit.lastRefusalAtMs),
    at(limit.raiseAtMs),
    at(why.nowMs),
    why.reason,
    why.occupied,
    at(why.nowMs - HISTORY_MS),
  ]);
}

/** Slots of a family on a path, and what is being sent there over all families. */
export type Slots = { occupied: number; accepted: number; sending: number; sendingAnywhere: number };

export async function occupied(
  tx: Transaction,
  pathNames: readonly string[],
  family: string,
): Promise<Map<string, Slots>> {
  const counts = rowsOf<OccupiedRow>(await tx.query(countOccupied, [pathNames]));
  const slots = new Map<string, Slots>();
  for (const row of counts) {
    const sum = slots.get(row.path_name) ?? { occupied: 0, accepted: 0, sending: 0, sendingAnywhere: 0 };
    sum.sendingAnywhere += row.sending;
    if (row.family === family) {
      sum.occupied = row.occupied;
      sum.accepted = row.accepted;
      sum.sending = row.sending;
    }
    slots.set(row.path_name, sum);
  }
  return slots;
}

export function limitOf(row: LimitRow): Limit {
  return {
    configured: row.configured,
    learned: row.learned,
    probing: row.probing,
    refusals: Number(row.refusals),
    lastRefusalAtMs: row.last_refusal_at,
    raiseAtMs: row.raise_at,
  };
}
