/** When an alert is one: by settings, of the operators and of each account. */
import { beforeEach, expect, test } from 'vitest';
import { addPath, admitOne, orderOne, PATH } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SETTINGS = '/v1/alerts/settings';
const FAMILY = 'kling-v3';

const set = (rig: Rig, key: string, body: object) => rig.ask('PATCH', SETTINGS, { key, body });

type Shown = { code: string; subject: string; severity: string; message: string };
const alerts = async (rig: Rig, key: string, code: string): Promise<Shown[]> =>
  (await rig.ask('GET', '/v1/alerts', { key })).body.data.filter((alert: Shown) => alert.code === code);

beforeEach(async () => {
  await addPath(use());
});

test('each tells its value, its default and where it comes from; what is reset follows the default again', async () => {
  const rig = use();
  const key = rig.operatorKey;
  const first = await rig.ask('GET', SETTINGS, { key });
  expect(first.body).toMatchObject({
    account: null,
    wallet_hours: { value: 72, default: 72, source: 'default' },
    balance_below: { value: null, default: null, source: 'default' },
  });
  const changed = await set(rig, key, { wallet_hours: 12, waiting_minutes: null });
  expect(changed.body).toMatchObject({
    wallet_hours: { value: 12, default: 72, source: 'set' },
    waiting_minutes: { value: null, default: 60, source: 'set' },
  });
  const reset = await set(rig, key, { reset: ['wallet_hours', 'waiting_minutes'] });
  expect(reset.body).toEqual(first.body);
});

test.each([
  [{ wallet_hour: 12 }, 422, 'unknown_field', 'wallet_hour'],
  [{ wallet_hours: 0 }, 422, 'invalid_input', 'wallet_hours'],
  [{ success_percent: 100 }, 422, 'invalid_input', 'success_percent'],
  [{ success_renders: null }, 422, 'invalid_input', 'success_renders'],
  [{ balance_below: 'much' }, 422, 'invalid_input', 'balance_below'],
  [{ reset: ['nothing'] }, 422, 'invalid_input', 'reset[0]'],
  [{ wallet_hours: 3, reset: ['wallet_hours'] }, 422, 'invalid_input', 'reset'],
] as const)('%j is refused by name', async (body, status, code, field) => {
  const rig = use();
  const answer = await set(rig, rig.operatorKey, body);
  expect([answer.status, answer.body.error.code, answer.body.error.field]).toEqual([status, code, field]);
});

test('an account has its own, and none of the installation', async () => {
  const rig = use();
  const { key, id } = await rig.account({ topUp: '20' });
  expect((await rig.ask('GET', SETTINGS, { key })).body.wallet_hours).toBeUndefined();
  const refused = await set(rig, key, { wallet_hours: 3 });
  expect([refused.status, refused.body.error.field]).toEqual([422, 'wallet_hours']);
  expect(refused.body.error.allowed).toContain('balance_below');

  expect((await set(rig, key, { balance_below: '25' })).body).toMatchObject({ account: id });
  expect(await alerts(rig, key, 'balance_low')).toMatchObject([{ subject: id, severity: 'warning' }]);
  expect(await alerts(rig, rig.operatorKey, 'balance_low')).toEqual([]);
  const other = await rig.account({ topUp: '20' });
  expect(await alerts(rig, other.key, 'balance_low')).toEqual([]);
  const reader = await rig.account({ scopes: ['tasks:read'] });
  expect((await set(rig, reader.key, { balance_below: '1' })).status).toBe(403);
});

test('an order that only a slot keeps waiting is told, but not low priority, nor an account at its cap', async () => {
  const rig = use();
  const { key, id } = await rig.account({ topUp: '500' });
  await admitOne(rig, await orderOne(rig, key));
  await rig.ask('PATCH', `/v1/accounts/${id}`, { key: rig.operatorKey, body: { max_in_flight: 1 } });
  const order = (priority: string) =>
    rig.ask('POST', '/v1/videos/generations', {
      key,
      body: { model: 'kling-3.0', prompt: 'a pier', priority },
    });
  expect((await order('low')).status).toBe(202);
  expect((await order('normal')).status).toBe(202);
  rig.clock.advance(59 * MINUTE);
  const late = () => alerts(rig, rig.operatorKey, 'waiting_long');
  await rig.ask('PATCH', `/v1/accounts/${id}`, { key: rig.operatorKey, body: { max_in_flight: null } });
  expect(await late()).toEqual([]);
  rig.clock.advance(2 * MINUTE);
  expect(await late()).toMatchObject([{ subject: expect.any(String), severity: 'warning' }]);
  await rig.ask('PATCH', `/v1/accounts/${id}`, { key: rig.operatorKey, body: { max_in_flight: 1 } });
  expect(await late()).toEqual([]);
  await set(rig, rig.operatorKey, { waiting_minutes: 90 });
  await rig.ask('PATCH', `/v1/accounts/${id}`, { key: rig.operatorKey, body: { max_in_flight: null } });
  expect(await late()).toEqual([]);
  await set(rig, rig.operatorKey, { reset: ['waiting_minutes'] });
});

test('renders that the vendor fails are told when enough of the last ones did', async () => {
  const rig = use();
  const text = `INSERT INTO render_outcomes (path_name, family, outcomes, updated_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (path_name, family) DO UPDATE SET outcomes = $3, updated_at = $4`;
  const ended = (outcomes: boolean[]) =>
    rig.database.query({ name: 'test_ends', text }, [PATH, FAMILY, outcomes, new Date(rig.clock.now())]);
  const failing = () => alerts(rig, rig.operatorKey, 'renders_failing');
  const ends = (failed: number, succeeded: number) => [
    ...Array<boolean>(failed).fill(false),
    ...Array<boolean>(succeeded).fill(true),
  ];
  await ended(ends(4, 16));
  expect(await failing()).toEqual([]);
  await ended(ends(5, 15));
  expect(await failing()).toMatchObject([
    { subject: PATH, message: expect.stringContaining('last 20 renders') },
  ]);
  // Of those, only the last ten are looked at, which succeeded.
  await set(rig, rig.operatorKey, { success_renders: 10 });
  expect(await failing()).toEqual([]);
  await set(rig, rig.operatorKey, { reset: ['success_renders'] });
  rig.clock.advance(25 * HOUR);
  expect(await failing()).toEqual([]);
});

test('a key is told at the share of its budget that was set', async () => {
  const rig = use();
  const { id, key } = await rig.account({ topUp: '500' });
  const body = { name: 'capped', account: id, budget: '10' };
  const made = await rig.ask('POST', '/v1/keys', { key: rig.operatorKey, body });
  const text = `UPDATE api_keys SET budget_used_micros = 6000000 WHERE id = $1`;
  await rig.database.query({ name: 'test_used', text }, [made.body.id]);
  expect(await alerts(rig, key, 'key_budget_low')).toEqual([]);
  await set(rig, key, { key_budget_percent: 60 });
  expect(await alerts(rig, key, 'key_budget_low')).toMatchObject([
    { subject: made.body.id, severity: 'warning' },
  ]);
  expect(await alerts(rig, rig.operatorKey, 'key_budget_low')).toEqual([]);
});

test('a wallet is told when it ends within the hours that were set; within a day it is critical', async () => {
  const rig = use();
  const wallet = async (left: number) => {
    const nowMs = rig.clock.now();
    const micros = (units: number) => String(units * 1_000_000);
    const readings = [
      { atMs: nowMs - HOUR, remainingMicros: micros(left + 1) },
      { atMs: nowMs, remainingMicros: micros(left) },
    ];
    const value = { unit: 'unit', remainingMicros: micros(left), packs: [], readings };
    const text = `UPDATE paths SET wallet = $2 WHERE name = $1`;
    await rig.database.query({ name: 'test_wallet', text }, [PATH, JSON.stringify(value)]);
    rig.clock.advance(2_000);
    return alerts(rig, rig.operatorKey, 'wallet_runs_out');
  };
  expect(await wallet(100)).toEqual([]);
  expect(await wallet(30)).toMatchObject([{ subject: PATH, severity: 'warning' }]);
  await set(rig, rig.operatorKey, { wallet_hours: 12 });
  expect(await wallet(30)).toEqual([]);
  expect(await wallet(5)).toMatchObject([{ subject: PATH, severity: 'critical' }]);
  await set(rig, rig.operatorKey, { wallet_hours: null });
  expect(await wallet(5)).toEqual([]);
  await set(rig, rig.operatorKey, { reset: ['wallet_hours'] });
});
