/**
 * What is done to a database from the command line: backup beside a running gateway, restore and migrate without
 * one.
 */
import type { Config } from './config.ts';
import { realClock } from './effects/clock/real.ts';
import { startEmbedded } from './effects/database/embedded.ts';
import { readMigrations } from './effects/database/migration-files.ts';
import { readFileStream, writeWholeFile } from './effects/files/streams.ts';
import { realRandom } from './effects/random/real.ts';
import { type Database, openDatabase } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { awaitDatabase, START_PATIENCE_MS } from './store/readiness.ts';
import { backup as writeBackup } from './store/transfer/backup.ts';
import { restore as readBackup } from './store/transfer/restore.ts';

type Line = (line: string) => void;

/** Copies take as long as they take; only waiting for somebody else's lock is bounded. */
const COPY_TIMEOUT_MS = 0;
const LOCK_TIMEOUT_MS = 30_000;

export async function backup(
  config: Config,
  file: string,
  onLine: Line,
): Promise<{ file: string; bytes: number; rows: number }> {
  return withDatabase(config, { beside: true, onLine }, async (db) => {
    let rows = 0;
    const bytes = await writeWholeFile(file, async (out) => {
      const summary = await writeBackup(db, out, tellTables(onLine));
      rows = summary.rows;
    });
    return { file, bytes, rows };
  });
}

export async function restore(
  config: Config,
  file: string,
  onLine: Line,
): Promise<{ rows: number; quarantined: boolean }> {
  return withDatabase(config, { beside: false, onLine }, async (db) => {
    const upgrade = { migrations: await readMigrations(), now: realClock.now };
    const { rows } = await readBackup(db, readFileStream(file), tellTables(onLine), { upgrade });
    return { rows, quarantined: true };
  });
}

export async function migrateDatabase(config: Config, onLine: Line): Promise<{ from: number; to: number }> {
  return withDatabase(config, { beside: false, onLine }, async (db) => {
    const { from, to } = await migrate(db, await readMigrations(), { now: realClock.now, log: onLine });
    return { from, to };
  });
}

async function withDatabase<T>(
  config: Config,
  { beside, onLine }: { beside: boolean; onLine: Line },
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbedded({ dataDir: config.dataDir, log: onLine, claim: !beside })
      : null;
  const db = openDatabase(config.databaseUrl ?? embedded?.url ?? '', {
    max: 4,
    applicationName: 'sluice maintenance',
    statementTimeoutMs: COPY_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    connectTimeoutMs: START_PATIENCE_MS,
    clock: realClock,
    random: realRandom,
  });
  try {
    await awaitDatabase(db, realClock, onLine);
    return await work(db);
  } finally {
    await db.close();
    await embedded?.stop();
  }
}

function tellTables(onLine: Line): (progress: { table: string; tablesDone: number; tables: number }) => void {
  let told = '';
  return ({ table, tablesDone, tables }) => {
    if (table === told) return;
    told = table;
    onLine(`${table} (${tablesDone + 1} of ${tables})`);
  };
}
