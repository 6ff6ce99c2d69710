/** path_facts: statements on paths, yours and measured. A row is never changed; the newest of its kind counts. */
import { statement } from './statement.ts';

export type FactRow = {
  id: string;
  path_name: string;
  fact: string;
  origin: 'yours' | 'measured';
  value: unknown;
  unit: string | null;
  scope: unknown;
  grade: string;
  source: unknown;
  reviewed_by: string;
  note: string | null;
  at: number;
  key_id: string | null;
  replaces: string | null;
};

const COLUMNS = `id, path_name, fact, origin, value, unit, scope, grade, source, reviewed_by, note, at, key_id,
  replaces`;

/** The path's row is locked first, so that of two at once the later one replaces the earlier. */
export const lockPath = statement(
  'facts.lock_path',
  `SELECT name FROM paths WHERE name = $1 FOR NO KEY UPDATE`,
);

export const insertFact = statement(
  'facts.insert',
  `INSERT INTO path_facts (id, path_name, fact, origin, value, unit, scope, scope_key, grade, source, reviewed_by,
                           note, at, key_id, replaces)
   VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7::jsonb, $8, $9, $10::jsonb, $11, $12, $13, $14,
           (SELECT id FROM path_facts WHERE path_name = $2 AND fact = $3 AND origin = $4 AND scope_key = $8
            ORDER BY number DESC LIMIT 1))
   RETURNING ${COLUMNS}`,
);

/** What counts now, of the paths $1. */
export const currentFacts = statement(
  'facts.current',
  `SELECT DISTINCT ON (path_name, fact, origin, scope_key) ${COLUMNS} FROM path_facts WHERE path_name = ANY($1)
   ORDER BY path_name, fact, origin, scope_key, number DESC`,
);

/** Of one fact, what counts now, of all paths. $1 fact. */
export const currentOf = statement(
  'facts.current_of',
  `SELECT DISTINCT ON (path_name, origin, scope_key) ${COLUMNS} FROM path_facts WHERE fact = $1
   ORDER BY path_name, origin, scope_key, number DESC`,
);

/** $1 path, $2 fact or null for all, $3 most. */
export const factHistory = statement(
  'facts.history',
  `SELECT ${COLUMNS} FROM path_facts WHERE path_name = $1 AND ($2::text IS NULL OR fact = $2)
   ORDER BY number DESC LIMIT $3`,
);
