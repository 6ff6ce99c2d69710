import { beforeAll, expect, test } from 'vitest';
import { addPath, liveWhole, PATH } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';
import { field } from './lines.ts';

const use = useRig({ startsAtMs: Date.UTC(2026, 9, 31, 22, 0, 0) });

let own: { id: string; key: string; keyId: string };
let other: { id: string; key: string };
let charge: number;

/** Two clips late on 31 October in UTC, when it is November in Tokyo already; one of somebody else; one later. */
beforeAll(async () => {
  const rig = use();
  await addPath(rig);
  own = await rig.account();
  other = await rig.account();
  const { taskId } = await liveWhole(rig, own.key);
  charge = Number((await rig.ask('GET', `/v1/tasks/${taskId}`, { key: own.key })).body.charge.amount);
  await liveWhole(rig, own.key);
  await liveWhole(rig, other.key);
  rig.clock.advance(24 * 3_600_000);
  await liveWhole(rig, own.key);
  const adjustment = { amount: '-1.5', reference: 'typo', note: '=HYPERLINK("x"), twice' };
  await rig.ask('POST', `/v1/accounts/${own.id}/adjustments`, { key: rig.operatorKey, body: adjustment });
});

const spent = (query: string, key = own.key) => use().ask('GET', `/v1/spend?${query}`, { key });

test('days are those of the time zone asked for', async () => {
  const utc = await spent('by=day');
  expect(utc.body).toMatchObject({ from: '2026-10-03', to: '2026-11-01', zone: 'UTC' });
  expect(utc.body.data).toMatchObject([
    { group: '2026-10-31', tasks: 2, charged: (2 * charge).toFixed(2), cost: null, margin: null },
    { group: '2026-11-01', tasks: 1 },
  ]);
  const tokyo = await spent('by=day&zone=Asia/Tokyo');
  expect(tokyo.body.data.map((row: { group: string }) => row.group)).toEqual(['2026-11-01', '2026-11-02']);
  const part = await spent('by=day&zone=Asia/Tokyo&from=2026-11-01&to=2026-11-01');
  expect(part.body.data).toMatchObject([{ group: '2026-11-01', tasks: 2 }]);
});

test('a day of 25 hours is one day', async () => {
  const berlin = await spent('by=day&zone=Europe/Berlin&from=2026-10-25&to=2026-10-25');
  expect(berlin.body.data).toEqual([]);
});

test('by model, path and key, each account sees its own, and operators the cost and the margin', async () => {
  const { operatorKey } = use();
  expect((await spent('by=model')).body.data).toMatchObject([{ group: 'kling-3.0', tasks: 3 }]);
  expect((await spent('by=path')).body.data).toMatchObject([{ group: PATH, tasks: 3 }]);
  expect((await spent('by=key')).body.data).toMatchObject([{ group: own.keyId, label: 'test key' }]);
  const all = await spent('by=path', operatorKey);
  expect(all.body.data).toMatchObject([{ group: PATH, tasks: 4, cost: '1.68' }]);
  expect(Number(all.body.data[0].margin)).toBeCloseTo(4 * charge - 1.68, 6);
  const one = await spent(`by=path&account=${other.id}`, operatorKey);
  expect(one.body.data).toMatchObject([{ tasks: 1, cost: '0.42' }]);
  expect((await spent(`by=path&account=${other.id}`)).body.error.code).toBe('forbidden');
});

test.each([
  ['zone=Mars/Olympus', 'zone'],
  ['zone=%2B02:00', 'zone'],
  ['from=2026-11-02&to=2026-11-01', 'from'],
  ['from=2020-01-01&to=2026-11-01', 'from'],
  ['from=yesterday', 'from'],
  ['by=hour', 'by'],
])('%s is refused', async (query, name) => {
  expect((await spent(query)).body.error).toMatchObject({ code: 'invalid_input', field: name });
});

const month = (query: string, key = own.key) => use().ask('GET', `/v1/statements?${query}`, { key });

test('a statement opens where the last one closed, and adds up', async () => {
  const october = (await month('month=2026-10')).body;
  expect(october).toMatchObject({ opening: '0.00', top_ups: '100.00', adjustments: '0.00', tasks: 2 });
  expect(october.complete).toBe(true);
  const november = (await month('month=2026-11')).body;
  expect(november).toMatchObject({ opening: october.closing, top_ups: '0.00', adjustments: '-1.50' });
  expect(november).toMatchObject({ tasks: 1, complete: false, by_model: [{ model: 'kling-3.0', tasks: 1 }] });
  const posted = (await use().ask('GET', '/v1/balance', { key: own.key })).body.posted;
  expect(november.closing).toBe(posted);
  expect((await month('month=2026-12')).body).toMatchObject({ opening: posted, closing: posted, tasks: 0 });
});

test('operators name the account; nobody else reads it', async () => {
  const { operatorKey } = use();
  expect((await month('month=2026-10', operatorKey)).body.error).toMatchObject({ field: 'account' });
  expect((await month(`month=2026-10&account=${own.id}`, operatorKey)).body.account).toBe(own.id);
  expect((await month(`month=2026-10&account=${own.id}`, other.key)).body.error.code).toBe('forbidden');
  expect((await month('month=2026-10&account=acc_0', operatorKey)).body.error.code).toBe('not_found');
});

test('the lines of a month end at its closing balance, and no line is a formula', async () => {
  const answer = await use().ask('GET', '/v1/statements/export?month=2026-11', { key: own.key });
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
  const lines = answer.text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^2026-11-01T.*,settle,task_.*,kling-3.0,/);
  expect(lines[2]).toContain(`"'=HYPERLINK(""x""), twice",-1.50,`);
  const { closing } = (await month('month=2026-11')).body;
  expect(lines[2]).toContain(`,${closing},USD`);
});

test.each([
  ['plain', 'plain'],
  ['=1+1', "'=1+1"],
  ['@cmd', "'@cmd"],
  ['two\nlines', '"two\nlines"'],
])('the field %j is written %j', (text, written) => {
  expect(field(text)).toBe(written);
});
