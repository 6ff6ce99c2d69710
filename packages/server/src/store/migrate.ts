/**
 * Forward migrations: numbered SQL files, each applied once and in one transaction, so a process killed in
 * the middle leaves the previous schema. Any number of processes may start at once. There is no way back: an
 * older release refuses a newer schema, and a backup is the way to return.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Database, Queryable, Statement } from './database.ts';
import { timestampParameter } from './database.ts';
import { sqlState } from './database-failure.ts';

export type Migration = {
  number: number;
  name: string;
  /**
   * True when processes of the previous release cannot work on the schema any more and must be stopped first.
   */
  breaking: boolean;
  reason: string;
  sql: string;
  sha256: string;
};

/** As `readMigrations` of `effects/database` found it, in the order of the numbers. */
export type MigrationFile = { name: string; contents: string };

export type Migrated = { from: number; to: number; applied: string[] };

/** Thrown: the database and this release do not fit, and a person has to decide. */
export class MigrationError extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'MigrationError';
  }
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const FIRST_LINE = /^-- breaking: (no|yes) — (.+)$/;
/** The whole file is one transaction, with its record; a file must not end it. */
const TRANSACTION_CONTROL = /^\s*(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK)\s*;/im;

/** Random, but the same in every release: two releases starting together must meet at the same lock. */
const MIGRATION_LOCK = 7_215_340_911;
/** Waiting longer for a table lock would queue every request behind us (reads included). */
const TABLE_LOCK_TIMEOUT_MS = 2000;
const MAX_LOCK_ATTEMPTS = 20;
const LOCK_NOT_AVAILABLE = '55P03';

const tableExists: Statement = {
  name: 'migrate_table_exists',
  text: `SELECT to_regclass('sluice_migrations') IS NOT NULL AS present`,
};
const createTable: Statement = {
  name: 'migrate_create_table',
  text: `CREATE TABLE IF NOT EXISTS sluice_migrations (
           number     integer     PRIMARY KEY,
           name       text        NOT NULL,
           sha256     text        NOT NULL,
           applied_at timestamptz NOT NULL
         )`,
};
const readApplied: Statement = {
  name: 'migrate_read_applied',
  text: 'SELECT number, name, sha256 FROM sluice_migrations ORDER BY number',
};
const record: Statement = {
  name: 'migrate_record',
  text: 'INSERT INTO sluice_migrations (number, name, sha256, applied_at) VALUES ($1, $2, $3, $4)',
};
/** A long migration is not cut off; a long wait for a lock is, according to the step. */
const setTimeouts: Statement = {
  name: 'migrate_set_timeouts',
  text: `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', $1, true)`,
};
const lockMigrations: Statement = {
  name: 'migrate_lock',
  text: 'SELECT pg_advisory_xact_lock($1::bigint)',
};

const appliedShape = z.array(z.object({ number: z.number().int(), name: z.string(), sha256: z.string() }));
type Applied = z.infer<typeof appliedShape>[number];

function parseMigrations(files: readonly MigrationFile[]): Migration[] {
  const migrations = files.map(({ name, contents }) => parseMigration(name, contents));
  checkNumbering(migrations);
  return migrations;
}

/** Reads one file. Line ends are normalised, so that a checkout on another system has the same checksum. */
export function parseMigration(fileName: string, contents: string): Migration {
  const [, digits, name] = FILE_NAME.exec(fileName) ?? [];
  if (digits === undefined || name === undefined) {
    throw new MigrationError(`${fileName}: a migration is named NNNN_words_in_snake_case.sql.`);
  }
  const sql = contents.replaceAll('\r\n', '\n');
  const [, breaking, reason] = FIRST_LINE.exec(sql.split('\n', 1)[0] ?? '') ?? [];
  if (breaking === undefined || reason === undefined) {
    throw new MigrationError(`${fileName}: the first line must be "-- breaking: no|yes — reason".`);
  }
  const control = TRANSACTION_CONTROL.exec(sql)?.[0]?.trim();
  if (control)
    throw new MigrationError(`${fileName}: "${control}" is not allowed; the file is one transaction.`);
  const sha256 = createHash('sha256').update(sql).digest('hex');
  return { number: Number(digits), name, breaking: breaking === 'yes', reason, sql, sha256 };
}

/** Brings the schema up to this release. Safe to call from several processes at once. */
export async function migrate(
  database: Database,
  files: readonly MigrationFile[],
  options: { now: () => number; log?: (line: string) => void },
): Promise<Migrated> {
  const log = options.log ?? (() => {});
  const migrations = parseMigrations(files);
  let pending = pendingOf(migrations, await appliedBefore(database));
  const from = (pending[0]?.number ?? migrations.length + 1) - 1;
  const applied: string[] = [];
  for (let next = pending[0]; next; next = pending[0]) {
    if (next.breaking) log(`migration ${label(next)} is breaking for older processes: ${next.reason}`);
    const outcome = await applyNext(database, migrations, options.now);
    if (outcome.applied) applied.push(label(outcome.applied));
    pending = outcome.pending;
  }
  if (applied.length > 0) log(`schema migrated from ${from} to ${migrations.length}: ${applied.join(', ')}`);
  return { from, to: migrations.length, applied };
}

/** The number of the schema, 0 for an empty database; throws when this release does not fit. */
export async function schemaVersion(database: Queryable, files: readonly MigrationFile[]): Promise<number> {
  const migrations = parseMigrations(files);
  return migrations.length - pendingOf(migrations, await appliedBefore(database)).length;
}

async function appliedBefore(database: Queryable): Promise<Applied[]> {
  const { rows } = await database.query(tableExists);
  if (rows[0]?.present !== true) return [];
  return appliedShape.parse((await database.query(readApplied)).rows);
}

/**
 * One migration in one transaction; under the lock the list is read again, as another process may have been
 * first.
 */
async function applyNext(
  database: Database,
  migrations: readonly Migration[],
  now: () => number,
): Promise<{ applied: Migration | null; pending: Migration[] }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(async (transaction) => {
        await transaction.query(setTimeouts, ['0']);
        await transaction.query(lockMigrations, [MIGRATION_LOCK]);
        await transaction.query(createTable);
        const [next, ...rest] = pendingOf(
          migrations,
          appliedShape.parse((await transaction.query(readApplied)).rows),
        );
        if (!next) return { applied: null, pending: [] };
        await transaction.query(setTimeouts, [TABLE_LOCK_TIMEOUT_MS]);
        await transaction.run(next.sql);
        const values = [next.number, next.name, next.sha256, timestampParameter(now())];
        await transaction.query(record, values);
        return { applied: next, pending: rest };
      });
    } catch (error) {
      if (error instanceof MigrationError) throw error;
      if (sqlState(error) === LOCK_NOT_AVAILABLE && attempt < MAX_LOCK_ATTEMPTS) continue;
      throw new MigrationError(`A migration failed: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
}

function checkNumbering(migrations: readonly Migration[]): void {
  migrations.forEach((migration, index) => {
    if (migration.number === index + 1) return;
    throw new MigrationError(`Migration ${label(migration)} stands where number ${index + 1} is expected.`);
  });
}

function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  applied.forEach((done, index) => {
    if (done.number !== index + 1) {
      throw new MigrationError(
        `The database has no record of migration ${index + 1}; restore it from a backup.`,
      );
    }
    const known = migrations[done.number - 1];
    if (!known) {
      throw new MigrationError(
        `The database has schema ${applied.at(-1)?.number}, made by a newer release; this one knows ` +
          `${migrations.length}. Start the newer release, or restore a backup made with this one.`,
      );
    }
    if (known.sha256 !== done.sha256) {
      throw new MigrationError(
        `Migration ${label(known)} differs from the one that this database was made with ("${done.name}", ` +
          `checksum ${done.sha256.slice(0, 12)}). An applied migration is never edited: add a new one.`,
      );
    }
  });
  return migrations.slice(applied.length);
}

function label(migration: Migration): string {
  return `${String(migration.number).padStart(4, '0')}_${migration.name}`;
}
