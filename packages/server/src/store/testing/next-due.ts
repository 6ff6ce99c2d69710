/** When the rows say that some stage has something to do again: for tests that let time pass from event to event. */
import type { Database } from '../database.ts';
import { statement } from '../sql/statement.ts';

const nextDue = statement(
  'testing.next_due',
  `SELECT (SELECT min(ask_at) FROM attempts WHERE state IN ('sending', 'unknown', 'accepted')) AS ask,
          (SELECT min(due_at) FROM verifications) AS verify,
          (SELECT min(copy_at) FROM assets WHERE state = 'copying') AS copy,
          (SELECT min(greatest(t.not_before, p.health_until, l.rest_until)) FROM tasks t
           JOIN paths p ON p.name = ANY(t.path_names)
           LEFT JOIN limits l ON l.path_name = p.name AND l.family = t.family WHERE t.state = 'queued') AS admit`,
);

/** Infinity: never by itself. */
export async function nextDueMs(database: Database): Promise<number> {
  const { rows } = await database.query(nextDue, []);
  const due = Object.values(rows[0] ?? {}).filter((ms) => typeof ms === 'number');
  return Math.min(Number.POSITIVE_INFINITY, ...due);
}
