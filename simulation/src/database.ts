/**
 * One real PostgreSQL database per worker, emptied between seeds. What could make two runs of a seed differ is switched
 * off: no autovacuum (it moves rows), plans that do not depend on what ran before, one connection. PostgreSQL may still
 * plan a statement again at any moment, so no answer may hang on the plan: worlds planned the other way must be alike.
 */

import { realClock } from '@sluice/server/effects/clock/real.ts';
import { seededRandom } from '@sluice/server/effects/random/seeded.ts';
import { type Database, openDatabase } from '@sluice/server/store/database.ts';
import { openTestDatabase, testServerAt } from '@sluice/server/store/testing/server.ts';
import { z } from 'zod';

export type WorkerDatabase = {
  db: Database;
  /** As after the migrations. */
  empty(): Promise<void>;
  close(): Promise<void>;
};

const Tables = z.array(z.object({ name: z.string() }));
const tableNames = {
  name: 'simulation.tables',
  text: `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT LIKE '%migration%' ORDER BY 1`,
};

/** A plan for each statement, or one for each time that it is run. */
export type Plans = 'generic' | 'custom';

export async function openWorkerDatabase(
  adminUrl: string,
  plans: Plans = 'generic',
): Promise<WorkerDatabase> {
  const created = await testServerAt(adminUrl).createDatabase();
  const setup = openTestDatabase(created.url, { max: 1 });
  const tables = Tables.parse((await setup.query(tableNames)).rows).map(({ name }) => name);
  await setup.transaction(async (tx) => {
    for (const table of tables) await tx.run(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    await tx.run(`ALTER DATABASE ${created.name} SET plan_cache_mode = force_${plans}_plan`);
    await tx.run(`ALTER DATABASE ${created.name} SET jit = off`);
    await tx.run(`ALTER DATABASE ${created.name} SET synchronous_commit = off`);
  });
  await setup.close();
  const db = openDatabase(created.url, {
    max: 1,
    applicationName: 'simulation',
    statementTimeoutMs: 20_000,
    lockTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    clock: realClock,
    random: seededRandom(1),
  });
  // The ledger refuses TRUNCATE's cousins by trigger; the role without triggers is for emptying only.
  const emptying = [
    `SET LOCAL session_replication_role = replica`,
    `TRUNCATE ${tables.join(', ')} RESTART IDENTITY`,
  ].join('; ');
  return {
    db,
    empty: () => db.transaction((tx) => tx.run(emptying)),
    close: async () => {
      await db.close();
      await created.drop();
    },
  };
}
