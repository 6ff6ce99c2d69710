import { expect, test } from 'vitest';
import { addPath, liveOn, ORDER, orderOne, PATH } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const rig = useRig();
const TOLD = 50;

test('what orders were told is kept, compared with what came, and told with the next quote', async () => {
  const { ask, operatorKey, account, clock } = rig();
  await addPath(rig());
  const { key } = await account();
  const first = await ask('POST', '/v1/quotes', { key, body: ORDER });
  expect(first.body.forecast_record).toBeNull();
  for (let count = 0; count < TOLD; count += 1) await liveOn(rig(), await orderOne(rig(), key));
  const cancelled = await orderOne(rig(), key);
  await ask('POST', `/v1/tasks/${cancelled}/cancel`, { key });
  clock.advance(3_600_000);
  await orderOne(rig(), key);

  const { body } = await ask('GET', '/v1/promises?window=24h', { key: operatorKey });
  const told = JSON.stringify(body, null, 1);
  expect(body.orders, told).toBe(TOLD + 2);
  expect(body.overall.end.of, told).toBe(TOLD);
  expect(body.sentence, told).toContain(`Of ${TOLD} told ranges`);
  const reasons = body.overall.apart.map(({ reason }: { reason: string }) => reason);
  expect(reasons.sort(), told).toEqual(['cancelled', 'not_due']);
  // Nobody here learns render times, so all were told what the catalogue declares.
  expect(body.lines, told).toMatchObject([{ path: PATH, family: 'kling-v3', basis: 'declared', resent: 0 }]);
  const measures = await ask('GET', `/v1/paths/${PATH}/measures?window=24h`, { key: operatorKey });
  expect(measures.body.promises).toEqual(body.lines);
  expect((await ask('GET', '/v1/promises', { key })).status).toBe(403);

  const { body: quote } = await ask('POST', '/v1/quotes', { key, body: ORDER });
  expect(quote.forecast_record).toMatchObject({ of: TOLD });
  expect(quote.forecast_record.sentence).toContain(`Of the last ${TOLD} clips like it`);
});
