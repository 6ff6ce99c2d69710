import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database.ts';
import { type MigrationFile, migrate } from '../migrate.ts';
import { schemaText } from '../testing/schema-text.ts';
import { openTestDatabase, type TestDatabase } from '../testing/server.ts';
import { testServer } from '../testing/test-database.ts';
import { backup } from './backup.ts';
import { restore } from './restore.ts';

const migrationFile = (name: string, contents: string): MigrationFile => ({ name, contents });

const FIRST = migrationFile(
  '0001_first.sql',
  `-- breaking: no — a schema with everything that makes copying hard
   CREATE TABLE settings (key text PRIMARY KEY, value jsonb NOT NULL);
   CREATE TABLE kinds (name text PRIMARY KEY);
   INSERT INTO kinds VALUES ('seeded');
   CREATE TABLE left_side (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, right_id bigint,
                           kind text REFERENCES kinds);
   CREATE TABLE right_side (id bigint PRIMARY KEY, left_id bigint NOT NULL REFERENCES left_side);
   ALTER TABLE left_side ADD CONSTRAINT circle FOREIGN KEY (right_id) REFERENCES right_side DEFERRABLE;
   CREATE TABLE odd (note text, raw bytea, amount numeric, ratio float8, at timestamptz, list text[],
                     doubled numeric GENERATED ALWAYS AS (amount * 2) STORED);
   CREATE TABLE log (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
   CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
   CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON odd EXECUTE FUNCTION refuse_change();
   CREATE TRIGGER no_insert BEFORE INSERT ON kinds EXECUTE FUNCTION refuse_change();
  `,
);
const SECOND = migrationFile(
  '0002_second.sql',
  `-- breaking: no — a later release
   ALTER TABLE right_side ADD COLUMN note text NOT NULL DEFAULT '';`,
);
const OTHER_FIRST = migrationFile(
  '0001_first.sql',
  '-- breaking: no — another\nCREATE TABLE settings (key text);',
);

const ROWS = `
  INSERT INTO left_side (kind) SELECT 'seeded' FROM generate_series(1, 2000);
  INSERT INTO right_side SELECT n, n FROM generate_series(1, 2000) n;
  UPDATE left_side SET right_id = id;
  INSERT INTO odd (note, raw, amount, ratio, at, list) VALUES
    (E'tab\\t, line\\n, back\\\\slash, \\\\N, "quote" and ünïcode 🎬', '\\x00ff0a', 1234567890.123456789012,
     0.1 + 0.2,     '2026-03-29 02:30:00.123456+01', ARRAY['a,b', NULL, '{}', '']),
    (NULL, '', 'NaN', 'Infinity', '-infinity', '{}');
  INSERT INTO odd (note) SELECT repeat(md5(n::text), 100) FROM generate_series(1, 1000) n;
  CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY RANGE (at);
  CREATE TABLE log_2026_11 PARTITION OF log_2026 FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
  CREATE TABLE log_rest PARTITION OF log DEFAULT;
  INSERT INTO log VALUES ('2026-11-22', 'a line'), ('2030-01-01', 'a late line');`;

const opened: { database: Database; created: TestDatabase }[] = [];
let full: Database;
let file: Buffer;

async function open(migrations: readonly MigrationFile[]): Promise<Database> {
  const created = await (await testServer()).createEmptyDatabase();
  const database = openTestDatabase(created.url, { max: 2 });
  opened.push({ database, created });
  await migrate(database, migrations, { now: () => 0 });
  return database;
}

async function backUp(database: Database): Promise<Buffer> {
  const out = new PassThrough();
  const [bytes] = await Promise.all([buffer(out), backup(database, out)]);
  return bytes;
}

const stream = (bytes: Buffer) => Readable.from([bytes]);

async function one(database: Database, text: string): Promise<unknown> {
  const { rows } = await database.query({ name: '', text });
  return Object.values(rows[0] ?? {})[0];
}

beforeAll(async () => {
  full = await open([FIRST]);
  await full.transaction((transaction) => transaction.run(ROWS));
  file = await backUp(full);
});

afterAll(async () => {
  for (const { database, created } of opened) {
    await database.close();
    await created.drop();
  }
});

test('a restored database holds the same rows, schema and sequences, and is in quarantine', async () => {
  const copy = await open([FIRST]);
  const seen: string[] = [];
  const summary = await restore(copy, stream(file), ({ table }) => seen.push(table));
  expect(summary).toMatchObject({ schema: 1, rows: 5005, tables: 7 });
  expect(new Set(seen)).toContain('log_2026_11');
  expect(await schemaText(copy)).toBe(await schemaText(full));
  for (const table of ['kinds', 'left_side', 'right_side', 'odd', 'log']) {
    const everything = `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t`;
    expect(await one(copy, everything), table).toBe(await one(full, everything));
  }
  expect(await one(copy, `INSERT INTO left_side (kind) VALUES ('seeded') RETURNING id`)).toBe(2001n);
  expect(await one(copy, `SELECT value FROM settings WHERE key = 'quarantine'`)).toBe(true);
  expect(await one(full, 'SELECT count(*) FROM settings')).toBe(0n);
  await expect(one(copy, `DELETE FROM odd`)).rejects.toThrow('append only');
  await expect(one(copy, `INSERT INTO right_side VALUES (9999, 9999)`)).rejects.toThrow('foreign key');
});

test('a backup of an older release is restored and then brought forward', async () => {
  const created = await (await testServer()).createEmptyDatabase();
  const database = openTestDatabase(created.url, { max: 2 });
  opened.push({ database, created });
  const upgrade = { migrations: [FIRST, SECOND], now: () => 0 };
  await restore(database, stream(file), () => {}, { upgrade });
  expect(await one(database, `SELECT count(*) FROM right_side WHERE note = ''`)).toBe(2000n);
  const older = await open([FIRST]);
  const newer = await backUp(database);
  const stale = { migrations: [FIRST], now: () => 0 };
  await expect(restore(older, stream(newer), () => {}, { upgrade: stale })).rejects.toThrow('newer release');
});

test('rows written while the backup runs are not in it', async () => {
  const source = await open([FIRST]);
  await source.transaction((transaction) => transaction.run(ROWS));
  const chunks: Buffer[] = [];
  // The first bytes arrive while `odd` is copied; `settings` comes last.
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      const late = `INSERT INTO settings VALUES ('late', '1') ON CONFLICT DO NOTHING`;
      one(source, late).then(() => done(), done);
    },
  });
  await backup(source, out);
  const copy = await open([FIRST]);
  await restore(copy, stream(Buffer.concat(chunks)));
  expect(await one(source, `SELECT count(*) FROM settings WHERE key = 'late'`)).toBe(1n);
  expect(await one(copy, `SELECT count(*) FROM settings WHERE key = 'late'`)).toBe(0n);
});

test.each([
  ['another schema', [FIRST, SECOND], () => file, /backup has schema 1 and the database schema 2/],
  ['a schema of another making', [OTHER_FIRST], () => file, /of another making/],
  ['a file cut in the middle', [FIRST], () => file.subarray(0, file.length - 500), /damaged: unexpected end/],
  ['a file cut between frames', [FIRST], () => gzipSync(framesWithoutEnd()), /damaged: it ends too early/],
  ['rows that were changed', [FIRST], () => gzipSync(withOneByteChanged()), /table odd are not the ones/],
  ['something else entirely', [FIRST], () => Buffer.from('hello'), /no backup of Sluice/],
  ['an empty file', [FIRST], () => Buffer.alloc(0), /no backup of Sluice/],
])('%s is refused and leaves the target as it was', async (_what, migrations, bytes, sentence) => {
  const target = await open(migrations);
  const before = await schemaText(target);
  await expect(restore(target, stream(bytes()))).rejects.toThrow(sentence);
  expect(await schemaText(target)).toBe(before);
  if (migrations[0] === FIRST) expect(await one(target, 'SELECT count(*) FROM kinds')).toBe(1n);
});

test('a database with rows is refused', async () => {
  await expect(restore(full, stream(file))).rejects.toThrow(/not empty \(table left_side has rows\)/);
  expect(await one(full, 'SELECT count(*) FROM left_side')).toBe(2000n);
});

/** The last frame is `Z`; each frame is a letter, four bytes of length, and that many bytes. */
function framesWithoutEnd(): Buffer {
  const plain = gunzipSync(file);
  let last = 0;
  for (let offset = 0; offset < plain.length; offset += 5 + plain.readUInt32BE(offset + 1)) last = offset;
  return plain.subarray(0, last);
}

function withOneByteChanged(): Buffer {
  const plain = gunzipSync(file);
  plain.write('X', plain.indexOf('back\\\\slash'), 'latin1');
  return plain;
}
