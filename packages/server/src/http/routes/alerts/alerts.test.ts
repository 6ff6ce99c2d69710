import { expect, test } from 'vitest';
import { addPath, admitOne, liveWhole, loseAnswer, orderOne, PATH } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const codes = async (rig: Rig, key: string) =>
  (await rig.ask('GET', '/v1/alerts', { key })).body.data.map((alert: { code: string }) => alert.code);

test('what needs a person is there while it does, for whom it concerns', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account({ topUp: '3' });
  const other = await rig.account();
  expect(await codes(rig, key)).toEqual([]);
  const before = await codes(rig, rig.operatorKey);

  const lost = await orderOne(rig, key);
  await loseAnswer(rig, await admitOne(rig, lost));
  await rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: { state: 'paused' } });
  expect(await codes(rig, key)).toEqual(['unknown_attempts']);
  expect(await codes(rig, other.key)).toEqual([]);
  const all = await rig.ask('GET', '/v1/alerts', { key: rig.operatorKey });
  const fresh = all.body.data.filter(({ code }: { code: string }) => !before.includes(code));
  expect(fresh).toMatchObject([
    { code: 'unknown_attempts', severity: 'critical' },
    { code: 'path_paused', severity: 'warning', subject: PATH },
  ]);
  await rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: { state: 'active' } });
  expect(await codes(rig, rig.operatorKey)).not.toContain('path_paused');

  await liveWhole(rig, key);
  const low = await rig.ask('GET', '/v1/alerts', { key });
  const charged = 3 - Number((await rig.ask('GET', '/v1/balance', { key })).body.available);
  expect(charged).toBeGreaterThan(0);
  const expected = charged > 1.5 ? [id] : [];
  const subjects = low.body.data.filter((alert: { code: string }) => alert.code === 'balance_low');
  expect(subjects.map((alert: { subject: string }) => alert.subject)).toEqual(expected);
});

test('stale terms, a drifting ledger and a failing webhook are told', async () => {
  const rig = use();
  const { key, id } = await rig.account();
  const endpoint = await rig.ask('POST', '/v1/webhooks', {
    key,
    body: { url: 'https://hooks.example.com/' },
  });
  await rig.database.query(
    { name: 'test_fail_endpoint', text: `UPDATE endpoints SET failing_since = $2 WHERE id = $1` },
    [endpoint.body.id, new Date(rig.clock.now())],
  );
  const [failing] = (await rig.ask('GET', '/v1/alerts', { key })).body.data;
  expect(failing).toMatchObject({ code: 'webhook_failing', subject: endpoint.body.id, account: id });
  expect(failing.since).toBe(new Date(rig.clock.now()).toISOString());
  await rig.database.query(
    {
      name: 'test_drift',
      text: `UPDATE balances SET posted_micros = posted_micros + 1 WHERE account_id = $1`,
    },
    [id],
  );
  rig.clock.advance(400 * 24 * 3_600_000);
  const told = await codes(rig, rig.operatorKey);
  expect(told).toContain('ledger_drift');
});
