import pg from 'pg';
import { expect, test } from 'vitest';
import { testServer } from './test-database.ts';

test('a database that is dropped with a connection left open names who left it', async () => {
  const created = await (await testServer()).createDatabase();
  const forgotten = new pg.Client({ connectionString: created.url, application_name: 'forgetful' });
  forgotten.on('error', () => {});
  await forgotten.connect();
  await forgotten.query('SELECT 1 AS forgotten');
  await expect(created.drop()).rejects.toThrow(
    `database ${created.name} was left with open connections: forgetful (idle) SELECT 1 AS forgotten`,
  );
});

test('each database is a migrated copy of its own', async () => {
  const server = await testServer();
  const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()]);
  const counts: unknown[] = [];
  for (const { url } of [one, other]) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`INSERT INTO settings VALUES ('mine', '1')`);
    counts.push((await client.query('SELECT count(*)::int FROM settings')).rows[0]?.count);
    await client.end();
  }
  expect(counts).toEqual([1, 1]);
  await Promise.all([one.drop(), other.drop()]);
});
