/**
 * Puts a backup into an empty database: all of it or nothing, in one transaction. What was written is read
 * back and must have the same hash. The restored copy is in quarantine: the gateway submits nothing until an
 * operator has confirmed, because tasks that the copy believes to be waiting may have been rendered and paid
 * for since.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Database } from '../database.ts';
import { type MigrationFile, migrate } from '../migrate.ts';
import { lift } from './constraints.ts';
import {
  damaged,
  endShape,
  type Frame,
  type Header,
  headerShape,
  type Progress,
  parseFrame,
  readFrames,
  type Table,
  type TableEnd,
  TransferError,
  tableEndShape,
  tableStartShape,
} from './format.ts';
import { copyTarget, FIXED_TEXT, listMigrations, listPartitions, listTables, quoted } from './tables.ts';

export type RestoreSummary = { schema: number; tables: number; rows: number; createdAt: string };

export type RestoreOptions = {
  /**
   * This release's migrations and its clock. With them a database that was never migrated is brought to the
   * backup's schema first and to this release's afterwards, so a backup of an older release can be restored.
   */
  upgrade?: { migrations: readonly MigrationFile[]; now: () => number };
};

const READ_BYTES = 256 * 1024;

const QUARANTINE = `
  INSERT INTO settings (key, value) VALUES ('quarantine', 'true'::jsonb)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

/**
 * Events remember the transaction that wrote them, counted by the old cluster. Here those numbers may lie in the
 * future, and streams would wait for them; so all of history counts as written by the oldest transaction there is.
 */
const OLD_EVENTS = `
  DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'events' AND column_name = 'writer')
    THEN UPDATE events SET writer = '3'::xid8; END IF;
  END $$`;

export async function restore(
  database: Database,
  source: Readable,
  onProgress: (progress: Progress) => void = () => {},
  options: RestoreOptions = {},
): Promise<RestoreSummary> {
  const frames = readFrames(gunzipped(source));
  try {
    const header = parseFrame(await next(frames), 'H', headerShape);
    if (options.upgrade) await prepareTarget(database, header, options.upgrade);
    const rows = await database.withConnection((client) => fill(client, header, frames, onProgress));
    if (options.upgrade) await migrate(database, options.upgrade.migrations, { now: options.upgrade.now });
    const { migrations, tables, createdAt } = header;
    return { schema: migrations.length, tables: tables.length, rows, createdAt };
  } finally {
    source.destroy();
  }
}

function gunzipped(source: Readable): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  source.once('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function next(frames: AsyncGenerator<Frame>): Promise<Frame | undefined> {
  try {
    const { value, done } = await frames.next();
    return done ? undefined : value;
  } catch (cause) {
    if (cause instanceof TransferError) throw cause;
    throw damaged(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function prepareTarget(
  database: Database,
  header: Header,
  { migrations, now }: NonNullable<RestoreOptions['upgrade']>,
): Promise<void> {
  if (header.migrations.length > migrations.length) {
    throw new TransferError(
      `The backup has schema ${header.migrations.length}, made by a newer release; this one knows ` +
        `${migrations.length}. Restore it with the newer release.`,
    );
  }
  const applied = await database.withConnection(listMigrations);
  if (applied.length === 0) await migrate(database, migrations.slice(0, header.migrations.length), { now });
}

async function fill(
  client: pg.ClientBase,
  header: Header,
  frames: AsyncGenerator<Frame>,
  onProgress: (progress: Progress) => void,
): Promise<number> {
  await client.query('BEGIN');
  await client.query(FIXED_TEXT);
  await refuseOtherSchema(client, header);
  await createPartitions(client, header);
  const tables = await matchTables(client, header);
  await client.query(`LOCK TABLE ${quoted(client, names(tables))} IN ACCESS EXCLUSIVE MODE`);
  await refuseRows(client, tables);
  const putBack = await lift(client);
  await client.query(`TRUNCATE ${quoted(client, names(tables))}`);
  const ends: TableEnd[] = [];
  for (const table of tables) {
    const report = (bytes: number) =>
      onProgress({ table: table.name, bytes, tablesDone: ends.length, tables: tables.length });
    ends.push(await copyTable(client, table, frames, report));
  }
  const end = parseFrame(await next(frames), 'Z', endShape);
  const rows = ends.reduce((sum, table) => sum + table.rows, 0);
  if (end.tables !== tables.length || end.rows !== rows) throw damaged('tables are missing');
  if ((await next(frames)) !== undefined) throw damaged('it goes on after its end');
  for (const { name, lastValue } of end.sequences) {
    if (lastValue !== null)
      await client.query('SELECT setval($1::regclass, $2)', [quoted(client, [name]), lastValue]);
  }
  await putBack();
  for (const [index, table] of tables.entries()) await readBack(client, table, ends[index]);
  await client.query(QUARANTINE);
  await client.query(OLD_EVENTS);
  await client.query('COMMIT');
  await client.query('ANALYZE');
  return rows;
}

function names(tables: readonly Table[]): string[] {
  return tables.map(({ name }) => name);
}

async function refuseOtherSchema(client: pg.ClientBase, { migrations }: Header): Promise<void> {
  const applied = await listMigrations(client);
  const same =
    applied.length === migrations.length &&
    applied.every(({ sha256 }, index) => sha256 === migrations[index]?.sha256);
  if (same) return;
  throw new TransferError(
    `The backup has schema ${migrations.length} and the database schema ${applied.length}` +
      `${applied.length === migrations.length ? ', of another making' : ''}. Restore into a new database.`,
  );
}

/** Partitions that the old installation made while it ran are not made by migrations. */
async function createPartitions(client: pg.ClientBase, { partitions }: Header): Promise<void> {
  const present = new Set((await listPartitions(client)).map(({ name }) => name));
  for (const { name, parent, bound, key } of partitions) {
    if (present.has(name)) continue;
    const partitioned = key === null ? '' : ` PARTITION BY ${key}`;
    await client.query(
      `CREATE TABLE ${quoted(client, [name])} ` +
        `PARTITION OF ${quoted(client, [parent])} ${bound}${partitioned}`,
    );
  }
}

/** The backup's tables in its own order, as this database has them. */
async function matchTables(client: pg.ClientBase, header: Header): Promise<Table[]> {
  const present = new Map((await listTables(client)).map((table) => [table.name, table]));
  const matched = header.tables.map((table) => {
    const own = present.get(table.name);
    if (own?.columns.join() === table.columns.join()) return own;
    throw new TransferError(`The backup's table ${table.name} does not fit the one in the database.`);
  });
  const extra = [...present.keys()].filter((name) => !header.tables.some((table) => table.name === name));
  if (extra.length > 0)
    throw new TransferError(`The database has tables that the backup lacks: ${extra.join(', ')}.`);
  return matched;
}

/**
 * Rows that a migration itself inserted carry the same transaction number as the record of that migration.
 */
async function refuseRows(client: pg.ClientBase, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables) {
    const { rows } = await client.query<{ used: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoted(client, [name])} t
                       WHERE t.xmin::text NOT IN (SELECT m.xmin::text FROM sluice_migrations m)) AS used`,
    );
    if (rows[0]?.used) {
      throw new TransferError(`The database is not empty (table ${name} has rows). Restore into a new one.`);
    }
  }
}

async function copyTable(
  client: pg.ClientBase,
  table: Table,
  frames: AsyncGenerator<Frame>,
  report: (bytes: number) => void,
): Promise<TableEnd> {
  const { name } = parseFrame(await next(frames), 'T', tableStartShape);
  if (name !== table.name) throw damaged(`table ${table.name} expected, ${name} found`);
  const hash = createHash('sha256');
  const sink = client.query(copyFrom(`${copyTarget(client, table)} FROM STDIN`));
  const finished = once(sink, 'finish');
  // Awaited below; a failure must not be reported as unhandled before that.
  finished.catch(() => {});
  let bytes = 0;
  let found = await next(frames);
  for (; found?.kind === 'D'; found = await next(frames)) {
    hash.update(found.payload);
    bytes += found.payload.length;
    if (!sink.write(found.payload)) await Promise.race([once(sink, 'drain'), finished]);
    report(bytes);
  }
  sink.end();
  await finished;
  const end = parseFrame(found, 'E', tableEndShape);
  const sha256 = hash.digest('hex');
  if (end.bytes !== bytes || end.sha256 !== sha256 || end.rows !== sink.rowCount) {
    throw damaged(`the rows of table ${table.name} are not the ones that were written`);
  }
  return end;
}

async function readBack(client: pg.ClientBase, table: Table, end: TableEnd | undefined): Promise<void> {
  const hash = createHash('sha256');
  const rows = client.query(copyTo(`${copyTarget(client, table)} TO STDOUT`));
  for await (const chunk of rows as AsyncIterable<Buffer>) hash.update(chunk);
  if (rows.rowCount === end?.rows && hash.digest('hex') === end.sha256) return;
  throw new TransferError(`Table ${table.name} read back differently from what was restored.`);
}
