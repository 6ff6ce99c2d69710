import { expect, test } from 'vitest';
import { addPath, ORDER, PATH } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('models show what they can do and what they cost the asking account', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const { body } = await rig.ask('GET', '/v1/models', { key });
  expect(body.data.map((model: { id: string }) => model.id)).toEqual(
    rig.context.catalogue.models.map((model) => model.id),
  );
  const priceOf = (model: { prices: { resolution: string; sound: string; price: string }[] }) =>
    model.prices.find((price) => price.resolution === '720p' && price.sound === 'off');
  const { body: listed } = await rig.ask('GET', '/v1/models/kling-3.0', { key });
  expect(listed.paths).toEqual([PATH]);
  expect(priceOf(listed)).toMatchObject({ path: PATH, per: 'second', price: '0.084', date: '2026-09-20' });
  await rig.ask('PATCH', `/v1/accounts/${id}`, { key: rig.operatorKey, body: { markup_percent: 50 } });
  rig.clock.advance(1_000);
  expect(priceOf((await rig.ask('GET', '/v1/models/kling-3.0', { key })).body)).toMatchObject({
    price: '0.126',
  });
  const forOperators = await rig.ask('GET', '/v1/models/kling-3.0', { key: rig.operatorKey });
  expect(priceOf(forOperators.body)).toMatchObject({ price: '0.084' });
});

test('a model is found by its other names too, and an unknown one is not', async () => {
  const rig = use();
  const { key } = await rig.account();
  const model = rig.context.catalogue.models.find((each) => each.aliases.length > 0);
  const found = await rig.ask('GET', `/v1/models/${model?.aliases[0]?.name}`, { key });
  expect(found.body.id).toBe(model?.id);
  expect((await rig.ask('GET', '/v1/models/kling-99', { key })).status).toBe(404);
});

test('a quote is what the order that follows it holds', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const quote = await rig.ask('POST', '/v1/quotes', { key, body: ORDER });
  const { expected_end: end, expected_end_range: range } = quote.body.wait;
  expect(Date.parse(range.early)).toBeLessThan(Date.parse(end));
  expect(Date.parse(range.late)).toBeGreaterThan(Date.parse(end));
  expect(quote.body).toMatchObject({ model: 'kling-3.0', path: PATH, covered: true, sandbox: true });
  const order = await rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  expect(order.body.quote).toEqual(quote.body.price);
  expect(order.body.held.amount).toBe(quote.body.price.maximum);
  expect((await rig.ask('GET', '/v1/ledger', { key })).body.data).toHaveLength(2);
});

test('a quote that the balance does not cover says so, and holds nothing', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account({ topUp: '0' });
  const quote = await rig.ask('POST', '/v1/quotes', { key, body: ORDER });
  expect(quote.body.covered).toBe(false);
  expect((await rig.ask('GET', '/v1/balance', { key })).body.held).toBe('0.00');
});
