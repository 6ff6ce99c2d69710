/**
 * SQL of limits (limits: one row for each path × family) and of their history (limit_changes: append-only, a row for
 * each time that the set or the learned number changed). A change and its line of history are one statement.
 */
import { statement } from './statement.ts';

export type LimitChangeRow = {
  number: bigint;
  family: string;
  at: number;
  reason: 'begun' | 'set' | 'accepted' | 'refused' | 'quiet';
  configured_before: number | null;
  learned_before: number | null;
  configured: number | null;
  learned: number | null;
  occupied: number | null;
};

/** Makes sure that each path × family of the catalogue has its limit row. $1 limits, $2 now. */
export const ensureLimits = statement(
  'limits.ensure',
  `WITH made AS (
     INSERT INTO limits (path_name, family, configured, learned, probing)
     SELECT x.path_name, x.family, x.configured, x.learned, x.probing
     FROM json_to_recordset($1::json) AS x (path_name text, family text, configured integer,
          learned integer, probing boolean)
     ON CONFLICT (path_name, family) DO NOTHING
     RETURNING path_name, family, configured, learned
   )
   INSERT INTO limit_changes (path_name, family, at, reason, configured, learned)
   SELECT path_name, family, $2, 'begun', configured, learned FROM made ORDER BY path_name, family`,
);

export const lockLimit = statement(
  'limits.lock',
  `SELECT configured, learned, probing, refusals, last_refusal_at, raise_at
   FROM limits WHERE path_name = $1 AND family = $2 FOR UPDATE`,
);

/**
 * The row is locked by the caller. $1 path, $2 family, $3 to $8 the limit, $9 now, $10 why, $11 slots taken; $12 is
 * from when on history is kept. A refusal that teaches the same number once more leaves no line.
 */
export const writeLimit = statement(
  'limits.write',
  `WITH before AS MATERIALIZED (
     SELECT configured, learned FROM limits WHERE path_name = $1 AND family = $2
   ), changed AS (
     UPDATE limits SET configured = $3, learned = $4, probing = $5, refusals = $6, last_refusal_at = $7, raise_at = $8
     WHERE path_name = $1 AND family = $2
     RETURNING path_name, family, configured, learned
   ), gone AS (
     DELETE FROM limit_changes WHERE path_name = $1 AND family = $2 AND at < $12
       AND EXISTS (SELECT 1 FROM before b WHERE b.learned IS DISTINCT FROM $4 OR b.configured IS DISTINCT FROM $3)
   )
   INSERT INTO limit_changes (path_name, family, at, reason, configured_before, learned_before, configured, learned,
                              occupied)
   SELECT c.path_name, c.family, $9, $10, b.configured, b.learned, c.configured, c.learned, $11
   FROM changed c CROSS JOIN before b
   WHERE b.learned IS DISTINCT FROM c.learned OR b.configured IS DISTINCT FROM c.configured`,
);

/**
 * A configured limit is the operator's word; what was learned beneath it stays until refusals or quiet change it.
 * Without one ($3 null) and with nothing learned, the path starts where an unconfigured one starts ($4). $5 now.
 */
export const setConfiguredLimit = statement(
  'limits.set_configured',
  `WITH before AS MATERIALIZED (
     SELECT configured, learned FROM limits WHERE path_name = $1 AND family = $2
   ), changed AS (
     INSERT INTO limits (path_name, family, configured, learned, probing) VALUES ($1, $2, $3, $4, $3::integer IS NULL)
     ON CONFLICT (path_name, family) DO UPDATE
       SET configured = $3,
           learned = CASE WHEN $3::integer IS NULL THEN coalesce(limits.learned, $4)
                          WHEN limits.probing THEN NULL ELSE limits.learned END,
           probing = $3::integer IS NULL AND (limits.probing OR limits.learned IS NULL)
     RETURNING path_name, family, configured, learned
   )
   INSERT INTO limit_changes (path_name, family, at, reason, configured_before, learned_before, configured, learned)
   SELECT c.path_name, c.family, $5, 'set', b.configured, b.learned, c.configured, c.learned
   FROM changed c LEFT JOIN before b ON true
   WHERE b.learned IS DISTINCT FROM c.learned OR b.configured IS DISTINCT FROM c.configured`,
);

/**
 * Changes of a path's limits since then, and of each the last one before, which says what held at that time; the newest
 * first. $1 path, $2 since, $3 most.
 */
export const limitChanges = statement(
  'limits.changes',
  `SELECT number, family, at, reason, configured_before, learned_before, configured, learned, occupied FROM (
     (SELECT * FROM limit_changes WHERE path_name = $1 AND at > $2 ORDER BY number DESC LIMIT $3)
     UNION ALL
     SELECT c.* FROM limits l CROSS JOIN LATERAL (
       SELECT * FROM limit_changes h WHERE h.path_name = l.path_name AND h.family = l.family AND h.at <= $2
       ORDER BY h.at DESC, h.number DESC LIMIT 1) c
     WHERE l.path_name = $1) found
   ORDER BY number DESC`,
);
