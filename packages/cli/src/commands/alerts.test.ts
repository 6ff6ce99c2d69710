import type { Delivery } from '@sluice/sdk';
import { pageOf, type ScriptedGateway, sampleEndpoint, startScriptedGateway } from '@sluice/sdk/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';

let gateway: ScriptedGateway;
const terminals: Terminal[] = [];
const run = async (argv: string[], options: TerminalOptions = {}) => {
  const terminal = await openTerminal({ url: gateway.url, terminal: true, columns: 120, ...options });
  terminals.push(terminal);
  return terminal.run('alerts', ...argv);
};

const sent = (): unknown => JSON.parse(String(gateway.requests.at(-1)?.body));

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('GET', '/v1/alerts/settings', { json: settings });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
});

const told = (value: number | string | null, standard = value) => ({
  value,
  default: standard,
  source: value === standard ? 'default' : 'set',
});
const settings = {
  object: 'alert_settings',
  account: null,
  wallet_hours: told(12, 72),
  balance_hours: told(24),
  balance_below: told(null),
  key_budget_percent: told(90),
  tell_after_minutes: told(5),
  remind_hours: told(24),
};
const alert = {
  ...{ object: 'alert', code: 'wallet_runs_out', severity: 'critical', subject: 'kling-main', account: null },
  ...{ message: 'The wallet lasts about 5 more hours.', action: 'Top up.', since: null },
  ...{ told_at: '2026-10-01T12:00:00.000Z', cleared_at: null },
};
const room = sampleEndpoint({
  ...{ account: null, url: 'https://hooks.slack.com/…w0rd', description: '#ops', format: 'slack' },
  types: ['alert.raised', 'alert.cleared'],
});
const delivery = (more: Partial<Delivery>): Delivery => ({
  ...{ id: 'dlv_1', object: 'delivery', endpoint_id: 'we_1', event_id: 'evt_1', event_type: 'webhook.test' },
  ...{ task_id: null, state: 'delivered', attempts: [], next_attempt_at: null },
  created_at: '2026-10-01T12:00:30.000Z',
  ...more,
});

test('list shows what stands, and with --over what is over', async () => {
  gateway.on('GET', '/v1/alerts', { json: pageOf([alert]) });
  expect((await run(['list'])).out).toMatchInlineSnapshot(`
    "severity  alert            since  told        what
    critical  wallet_runs_out  –      1m 00s ago  The wallet lasts about 5 more hours.
    "
  `);
  expect(gateway.requests.at(-1)?.query).toEqual({ state: 'standing' });
  gateway.on('GET', '/v1/alerts', { json: pageOf([]) });
  expect((await run(['list', '--over', '-n', '5'])).out).toBe('Nothing is over yet.\n');
  expect(gateway.requests.at(-1)?.query).toEqual({ state: 'over', limit: '5' });
});

test('where shows each place with its last delivery', async () => {
  gateway.on('GET', '/v1/webhooks', { json: pageOf([room, sampleEndpoint({ id: 'we_2' })]) });
  gateway.on('GET', '/v1/webhooks/we_1/deliveries', { json: pageOf([delivery({})]) });
  expect((await run(['where'])).out).toMatchInlineSnapshot(`
    "endpoint  where  format  from     status   last told
    we_1      #ops   slack   warning  enabled  30s ago: delivered
    "
  `);
  expect(gateway.requests.find(({ path }) => path === '/v1/webhooks')?.query).toEqual({ of: 'installation' });
});

test('add asks for alerts alone, and shows a secret only where one signs', async () => {
  gateway.on('POST', '/v1/webhooks', { json: { ...room, secret: 'whsec_x' }, status: 201 });
  const added = await run([
    'add',
    'https://hooks.slack.com/services/x',
    '--format',
    'slack',
    '--severity',
    'critical',
  ]);
  expect(added.out).toBe('✓ we_1  https://hooks.slack.com/…w0rd\n');
  expect(sent()).toEqual({
    url: 'https://hooks.slack.com/services/x',
    types: ['alert.raised', 'alert.cleared'],
    format: 'slack',
    least_severity: 'critical',
  });
  gateway.on('POST', '/v1/webhooks', { json: { ...room, format: 'sluice', secret: 'whsec_x' }, status: 201 });
  expect((await run(['add', 'https://h.example'])).out).toContain('whsec_x');
});

test('test waits for the outcome, and ends badly when it did not arrive', async () => {
  gateway.on('POST', '/v1/webhooks/we_1/test', { json: delivery({ state: 'waiting' }), status: 202 });
  gateway.on('GET', '/v1/webhooks/we_1/deliveries', { json: pageOf([delivery({})]) });
  const arrived = await run(['test', 'we_1']);
  expect([arrived.code, arrived.out]).toEqual([0, '✓ we_1  it arrived\n']);
  const attempts = [
    { at: '2026-10-01T12:00:31.000Z', status: 404, outcome: 'again', duration_ms: 5, response: 'no_service' },
  ];
  gateway.on('GET', '/v1/webhooks/we_1/deliveries', {
    json: pageOf([delivery({ state: 'waiting', attempts })]),
  });
  const lost = await run(['test', 'we_1']);
  expect([lost.code, lost.out]).toEqual([1, '✗ we_1  404 again no_service\n']);
});

test('test says so where alerts are told nowhere', async () => {
  gateway.on('GET', '/v1/webhooks', { json: pageOf([]) });
  const { code, err } = await run(['test']);
  expect(code).toBe(2);
  expect(err).toContain('sluice alerts add <url> --format slack');
});

test('settings are shown with where they come from, and changed by name', async () => {
  expect((await run(['settings'])).out).toMatchInlineSnapshot(`
    "setting             value  default  from
    wallet_hours           12       72  set by you
    balance_hours          24       24  the default
    balance_below         off      off  the default
    key_budget_percent     90       90  the default
    tell_after_minutes      5        5  the default
    remind_hours           24       24  the default
    "
  `);
  gateway.on('PATCH', '/v1/alerts/settings', { json: settings });
  await run(['set', 'wallet_hours=12', 'waiting_minutes=off', 'balance_below=50', '--reset', 'remind_hours']);
  expect(sent()).toEqual({
    ...{ wallet_hours: 12, waiting_minutes: null, balance_below: '50' },
    reset: ['remind_hours'],
  });
  expect((await run(['set'])).code).toBe(2);
});
