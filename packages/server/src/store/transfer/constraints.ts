/**
 * Foreign keys and triggers, taken away while rows are loaded and put back after. Tables then need no order
 * (keys may go in circles), each key is checked once for the whole table, and triggers do not act a second
 * time. It needs only the owner's rights, where `session_replication_role` would need a superuser's.
 */
import type pg from 'pg';
import { z } from 'zod';

/** Constraints of partitions that come from their parent return with it. */
const FOREIGN_KEYS = `
  SELECT k.conrelid::regclass::text AS table, quote_ident(k.conname) AS name,
         pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname = current_schema()
   ORDER BY 1, 2`;

const TRIGGERS = `
  SELECT c.oid::regclass::text AS table, quote_ident(g.tgname) AS name,
         CASE g.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END
           AS definition
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgenabled <> 'D' AND n.nspname = current_schema()
   ORDER BY 1, 2`;

const liftedShape = z.array(z.object({ table: z.string(), name: z.string(), definition: z.string() }));

/** Returns what puts everything back. In one transaction with it, nobody ever sees the tables without. */
export async function lift(client: pg.ClientBase): Promise<() => Promise<void>> {
  const keys = liftedShape.parse((await client.query(FOREIGN_KEYS)).rows);
  const triggers = liftedShape.parse((await client.query(TRIGGERS)).rows);
  for (const { table, name } of keys) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { table, name } of triggers) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`);
  return async () => {
    for (const { table, name, definition } of keys) {
      await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
    }
    for (const { table, name, definition } of triggers) {
      await client.query(`ALTER TABLE ${table} ${definition} TRIGGER ${name}`);
    }
  };
}
