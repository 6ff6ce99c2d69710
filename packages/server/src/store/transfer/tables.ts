/** What there is to copy, asked from the catalogs of one connection. */
import type pg from 'pg';
import { z } from 'zod';
import { migrationShape, type Partition, partitionShape, type Table, tableShape } from './format.ts';

/** The record of migrations is made by migrating, never by copying. */
const NOT_COPIED = 'sluice_migrations';

/** A transaction in which COPY writes the same text whatever the server's or the role's settings are. */
export const FIXED_TEXT = `
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0;
  SET LOCAL timezone = 'UTC';
  SET LOCAL datestyle = 'ISO, YMD';
  SET LOCAL intervalstyle = 'iso_8601';
  SET LOCAL extra_float_digits = 1;
  SET LOCAL bytea_output = 'hex';
  SET LOCAL client_encoding = 'UTF8';
  SET LOCAL synchronize_seqscans = off;`;

/**
 * Tables with rows of their own (partitions, not what they are partitions of), and the columns that are
 * stored.
 */
const TABLES = `
  SELECT c.relname AS name,
         coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
                  '{}') AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> '${NOT_COPIED}'
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
   ORDER BY c.relname`;

/** Parents before children. */
const PARTITIONS = `
  WITH RECURSIVE tree AS (
    SELECT c.oid, c.relname, NULL::name AS parent, 0 AS depth
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT c.oid, c.relname, tree.relname, tree.depth + 1
      FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid JOIN pg_class c ON c.oid = i.inhrelid
  )
  SELECT tree.relname AS name, tree.parent AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound,
         pg_get_partkeydef(c.oid) AS key
    FROM tree JOIN pg_class c USING (oid)
   WHERE tree.depth > 0
   ORDER BY tree.depth, tree.relname`;

const SEQUENCES = `
  SELECT sequencename AS name, last_value::text AS "lastValue"
    FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename`;

const sequenceShape = z.object({ name: z.string(), lastValue: z.string().nullable() });

export async function listTables(client: pg.ClientBase): Promise<Table[]> {
  return z.array(tableShape).parse((await client.query(TABLES)).rows);
}

export async function listPartitions(client: pg.ClientBase): Promise<Partition[]> {
  return z.array(partitionShape).parse((await client.query(PARTITIONS)).rows);
}

export async function listSequences(client: pg.ClientBase): Promise<z.infer<typeof sequenceShape>[]> {
  return z.array(sequenceShape).parse((await client.query(SEQUENCES)).rows);
}

/** What was applied to this database; empty when it was never migrated. */
export async function listMigrations(client: pg.ClientBase): Promise<z.infer<typeof migrationShape>[]> {
  const { rows } = await client.query<{ present: boolean }>(
    `SELECT to_regclass('${NOT_COPIED}') IS NOT NULL AS present`,
  );
  if (!rows[0]?.present) return [];
  const applied = await client.query(`SELECT number, name, sha256 FROM ${NOT_COPIED} ORDER BY number`);
  return z.array(migrationShape).parse(applied.rows);
}

export function quoted(client: pg.ClientBase, names: readonly string[]): string {
  return names.map((name) => client.escapeIdentifier(name)).join(', ');
}

/** `COPY table (columns)`; no list for a table without columns. */
export function copyTarget(client: pg.ClientBase, { name, columns }: Table): string {
  const list = columns.length > 0 ? ` (${quoted(client, columns)})` : '';
  return `COPY ${client.escapeIdentifier(name)}${list}`;
}
