/**
 * Databases for everything that is not production: one throw-away PostgreSQL server with a migrated template,
 * and a copy of the template (some 50 ms) for whoever needs a database of their own.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { realClock } from '../../effects/clock/real.ts';
import { readMigrations } from '../../effects/database/migration-files.ts';
import { startTemporaryServer } from '../../effects/database/temporary.ts';
import { realRandom } from '../../effects/random/real.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../database.ts';
import { type MigrationFile, migrate } from '../migrate.ts';

export type TestDatabase = {
  url: string;
  name: string;
  /** Fails when somebody is still connected: a connection left open is a fault of the test or of the code. */
  drop(): Promise<void>;
};

export type TestServer = {
  adminUrl: string;
  createDatabase(): Promise<TestDatabase>;
  /** An empty database, without our schema. */
  createEmptyDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
};

export type TestServerOptions = {
  /** Instead of the shipped ones. */
  migrations?: readonly MigrationFile[];
  settings?: Record<string, string>;
};

const TEMPLATE = 'sluice_template';
/** The server takes a moment to notice that a client has gone. */
const LEAK_PATIENCE_MS = 2000;
const LEAK_POLL_MS = 20;

/** Starts a server and migrates the template. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTemporaryServer(options.settings);
  try {
    await createTemplate(server.adminUrl, options.migrations ?? (await readMigrations()));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...testServerAt(server.adminUrl), stop: server.stop };
}

/** The same server, seen from another process. */
export function testServerAt(adminUrl: string): Omit<TestServer, 'stop'> {
  return {
    adminUrl,
    createDatabase: () => createCopy(adminUrl, TEMPLATE),
    createEmptyDatabase: () => createCopy(adminUrl, 'template0'),
  };
}

/** `openDatabase` with the real clock and defaults that suit a test. */
export function openTestDatabase(url: string, options: Partial<DatabaseOptions> = {}): Database {
  return openDatabase(url, {
    max: 5,
    applicationName: 'test',
    statementTimeoutMs: 20_000,
    lockTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    clock: realClock,
    random: realRandom,
    ...options,
  });
}

async function createTemplate(adminUrl: string, migrations: readonly MigrationFile[]): Promise<void> {
  await admin(adminUrl, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  const database = openTestDatabase(withDatabase(adminUrl, TEMPLATE));
  try {
    await migrate(database, migrations, { now: realClock.now });
  } finally {
    await database.close();
  }
}

async function createCopy(adminUrl: string, template: string): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await admin(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    name,
    url: withDatabase(adminUrl, name),
    drop: () => admin(adminUrl, (client) => dropWhenUnused(client, name)),
  };
}

async function dropWhenUnused(client: pg.Client, name: string): Promise<void> {
  let left = await connectionsTo(client, name);
  for (let waitedMs = 0; left.length > 0 && waitedMs < LEAK_PATIENCE_MS; waitedMs += LEAK_POLL_MS) {
    await realClock.sleep(LEAK_POLL_MS);
    left = await connectionsTo(client, name);
  }
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  if (left.length > 0) throw new Error(`database ${name} was left with open connections: ${left.join('; ')}`);
}

async function connectionsTo(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ seen: string }>(
    `SELECT format('%s (%s) %s', application_name, state, left(query, 60)) AS seen
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
    [name],
  );
  return rows.map(({ seen }) => seen);
}

async function admin<T>(adminUrl: string, work: (client: pg.Client) => Promise<T>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'test admin' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** The URL has an empty host (the socket is a parameter), which the URL class does not accept. */
function withDatabase(url: string, name: string): string {
  return url.replace(/@\/[^?]*/, `@/${name}`);
}
