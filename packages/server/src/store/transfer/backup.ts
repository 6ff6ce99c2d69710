/**
 * A backup of the whole database in one file, taken while gateways work, with no client tools: one snapshot,
 * every table by COPY. Files that tasks produced are not in it, nor is the key that seals credentials: keep
 * both as well.
 */
import { createHash } from 'node:crypto';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from '../database.ts';
import {
  FORMAT,
  FORMAT_VERSION,
  frame,
  type Header,
  jsonFrame,
  type Progress,
  type Table,
  type TableEnd,
  TransferError,
} from './format.ts';
import {
  copyTarget,
  FIXED_TEXT,
  listMigrations,
  listPartitions,
  listSequences,
  listTables,
  quoted,
} from './tables.ts';

export type BackupSummary = { schema: number; tables: number; rows: number; bytes: number };

/** COPY hands over one row at a time; frames of this size keep the overhead small. */
const FRAME_BYTES = 256 * 1024;

/** Writes a backup to `out` and ends it. */
export async function backup(
  database: Database,
  out: Writable,
  onProgress: (progress: Progress) => void = () => {},
): Promise<BackupSummary> {
  return await database.withConnection(async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(FIXED_TEXT);
    const header = await readHeader(client);
    // Against a migration or a dropped partition in the middle; readers and writers are not held up.
    if (header.tables.length > 0) {
      const names = header.tables.map(({ name }) => name);
      await client.query(`LOCK TABLE ${quoted(client, names)} IN ACCESS SHARE MODE`);
    }
    const summary = { schema: header.migrations.length, tables: header.tables.length, rows: 0, bytes: 0 };
    await pipeline(Readable.from(frames(client, header, summary, onProgress)), createGzip(), out);
    await client.query('COMMIT');
    return summary;
  });
}

async function readHeader(client: pg.ClientBase): Promise<Header> {
  const migrations = await listMigrations(client);
  if (migrations.length === 0)
    throw new TransferError('This database was never used by Sluice: nothing to back up.');
  const { rows } = await client.query<{ at: string; postgresql: string }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
            current_setting('server_version') AS postgresql`,
  );
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    createdAt: rows[0]?.at ?? '',
    postgresql: rows[0]?.postgresql ?? '',
    migrations,
    tables: await listTables(client),
    partitions: await listPartitions(client),
  };
}

async function* frames(
  client: pg.ClientBase,
  header: Header,
  summary: BackupSummary,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<Buffer> {
  yield jsonFrame('H', header);
  let tablesDone = 0;
  for (const table of header.tables) {
    const report = (bytes: number) =>
      onProgress({ table: table.name, bytes, tablesDone, tables: header.tables.length });
    yield jsonFrame('T', table);
    const end = yield* tableFrames(client, table, report);
    summary.rows += end.rows;
    summary.bytes += end.bytes;
    tablesDone += 1;
    report(end.bytes);
    yield jsonFrame('E', end);
  }
  // Read last: a sequence is outside the snapshot, and a later value is harmless where an earlier one is not.
  const sequences = await listSequences(client);
  yield jsonFrame('Z', { tables: header.tables.length, rows: summary.rows, sequences });
}

async function* tableFrames(
  client: pg.ClientBase,
  table: Table,
  report: (bytes: number) => void,
): AsyncGenerator<Buffer, TableEnd> {
  const hash = createHash('sha256');
  let bytes = 0;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const rows = client.query(copyTo(`${copyTarget(client, table)} TO STDOUT`));
  for await (const chunk of rows as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes < FRAME_BYTES) continue;
    yield frame('D', Buffer.concat(waiting));
    waiting = [];
    waitingBytes = 0;
    report(bytes);
  }
  if (waitingBytes > 0) yield frame('D', Buffer.concat(waiting));
  return { rows: rows.rowCount, bytes, sha256: hash.digest('hex') };
}
