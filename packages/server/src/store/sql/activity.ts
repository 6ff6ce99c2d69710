/**
 * Figures over the newest tasks (tasks): counts by how they ended, and how long they took, in all and by model. Reads
 * only. Ids begin with their time, so the span is a range of the index that lists walk.
 */
import { statement } from './statement.ts';

export type ActivityRow = {
  /** Null: of all models together. */
  model: string | null;
  ordered: number;
  succeeded: number;
  failed: number;
  canceled: number;
  wait_s: number[] | null;
  render_s: number[] | null;
  stored_s: number[] | null;
};

const SHARES = 'ARRAY[0.5, 0.95]::float8[]';
const spread = (from: string, to: string, when: string): string =>
  `percentile_cont(${SHARES}) WITHIN GROUP (ORDER BY extract(epoch FROM ${to} - ${from})) FILTER (WHERE ${when})`;

const figures = (owner: string): string => `
  WITH recent AS MATERIALIZED (
    SELECT model, state, created_at, started_at, finished_at FROM tasks
    WHERE ${owner} AND id >= $2 ORDER BY id DESC LIMIT $3)
  SELECT model, count(*)::int AS ordered,
    (count(*) FILTER (WHERE state = 'succeeded'))::int AS succeeded,
    (count(*) FILTER (WHERE state = 'failed'))::int AS failed,
    (count(*) FILTER (WHERE state = 'canceled'))::int AS canceled,
    ${spread('created_at', 'started_at', 'started_at IS NOT NULL')} AS wait_s,
    ${spread('started_at', 'finished_at', `state = 'succeeded' AND started_at IS NOT NULL`)} AS render_s,
    ${spread('created_at', 'finished_at', `state = 'succeeded'`)} AS stored_s
  FROM recent GROUP BY GROUPING SETS ((), (model)) ORDER BY (model IS NULL) DESC, ordered DESC, model`;

/** $1 account, $2 the least id, $3 tasks at most. */
export const activityOfAccount = statement('activity.of_account', figures('account_id = $1'));

export const activityOfAll = statement('activity.of_all', figures('$1::text IS NULL'));
