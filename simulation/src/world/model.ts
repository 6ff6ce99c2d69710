/** The database as the checks remember it: what was there before a step, and what the step changed. */
import type { Database } from '@sluice/server/store/database.ts';
import { z } from 'zod';
import {
  type AssetRow,
  type AttemptRow,
  type BalanceRow,
  Changed,
  changedRows,
  type DeliveryRow,
  type EndpointRow,
  type EventRow,
  type KeyRow,
  type LedgerRow,
  type LimitRow,
  type PathRow,
  type TaskRow,
} from './rows.ts';

export type Pair<Row> = { before: Row | null; after: Row };

export type Change = {
  tasks: Pair<TaskRow>[];
  attempts: Pair<AttemptRow>[];
  assets: Pair<AssetRow>[];
  balances: Pair<BalanceRow>[];
  keys: Pair<KeyRow>[];
  deliveries: Pair<DeliveryRow>[];
  limits: Pair<LimitRow>[];
  endpoints: Pair<EndpointRow>[];
  paths: Pair<PathRow>[];
  ledger: LedgerRow[];
  events: EventRow[];
};

export type Model = {
  tasks: Map<string, TaskRow>;
  attempts: Map<string, AttemptRow>;
  assets: Map<string, AssetRow>;
  balances: Map<string, BalanceRow>;
  keys: Map<string, KeyRow>;
  deliveries: Map<string, DeliveryRow>;
  /** By `limitName`. */
  limits: Map<string, LimitRow>;
  endpoints: Map<string, EndpointRow>;
  paths: Map<string, PathRow>;
  ledger: Map<number, LedgerRow>;
  events: Map<number, EventRow>;
};

export type Observer = {
  model: Model;
  /** What was written since the last look; null: nothing that the checks read. */
  look(): Promise<Change | null>;
};

export function limitName(row: { path_name: string; family: string }): string {
  return `${row.path_name}/${row.family}`;
}

/** `mark`: what a vendor was given of ours, the id of the attempt or the token of its callback. */
export function attemptByMark(model: Model, mark: string): AttemptRow | undefined {
  const known = model.attempts.get(mark);
  if (known) return known;
  return [...model.attempts.values()].find(({ callback_token: token }) => token === mark);
}

const Answer = z.tuple([z.object({ changed: Changed })]);

export function createObserver(db: Database): Observer {
  const model = emptyModel();
  let since = 0;
  return {
    model,
    look: async () => {
      const [{ changed }] = Answer.parse((await db.query(changedRows, [since])).rows);
      since = changed.next;
      const change = applied(model, changed);
      return Object.values(change).some((rows) => rows.length > 0) ? change : null;
    },
  };
}

function applied(model: Model, changed: Changed): Change {
  const byId = (row: { id: string }) => row.id;
  return {
    tasks: paired(model.tasks, changed.tasks, byId),
    attempts: paired(model.attempts, changed.attempts, byId),
    assets: paired(model.assets, changed.assets, byId),
    balances: paired(model.balances, changed.balances, (row) => row.account_id),
    keys: paired(model.keys, changed.keys, byId),
    deliveries: paired(model.deliveries, changed.deliveries, byId),
    limits: paired(model.limits, changed.limits, limitName),
    endpoints: paired(model.endpoints, changed.endpoints, byId),
    paths: paired(model.paths, changed.paths, (row) => row.name),
    ledger: added(model.ledger, changed.ledger),
    events: added(model.events, changed.events),
  };
}

function paired<Row>(
  known: Map<string, Row>,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): Pair<Row>[] {
  return rows.map((after) => {
    const before = known.get(nameOf(after)) ?? null;
    known.set(nameOf(after), after);
    return { before, after };
  });
}

/** Rows that are only ever added. One that comes again was changed, and is kept as it was first for the check. */
function added<Row extends { number: number }>(known: Map<number, Row>, rows: readonly Row[]): Row[] {
  for (const row of rows) if (!known.has(row.number)) known.set(row.number, row);
  return [...rows];
}

function emptyModel(): Model {
  return {
    tasks: new Map(),
    attempts: new Map(),
    assets: new Map(),
    balances: new Map(),
    keys: new Map(),
    deliveries: new Map(),
    limits: new Map(),
    endpoints: new Map(),
    paths: new Map(),
    ledger: new Map(),
    events: new Map(),
  };
}
