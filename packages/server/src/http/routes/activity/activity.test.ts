import { expect, test } from 'vitest';
import { addPath, liveWhole } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('counts, shares and times are those of the tasks of the span', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const empty = await rig.ask('GET', '/v1/activity', { key });
  expect(empty.body).toMatchObject({ ordered: 0, success_share: null, to_stored_seconds: null, models: [] });

  await liveWhole(rig, key);
  const { body } = await rig.ask('GET', '/v1/activity', { key });
  expect(body).toMatchObject({
    ordered: 1,
    succeeded: 1,
    failed: 0,
    under_way: 0,
    success_share: 1,
    partial: false,
  });
  expect(body.models).toHaveLength(1);
  expect(body.to_stored_seconds.p95).toBeGreaterThan(0);
  expect(body.to_stored_seconds.p50).toBeGreaterThanOrEqual(body.render_seconds.p50);

  const other = await rig.account();
  expect((await rig.ask('GET', '/v1/activity', { key: other.key })).body.ordered).toBe(0);
  expect((await rig.ask('GET', '/v1/activity', { key: rig.operatorKey })).body.ordered).toBe(1);

  rig.clock.advance(25 * 3_600_000);
  expect((await rig.ask('GET', '/v1/activity', { key })).body.ordered).toBe(0);
  expect((await rig.ask('GET', '/v1/activity?hours=48', { key })).body.ordered).toBe(1);
});
