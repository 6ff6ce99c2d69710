/** Small reads of the stages: markup, render times, what waits ahead, counts for metrics. */
import { Routing } from '@sluice/contract';
import { firstIdAt } from '../effects/random/id.ts';
import type { Database } from './database.ts';
import { at, rows, statement } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

const terms = statement(
  'stats.terms',
  `SELECT markup_basis_points, routing, max_in_flight,
          CASE WHEN max_in_flight IS NOT NULL
               THEN (SELECT count(*) FROM tasks t WHERE t.state = 'running' AND t.account_id = accounts.id)::int
               ELSE 0 END AS running
   FROM accounts WHERE id = $1`,
);
const outcomes = statement(
  'stats.outcomes',
  `SELECT path_name, cardinality(array_positions(outcomes, false)) AS failed, cardinality(outcomes) AS ends
   FROM render_outcomes WHERE family = $1 ORDER BY path_name`,
);
const times = statement(
  'stats.render_times',
  `SELECT samples_ms FROM render_times WHERE path_name = $1 AND shape = $2`,
);

/**
 * Waiting tasks of each lane of a family: how many, by priority, and how long they are expected to hold a slot. Each
 * lane is counted up to its share of $2 (and up to 50 at least), so that the answer takes as long under a backlog of a
 * million as under one of thousands; `deep` says that there are more.
 */
const lanes = statement(
  'stats.lanes',
  `SELECT l.account_id, a.weight, n.queued, n.high, n.normal, n.slot_ms, n.slot_ms_squared, n.queued >= m.most AS deep
   FROM (SELECT greatest(50, $2::int / greatest(1, count(*)))::int AS most FROM lanes WHERE family = $1 AND active) m
   CROSS JOIN lanes l JOIN accounts a ON a.id = l.account_id AND a.status = 'active'
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS queued, (count(*) FILTER (WHERE c.priority > 0))::int AS high,
            (count(*) FILTER (WHERE c.priority = 0))::int AS normal, coalesce(sum(c.slot_ms), 0)::float8 AS slot_ms,
            coalesce(sum(c.slot_ms::float8 ^ 2), 0) AS slot_ms_squared
     FROM (
       SELECT t.priority, t.slot_ms FROM tasks t
       WHERE t.family = $1 AND t.account_id = l.account_id AND t.state = 'queued'
       ORDER BY t.priority DESC, t.id LIMIT m.most) c) n
   WHERE l.family = $1 AND l.active ORDER BY l.account_id`,
);

/** Waiting tasks before each of these in its own lane, counted up to $2. Two ranges of one index, never a filter. */
const aheadInLanes = statement(
  'stats.ahead_in_lanes',
  `SELECT r.id, n.ahead
   FROM json_to_recordset($1::json) AS r (id text, family text, account_id text, priority smallint)
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS ahead FROM (
       SELECT 1 FROM tasks t
       WHERE t.family = r.family AND t.account_id = r.account_id AND t.state = 'queued' AND t.priority > r.priority
       UNION ALL
       SELECT 1 FROM tasks t
       WHERE t.family = r.family AND t.account_id = r.account_id AND t.state = 'queued' AND t.priority = r.priority
         AND t.id < r.id
       LIMIT $2) c) n`,
);
const slots = statement(
  'stats.slots',
  `SELECT l.path_name, l.family, l.configured, l.learned, l.probing, l.refusals::int AS refusals, l.last_refusal_at,
          l.raise_at, coalesce(a.occupied, 0) AS occupied, coalesce(a.unknown, 0) AS unknown, a.oldest_at
   FROM limits l LEFT JOIN (
     SELECT path_name, family, count(*)::int AS occupied, (count(*) FILTER (WHERE state = 'unknown'))::int AS unknown,
            min(sent_at) AS oldest_at
     FROM attempts WHERE state IN ('sending', 'unknown', 'accepted') GROUP BY 1, 2) a
     ON a.path_name = l.path_name AND a.family = l.family
   ORDER BY l.path_name, l.family`,
);

/** What holds slots, by age in eighths of the time that is expected of it, up to twice that. $1 now. */
const ages = statement(
  'stats.ages',
  `SELECT path_name, family, count(*)::int AS tasks, avg(expected_ms)::float8 AS expected_ms,
          least(16, greatest(0, floor(8000 * extract(epoch FROM $1::timestamptz - sent_at)
                                      / greatest(1, expected_ms))))::int AS eighth
   FROM attempts WHERE state IN ('sending', 'unknown', 'accepted')
   GROUP BY path_name, family, eighth ORDER BY path_name, family, eighth`,
);
/** By the time in their ids. $1 first id, $2 most. */
const lately = statement(
  'stats.ordered_lately',
  `SELECT family, account_id, count(*)::int AS orders,
          (SELECT min(created_at) FROM (SELECT created_at FROM tasks WHERE id >= $1 ORDER BY id DESC LIMIT $2) o)
            AS since
   FROM (SELECT family, account_id FROM tasks WHERE id >= $1 ORDER BY id DESC LIMIT $2) n
   GROUP BY family, account_id ORDER BY family, account_id`,
);
/** So many of the newest are read. */
export const LATELY_MOST = 1_000;

/**
 * Of the newest clips: from the send to the stored clip without the render, and what of that kept the slot. The render
 * is what is learned from: up to the end as the upstream dates it, or else as we knew it. $1 path, $2 most.
 */
const handled = statement(
  'stats.handled',
  `SELECT (extract(epoch FROM (a.accepted_at - a.sent_at) + (t.finished_at - coalesce(a.upstream_ended_at, a.ended_at)))
             * 1000)::float8 AS beside_ms,
          (extract(epoch FROM (a.accepted_at - a.sent_at) + (a.ended_at - coalesce(a.upstream_ended_at, a.ended_at)))
             * 1000)::float8 AS slot_ms
   FROM (SELECT * FROM attempts WHERE path_name = $1 AND ended_at IS NOT NULL ORDER BY ended_at DESC, id LIMIT $2) a
   JOIN tasks t ON t.attempt_id = a.id
   WHERE a.state = 'succeeded' AND a.accepted_at IS NOT NULL AND t.state = 'succeeded'
   ORDER BY a.ended_at DESC, a.id`,
);
const HANDLED_MOST = 100;

const counts = statement(
  'stats.task_counts',
  `SELECT state, count(*)::int AS tasks FROM tasks GROUP BY state`,
);

/**
 * The same for tasks that have not ended, by what is indexed: it does not take longer with every task that ever
 * was.
 */
export const livingCounts = statement(
  'stats.living_task_counts',
  `SELECT 'queued' AS state, count(*)::int AS tasks FROM tasks WHERE state = 'queued'
   UNION ALL SELECT 'running', count(*)::int FROM tasks WHERE state = 'running'
   UNION ALL SELECT 'saving', count(DISTINCT t.id)::int
             FROM assets s JOIN tasks t ON t.id = s.task_id AND t.state = 'saving' WHERE s.state = 'copying'
   UNION ALL SELECT 'settling', count(*)::int FROM tasks WHERE state = 'settling'`,
);

/** What every balance should be by its postings, where it differs. The book is right; a difference is an alarm. */
const drift = statement(
  'stats.ledger_drift',
  `SELECT coalesce(sum(abs(b.posted_micros - coalesce(p.posted, 0))
                       + abs(b.held_micros - coalesce(p.held, 0))), 0)::bigint
            AS drift,
          (SELECT coalesce(sum(micros), 0)::bigint FROM postings) AS total
   FROM balances b LEFT JOIN (
     SELECT split_part(account, ':', 3) AS account_id,
            -sum(micros) AS posted,
            -coalesce(sum(micros) FILTER (WHERE account LIKE '%:held'), 0) AS held
     FROM postings WHERE account LIKE 'liabilities:customers:%' GROUP BY 1) p ON p.account_id = b.account_id`,
);

export type SlotRow = {
  path_name: string;
  family: string;
  configured: number | null;
  learned: number | null;
  probing: boolean;
  refusals: number;
  last_refusal_at: number | null;
  raise_at: number | null;
  occupied: number;
  unknown: number;
  oldest_at: number | null;
};

export type LaneCount = {
  account_id: string;
  weight: number;
  queued: number;
  /** Of them with high and with normal priority. */
  high: number;
  normal: number;
  /** Sum of their expected times in a slot, and of the squares. */
  slot_ms: number;
  slot_ms_squared: number;
  /** More wait than were counted. */
  deep: boolean;
};
/** `eighth`: of the expected time that has gone by; 16 stands for all that is more. */
export type AgeRow = {
  path_name: string;
  family: string;
  tasks: number;
  expected_ms: number;
  eighth: number;
};
export type OrderedLately = { family: string; account_id: string; orders: number; since: number };
export type HandledRow = { beside_ms: number; slot_ms: number };
export type LanePlace = { id: string; family: string; accountId: string; priority: number };

export type AccountTerms = {
  markupPercent: number;
  routing: Routing;
  /** Null: none. `running` is counted only where there is one. */
  cap: { maxInFlight: number; running: number } | null;
};

export type StatsStore = {
  /** What an account's orders are priced and routed by. */
  termsOf(accountId: string): Promise<AccountTerms>;
  /** The newest renders of a family that ended, by path. */
  outcomes(family: string): Promise<ReadonlyMap<string, { failed: number; of: number }>>;
  renderTimes(pathName: string, shape: string): Promise<readonly number[]>;
  /** Counts about `most` tasks in all, however many wait. */
  lanes(family: string, most: number): Promise<LaneCount[]>;
  /** By id, each counted up to `most`. */
  aheadInLanes(places: readonly LanePlace[], most: number): Promise<Map<string, number>>;
  slots(): Promise<SlotRow[]>;
  /** What holds slots, by path, family and age. */
  ages(nowMs: number): Promise<AgeRow[]>;
  /** How many were ordered since then by family and account, of the newest; and since when those are. */
  orderedLately(sinceMs: number): Promise<OrderedLately[]>;
  /** What came around the newest renders of a path, beside them. */
  handled(pathName: string): Promise<HandledRow[]>;
  /** Of all tasks that ever were; for a person who asks. */
  taskCounts(): Promise<Map<string, number>>;
  /** Of the tasks that have not ended; cheap enough to be asked all the time. */
  livingTaskCounts(): Promise<Map<string, number>>;
  ledgerDrift(): Promise<{ drift: bigint; total: bigint }>;
};

export function statsStore(db: Database): StatsStore {
  return {
    termsOf: async (accountId) => {
      const row = firstOf<TermsRow>(await db.query(terms, [accountId]));
      if (row === null) return { markupPercent: 0, routing: {}, cap: null };
      const { markup_basis_points: markup, routing, max_in_flight: maxInFlight, running } = row;
      const cap = maxInFlight === null ? null : { maxInFlight, running };
      return { markupPercent: markup / 100, routing: Routing.parse(routing), cap };
    },
    outcomes: async (family) => {
      const found = rowsOf<{ path_name: string; failed: number; ends: number }>(
        await db.query(outcomes, [family]),
      );
      return new Map(found.map((row) => [row.path_name, { failed: row.failed, of: row.ends }]));
    },
    renderTimes: async (pathName, shape) =>
      firstOf<{ samples_ms: number[] }>(await db.query(times, [pathName, shape]))?.samples_ms ?? [],
    lanes: async (family, most) => rowsOf<LaneCount>(await db.query(lanes, [family, most])),
    aheadInLanes: async (places, most) => {
      const values = places.map(({ accountId, ...place }) => ({ ...place, account_id: accountId }));
      const found = rowsOf<{ id: string; ahead: number }>(await db.query(aheadInLanes, [rows(values), most]));
      return new Map(found.map((row) => [row.id, row.ahead]));
    },
    slots: async () => rowsOf<SlotRow>(await db.query(slots)),
    ages: async (nowMs) => rowsOf<AgeRow>(await db.query(ages, [at(nowMs)])),
    orderedLately: async (sinceMs) =>
      rowsOf<OrderedLately>(await db.query(lately, [firstIdAt('task', sinceMs), LATELY_MOST])),
    handled: async (pathName) => rowsOf<HandledRow>(await db.query(handled, [pathName, HANDLED_MOST])),
    taskCounts: async () => byState(rowsOf<StateCount>(await db.query(counts))),
    livingTaskCounts: async () => byState(rowsOf<StateCount>(await db.query(livingCounts))),
    ledgerDrift: async () =>
      firstOf<{ drift: bigint; total: bigint }>(await db.query(drift)) ?? { drift: 0n, total: 0n },
  };
}

type TermsRow = {
  markup_basis_points: number;
  routing: unknown;
  max_in_flight: number | null;
  running: number;
};
type StateCount = { state: string; tasks: number };

function byState(counted: readonly StateCount[]): Map<string, number> {
  return new Map(counted.map((row) => [row.state, row.tasks]));
}
