/**
 * SQL of what was spent (ledger_transactions with tasks): charges and upstream costs of a span of time, and the
 * movements of an account's posted balance in a month. Days begin at midnight of a time zone that is handed in. Reads
 * only.
 */
import { statement } from './statement.ts';

export type SpendRow = {
  group_key: string;
  label: string;
  currency: string;
  tasks: number;
  charged_micros: string;
  cost_micros: string;
};

/** One more is read, so that a cut is seen. */
export const ROWS_MOST = 2_000;

/**
 * $1 first day, $2 last day, $3 zone, $4 account or null for all, $5 whether costs are wanted. A charge is what a
 * settlement credits to income; a cost is what a cost transaction debits to an expense, of the path that it names.
 */
function spendBy(name: string, group: string, label: string, join = '') {
  const order = name === 'day' ? 'g.group_key' : 'g.charged_micros::numeric DESC, g.group_key';
  return statement(
    `spend.by_${name}`,
    `WITH span AS (
       SELECT ($1::date)::timestamp AT TIME ZONE $3::text AS since,
              ($2::date + 1)::timestamp AT TIME ZONE $3::text AS until
     ), s AS (
       SELECT l.at, l.task_id, l.currency, -l.posting_micros[2] AS charged, 0::bigint AS cost, NULL::text AS cost_path
       FROM ledger_transactions l, span
       WHERE l.kind = 'settle' AND l.at >= span.since AND l.at < span.until AND ($4::text IS NULL OR l.account_id = $4)
       UNION ALL
       SELECT l.at, l.task_id, l.currency, 0, l.posting_micros[1], split_part(l.posting_accounts[1], ':', 3)
       FROM ledger_transactions l, span
       WHERE $5::boolean AND l.kind = 'cost' AND l.at >= span.since AND l.at < span.until
     ), g AS (
       SELECT ${group} AS group_key, s.currency, (count(*) FILTER (WHERE s.charged > 0))::int AS tasks,
              sum(s.charged)::text AS charged_micros, sum(s.cost)::text AS cost_micros
       FROM s JOIN tasks t ON t.id = s.task_id AND ($4::text IS NULL OR t.account_id = $4)
       GROUP BY 1, 2
     )
     SELECT g.group_key, ${label} AS label, g.currency, g.tasks, g.charged_micros, g.cost_micros
     FROM g ${join}
     ORDER BY ${order}, g.currency LIMIT ${ROWS_MOST + 1}`,
  );
}

export const spendByDay = spendBy('day', `to_char(s.at AT TIME ZONE $3::text, 'YYYY-MM-DD')`, 'g.group_key');
export const spendByModel = spendBy('model', 't.model', 'g.group_key');
export const spendByPath = spendBy('path', `coalesce(s.cost_path, t.path_name, '')`, 'g.group_key');
export const spendByKey = spendBy(
  'key',
  't.key_id',
  'coalesce(k.name, g.group_key)',
  'LEFT JOIN api_keys k ON k.id = g.group_key',
);

export type MonthRow = {
  name: string;
  currency: string;
  opening_micros: string;
  top_up_micros: string;
  adjustment_micros: string;
  charge_micros: string;
  closing_micros: string;
  tasks: number;
  over: boolean;
};

/** What a movement does to the posted balance: the opposite of what it does to the customer's liabilities. */
const MOVED = `(SELECT -coalesce(sum(p.micros), 0)
  FROM unnest(l.posting_accounts, l.posting_micros) AS p (account, micros)
  WHERE p.account LIKE 'liabilities:customers:%')`;

const MOVEMENTS = `FROM ledger_transactions l, span
  WHERE l.account_id = $1 AND l.kind IN ('top_up', 'adjustment', 'settle', 'refund') AND l.at >= span.since`;

const SPAN = `span AS (
  SELECT ($2::text || '-01')::date::timestamp AT TIME ZONE $3::text AS since,
         ((($2::text || '-01')::date + interval '1 month')::date)::timestamp AT TIME ZONE $3::text AS until)`;

/**
 * The balance is counted back from what is posted now, so that it costs as much as what happened since. $1 account,
 * $2 month, $3 zone, $4 now.
 */
export const month = statement(
  'spend.month',
  `WITH ${SPAN}, m AS (
     SELECT l.kind, l.at < span.until AS inside, ${MOVED} AS moved ${MOVEMENTS}
   ), sums AS (
     SELECT coalesce(sum(moved), 0) AS since,
            coalesce(sum(moved) FILTER (WHERE NOT inside), 0) AS later,
            coalesce(sum(moved) FILTER (WHERE inside AND kind IN ('top_up', 'refund')), 0) AS top_ups,
            coalesce(sum(moved) FILTER (WHERE inside AND kind = 'adjustment'), 0) AS adjustments,
            coalesce(-sum(moved) FILTER (WHERE inside AND kind = 'settle'), 0) AS charges,
            (count(*) FILTER (WHERE inside AND kind = 'settle' AND moved < 0))::int AS tasks
     FROM m
   )
   SELECT c.name, c.currency, (b.posted_micros - s.since)::text AS opening_micros, s.top_ups::text AS top_up_micros,
          s.adjustments::text AS adjustment_micros, s.charges::text AS charge_micros,
          (b.posted_micros - s.later)::text AS closing_micros, s.tasks, span.until <= $4::timestamptz AS over
   FROM accounts c JOIN balances b ON b.account_id = c.id, sums s, span WHERE c.id = $1`,
);

export type MonthModelRow = { model: string; tasks: number; charged_micros: string };

/** $1 account, $2 month, $3 zone. */
export const monthByModel = statement(
  'spend.month_by_model',
  `WITH ${SPAN}
   SELECT t.model, (count(*) FILTER (WHERE l.posting_micros[2] < 0))::int AS tasks,
          sum(-l.posting_micros[2])::text AS charged_micros
   FROM ledger_transactions l JOIN span ON true JOIN tasks t ON t.id = l.task_id
   WHERE l.account_id = $1 AND l.kind = 'settle' AND l.at >= span.since AND l.at < span.until
   GROUP BY 1 ORDER BY sum(-l.posting_micros[2]) DESC, 1`,
);

export type MonthLineRow = {
  number: bigint;
  at: number;
  kind: string;
  task_id: string | null;
  model: string | null;
  reference: string;
  note: string | null;
  moved_micros: string;
};

/** Oldest first. $1 account, $2 month, $3 zone, $4 and $5 after this instant and number, $6 most. */
export const monthLines = statement(
  'spend.month_lines',
  `WITH ${SPAN}
   SELECT l.number, l.at, l.kind, l.task_id, t.model, l.reference, l.note, (${MOVED})::text AS moved_micros
   FROM ledger_transactions l JOIN span ON true LEFT JOIN tasks t ON t.id = l.task_id
   WHERE l.account_id = $1 AND l.kind IN ('top_up', 'adjustment', 'settle', 'refund')
     AND l.at >= span.since AND l.at < span.until AND ($4::timestamptz IS NULL OR (l.at, l.number) > ($4, $5::bigint))
   ORDER BY l.at, l.number LIMIT $6`,
);
