import { expect, test } from 'vitest';
import { addPath, ORDER, PATH } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

const SOURCE = { name: 'our contract', reviewed_on: '2026-11-01' };

test('shipped sheets are listed with their age', async () => {
  const { ask, operatorKey: key } = use();
  const { body } = await ask('GET', '/v1/prices', { key });
  const seed = body.data.find((sheet: { id: string }) => sheet.id === 'seed-2026-04-08');
  expect(seed).toMatchObject({ stale: true });
  expect(body.data.find((sheet: { id: string }) => sheet.id === 'kling-units-2026-09-20')).toMatchObject({
    age_days: 63,
  });
});

test('a sheet on top of a shipped one changes the price of the path that uses it', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const quoted = async () => (await rig.ask('POST', '/v1/quotes', { key, body: ORDER })).body.price;
  const before = await quoted();
  const body = { id: 'ours', based_on: 'kling-units-2026-09-20', unit_price: '0.07', source: SOURCE };
  const made = await rig.ask('POST', '/v1/prices', { key: rig.operatorKey, body });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    unit: 'unit',
    grade: 'declared',
    valid_from: '2026-11-22',
    stale: false,
  });
  const change = { price_sheet: 'ours' };
  await rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: change });
  const after = await quoted();
  expect(Number(after.maximum)).toBeCloseTo(Number(before.maximum) / 2, 6);
  expect(after.price_sheet).toBe('ours');
});

test.each([
  ['an id that is taken', { id: 'kling-units-2026-09-20', based_on: 'kling-units-2026-09-20' }, 409, 'id'],
  ['a base that is none', { id: 'x', based_on: 'nothing' }, 422, 'based_on'],
  ['nothing priced', { id: 'x' }, 422, 'entries'],
  [
    'a model that is none',
    { id: 'x', entries: [{ model: 'm', per: 'second', amount: '1' }] },
    422,
    'entries[0].model',
  ],
  [
    'a negative price',
    { id: 'x', entries: [{ model: 'kling-3.0', per: 'second', amount: '-1' }] },
    422,
    'entries[0].amount',
  ],
  [
    'two prices for one order',
    {
      id: 'x',
      entries: [
        { model: 'kling-3.0', per: 'second', amount: '1' },
        { model: 'kling-3.0', per: 'second', amount: '2' },
      ],
    },
    422,
    'entries[1]',
  ],
])('%s is refused', async (_name, change, status, field) => {
  const { ask, operatorKey: key } = use();
  const answer = await ask('POST', '/v1/prices', { key, body: { source: SOURCE, ...change } });
  expect([answer.status, answer.body.error.field]).toEqual([status, field]);
});
