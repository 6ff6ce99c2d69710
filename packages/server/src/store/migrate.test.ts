import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { readMigrations } from '../effects/database/migration-files.ts';
import type { Database } from './database.ts';
import { MigrationError, type MigrationFile, migrate, parseMigration, schemaVersion } from './migrate.ts';
import { schemaText } from './testing/schema-text.ts';
import { openTestDatabase, type TestDatabase } from './testing/server.ts';
import { testServer, useTestDatabase } from './testing/test-database.ts';

const migrated = useTestDatabase();
const opened: { database: Database; created: TestDatabase }[] = [];

const file = (number: number, name: string, sql: string, breaking = 'no'): MigrationFile => ({
  name: `${String(number).padStart(4, '0')}_${name}.sql`,
  contents: `-- breaking: ${breaking} — for a test\n${sql}\n`,
});

const ONE = file(1, 'one', 'CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1);');
const TWO = file(2, 'two', 'CREATE TABLE two (id int PRIMARY KEY); UPDATE one SET id = id + 1;');
const BROKEN = file(2, 'broken', 'CREATE TABLE two (id int PRIMARY KEY); SELECT 1 / 0;');
const atZero = { now: () => 0 };

async function empty(): Promise<Database> {
  const created = await (await testServer()).createEmptyDatabase();
  const database = openTestDatabase(created.url);
  opened.push({ database, created });
  return database;
}

async function numberIn(database: Database, text: string): Promise<unknown> {
  return Object.values((await database.query({ name: '', text })).rows[0] ?? {})[0];
}

afterAll(async () => {
  for (const { database, created } of opened) {
    await database.close();
    await created.drop();
  }
});

test('each migration is applied once and in order', async () => {
  const database = await empty();
  expect(await schemaVersion(database, [ONE, TWO])).toBe(0);
  expect(await migrate(database, [ONE], atZero)).toEqual({ from: 0, to: 1, applied: ['0001_one'] });
  expect(await migrate(database, [ONE, TWO], atZero)).toEqual({ from: 1, to: 2, applied: ['0002_two'] });
  expect(await migrate(database, [ONE, TWO], atZero)).toEqual({ from: 2, to: 2, applied: [] });
  expect(await numberIn(database, 'SELECT id FROM one')).toBe(2);
  const { rows } = await database.query({
    name: '',
    text: 'SELECT * FROM sluice_migrations ORDER BY number',
  });
  expect(rows[1]).toEqual({
    number: 2,
    name: 'two',
    sha256: parseMigration(TWO.name, TWO.contents).sha256,
    applied_at: 0,
  });
});

test('processes that start together apply each migration once', async () => {
  const database = await empty();
  const all = Array.from({ length: 5 }, () => migrate(database, [ONE, TWO], atZero));
  const applied = (await Promise.all(all)).flatMap((outcome) => outcome.applied);
  expect(applied.sort()).toEqual(['0001_one', '0002_two']);
  expect(await numberIn(database, 'SELECT id FROM one')).toBe(2);
});

test('a migration that fails leaves the schema before it', async () => {
  const database = await empty();
  await expect(migrate(database, [ONE, BROKEN], atZero)).rejects.toThrow('division by zero');
  expect(await schemaVersion(database, [ONE, TWO])).toBe(1);
  await migrate(database, [ONE, TWO], atZero);
  expect(await numberIn(database, 'SELECT id FROM one')).toBe(2);
});

test('a release refuses a newer schema', async () => {
  const database = await empty();
  await migrate(database, [ONE, TWO], atZero);
  await expect(migrate(database, [ONE], atZero)).rejects.toThrow(
    'The database has schema 2, made by a newer release; this one knows 1.',
  );
  await expect(schemaVersion(database, [ONE])).rejects.toThrow(MigrationError);
});

test('an edited migration is refused', async () => {
  const database = await empty();
  await migrate(database, [ONE], atZero);
  const edited = file(1, 'one', 'CREATE TABLE one (id bigint PRIMARY KEY);');
  await expect(migrate(database, [edited, TWO], atZero)).rejects.toThrow(/0001_one differs/);
  expect(await schemaVersion(database, [ONE, TWO])).toBe(1);
});

test('a missing record is refused', async () => {
  const database = await empty();
  await migrate(database, [ONE, TWO], atZero);
  await database.query({ name: '', text: 'DELETE FROM sluice_migrations WHERE number = 1' });
  await expect(migrate(database, [ONE, TWO], atZero)).rejects.toThrow('no record of migration 1');
});

test('a breaking migration is announced', async () => {
  const database = await empty();
  const lines: string[] = [];
  await migrate(database, [ONE, file(2, 'drop', 'DROP TABLE one;', 'yes')], {
    now: () => 0,
    log: (line) => lines.push(line),
  });
  expect(lines).toEqual([
    'migration 0002_drop is breaking for older processes: for a test',
    'schema migrated from 0 to 2: 0001_one, 0002_drop',
  ]);
});

test.each([
  ['1_one.sql', '-- breaking: no — x', /named NNNN_words/],
  ['0001_One.sql', '-- breaking: no — x', /named NNNN_words/],
  ['0001_one.sql', 'CREATE TABLE one ();', /first line must be/],
  ['0001_one.sql', '-- breaking: maybe — x', /first line must be/],
  ['0001_one.sql', '-- breaking: no — x\nCOMMIT;\n', /"COMMIT;" is not allowed/],
])('%s with "%s" is refused', (name, contents, sentence) => {
  expect(() => parseMigration(name, contents)).toThrow(sentence);
});

test('line ends of another system do not change the checksum', () => {
  const contents = '-- breaking: no — x\nSELECT 1;\n';
  const unix = parseMigration('0001_one.sql', contents);
  expect(parseMigration('0001_one.sql', contents.replaceAll('\n', '\r\n'))).toEqual(unix);
});

test('a gap in the numbers is refused', async () => {
  const third = file(3, 'three', 'SELECT 1;');
  await expect(migrate(migrated().database, [ONE, third], atZero)).rejects.toThrow('number 2 is expected');
});

test('the shipped migrations are complete, and the golden schema shows them', async () => {
  const { database } = migrated();
  const shipped = await readMigrations();
  expect(await schemaVersion(database, shipped)).toBe(shipped.length);
  const golden = await readFile(new URL('schema.sql', import.meta.url), 'utf8');
  expect(await schemaText(database), 'rewrite it with: npm run golden -- schema').toBe(golden);
});
