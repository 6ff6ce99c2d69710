/**
 * SQL of reading events (events): for streams. Readers go in the order (writer, number) and only up to the oldest
 * transaction that is still running: a writer below that horizon has committed or never will, so what was read up
 * to it is complete, and an event that commits late has a place that no reader has passed yet. (By number alone an
 * event could commit behind a reader: numbers are drawn before commits.)
 */
import { statement } from './statement.ts';

export type EventRow = {
  number: bigint;
  writer: string;
  id: string;
  account_id: string | null;
  task_id: string | null;
  type: string;
  data: unknown;
  created_at: number;
};

const COLUMNS = `number, writer::text AS writer, id, account_id, task_id, type, data, created_at`;

/**
 * What is complete now: every writer of this database below it has ended, for any snapshot taken from here on. Not
 * simply the snapshot's xmin, which a long transaction in another database of the same server would hold back for
 * hours: of the transactions that began before this snapshot, those still running here are in pg_stat_activity, which
 * is read after it. Sessions of other roles do not show their transaction to us; while there is one, xmin it is.
 */
export const horizon = statement(
  'events.horizon',
  `WITH s AS MATERIALIZED (
     SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
            pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax
   ), running AS (
     SELECT coalesce(bool_or(a.query = '<insufficient privilege>'), false) AS blind,
            -- backend_xid has 32 bits: it is the number nearest to xmax that ends in them.
            min(s.xmax - 2147483648
                + (a.backend_xid::text::bigint - s.xmax % 4294967296 + 6442450944) % 4294967296) AS oldest
     FROM pg_stat_activity a, s WHERE a.datname = current_database()
   )
   SELECT CASE WHEN blind THEN s.xmin ELSE least(s.xmax, coalesce(oldest, s.xmax)) END::text AS writer
   FROM s, running`,
);

/**
 * Ordered by the column: `writer` alone would be the text that is shown, in which 1000 stands before 999.
 * $1 after this writer and $2 number, $3 up to (not including) this writer, $4 most.
 */
export const readAll = statement(
  'events.read_all',
  `SELECT ${COLUMNS} FROM events
   WHERE (writer, number) > ($1::xid8, $2::bigint) AND writer < $3::xid8
   ORDER BY events.writer, number LIMIT $4`,
);

export const readOfAccount = statement(
  'events.read_of_account',
  `SELECT ${COLUMNS} FROM events
   WHERE account_id = $5 AND (writer, number) > ($1::xid8, $2::bigint) AND writer < $3::xid8
   ORDER BY events.writer, number LIMIT $4`,
);

export const readOfTask = statement(
  'events.read_of_task',
  `SELECT ${COLUMNS} FROM events
   WHERE task_id = $5 AND (writer, number) > ($1::xid8, $2::bigint) AND writer < $3::xid8
   ORDER BY events.writer, number LIMIT $4`,
);

export type PlaceRow = { writer: string; number: bigint };

/** Where the event of this number stands, or, when it is gone, the newest one before it. */
export const positionOf = statement(
  'events.position_of',
  `SELECT writer::text AS writer, number FROM events WHERE number <= $1 ORDER BY number DESC LIMIT 1`,
);

export const numberOf = statement('events.number_of', `SELECT number FROM events WHERE id = $1`);

/** The one terminal event of a task, if it is there. */
export const endOfTask = statement(
  'events.end_of_task',
  `SELECT writer::text AS writer, number FROM events
   WHERE task_id = $1 AND type IN ('task.completed', 'task.failed', 'task.cancelled')`,
);
