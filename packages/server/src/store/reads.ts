/** Tasks as people read them, one by one, in pages, and with everything that happened to them. */
import type { Database, Transaction } from './database.ts';
import type { LedgerRow } from './sql/accounts.ts';
import { listByTask } from './sql/accounts.ts';
import * as sql from './sql/reads.ts';
import { at } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type {
  AttemptRow,
  CallbackRow,
  TaskRow,
  TimelineActionRow,
  TimelineAssetRow,
  TimelineDeliveryRow,
  TimelineEventRow,
  TimelineTaskRow,
} from './sql/reads.ts';

export type TaskFilter = {
  /** Null: everybody's. */
  accountId: string | null;
  states: readonly string[] | null;
  attemptStates: readonly string[] | null;
  model: string | null;
  pathName: string | null;
  createdAfterMs: number | null;
  createdBeforeMs: number | null;
};

export type TimelineRows = {
  task: sql.TimelineTaskRow;
  attempts: sql.AttemptRow[];
  callbacks: sql.CallbackRow[];
  ledger: LedgerRow[];
  assets: sql.TimelineAssetRow[];
  deliveries: sql.TimelineDeliveryRow[];
  events: sql.TimelineEventRow[];
  actions: sql.TimelineActionRow[];
};

export type ReadStore = {
  /** `accountId` null reads anybody's; another account's task is as good as none. */
  task(id: string, accountId: string | null): Promise<sql.TaskRow | null>;
  /** In the order of the ids. */
  tasks(ids: readonly string[]): Promise<sql.TaskRow[]>;
  list(filter: TaskFilter, page: { before: string | null; most: number }): Promise<sql.TaskRow[]>;
  /** The newest tasks with all of these words, of as many as are looked through at once. */
  search(
    filter: TaskFilter,
    words: readonly string[],
    page: { before: string | null; most: number },
  ): Promise<Searched>;
  timeline(id: string, accountId: string | null): Promise<TimelineRows | null>;
  /** What the doors show of an account: everything but what was removed there. */
  page(accountId: string, page: DoorPage): Promise<sql.TaskRow[]>;
  /** Tasks of the account by the name that a client gave them at a door, oldest first. */
  byExternalId(accountId: string, ids: readonly string[]): Promise<string[]>;
  /** Hides a task from the doors; it stays in the books and in the native API. False: there is none. */
  remove(id: string, accountId: string, nowMs: number): Promise<boolean>;
};

export type Searched = {
  rows: sql.TaskRow[];
  /** There are older tasks that nobody looked at. Null: all were, or there are more hits than asked for. */
  until: { id: string; createdMs: number } | null;
};

export type DoorPage = {
  direction: 'newest_first' | 'oldest_first';
  /** The page starts behind this id. */
  behind: string | null;
  most: number;
  createdFromMs: number | null;
  createdUntilMs: number | null;
};

const LEDGER_MOST = 1_000;
/** Of 100,000 tasks, so many were searched in 0.4 to 1.3 s on two cores that ten other programs were using. */
const SEARCHED_AT_ONCE = 20_000;

export function readStore(db: Database): ReadStore {
  return {
    task: async (id, accountId) => firstOf<sql.TaskRow>(await db.query(sql.taskById, [id, accountId])),
    byExternalId: async (accountId, ids) => {
      const found = rowsOf<sql.ExternalIdRow>(await db.query(sql.byExternalId, [accountId, ids]));
      return found.map(({ task_id: id }) => id);
    },
    tasks: async (ids) => {
      const found = rowsOf<sql.TaskRow>(await db.query(sql.tasksByIds, [ids]));
      const byId = new Map(found.map((row) => [row.id, row]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    search: (filter, words, page) => searchTasks(db, filter, words, page),
    list: async (filter, { before, most }) => {
      const values = filterValues(filter, before, most);
      return rowsOf<sql.TaskRow>(
        filter.accountId === null
          ? await db.query(sql.listTasksOfAll, values)
          : await db.query(sql.listTasksOfAccount, [...values, filter.accountId]),
      );
    },
    page: async (accountId, { direction, behind, most, createdFromMs, createdUntilMs }) => {
      const values = [accountId, behind, most, at(createdFromMs), at(createdUntilMs)];
      const list = direction === 'newest_first' ? sql.listDown : sql.listUp;
      return rowsOf<sql.TaskRow>(await db.query(list, values));
    },
    remove: async (id, accountId, nowMs) =>
      rowsOf(await db.query(sql.removeTask, [id, accountId, at(nowMs)])).length === 1,
    // One moment, so that a task that moves while it is read never shows an end without its cause.
    timeline: (id, accountId) =>
      db.transaction((tx) => readTimeline(tx, id, accountId), {
        isolation: 'repeatable read',
        readOnly: true,
      }),
  };
}

function filterValues(filter: TaskFilter, before: string | null, most: number): unknown[] {
  return [
    before,
    most,
    filter.states,
    filter.attemptStates,
    filter.model,
    filter.pathName,
    at(filter.createdAfterMs),
    at(filter.createdBeforeMs),
  ];
}

async function searchTasks(
  db: Database,
  filter: TaskFilter,
  words: readonly string[],
  { before, most }: { before: string | null; most: number },
): Promise<Searched> {
  const looked = [...filterValues(filter, before, SEARCHED_AT_ONCE), filter.accountId];
  const patterns = words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`);
  const found = rowsOf<{ id: string }>(await db.query(sql.searchTasks, [...looked, patterns, most]));
  const ids = found.map(({ id }) => id);
  const rows = rowsOf<sql.TaskRow>(await db.query(sql.tasksByIds, [ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const shown = ids.flatMap((id) => byId.get(id) ?? []);
  if (shown.length === most) return { rows: shown, until: null };
  const last = firstOf<sql.SearchedUntilRow>(
    await db.query(sql.searchedUntil, [...looked, SEARCHED_AT_ONCE - 1]),
  );
  return { rows: shown, until: last && { id: last.id, createdMs: last.created_at } };
}

async function readTimeline(
  tx: Transaction,
  id: string,
  accountId: string | null,
): Promise<TimelineRows | null> {
  const task = firstOf<sql.TimelineTaskRow>(await tx.query(sql.timelineTask, [id, accountId]));
  if (!task) return null;
  return {
    task,
    attempts: rowsOf(await tx.query(sql.timelineAttempts, [id])),
    callbacks: rowsOf(await tx.query(sql.timelineCallbacks, [id])),
    ledger: rowsOf(await tx.query(listByTask, [null, LEDGER_MOST, null, null, null, id, accountId])),
    assets: rowsOf(await tx.query(sql.timelineAssets, [id])),
    deliveries: rowsOf(await tx.query(sql.timelineDeliveries, [id])),
    events: rowsOf(await tx.query(sql.timelineEvents, [id])),
    actions: rowsOf(await tx.query(sql.timelineActions, [id])),
  };
}
