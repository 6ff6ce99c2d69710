/**
 * The golden `store/schema.sql`: the schema of an empty database after all migrations, so that a change of
 * the schema is read as one difference and not pieced together from migrations.
 *
 *   node --import tsx tools/dump-schema.ts            rewrite
 *   node --import tsx tools/dump-schema.ts --check    compare, exit 1 when it differs
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { schemaText } from '../packages/server/src/store/testing/schema-text.ts';
import { openTestDatabase, startTestServer } from '../packages/server/src/store/testing/server.ts';

const GOLDEN = fileURLToPath(new URL('../packages/server/src/store/schema.sql', import.meta.url));

/** Starts a throw-away PostgreSQL, migrates it and describes the result. */
export async function dumpSchema(): Promise<string> {
  const server = await startTestServer();
  try {
    const created = await server.createDatabase();
    const database = openTestDatabase(created.url, { max: 1 });
    try {
      return await schemaText(database);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
}

async function main(check: boolean): Promise<number> {
  const text = await dumpSchema();
  const before = await readFile(GOLDEN, 'utf8').catch(() => '');
  if (before === text) return 0;
  if (check) {
    console.error(
      'store/schema.sql does not show the schema: run "npm run golden -- schema" and read the difference.',
    );
    return 1;
  }
  await writeFile(GOLDEN, text);
  console.log(`wrote ${GOLDEN}`);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(process.argv.includes('--check'));
}
