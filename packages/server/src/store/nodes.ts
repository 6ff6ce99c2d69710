/** Settings of the installation and the heartbeats of its processes. */
import type { Database } from './database.ts';
import { at, statement } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

const beat = statement(
  'nodes.beat',
  `INSERT INTO nodes (id, started_at, seen_at) VALUES ($1, $2, $2)
   ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
);
const leave = statement('nodes.leave', `DELETE FROM nodes WHERE id = $1 OR seen_at < $2`);
const list = statement('nodes.list', `SELECT id, started_at, seen_at FROM nodes ORDER BY started_at, id`);
const readSetting = statement('settings.read', `SELECT value FROM settings WHERE key = $1`);
const writeSetting = statement(
  'settings.write',
  `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
);
const claimSetting = statement(
  'settings.claim',
  `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key`,
);
const notify = statement('hints.notify', `SELECT pg_notify('sluice', $1)`);

export type NodeRow = { id: string; started_at: number; seen_at: number };

export type NodeStore = {
  beat(nodeId: string, nowMs: number): Promise<void>;
  /** Removes this node and those not seen since `staleBeforeMs`. */
  leave(nodeId: string, staleBeforeMs: number): Promise<void>;
  list(): Promise<NodeRow[]>;
  readSetting(key: string): Promise<unknown>;
  writeSetting(key: string, value: unknown): Promise<void>;
  /** True for the one process that set it first. */
  claimSetting(key: string, value: unknown): Promise<boolean>;
  /** A hint to the other processes; losing it costs only time. */
  hint(stage: string): Promise<void>;
};

export function nodeStore(db: Database): NodeStore {
  return {
    beat: async (nodeId, nowMs) => {
      await db.query(beat, [nodeId, at(nowMs)]);
    },
    leave: async (nodeId, staleBeforeMs) => {
      await db.query(leave, [nodeId, at(staleBeforeMs)]);
    },
    list: async () => rowsOf<NodeRow>(await db.query(list)),
    readSetting: async (key) =>
      firstOf<{ value: unknown }>(await db.query(readSetting, [key]))?.value ?? null,
    writeSetting: async (key, value) => {
      await db.query(writeSetting, [key, JSON.stringify(value)]);
    },
    claimSetting: async (key, value) =>
      rowsOf(await db.query(claimSetting, [key, JSON.stringify(value)])).length === 1,
    hint: async (stage) => {
      await db.query(notify, [stage]);
    },
  };
}
