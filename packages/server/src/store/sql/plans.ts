/** SQL of plans: what was asked, how far it is, what came out. And what is read of the past to plan with it. */
import { statement } from './statement.ts';

export type PlanHeadRow = {
  id: string;
  name: string;
  status: 'waiting' | 'running' | 'done' | 'failed';
  progress: number;
  sentence: string | null;
  error: string | null;
  created_at: number;
  finished_at: number | null;
  alive_until: number;
};

export type PlanRow = PlanHeadRow & { request: unknown; result: unknown };

const HEAD = 'id, name, status, progress, sentence, error, created_at, finished_at, alive_until';

/** $1 id, $2 name, $3 request, $4 now, $5 alive until. */
export const insertPlan = statement(
  'plans.insert',
  `INSERT INTO plans (id, name, status, progress, request, created_at, alive_until)
   VALUES ($1, $2, 'waiting', 0, $3::jsonb, $4, $5)`,
);

/** Of one that was deleted nothing is written: no row, so its work may stop. $1 id, $2 progress, $3 alive until. */
export const writeProgress = statement(
  'plans.progress',
  `UPDATE plans SET status = CASE WHEN $2::real > 0 THEN 'running' ELSE status END, progress = $2::real,
     alive_until = $3
   WHERE id = $1 AND status IN ('waiting', 'running') RETURNING id`,
);

/** $1 id, $2 status, $3 result, $4 sentence, $5 error, $6 now. */
export const writeEnd = statement(
  'plans.end',
  `UPDATE plans SET status = $2::text, result = $3::jsonb, sentence = $4, error = $5, finished_at = $6,
          progress = CASE WHEN $2::text = 'done' THEN 1 ELSE progress END
   WHERE id = $1 AND status IN ('waiting', 'running')`,
);

export const readPlan = statement('plans.read', `SELECT ${HEAD}, request, result FROM plans WHERE id = $1`);

/** $1 before this id, $2 most. */
export const listPlans = statement(
  'plans.list',
  `SELECT ${HEAD} FROM plans WHERE $1::text IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
);

export const deletePlan = statement('plans.delete', `DELETE FROM plans WHERE id = $1 RETURNING id`);

/** Keeps the newest. $1 how many. */
export const forgetPlans = statement(
  'plans.forget',
  `DELETE FROM plans WHERE id IN (SELECT id FROM plans ORDER BY id DESC OFFSET $1 FOR UPDATE SKIP LOCKED)`,
);

export type OrderedRow = { created_at: number; account_id: string; sandbox: boolean; order: unknown };

/** The newest of what was ordered since then, by the time in the ids; oldest first. $1 first id, $2 most. */
export const ordered = statement(
  'plans.ordered',
  `SELECT n.created_at, n.account_id, n.sandbox, o."order"
   FROM (SELECT id, created_at, account_id, sandbox FROM tasks WHERE id >= $1 ORDER BY id DESC LIMIT $2) n
   JOIN task_orders o ON o.task_id = n.id
   ORDER BY n.id`,
);

/** Bits per millisecond of the newest stored clips. $1 how many. */
export const clipRate = statement(
  'plans.clip_rate',
  `SELECT count(*)::int AS clips, coalesce(sum(bytes) * 8 / nullif(sum(duration_seconds) * 1000, 0), 0)::float8 AS rate
   FROM (SELECT bytes, duration_seconds FROM assets
         WHERE kind = 'video' AND state = 'stored' AND duration_seconds > 0
         ORDER BY id DESC LIMIT $1) a`,
);
