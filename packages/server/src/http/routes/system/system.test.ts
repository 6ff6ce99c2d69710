import { expect, test } from 'vitest';
import { addPath, liveWhole, ORDER, orderOne } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('the state of the installation is told, and its books balance after real work', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  await liveWhole(rig, key);
  await orderOne(rig, key);
  await rig.context.store.nodes.beat('node_test', rig.clock.now());
  const { body } = await rig.ask('GET', '/v1/system', { key: rig.operatorKey });
  expect(body).toMatchObject({
    version: '0.0.0-test',
    schema: 1,
    quarantined: false,
    database: { kind: 'embedded', version: '18.0' },
    storage: { kind: 'memory', free_bytes: null },
    nodes: [{ id: 'node_test' }],
    tasks: { queued: 1, succeeded: 1 },
    unknown_attempts: 0,
    ledger: { balanced: true, drift: '0.00', checked_at: new Date(rig.clock.now()).toISOString() },
  });
});

test('a restored copy takes no orders until an operator confirms it', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  await rig.context.store.nodes.writeSetting('quarantine', true);
  rig.clock.advance(1_000);
  const refused = await rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  expect([refused.status, refused.body.error.code]).toEqual([503, 'quarantined']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await rig.ask('GET', '/v1/system', { key: rig.operatorKey })).body.quarantined).toBe(true);
  const confirmed = await rig.ask('POST', '/v1/system/confirm', { key: rig.operatorKey });
  expect(confirmed.body.quarantined).toBe(false);
  rig.clock.advance(1_000);
  expect((await rig.ask('POST', '/v1/videos/generations', { key, body: ORDER })).status).toBe(202);
  const { rows } = await rig.database.query({
    name: 'test_actions',
    text: `SELECT action FROM operator_actions WHERE subject = 'system'`,
  });
  expect(rows).toEqual([{ action: 'system.confirmed' }]);
});
