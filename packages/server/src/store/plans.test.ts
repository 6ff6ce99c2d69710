/**
 * Cost must not grow with history: none of the statements that loops and requests run all day may read a table that
 * only grows from end to end. Checked over a database with 20,000 finished tasks, for the plan with values and for
 * the generic one that PostgreSQL may switch to.
 */
import { beforeAll, expect, test } from 'vitest';
import * as accept from './sql/accept.ts';
import * as admission from './sql/admission.ts';
import * as credentials from './sql/credentials.ts';
import * as mirror from './sql/mirror.ts';
import * as notify from './sql/notify.ts';
import * as settle from './sql/settle.ts';
import type { Statement } from './sql/statement.ts';
import * as submit from './sql/submit.ts';
import * as track from './sql/track.ts';
import { livingCounts } from './stats.ts';
import { createRows, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const GROWING = [
  'tasks',
  'task_orders',
  'attempts',
  'assets',
  'deliveries',
  'events',
  'callbacks',
  'ledger_transactions',
];
const NOW = new Date(T0);
const LATER = new Date(T0 + 60_000);

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);

/** n runs from 1; the last 6,000 are the living ones. */
const FILL = [
  `INSERT INTO accounts SELECT 'acct_' || n, 'a', 'active', 'USD', 1, NULL, NULL, 30, 0, 's', now()
   FROM generate_series(1, 50) n`,
  `INSERT INTO balances SELECT id, 1000000000, 0, 0 FROM accounts`,
  `INSERT INTO api_keys (id, account_id, name, prefix, hash, scopes, budget_period, budget_since, created_at,
     max_in_flight)
   SELECT 'key_' || n, 'acct_' || n, 'k', 'p', decode(md5(n::text), 'hex'), '{}', 'total', now(), now(), 500
   FROM generate_series(1, 50) n`,
  `INSERT INTO lanes SELECT 'kling', id, 0, true FROM accounts`,
  `INSERT INTO limits (path_name, family, configured) VALUES ('kling', 'kling', 600)`,
  `INSERT INTO tasks (id, account_id, key_id, model, family, state, priority, path_names, path_name, attempt_id,
     attempts, sandbox, slot_ms, shape, expires_at, due_at, outcome, hold_micros, charge_micros, request_key,
     request_hash, created_at, finished_at)
   SELECT 'task_' || lpad(n::text, 8, '0'), 'acct_' || (1 + n % 50), 'key_' || (1 + n % 50), 'kling-3.0', 'kling',
          s.state, 0, '{kling}', 'kling', 'att_' || lpad(n::text, 8, '0'), 1, false, 60000, 's',
          $1::timestamptz + n * interval '1 s',
          CASE WHEN s.state = 'settling' THEN $1::timestamptz END,
          CASE WHEN s.state = 'settling' THEN 'succeeded' END, 10,
          CASE WHEN n <= 20000 THEN 10 END, CASE WHEN n % 2 = 0 THEN 'k' || n END, decode(md5(n::text), 'hex'), $1,
          CASE WHEN n <= 20000 THEN $1::timestamptz END
   FROM generate_series(1, 26000) n,
        LATERAL (SELECT CASE WHEN n <= 20000 THEN 'succeeded' WHEN n <= 25000 THEN 'queued'
                             WHEN n <= 25600 THEN 'running' WHEN n <= 25800 THEN 'saving'
                             ELSE 'settling' END AS state) s`,
  `INSERT INTO task_orders SELECT id, jsonb_build_object('prompt', repeat(md5(id), 20)), '{}', '{}', '{}',
     NULL, NULL, NULL, expires_at FROM tasks`,
  `INSERT INTO attempts (id, task_id, number, account_id, path_name, family, state, correlation_id, callback_token,
     upstream_id, ask_at, expected_ms, shape, sent_at)
   SELECT attempt_id, id, 1, account_id, 'kling', 'kling',
          CASE WHEN state <> 'running' THEN 'succeeded' WHEN id < 'task_00025500' THEN 'accepted'
               WHEN id < 'task_00025550' THEN 'unknown' ELSE 'sending' END,
          attempt_id, 'token-' || attempt_id, 'up-' || attempt_id, $1, 60000, 's', $1
   FROM tasks WHERE state <> 'queued'`,
  `INSERT INTO assets (id, task_id, account_id, attempt_id, kind, state, source_url, source_expires_at, copy_at,
     blob_key, created_at, delete_at)
   SELECT 'asset_' || id, id, account_id, attempt_id, 'video',
          CASE WHEN state = 'saving' THEN 'copying' ELSE 'stored' END, 'u', $1, $1, 'b' || id, $1,
          $1::timestamptz + interval '30 days'
   FROM tasks WHERE state IN ('succeeded', 'saving', 'settling')`,
  `INSERT INTO former_credentials (path_name, version, credential_sealed, replaced_at) VALUES ('kling', 1, 's', $1)`,
  `INSERT INTO endpoints (id, account_id, url, types, description, secret_sealed, status, created_at)
   SELECT 'ep_' || id, id, 'u', '{task.completed}', '', 's', 'enabled', now() FROM accounts`,
  `INSERT INTO events (id, account_id, task_id, type, data, created_at)
   SELECT 'evt_' || id, account_id, id, 'task.completed', '{}', $1 FROM tasks WHERE state = 'succeeded'`,
  `INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, task_id, url, state, due_at, created_at)
   SELECT 'dlv_' || id, 'ep_' || account_id, account_id, 'evt_' || id, 'task.completed', id, 'u',
          CASE WHEN id > 'task_00019700' THEN 'waiting' ELSE 'delivered' END, $1, $1
   FROM tasks WHERE state = 'succeeded'`,
  `INSERT INTO callbacks (id, path_name, attempt_id, delivery_id, verified, body, received_at)
   SELECT 'cb_' || id, 'kling', attempt_id, 'd' || id, true, '{}', $1::timestamptz - interval '9 days'
   FROM tasks WHERE state = 'succeeded'`,
  `INSERT INTO ledger_transactions (id, kind, reference, account_id, task_id, currency, posting_accounts,
     posting_micros, at)
   SELECT 'ltx_' || id, 'hold', 'hold:' || id, account_id, id, 'USD', '{a,b}', '{1,-1}', $1 FROM tasks`,
];

beforeAll(async () => {
  const { database } = testDatabase();
  await rows.path({ name: 'kling' });
  for (const text of FILL) await database.query({ name: '', text }, text.includes('$1') ? [NOW] : []);
  await database.query({ name: '', text: 'ANALYZE' });
}, 120_000);

const HOT: [Statement, unknown[]][] = [
  [accept.findByRequestKey, [['key_1'], ['k50']]],
  [accept.findUnanswered, [['key_1'], ['ab'], NOW, [false], []]],
  [accept.countQueued, [['acct_1']]],
  [accept.markAnswered, [['task_00000001']]],
  [accept.findBatch, [['batch_1']]],
  [admission.familiesWaiting, [NOW]],
  [admission.countOccupied, [['kling']]],
  [admission.laneHeads, ['kling', 200, 20, NOW, ['kling']]],
  [admission.countInFlight, [['acct_1', 'acct_2']]],
  [admission.writeAdmitted, ['[]', '[]', 'kling', 0, NOW]],
  [admission.sleepLanes, ['kling', ['acct_1', 'acct_2']]],
  [submit.writeAccepted, ['[]', NOW]],
  [submit.presumeLost, ['kling', NOW, 100, '{}']],
  [submit.claimLookups, ['kling', NOW, 20, 'lease', LATER]],
  [track.countDue, ['kling', NOW, 200]],
  [track.claimPolls, ['kling', 200, 'lease', LATER, LATER, NOW]],
  [track.writeStill, ['[]', NOW]],
  [track.writeEnded, ['[]', NOW, 'USD']],
  [track.writeCallback, ['cb', 'kling', 'token', 'd', true, 'w', '{}', NOW, 'u', '{}', false]],
  [track.attemptByToken, ['token']],
  [track.pathHasCallbacks, ['kling', NOW]],
  [credentials.dropUnneeded, [null]],
  [credentials.countNeeds, []],
  [mirror.claimCopies, [NOW, 8, 'lease', LATER]],
  [mirror.dropOrphanCopies, [NOW]],
  [mirror.retentionOver, [NOW, 100]],
  [mirror.unreferencedBlobs, [['b1', 'b2']]],
  [settle.lockSettling, [NOW, 200, null]],
  [settle.writeSettled, ['[]', '[]', '[]', '[]', NOW]],
  [settle.expireTasks, [NOW, 100]],
  [notify.claimDeliveries, [NOW, 32, 'lease', LATER, 8]],
  [notify.writeDelivered, ['[]', NOW, NOW]],
  [livingCounts, []],
];

test.each(HOT)('$name', async ({ text }, values) => {
  const { database } = testDatabase();
  const custom = await database.query({ name: '', text: `EXPLAIN ${text}` }, values);
  const generic = await database.query({ name: '', text: `EXPLAIN (GENERIC_PLAN) ${text}` });
  for (const { rows: lines } of [custom, generic]) {
    const plan = lines.map((line) => String(line['QUERY PLAN']));
    const scans = plan.filter((line) =>
      GROWING.some((table) => new RegExp(`Seq Scan on ${table}\\b`).test(line)),
    );
    expect(scans, plan.join('\n')).toEqual([]);
  }
});
