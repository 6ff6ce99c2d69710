/** Databases inside vitest, from the server that `global-setup.ts` starts. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, inject } from 'vitest';
import { z } from 'zod';
import type { Database } from '../database.ts';
import type {} from './global-setup.ts';
import { openTestDatabase, type TestDatabase, type TestServer, testServerAt } from './server.ts';

const answerShape = z.union([z.object({ adminUrl: z.string() }), z.object({ failure: z.string() })]);

export async function testServer(): Promise<Omit<TestServer, 'stop'>> {
  const socket = connect(inject('testServerPort'), '127.0.0.1');
  const answer = answerShape.parse(JSON.parse(await text(socket)));
  if ('failure' in answer) throw new Error(`the test server did not start: ${answer.failure}`);
  return testServerAt(answer.adminUrl);
}

/** A migrated database of one's own. Close every connection, then `drop`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await (await testServer()).createDatabase();
}

/**
 * At the top of a test file: a database for the file, dropped after it. The function returned gives it to
 * tests; it may be called only inside hooks and tests.
 */
export function useTestDatabase(): () => { database: Database; url: string } {
  let own: { created: TestDatabase; database: Database } | null = null;
  beforeAll(async () => {
    const created = await createTestDatabase();
    own = { created, database: openTestDatabase(created.url) };
  });
  afterAll(async () => {
    await own?.database.close();
    await own?.created.drop();
  });
  return () => {
    if (!own) throw new Error('the test database exists only inside hooks and tests');
    return { database: own.database, url: own.created.url };
  };
}
