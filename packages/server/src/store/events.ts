/** Events for streams: complete up to a horizon, in an order that never changes behind a reader. */
import type { Database } from './database.ts';
import * as sql from './sql/events.ts';
import { firstOf, rowsOf } from './typed.ts';

/** A place in the order of events: everything at or before it has been read. */
export type Position = { writer: bigint; number: bigint };

export type StoredEvent = {
  position: Position;
  id: string;
  accountId: string | null;
  taskId: string | null;
  type: string;
  data: unknown;
  atMs: number;
};

export type EventScope = { of: 'all' } | { of: 'account'; id: string } | { of: 'task'; id: string };

export type EventPage = {
  events: StoredEvent[];
  /** Where a reader stands after this page: at its last event, or, when it holds all there is, at the horizon. */
  upTo: Position;
  /** There may be more behind `upTo` already. */
  more: boolean;
};

export type EventStore = {
  /** Behind everything that is complete now. */
  now(): Promise<Position>;
  /** Where the event with this number stands. */
  positionOf(number: bigint): Promise<Position>;
  /** The number of an event by its id; null when there is no such event (any more). */
  numberOf(id: string): Promise<bigint | null>;
  /** Where the terminal event of a task stands; null while there is none. */
  endOf(taskId: string): Promise<Position | null>;
  read(scope: EventScope, after: Position, most: number): Promise<EventPage>;
};

export const BEGINNING: Position = { writer: 0n, number: 0n };

export function isAfter(a: Position, b: Position): boolean {
  return a.writer > b.writer || (a.writer === b.writer && a.number > b.number);
}

export function eventStore(db: Database): EventStore {
  const horizon = async () => BigInt(firstOf<{ writer: string }>(await db.query(sql.horizon))?.writer ?? '0');
  return {
    now: async () => before(await horizon()),
    positionOf: async (number) =>
      place(firstOf<sql.PlaceRow>(await db.query(sql.positionOf, [number]))) ?? BEGINNING,
    numberOf: async (id) => firstOf<{ number: bigint }>(await db.query(sql.numberOf, [id]))?.number ?? null,
    endOf: async (taskId) => place(firstOf<sql.PlaceRow>(await db.query(sql.endOfTask, [taskId]))),
    read: async (scope, after, most) => {
      const until = await horizon();
      const values = [String(after.writer), after.number, String(until), most];
      const rows = rowsOf<sql.EventRow>(await query(db, scope, values));
      const events = rows.map(storedEvent);
      const last = events.at(-1);
      const more = events.length === most;
      return { events, upTo: more && last ? last.position : furthest(before(until), after), more };
    },
  };
}

function query(db: Database, scope: EventScope, values: readonly unknown[]) {
  switch (scope.of) {
    case 'all':
      return db.query(sql.readAll, values);
    case 'account':
      return db.query(sql.readOfAccount, [...values, scope.id]);
    case 'task':
      return db.query(sql.readOfTask, [...values, scope.id]);
  }
}

function place(row: sql.PlaceRow | null): Position | null {
  return row ? { writer: BigInt(row.writer), number: row.number } : null;
}

/** The last place before a writer's first event. */
function before(writer: bigint): Position {
  return { writer, number: 0n };
}

function furthest(a: Position, b: Position): Position {
  return isAfter(a, b) ? a : b;
}

function storedEvent(row: sql.EventRow): StoredEvent {
  return {
    position: { writer: BigInt(row.writer), number: row.number },
    id: row.id,
    accountId: row.account_id,
    taskId: row.task_id,
    type: row.type,
    data: row.data,
    atMs: row.created_at,
  };
}
