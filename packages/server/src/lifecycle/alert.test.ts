/** Who is told of an alert, when, how often, and what a death in the middle changes. */
import { beforeEach, expect, test } from 'vitest';
import { addPath, admitOne, loseAnswer, orderOne, PATH } from '../http/testing/life.ts';
import { type Rig, useRig } from '../http/testing/rig.ts';
import { claimDeliveries, deliver } from './7-notify.ts';
import { tellAlerts } from './alert.ts';
import type { Context } from './context.ts';

const use = useRig();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ALERTS = ['alert.raised', 'alert.cleared'];

type Told = { to: string; id: string; type: string; data: Record<string, unknown> };

let told: Told[] = [];
let ops: string;

beforeEach(async () => {
  const rig = use();
  const { ask, operatorKey: key, database, clock } = rig;
  // Each test begins with nothing that stands, and nobody who asks but these operators.
  clock.advance(48 * HOUR);
  for (const table of ['deliveries', 'endpoints', 'alerts', 'alert_watch']) {
    await database.query({ name: `test_no_${table}`, text: `DELETE FROM ${table}` });
  }
  await database.query({
    name: 'test_no_unknown',
    text: `UPDATE attempts SET state = 'abandoned' WHERE state = 'unknown'`,
  });
  rig.upstream.answer = ({ url, body }) => {
    const { id, type, data } = JSON.parse(String(body));
    told.push({ to: url, id, type, data });
    return { kind: 'answered', status: 200, headers: {}, body: Buffer.from('ok'), finalUrl: url };
  };
  ops = 'https://hooks.example.com/ops';
  await ask('POST', '/v1/webhooks', { key, body: { url: ops, types: ALERTS } });
  await addPath(rig);
  await pause(rig, 'active');
  await look(rig);
  told = [];
});

const pause = (rig: Rig, state: 'active' | 'paused') =>
  rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: { state } });

/** A minute passes, somebody looks, and what is to be told is delivered. */
async function look(rig: Rig, context: Context = rig.context, afterMs = MINUTE): Promise<Told[]> {
  rig.clock.advance(afterMs);
  await tellAlerts(context);
  return delivered(rig);
}

async function delivered(rig: Rig): Promise<Told[]> {
  const before = told.length;
  const { lease, deliveries } = await claimDeliveries(rig.context, 100);
  for (const delivery of deliveries) await deliver(rig.context, lease, delivery);
  return told.slice(before);
}

async function looks(rig: Rig, count: number): Promise<Told[]> {
  const all: Told[] = [];
  for (let each = 0; each < count; each += 1) all.push(...(await look(rig)));
  return all;
}

const said = (tellings: readonly Told[]) => tellings.map(({ type, data }) => [type, data.code, data.why]);
const aboutPath = (tellings: readonly Told[]) => tellings.filter(({ data }) => data.subject === PATH);

test('a warning is told when it stood for a while, once, and that it is over', async () => {
  const rig = use();
  await pause(rig, 'paused');
  expect(aboutPath(await looks(rig, 5))).toEqual([]);
  const raised = aboutPath(await looks(rig, 30));
  expect(said(raised)).toEqual([['alert.raised', 'path_paused', 'new']]);
  expect(raised[0]?.data).toMatchObject({
    severity: 'warning',
    account: null,
    action: 'Resume it, or retire it.',
  });
  await pause(rig, 'active');
  expect(aboutPath(await looks(rig, 4))).toEqual([]);
  const over = aboutPath(await looks(rig, 10));
  expect(said(over)).toEqual([['alert.cleared', 'path_paused', 'cleared']]);
  expect(over[0]?.data.id).toBe(raised[0]?.data.id);
  const kept = await rig.ask('GET', '/v1/alerts?state=over', { key: rig.operatorKey });
  expect(kept.body.data[0]).toMatchObject({ code: 'path_paused', subject: PATH });
  expect(kept.body.data[0].cleared_at).not.toBeNull();
});

test('one that comes and goes is one alert, and people are reminded rarely', async () => {
  const rig = use();
  const all: Told[] = [];
  for (let turn = 0; turn < 30; turn += 1) {
    await pause(rig, turn % 2 === 0 ? 'paused' : 'active');
    all.push(...(await look(rig)));
  }
  expect(said(aboutPath(all))).toEqual([['alert.raised', 'path_paused', 'new']]);
  await pause(rig, 'paused');
  const week: Told[] = [];
  for (let hour = 0; hour < 8 * 24; hour += 1) week.push(...(await look(rig, rig.context, HOUR)));
  expect(said(aboutPath(week))).toEqual([['alert.raised', 'path_paused', 'reminder']]);
});

test('a critical one is told at once, to the operators and to the people of the account', async () => {
  const rig = use();
  const own = await rig.account();
  const other = await rig.account();
  for (const { key, id } of [own, other]) {
    const body = { url: `https://hooks.example.com/${id}`, types: ALERTS };
    expect((await rig.ask('POST', '/v1/webhooks', { key, body })).status).toBe(201);
  }
  await loseAnswer(rig, await admitOne(rig, await orderOne(rig, own.key)));
  const heard = (await look(rig)).filter(({ data }) => data.code === 'unknown_attempts');
  expect(heard.map(({ to }) => to).sort()).toEqual([`https://hooks.example.com/${own.id}`, ops].sort());
  expect(new Set(heard.map(({ data }) => data.id)).size).toBe(2);
  expect(heard[0]?.data).toMatchObject({ severity: 'critical', why: 'new' });
  const { data } = (await rig.ask('GET', '/v1/alerts', { key: own.key })).body;
  expect(data).toMatchObject([
    { code: 'unknown_attempts', told_at: new Date(rig.clock.now()).toISOString() },
  ]);
});

test('what is less severe than an endpoint asks for is not told there', async () => {
  const rig = use();
  const url = 'https://hooks.example.com/pager';
  const body = { url, types: ALERTS, least_severity: 'critical' };
  await rig.ask('POST', '/v1/webhooks', { key: rig.operatorKey, body });
  await pause(rig, 'paused');
  expect(aboutPath(await looks(rig, 7)).map(({ to }) => to)).toEqual([ops]);
});

test('a place that is added while an alert stands is told of it once, and the others hear nothing', async () => {
  const rig = use();
  await pause(rig, 'paused');
  await looks(rig, 10);
  const url = 'https://hooks.example.com/later';
  await rig.ask('POST', '/v1/webhooks', { key: rig.operatorKey, body: { url, types: ALERTS } });
  const heard = aboutPath(await looks(rig, 5));
  expect(heard.map(({ to, data }) => [to, data.why])).toEqual([[url, 'reminder']]);
});

test('a restored copy that is not confirmed tells nobody, then or later', async () => {
  const rig = use();
  const quarantine = (on: boolean) => rig.context.store.nodes.writeSetting('quarantine', on);
  await pause(rig, 'paused');
  await quarantine(true);
  expect(await looks(rig, 10)).toEqual([]);
  await quarantine(false);
  rig.clock.advance(5_000);
  expect(await delivered(rig)).toEqual([]);
});

test('an endpoint that fails is not told so at itself', async () => {
  const rig = use();
  const text = `UPDATE endpoints SET failing_since = $1`;
  await rig.database.query({ name: 'test_failing', text }, [new Date(rig.clock.now())]);
  await looks(rig, 7);
  expect(told.filter(({ data }) => data.code === 'webhook_failing')).toEqual([]);
  const url = 'https://hooks.example.com/second';
  await rig.ask('POST', '/v1/webhooks', { key: rig.operatorKey, body: { url, types: ALERTS } });
  await rig.database.query({ name: 'test_well', text: `UPDATE endpoints SET failing_since = NULL` });
  const over = (await looks(rig, 7)).filter(({ data }) => data.code === 'webhook_failing');
  expect(over.map(({ to, type }) => [to, type])).toEqual([[url, 'alert.cleared']]);
});

test('who dies between noticing and writing has told nobody, and the next one tells it once', async () => {
  const rig = use();
  const { store } = rig.context;
  await loseAnswer(rig, await admitOne(rig, await orderOne(rig, (await rig.account()).key)));
  const record: typeof store.alerts.record = async () => {
    throw new Error('killed here');
  };
  const dying: Context = { ...rig.context, store: { ...store, alerts: { ...store.alerts, record } } };
  await expect(look(rig, dying)).rejects.toThrow('killed here');
  expect(await delivered(rig)).toEqual([]);
  // The lease of the dead one stands for a minute.
  const after = [...(await look(rig, rig.context, 1_000)), ...(await looks(rig, 5))];
  expect(said(after.filter(({ data }) => data.code === 'unknown_attempts'))).toEqual([
    ['alert.raised', 'unknown_attempts', 'new'],
  ]);
});

test('who dies right after writing has told it: the delivery is there, and nobody writes a second one', async () => {
  const rig = use();
  const { store } = rig.context;
  await loseAnswer(rig, await admitOne(rig, await orderOne(rig, (await rig.account()).key)));
  const record: typeof store.alerts.record = async (asked, decide) => {
    await store.alerts.record(asked, decide);
    throw new Error('killed here');
  };
  const dying: Context = { ...rig.context, store: { ...store, alerts: { ...store.alerts, record } } };
  await expect(look(rig, dying)).rejects.toThrow('killed here');
  const all = [...(await delivered(rig)), ...(await looks(rig, 5))];
  expect(said(all.filter(({ data }) => data.code === 'unknown_attempts'))).toEqual([
    ['alert.raised', 'unknown_attempts', 'new'],
  ]);
});

test('one process looks at a time, and one that slept through its lease writes nothing', async () => {
  const rig = use();
  const { store, settings } = rig.context;
  await loseAnswer(rig, await admitOne(rig, await orderOne(rig, (await rig.account()).key)));
  const record: typeof store.alerts.record = async (asked, decide) => {
    // It is paused here: meanwhile its lease ends, and another process looks and tells.
    expect(await look(rig, rig.context, 1_000)).toEqual([]);
    expect(
      (await look(rig, rig.context, settings.leaseMs)).filter(({ data }) => data.code === 'unknown_attempts'),
    ).toHaveLength(1);
    const written = await store.alerts.record(asked, decide);
    expect(written).toBeNull();
    return written;
  };
  const slow: Context = { ...rig.context, store: { ...store, alerts: { ...store.alerts, record } } };
  expect(await look(rig, slow)).toEqual([]);
  expect((await looks(rig, 3)).filter(({ data }) => data.code === 'unknown_attempts')).toEqual([]);
});

test('thresholds say when an alert is one, and when it is told', async () => {
  const rig = use();
  const settings = { balance_below: '50', tell_after_minutes: 0 };
  const patched = await rig.ask('PATCH', '/v1/alerts/settings', { key: rig.operatorKey, body: settings });
  expect(patched.status).toBe(200);
  const { id } = await rig.account({ topUp: '20' });
  const low = (tellings: readonly Told[]) => tellings.filter(({ data }) => data.subject === id);
  const raised = low(await look(rig));
  expect(said(raised)).toEqual([['alert.raised', 'balance_low', 'new']]);
  expect(raised[0]?.data.message).toContain('is below 50 USD');
  await rig.ask('PATCH', '/v1/alerts/settings', {
    key: rig.operatorKey,
    body: { reset: Object.keys(settings) },
  });
  expect(said(low(await looks(rig, 7)))).toEqual([['alert.cleared', 'balance_low', 'cleared']]);
});
