/** Access paths: rows, health, wallet, price sheets of the operator. */
import { PriceSheet } from '@sluice/contract';
import type { HealthState, PathHealth } from '../decide/health.ts';
import { type CredentialStore, credentialStore, replaceCredential } from './credentials.ts';
import type { Database } from './database.ts';
import * as sql from './sql/paths.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type PathRow = sql.PathRow;

export type PathStore = CredentialStore & {
  listPaths(): Promise<PathRow[]>;
  insertPath(path: NewPath, nowMs: number): Promise<'inserted' | 'exists'>;
  updatePath(name: string, change: PathChange): Promise<PathRow | null>;
  /** Reads and changes health under the row's lock; answers the state before and after. */
  changeHealth(
    name: string,
    change: (state: HealthState<PathHealth>) => HealthState<PathHealth>,
  ): Promise<{ before: HealthState<PathHealth>; after: HealthState<PathHealth> } | null>;
  saveWallet(name: string, wallet: unknown, nowMs: number): Promise<void>;
  /** Names of paths that are due for a look; the next one is set when they are claimed. */
  claimWatches(nowMs: number, everyMs: number, afterTroubleMs: number, most: number): Promise<string[]>;
  /** The worst case of what is under way on a path, in micro-dollars. */
  boundMicros(name: string): Promise<bigint>;
  /** False when it was so already. */
  changeWalletState(name: string, state: PathRow['wallet_state']): Promise<boolean>;
  /** An event for the operator's eyes and webhooks. */
  recordAlarm(
    alarm: { id: string; path: string; health: string; detail: string | null },
    nowMs: number,
  ): Promise<void>;
  listPriceSheets(): Promise<PriceSheet[]>;
  insertPriceSheet(sheet: PriceSheet, nowMs: number): Promise<'inserted' | 'exists'>;
};

export type NewPath = {
  name: string;
  provider: string;
  baseUrl: string;
  credentialSealed: string;
  settings: Record<string, string>;
  sandbox: boolean;
  priceSheet: string | null;
  lostAnswer?: PathRow['lost_answer'];
  regions?: readonly string[];
};

export type PathChange = {
  baseUrl?: string;
  /** The one before stays readable for what was sent with it. */
  credential?: { sealed: string; atMs: number };
  settings?: Record<string, string>;
  priceSheet?: string;
  state?: PathRow['state'];
  lostAnswer?: PathRow['lost_answer'];
  regions?: readonly string[];
};

export function pathStore(db: Database): PathStore {
  return {
    ...credentialStore(db),
    listPaths: async () => rowsOf<PathRow>(await db.query(sql.listPaths)),
    insertPath: (path, nowMs) => insertPath(db, path, nowMs),
    updatePath: (name, change) => updatePath(db, name, change),
    changeHealth: (name, change) =>
      db.transaction(async (tx) => {
        const row = firstOf<sql.HealthRow>(await tx.query(sql.lockHealth, [name]));
        if (!row) return null;
        const before: HealthState<PathHealth> = {
          health: row.health,
          untilMs: row.health_until,
          strikes: row.health_strikes,
          detail: row.health_detail,
        };
        const after = change(before);
        if (after !== before) {
          await tx.query(sql.writeHealth, [
            name,
            after.health,
            at(after.untilMs),
            after.strikes,
            after.detail,
          ]);
        }
        return { before, after };
      }),
    saveWallet: async (name, wallet, nowMs) => {
      await db.query(sql.saveWallet, [name, JSON.stringify(wallet), at(nowMs)]);
    },
    claimWatches: async (nowMs, everyMs, afterTroubleMs, most) => {
      const values = [at(nowMs), everyMs / 1000, afterTroubleMs / 1000, most];
      const claimed = rowsOf<{ name: string }>(await db.query(sql.claimWatches, values));
      return claimed.map((row) => row.name).sort();
    },
    boundMicros: async (name) =>
      firstOf<{ bound: bigint }>(await db.query(sql.boundMicros, [name]))?.bound ?? 0n,
    changeWalletState: async (name, state) =>
      (await db.query(sql.changeWalletState, [name, state])).count === 1,
    recordAlarm: async ({ id, path, health, detail }, nowMs) => {
      await db.query(sql.writeAlarm, [id, JSON.stringify({ path, health, detail }), at(nowMs)]);
    },
    listPriceSheets: async () =>
      rowsOf<{ sheet: unknown }>(await db.query(sql.listPriceSheets)).map((row) =>
        PriceSheet.parse(row.sheet),
      ),
    insertPriceSheet: async (sheet, nowMs) => {
      const { count } = await db.query(sql.insertPriceSheet, [sheet.id, JSON.stringify(sheet), at(nowMs)]);
      return count === 1 ? 'inserted' : 'exists';
    },
  };
}

async function insertPath(db: Database, path: NewPath, nowMs: number): Promise<'inserted' | 'exists'> {
  const { name, provider, baseUrl, credentialSealed, settings, sandbox, priceSheet } = path;
  const { lostAnswer = 'hold', regions = [] } = path;
  const { count } = await db.query(sql.insertPath, [
    name,
    provider,
    baseUrl,
    credentialSealed,
    JSON.stringify(settings),
    sandbox,
    priceSheet,
    at(nowMs),
    lostAnswer,
    regions,
  ]);
  return count === 1 ? 'inserted' : 'exists';
}

async function updatePath(db: Database, name: string, change: PathChange): Promise<PathRow | null> {
  const settings = change.settings === undefined ? null : JSON.stringify(change.settings);
  const { baseUrl = null, priceSheet = null, state = null, lostAnswer = null, regions = null } = change;
  return db.transaction(async (tx) => {
    if (change.credential) await replaceCredential(tx, name, change.credential);
    const values = [name, baseUrl, settings, priceSheet, state, lostAnswer, regions];
    return firstOf<PathRow>(await tx.query(sql.updatePath, values));
  });
}
