/** As many finished tasks as a busy team has after a year, as copies of one that really ran. */
import type { Database } from '../database.ts';
import { statement } from '../sql/statement.ts';

/** $1 the task that is copied, $2 to $4 by number, $3 milliseconds of the newest; each is a minute older. */
const copies = statement(
  'testing.many_tasks',
  `WITH n AS (
     SELECT n, $3::bigint - n::bigint * 60000 AS ms,
            'task_' || lpad(to_hex($3::bigint - n::bigint * 60000), 12, '0') || '7' || substr(md5(n::text), 1, 19) AS id
     FROM generate_series($2::int, $4::int) n
   ), t AS (
     INSERT INTO tasks
     SELECT r.* FROM n, tasks t, LATERAL jsonb_populate_record(t, jsonb_build_object(
       'id', n.id, 'request_key', NULL, 'request_hash', '\\x' || md5(n.id), 'attempt_id', NULL,
       'state', CASE WHEN n.n % 10 = 0 THEN 'failed' ELSE 'succeeded' END,
       'outcome', CASE WHEN n.n % 10 = 0 THEN 'failed' ELSE 'succeeded' END,
       'created_at', to_timestamp(n.ms / 1000.0), 'started_at', to_timestamp(n.ms / 1000.0 + 1),
       'finished_at', to_timestamp(n.ms / 1000.0 + 90), 'expires_at', to_timestamp(n.ms / 1000.0 + 9000))) r
     WHERE t.id = $1
   )
   INSERT INTO task_orders
   SELECT r.* FROM n, task_orders o, LATERAL jsonb_populate_record(o, jsonb_build_object(
     'task_id', n.id, 'order', jsonb_set(o."order", '{prompt}', to_jsonb('clip ' || n.n)))) r
   WHERE o.task_id = $1`,
);

const AT_ONCE = 10_000;

export async function copyTask(db: Database, taskId: string, count: number, newestMs: number): Promise<void> {
  for (let from = 1; from <= count; from += AT_ONCE) {
    await db.query(copies, [taskId, from, newestMs, Math.min(count, from + AT_ONCE - 1)]);
  }
  await db.query(statement('testing.analyze', 'ANALYZE tasks, task_orders'), []);
}
