import {
  completedTask,
  eventStream,
  eventText,
  pageOf,
  type ScriptedGateway,
  sampleAccount,
  sampleBalance,
  sampleCheckout,
  sampleEndpoint,
  sampleKey,
  samplePath,
  sampleQuote,
  sampleSystem,
  sampleTask,
  startScriptedGateway,
} from '@sluice/sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
  const terminal = await openTerminal({ url: gateway.url, terminal: true, columns: 106, ...options });
  terminals.push(terminal);
  return terminal;
};

beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const shown = async (...argv: string[]): Promise<string> => {
  const { code, out, err } = await (await open()).run(...argv);
  expect({ code, err: err.includes('✗') ? err : '' }).toEqual({ code: 0, err: '' });
  return out;
};
const lastRequest = () => gateway.requests.at(-1);

describe('tasks', () => {
  const tasks = [
    sampleTask(),
    completedTask({ id: 'task_2' }),
    completedTask({
      id: 'task_3',
      status: 'failed',
      stage: 'failed',
      charge: null,
      error: { code: 'render_failed', message: 'It did not work.', upstream_code: null },
      prompt: 'a long prompt that goes on and on and on, far beyond what a terminal of this width can show',
    }),
  ];

  test('list', async () => {
    gateway.on('GET', '/v1/tasks', { json: pageOf(tasks, 'c2') });
    const { out, err } = await (await open()).run('tasks', 'list', '--status', 'failed', '-n', '3');
    expect(out).toMatchInlineSnapshot(`
      "task    model      stage    why               path        created       charge  prompt
      task_1  kling-3.0  waiting  no free slot (3)  –           1m 00s ago         –  a fox in the snow
      task_2  kling-3.0  done     –                 kling-main  1m 00s ago  0.56 USD  a fox in the snow
      task_3  kling-3.0  failed   render_failed     kling-main  1m 00s ago         –  a long prompt that goes o…
      "
    `);
    expect(err).toBe('More: --cursor c2\n');
    expect(lastRequest()?.query).toEqual({ status: 'failed', limit: '3' });
  });

  test('list on a narrow terminal stays in it', async () => {
    gateway.on('GET', '/v1/tasks', { json: pageOf(tasks) });
    const { out } = await (await open({ columns: 100 })).run('tasks', 'list');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('list --all walks the pages', async () => {
    gateway.on('GET', '/v1/tasks', { json: pageOf([tasks[0]], 'c1') }, { json: pageOf([tasks[1]]) });
    const { out } = await (await open()).run('tasks', 'list', '--all', '--json', '--since', '2h');
    expect(JSON.parse(out)).toMatchObject({ data: [{ id: 'task_1' }, { id: 'task_2' }], next_cursor: null });
    expect(lastRequest()?.query).toMatchObject({ cursor: 'c1', created_after: '2026-10-01T10:01:00.000Z' });
  });

  test('get', async () => {
    gateway.on('GET', '/v1/tasks/task_1', { json: sampleTask({ metadata: { order: '17' } }) });
    expect(await shown('tasks', 'get', 'task_1')).toMatchInlineSnapshot(`
      "task_1  waiting
        model     kling-3.0, text-to-video
        clip      5s, 1080p, 16:9, sound off
        prompt    a fox in the snow
        wait      no free slot, 3rd in line, starts in 1m 00s
        created   2026-10-01 12:00:00 UTC, 1m 00s ago
        ends by   2026-10-01 14:00:00 UTC
        quote     0.56 USD, kling-official of 2026-09-20
        metadata  {"order":"17"}
      "
    `);
  });

  test('cancel', async () => {
    const answer = (outcome: string) => ({ json: { task: sampleTask(), outcome } });
    gateway.on('POST', '/v1/tasks/task_1/cancel', answer('canceled'), answer('requested'));
    expect(await shown('tasks', 'cancel', 'task_1')).toContain('is cancelled. Nothing is charged.');
    expect(await shown('tasks', 'cancel', 'task_1')).toContain('if that is still possible');
  });

  test('timeline', async () => {
    const entry = (at: string, lane: string, kind: string, summary: string) => ({
      at,
      lane,
      kind,
      summary,
      data: {},
    });
    gateway.on('GET', '/v1/tasks/task_1/timeline', {
      json: {
        object: 'timeline',
        task_id: 'task_1',
        data: [
          entry('2026-10-01T12:00:00.000Z', 'task', 'task.created', 'Accepted.'),
          entry('2026-10-01T12:00:00.020Z', 'money', 'hold.placed', 'Held 0.56 USD.'),
          entry('2026-10-01T12:02:00.000Z', 'upstream', 'attempt.accepted', 'kling-main took it as 8812.'),
          entry('2026-10-01T12:05:00.000Z', 'copy', 'asset.stored', 'Stored 11 bytes.'),
        ],
      },
    });
    expect(await shown('tasks', 'timeline', 'task_1')).toMatchInlineSnapshot(`
      "task_1 from 2026-10-01 12:00:00 UTC, 4 entries
       after  lane      what
          0s  task      task.created      Accepted.
          0s  money     hold.placed       Held 0.56 USD.
      2m 00s  upstream  attempt.accepted  kling-main took it as 8812.
      5m 00s  copy      asset.stored      Stored 11 bytes.
      "
    `);
  });

  test('watch prints the receipt, or in a pipe the events', async () => {
    gateway.on('GET', '/v1/tasks/task_1', { json: completedTask() });
    gateway.on('GET', '/v1/balance', { json: sampleBalance() });
    const events = [eventText('e1', 'task.started', { id: 'task_1' }), eventText('e2', 'task.failed')];
    gateway.on('GET', '/v1/tasks/task_1/events', eventStream(events));
    expect(await shown('tasks', 'watch', 'task_1')).toContain('✓ task_1  kling-3.0  done');
    const { code, out } = await (await open({ terminal: false })).run('tasks', 'watch', 'task_1');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type),
    ).toEqual(['task.started', 'task.failed']);
    expect(code).toBe(1);
  });

  test('save without a clip ends with 1', async () => {
    gateway.on('GET', '/v1/tasks/task_1', { json: sampleTask() });
    const { code, out } = await (await open()).run('tasks', 'save', 'task_1');
    expect({ code, out }).toEqual({ code: 1, out: '! task_1 has no clip: it is waiting.\n' });
  });
});

describe('money', () => {
  const movement = {
    transaction: {
      id: 'tx_1',
      object: 'ledger_transaction',
      kind: 'top_up',
      at: '2026-10-01T12:00:00.000Z',
      task_id: null,
      reference: 'INV-1',
      note: null,
      postings: [
        { account: 'assets:cash', amount: '100.00', currency: 'USD' },
        { account: 'liabilities:customers:acct_1:available', amount: '-100.00', currency: 'USD' },
      ],
    },
    balance: sampleBalance(),
  };

  test('quote', async () => {
    gateway.on('POST', '/v1/quotes', { json: sampleQuote() });
    expect(await shown('quote', 'a fox', '-m', 'kling-3.0', '-d', '5', '--explain')).toMatchInlineSnapshot(`
      "kling-3.0  text-to-video
      price    0.56 USD  (0.112 per second)
      prices   kling-official of 2026-09-20
      covered  yes
      path     kling-main: cheapest path with a free slot soon
      wait     no free slot, 3rd in line, starts in 1m 00s
      ends     most likely in 3m 10s to in 5m 40s
      render   about 3m 00s (measured)

      not chosen  price  because
      evolink      0.63  costs more
      "
    `);
    expect(lastRequest()?.json).toEqual({ model: 'kling-3.0', prompt: 'a fox', duration: 5 });
  });

  test('topup', async () => {
    gateway.on('POST', '/v1/accounts/acct_1/topups', { status: 201, json: movement });
    expect(await shown('topup', 'acct_1', '100', '--reference', 'INV-1')).toMatchInlineSnapshot(`
      "✓ top up INV-1
        available  99.44 USD
        posted     100.00 USD
        held       0.56 USD
      "
    `);
    expect(lastRequest()?.json).toEqual({ amount: '100', reference: 'INV-1' });
  });

  test('topup by card', async () => {
    gateway.on('POST', '/v1/checkouts', { status: 201, json: sampleCheckout() });
    expect(await shown('topup', '--checkout', '25')).toMatchInlineSnapshot(`
      "Pay 25.00 USD here (test cards only: no money moves):
      https://checkout.stripe.com/c/pay/cs_test_1
      "
    `);
    expect(lastRequest()?.json).toEqual({ amount: '25' });
  });

  test('topup by card, waited for', async () => {
    gateway.on('POST', '/v1/checkouts', { status: 201, json: sampleCheckout() });
    const paid = { ...sampleCheckout(), state: 'paid', url: null, credited: '25.00' };
    gateway.on('GET', '/v1/checkouts/chk_1', { json: paid });
    expect(await shown('topup', '--checkout', '25', '--wait')).toMatchInlineSnapshot(`
      "✓ paid: 25.00 USD added to the balance (test cards only: no money moves)
      "
    `);
    const expired = { ...sampleCheckout(), state: 'expired', url: null };
    gateway.on('GET', '/v1/checkouts/chk_1', { json: expired });
    const { code, out } = await (await open()).run('topup', '--checkout', '25', '--wait');
    expect([code, out]).toEqual([1, 'Nobody paid in time; nothing was charged.\n']);
  });

  test.each([[[]], [['acct_1']], [['acct_1', '5', '--checkout', '25']]])(
    'topup %j says what it needs',
    async (args) => {
      expect((await (await open()).run('topup', ...args)).code).toBe(2);
    },
  );

  test('topup without a reference makes one of the time', async () => {
    gateway.on('POST', '/v1/accounts/acct_1/topups', { status: 201, json: movement });
    await shown('topup', 'acct_1', '0.10');
    expect(lastRequest()?.json).toEqual({ amount: '0.10', reference: 'cli 2026-10-01T12:01:00.000Z' });
  });

  test('ledger list', async () => {
    const hold = {
      ...movement.transaction,
      kind: 'hold',
      task_id: 'task_1',
      reference: 'hold:task_1',
      postings: [
        { account: 'liabilities:customers:acct_1:available', amount: '0.42', currency: 'USD' },
        { account: 'liabilities:customers:acct_1:held', amount: '-0.42', currency: 'USD' },
      ],
    };
    gateway.on('GET', '/v1/ledger', { json: pageOf([hold, movement.transaction]) });
    const { out } = await (await open({ columns: 200 })).run('ledger', 'list', '--postings');
    expect(out).toContain('liabilities:customers:acct_1:held -0.42 USD');
    expect(await shown('ledger', 'list')).toMatchInlineSnapshot(`
      "at (UTC)             kind    available   held       task    note
      2026-10-01 12:00:00  hold        -0.42  +0.42  USD  task_1  hold:task_1
      2026-10-01 12:00:00  top up    +100.00      –  USD  –       INV-1
      "
    `);
  });

  test('ledger adjust takes a negative amount', async () => {
    gateway.on('POST', '/v1/accounts/acct_1/adjustments', { status: 201, json: movement });
    await shown('ledger', 'adjust', 'acct_1', '--note', 'goodwill', '--', '-2.50');
    expect(lastRequest()?.json).toMatchObject({ amount: '-2.50', note: 'goodwill' });
  });

  test('ledger export is the journal itself, also in a pipe', async () => {
    gateway.on('GET', '/v1/ledger/export', {
      headers: { 'content-type': 'text/plain' },
      body: '; the book\n',
    });
    expect((await (await open({ terminal: false })).run('ledger', 'export')).out).toBe('; the book\n');
    expect(await shown('ledger', 'export')).toBe('; the book\n');
  });

  test('ledger balance', async () => {
    gateway.on('GET', '/v1/balance', { json: sampleBalance({ credit_limit: '50.00' }) });
    expect(await shown('ledger', 'balance')).toMatchInlineSnapshot(`
      "available  99.44 USD
      posted     100.00 USD
      held       0.56 USD
      credit     50.00 USD
      "
    `);
  });
});

describe('accounts and keys', () => {
  test('accounts list', async () => {
    gateway.on('GET', '/v1/accounts', {
      json: pageOf([sampleAccount(), sampleAccount({ id: 'acct_2', status: 'suspended', max_in_flight: 5 })]),
    });
    expect(await shown('accounts', 'list')).toMatchInlineSnapshot(`
      "account  name    status     available  held       weight  in flight  queued
      acct_1   Studio  active         99.44  0.56  USD       1          –       –
      acct_2   Studio  suspended      99.44  0.56  USD       1          5       –
      "
    `);
  });

  test('accounts create and update send what is given', async () => {
    gateway.on('POST', '/v1/accounts', { status: 201, json: sampleAccount() });
    gateway.on('PATCH', '/v1/accounts/acct_1', { json: sampleAccount() });
    const flags = ['--weight', '3', '--credit-limit', '10', '--retention-days', '30', '--markup', '20'];
    await shown('accounts', 'create', 'Studio', '--currency', 'EUR', ...flags);
    expect(lastRequest()?.json).toEqual({
      name: 'Studio',
      currency: 'EUR',
      weight: 3,
      credit_limit: '10',
      retention_days: 30,
      markup_percent: 20,
    });
    await shown('accounts', 'update', 'acct_1', '--status', 'suspended', '--max-in-flight', 'none');
    expect(lastRequest()?.json).toEqual({ status: 'suspended', max_in_flight: null });
    expect((await (await open()).run('accounts', 'update', 'acct_1')).code).toBe(2);
  });

  test('keys list', async () => {
    gateway.on('GET', '/v1/keys', {
      json: pageOf([
        sampleKey(),
        sampleKey({ id: 'key_2', account: null, budget: null, expires_at: '2026-10-02T12:01:00.000Z' }),
        sampleKey({ id: 'key_3', revoked_at: '2026-09-30T00:00:00.000Z', last_used_at: null }),
      ]),
    });
    expect(await shown('keys', 'list')).toMatchInlineSnapshot(`
      "key    name         starts with      account                    spent  last used   state
      key_1  render farm  sk-sluice-Ab3x…  acct_1    12.50 of 50.00 a month  2m 00s ago  good
      key_2  render farm  sk-sluice-Ab3x…  operator                       –  2m 00s ago  good, ends in 1d 00h
      key_3  render farm  sk-sluice-Ab3x…  acct_1    12.50 of 50.00 a month  –           revoked
      "
    `);
  });

  test('keys create shows it once, and can save it', async () => {
    gateway.on('POST', '/v1/keys', { status: 201, json: { ...sampleKey(), key: 'sk-sluice-secret' } });
    const terminal = await open();
    const argv = [
      'keys',
      'create',
      'farm',
      '--account',
      'acct_1',
      '--budget',
      '50',
      '--period',
      'month',
      '--save',
    ];
    const { out, err } = await terminal.run(...argv, '--expires', '1d');
    expect(out).toContain('│ sk-sluice-secret');
    expect(lastRequest()?.json).toEqual({
      name: 'farm',
      account: 'acct_1',
      budget: '50',
      budget_period: 'month',
      expires_at: '2026-10-02T12:01:00.000Z',
    });
    expect(err).toContain('config.json');
    gateway.on('GET', '/v1/balance', { json: sampleBalance() });
    terminal.surroundings.env.SLUICE_KEY = '';
    await terminal.run('ledger', 'balance');
    expect(lastRequest()?.headers.authorization).toBe('Bearer sk-sluice-secret');
  });

  test('a key is for an account or for an operator', async () => {
    for (const flags of [[], ['--account', 'acct_1', '--operator']]) {
      expect((await (await open()).run('keys', 'create', 'k', ...flags)).code).toBe(2);
    }
    gateway.on('POST', '/v1/keys', { status: 201, json: { ...sampleKey(), key: 'sk' } });
    await shown('keys', 'create', 'ops', '--operator');
    expect(lastRequest()?.json).toEqual({ name: 'ops', account: null, scopes: ['operator'] });
  });

  test('keys revoke', async () => {
    gateway.on('DELETE', '/v1/keys/key_1', { json: { id: 'key_1', object: 'key', deleted: true } });
    expect(await shown('keys', 'revoke', 'key_1')).toBe('✓ key_1 is revoked.\n');
  });
});

describe('the installation', () => {
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
});
