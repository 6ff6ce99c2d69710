/**
 * The database of the measurements: the shipped PostgreSQL with everything that makes a commit durable, in a folder
 * that is gone afterwards (set TMPDIR to measure another disk).
 */
import type { Database } from '@sluice/server/store/database.ts';
import { openTestDatabase, startTestServer, type TestDatabase } from '@sluice/server/store/testing/server.ts';

export type BenchServer = {
  version: string;
  createDatabase(): Promise<BenchDatabase>;
  stop(): Promise<void>;
};

export type BenchDatabase = {
  url: string;
  db: Database;
  drop(): Promise<void>;
};

/** A test server leaves these out; without them a commit costs nothing and every ratio flatters or damns us. */
const DURABLE = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'replica',
  // Room for the largest table, so that memory is not what is measured.
  shared_buffers: '512MB',
  max_wal_size: '4GB',
};

export async function startBenchServer(settings: Record<string, string> = {}): Promise<BenchServer> {
  const server = await startTestServer({ settings: { ...DURABLE, ...settings } });
  const version = await versionOf(server.adminUrl);
  return {
    version,
    createDatabase: async () => opened(await server.createDatabase()),
    stop: server.stop,
  };
}

function opened(created: TestDatabase): BenchDatabase {
  const db = openTestDatabase(created.url, { max: 8, statementTimeoutMs: 0 });
  return {
    url: created.url,
    db,
    drop: async () => {
      await db.close();
      await created.drop();
    },
  };
}

async function versionOf(url: string): Promise<string> {
  const db = openTestDatabase(url, { max: 1 });
  try {
    const { rows } = await db.query({ name: 'bench.version', text: 'SHOW server_version' });
    return String(rows[0]?.server_version);
  } finally {
    await db.close();
  }
}
