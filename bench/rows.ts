/**
 * Rows as the stages would have left them, by the hundred thousand: what has to be there before a measurement begins is
 * written set by set and not through the front door.
 */
import type { Database } from '@sluice/server/store/database.ts';

export const FAMILY = 'kling-v3';
export const MODEL = 'kling-3.0';
export const SHAPE = 'kling-3.0/text-to-video/720p/5';
export const PATH = 'kling-bench';
/** Deadlines lie far away, so that nothing ends by itself. */
const FAR = '2099-01-01T00:00:00Z';
const CHUNK = 50_000;

export const ORDER = {
  model: MODEL,
  mode: 'text-to-video',
  prompt: 'A paper boat on a river at dawn, the camera follows it slowly past the reeds.',
  negativePrompt: null,
  seconds: 5,
  inputSeconds: null,
  aspectRatio: '16:9',
  resolution: '720p',
  sound: 'off',
  multiShot: 'off',
  shots: [],
  orientation: null,
  watermark: false,
  inputs: [],
};

const PRICE = {
  currency: 'USD',
  minimumMicros: '420000',
  maximumMicros: '420000',
  unitPriceMicros: '84000',
  per: 'second',
};

export async function run(db: Database, text: string, values: readonly unknown[] = []): Promise<number> {
  return (await db.query({ name: '', text }, values)).count;
}

/** Accounts `acct_000000` and up with a key each, weights 1 to 5. */
export async function seedAccounts(db: Database, accounts: number): Promise<void> {
  await run(
    db,
    `INSERT INTO accounts (id, name, status, currency, weight, markup_basis_points, webhook_secret_sealed, created_at)
     SELECT 'acct_' || lpad(n::text, 6, '0'), 'account ' || n, 'active', 'USD', 1 + n % 5, 0, 'sealed', now()
     FROM generate_series(0, $1::int - 1) AS n`,
    [accounts],
  );
  await run(
    db,
    `INSERT INTO balances (account_id, posted_micros, held_micros, credit_limit_micros)
     SELECT id, 1000000000000, 0, 0 FROM accounts WHERE id LIKE 'acct\\_000%'`,
  );
  await run(
    db,
    `INSERT INTO api_keys (id, account_id, name, prefix, hash, scopes, budget_period, budget_since, created_at)
     SELECT 'key_' || id, id, 'key', 'sk-', convert_to(id, 'UTF8'), ARRAY['tasks'], 'total', now(), now()
     FROM accounts WHERE id LIKE 'acct\\_000%'`,
  );
}

/** One path and its limit, for where no gateway runs (nobody could open its credential). */
export async function seedPath(db: Database, slots: number): Promise<void> {
  await run(
    db,
    `INSERT INTO paths (name, provider, base_url, credential_sealed, settings, sandbox, state,
                        query_refilled_at, created_at)
     VALUES ($1, 'kling', 'http://127.0.0.1:9', 'sealed', '{}', true, 'active', now(), now())`,
    [PATH],
  );
  await run(db, `INSERT INTO limits (path_name, family, configured, probing) VALUES ($1, $2, $3, false)`, [
    PATH,
    FAMILY,
    slots,
  ]);
}

const OWNER = `CASE WHEN n % 2 = 0 THEN 'acct_000000'
  ELSE 'acct_' || lpad((1 + (n / 2) % ($3::int - 1))::text, 6, '0') END`;

/**
 * Waiting tasks numbered `from` up to `to` (exclusive): every other one belongs to the first account, the whale, the
 * rest to the others in turn.
 */
export async function seedQueue(
  db: Database,
  numbers: { from: number; to: number; accounts: number },
  onStep: (done: number) => void = () => {},
): Promise<void> {
  for (let from = numbers.from; from < numbers.to; from += CHUNK) {
    const to = Math.min(numbers.to, from + CHUNK);
    await run(db, insertTasksOf(OWNER), [from, to - 1, numbers.accounts, ...KIND]);
    await run(db, insertOrders, [from, to - 1, JSON.stringify(ORDER), JSON.stringify(PRICE), FAR]);
    onStep(to);
  }
  await wakeLanes(db);
}

/** One more waiting task of each of these accounts (one may be named more than once), numbered on from `from`. */
export async function queueBehind(
  db: Database,
  { from, accountIds }: { from: number; accountIds: readonly string[] },
): Promise<void> {
  const to = from + accountIds.length - 1;
  await run(db, insertTasksOf('($3::text[])[1 + n - $1::int]'), [from, to, accountIds, ...KIND]);
  await run(db, insertOrders, [from, to, JSON.stringify(ORDER), JSON.stringify(PRICE), FAR]);
  await wakeLanes(db);
}

/** Every account that has something waiting stands in the queue. */
function wakeLanes(db: Database): Promise<unknown> {
  return run(
    db,
    `INSERT INTO lanes (family, account_id, virtual_time, active)
     SELECT DISTINCT family, account_id, 0, true FROM tasks WHERE state = 'queued'
     ON CONFLICT (family, account_id) DO UPDATE SET active = true WHERE NOT lanes.active`,
  );
}

const ID = `'task_' || lpad(n::text, 12, '0')`;

/** $4 and on. */
const KIND = [MODEL, FAMILY, SHAPE, PATH, FAR];

const insertTasksOf = (owner: string) => `
  INSERT INTO tasks (id, account_id, key_id, model, family, state, priority, path_names, sandbox, slot_ms, shape,
                     expires_at, hold_micros, request_hash, answered, created_at)
  SELECT ${ID}, ${owner}, 'key_' || ${owner}, $4, $5, 'queued', 0, ARRAY[$7], true, 131000, $6, $8::timestamptz,
         420000, decode(md5(n::text), 'hex'), true, now()
  FROM generate_series($1::int, $2::int) AS n`;

const insertOrders = `
  INSERT INTO task_orders (task_id, "order", price, route, metadata, deadline_at)
  SELECT ${ID}, $3::jsonb, $4::jsonb, '{}', '{"shot": "7"}', $5::timestamptz
  FROM generate_series($1::int, $2::int) AS n`;

/** After large inserts: what the background would do within minutes. */
export async function settleStatistics(db: Database): Promise<void> {
  for (const table of ['tasks', 'task_orders', 'attempts', 'lanes', 'accounts', 'api_keys']) {
    await run(db, `VACUUM (ANALYZE) ${table}`);
  }
}

/**
 * One rendered task per address, whose clip is due to be copied from there: since a second, as the one who copies
 * counts in whole milliseconds. Needs the accounts, path and queue.
 */
export async function seedCopies(
  db: Database,
  copies: readonly { id: string; url: string }[],
): Promise<void> {
  const ids = copies.map(({ id }) => id);
  await run(
    db,
    `INSERT INTO tasks (id, account_id, key_id, model, family, state, priority, path_names, path_name, attempt_id,
                        attempts, sandbox, slot_ms, shape, expires_at, hold_micros, request_hash, answered, created_at)
     SELECT 'task_' || id, 'acct_000000', 'key_acct_000000', $2, $3, 'saving', 0, ARRAY[$5], $5, 'att_' || id, 1, true,
            131000, $4, $6::timestamptz, 420000, decode(md5(id), 'hex'), true, now()
     FROM unnest($1::text[]) AS id`,
    [ids, MODEL, FAMILY, SHAPE, PATH, FAR],
  );
  await run(
    db,
    `INSERT INTO task_orders (task_id, "order", price, route, metadata, deadline_at)
     SELECT 'task_' || id, $2::jsonb, $3::jsonb, '{}', '{}', $4::timestamptz FROM unnest($1::text[]) AS id`,
    [ids, JSON.stringify(ORDER), JSON.stringify(PRICE), FAR],
  );
  await run(
    db,
    `INSERT INTO attempts (id, task_id, number, account_id, path_name, family, state, correlation_id, callback_token,
                           upstream_id, handle, ask_at, expected_ms, shape, sent_at, accepted_at, ended_at)
     SELECT 'att_' || id, 'task_' || id, 1, 'acct_000000', $2, $3, 'succeeded', 'att_' || id, 'token-' || id,
            'up-' || id, '{}', now(), 131000, $4, now(), now(), now()
     FROM unnest($1::text[]) AS id`,
    [ids, PATH, FAMILY, SHAPE],
  );
  await run(
    db,
    `INSERT INTO assets (id, task_id, account_id, attempt_id, kind, state, source_url, copy_at, created_at)
     SELECT 'asset_' || id, 'task_' || id, 'acct_000000', 'att_' || id, 'video', 'copying', url,
            now() - interval '1 second', now()
     FROM unnest($1::text[], $2::text[]) AS r (id, url)`,
    [ids, copies.map(({ url }) => url)],
  );
}

/** Tasks that run upstream, where they have these ids; due for their first question a day from now. */
export async function seedInFlight(
  db: Database,
  { from, upstreamIds, accountId }: { from: number; upstreamIds: readonly string[]; accountId: string },
): Promise<void> {
  const values = [from, upstreamIds, accountId, MODEL, FAMILY, SHAPE, PATH, FAR];
  await run(
    db,
    `INSERT INTO tasks (id, account_id, key_id, model, family, state, priority, path_names, path_name, attempt_id,
                        attempts, sandbox, slot_ms, shape, expires_at, hold_micros, request_hash, answered, created_at,
                        started_at)
     SELECT 'task_' || n, $3, (SELECT id FROM api_keys WHERE account_id = $3 LIMIT 1), $4, $5, 'running', 0, ARRAY[$7],
            $7, 'att_' || n, 1, true, 131000, $6, $8::timestamptz, 0, decode(md5(n::text), 'hex'), true, now(), now()
     FROM unnest($2::text[]) WITH ORDINALITY AS u (id, at), LATERAL (SELECT $1::int + at - 1 AS n) numbered`,
    values,
  );
  await run(
    db,
    `INSERT INTO task_orders (task_id, "order", price, route, metadata, deadline_at)
     SELECT 'task_' || n, $2::jsonb, $3::jsonb, '{}', '{}', $4::timestamptz
     FROM generate_series($1::int, $1::int + $5::int - 1) AS n`,
    [from, JSON.stringify(ORDER), JSON.stringify(PRICE), FAR, upstreamIds.length],
  );
  await run(
    db,
    `INSERT INTO attempts (id, task_id, number, account_id, path_name, family, state, correlation_id, callback_token,
                           upstream_id, handle, ask_at, expected_ms, shape, sent_at, accepted_at)
     SELECT 'att_' || n, 'task_' || n, 1, $3, $6, $4, 'accepted', 'att_' || n, 'token-' || n, u.id,
            jsonb_build_object('v', 1, 'generation', 'new', 'taskId', u.id, 'watermark', false),
            now() + interval '1 day', 131000, $5, now(), now()
     FROM unnest($2::text[]) WITH ORDINALITY AS u (id, at), LATERAL (SELECT $1::int + at - 1 AS n) numbered`,
    [from, upstreamIds, accountId, FAMILY, SHAPE, PATH],
  );
}
