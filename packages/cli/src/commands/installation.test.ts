/** What operators see of the installation: system, attempts, webhooks, prices, paths. */
import { pageOf, sampleEndpoint, samplePath, sampleSystem } from '@sluice/sdk/testing';
import { expect, test } from 'vitest';
import { useTerminals } from '../testing/use-terminals.ts';

const { gateway, lastRequest, open, shown } = useTerminals();

test('system', async () => {
  gateway.on('GET', '/v1/system', { json: sampleSystem() });
  const out = await shown('system');
  expect(out.replace(gateway.url, 'http://gateway')).toMatchInlineSnapshot(`
    "Sluice 0.1.0 at http://gateway
      tasks         3 queued, 4 rendering
      ledger        balanced
      lost answers  1, see: sluice attempts list
      database      PostgreSQL 18.4, embedded, schema 3
      storage       disk, data/assets, 52.0 GB free
      1 node        node_1, up 4h 01m
    "
  `);
});

test('system confirm wants a yes', async () => {
  gateway.on('POST', '/v1/system/confirm', { json: sampleSystem() });
  expect((await (await open()).run('system', 'confirm')).code).toBe(2);
  expect((await (await open({ answers: [false] })).run('system', 'confirm')).code).toBe(2);
  expect(gateway.requests).toHaveLength(0);
  expect((await (await open({ answers: [true] })).run('system', 'confirm')).code).toBe(0);
  expect((await (await open()).run('system', 'confirm', '--yes')).code).toBe(0);
});

test('attempts', async () => {
  gateway.on('GET', '/v1/attempts/unknown', {
    json: pageOf([
      {
        id: 'att_1',
        object: 'attempt',
        task_id: 'task_1',
        account: 'acct_1',
        path: 'kling-main',
        family: 'kling-3.0',
        correlation_id: 'sluice-0199',
        sent_at: '2026-10-01T12:00:00.000Z',
        age_seconds: 60,
        reason: 'connection reset after sending',
        next_lookup_at: '2026-10-01T12:01:05.000Z',
      },
    ]),
  });
  gateway.on('POST', '/v1/attempts/att_1/resolve', {
    json: { object: 'timeline', task_id: 'task_1', data: [] },
  });
  expect(await shown('attempts', 'list')).toMatchInlineSnapshot(`
    "attempt  task    path        family        age  looked up  our id at the vendor  what was lost
    att_1    task_1  kling-main  kling-3.0  1m 00s  in 5s      sluice-0199           connection reset after s…
    "
  `);
  await shown('attempts', 'resolve', 'att_1', '--accepted', '8812', '--reason', 'seen in the console');
  expect(lastRequest()?.json).toEqual({
    outcome: 'accepted',
    upstream_id: '8812',
    reason: 'seen in the console',
  });
  const undecided = await (await open()).run('attempts', 'resolve', 'att_1', '--reason', 'r');
  expect(undecided.code).toBe(2);
});

test('webhooks', async () => {
  gateway.on('GET', '/v1/webhooks', {
    json: pageOf([
      sampleEndpoint(),
      sampleEndpoint({ id: 'we_2', status: 'disabled', disabled_reason: '5 days' }),
    ]),
  });
  gateway.on('POST', '/v1/webhooks', { status: 201, json: { ...sampleEndpoint(), secret: 'whsec_abc' } });
  gateway.on('PATCH', '/v1/webhooks/we_1', { json: sampleEndpoint() });
  expect(await shown('webhooks', 'list')).toMatchInlineSnapshot(`
    "endpoint  address                           types                        status
    we_1      https://hooks.example.com/sluice  task.completed, task.failed  enabled
    we_2      https://hooks.example.com/sluice  task.completed, task.failed  disabled: 5 days
    "
  `);
  expect(
    await shown('webhooks', 'create', 'https://h.example', '--types', 'task.failed, path.alarm'),
  ).toContain('whsec_abc');
  expect(lastRequest()?.json).toEqual({ url: 'https://h.example', types: ['task.failed', 'path.alarm'] });
  await shown('webhooks', 'update', 'we_1', '--enable');
  expect(lastRequest()?.json).toEqual({ status: 'enabled' });
});

test('webhooks callback-secret', async () => {
  gateway.on('GET', '/v1/callback-secret', { json: { object: 'callback_secret', secret: 'whsec_one' } });
  expect(await shown('webhooks', 'callback-secret')).toBe('whsec_one\n');
});

test('webhooks deliveries', async () => {
  gateway.on('GET', '/v1/webhooks/we_1/deliveries', {
    json: pageOf([
      {
        id: 'dlv_1',
        object: 'delivery',
        endpoint_id: 'we_1',
        event_id: 'evt_1',
        event_type: 'task.completed',
        task_id: 'task_1',
        state: 'waiting',
        attempts: [
          {
            at: '2026-10-01T12:00:30.000Z',
            status: 500,
            outcome: 'http_error',
            duration_ms: 80,
            response: 'oops\n',
          },
        ],
        next_attempt_at: '2026-10-01T12:05:00.000Z',
        created_at: '2026-10-01T12:00:30.000Z',
      },
    ]),
  });
  expect(await shown('webhooks', 'deliveries', 'we_1', '--state', 'waiting')).toMatchInlineSnapshot(`
    "delivery  event           task    state    tries  created  next       last answer
    dlv_1     task.completed  task_1  waiting      1  30s ago  in 4m 00s  500 http_error oops
    "
  `);
});

test('prices', async () => {
  const sheet = {
    id: 'kling-official',
    unit: 'kling_unit',
    unit_price: { amount: '0.14', currency: 'USD' },
    grade: 'declared',
    source: { name: 'Kling price list', url: 'https://kling.ai/document-api', reviewed_on: '2026-09-20' },
    valid_from: '2026-09-20',
    rounding: 'exact',
    bills_failures: false,
    entries: [],
    stale: false,
    age_days: 11,
  };
  gateway.on('GET', '/v1/prices', {
    json: pageOf([sheet, { ...sheet, id: 'snapshot', stale: true, age_days: 176 }]),
  });
  expect(await shown('prices', 'list')).toMatchInlineSnapshot(`
    "sheet           valid from  unit                   prices  grade     age            source
    kling-official  2026-09-20  kling_unit = 0.14 USD       0  declared  11 days        https://kling.ai/docu…
    snapshot        2026-09-20  kling_unit = 0.14 USD       0  declared  176 days, old  https://kling.ai/docu…
    "
  `);
  gateway.on('POST', '/v1/prices', { status: 201, json: sheet });
  const terminal = await open({ stdin: '{"id":"own"}' });
  expect((await terminal.run('prices', 'add', '-')).code).toBe(0);
  expect(lastRequest()?.json).toEqual({ id: 'own' });
});

test('paths list and get', async () => {
  const troubled = samplePath({
    name: 'kling-old',
    state: 'draining',
    health: 'wallet_empty',
    health_detail: '1102: Account balance not enough',
    wallet: null,
    sandbox: true,
    limits: [],
  });
  gateway.on('GET', '/v1/paths', { json: pageOf([samplePath(), troubled]) });
  gateway.on('GET', '/v1/paths/kling-main', { json: samplePath() });
  expect(await shown('paths', 'list')).toMatchInlineSnapshot(`
    "path        provider         state     health         slots        wallet  if an answer is lost  models
    kling-main  kling            active    ok            4 of 5  812.40 units  L2                    kling-3.…
    kling-old   kling (sandbox)  draining  wallet empty       –             –  L2                    kling-3.…
    "
  `);
  expect(await shown('paths', 'get', 'kling-main')).toMatchInlineSnapshot(`
    "kling-main  kling
      state        active
      health       ok
      address      https://api-singapore.klingai.com
      models       kling-3.0, kling-o3
      prices       kling-official
      wallet       812.40 units left
                   Video-1000Units-5Con-3Months: 812.40 of 1000.00 units, 5 at once, ends 2026-12-01
      lost answer  L2: A lost answer is looked up by our own id; it is never sent again.
      credential   2, since 2026-11-01 00:00:00 UTC
                   1 is kept for attempts under way (3)
      added        2026-09-01 08:00:00 UTC

    family    occupied  configured  learned  lost  oldest  refused  last refusal
    kling-v3    4 of 5          20        5     1  1m 35s        2  1h 01m ago
    "
  `);
});
