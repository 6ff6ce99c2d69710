import { beforeAll, expect, test } from 'vitest';
import { addPath, liveWhole } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

beforeAll(() => addPath(use()));

test('the timeline of a whole life tells it in order, and its money to its owner only', async () => {
  const rig = use();
  const { key } = await rig.account();
  const { taskId, assetId } = await liveWhole(rig, key);
  rig.clock.advance(1_000);
  await rig.ask('DELETE', `/v1/assets/${assetId}`, { key });
  const { body } = await rig.ask('GET', `/v1/tasks/${taskId}/timeline`, { key });
  expect(body.data.map((entry: { kind: string }) => entry.kind)).toEqual([
    'hold.placed',
    'task.created',
    'task.started',
    'attempt.sending',
    'attempt.accepted',
    'task.rendered',
    'observation.ended',
    'copy.started',
    'asset.stored',
    'hold.settled',
    'task.completed',
    'asset.deleted',
  ]);
  expect(JSON.stringify(body)).not.toContain('topsecret');
  const forOperators = await rig.ask('GET', `/v1/tasks/${taskId}/timeline`, { key: rig.operatorKey });
  const costs = forOperators.body.data.filter((entry: { kind: string }) => entry.kind === 'cost.booked');
  expect(costs).toMatchObject([{ data: { amount: '0.42', currency: 'USD' } }]);
});

test('raw requests are for operators only', async () => {
  const rig = use();
  const { key } = await rig.account();
  const { taskId } = await liveWhole(rig, key);
  const ask = (id: string, by: string) => rig.ask('GET', `/v1/tasks/${id}/exchanges`, { key: by });
  expect((await ask(taskId, key)).body.error.code).toBe('forbidden');
  expect((await ask('task_nothing', rig.operatorKey)).body.error.code).toBe('not_found');
  expect((await ask(taskId, rig.operatorKey)).body).toMatchObject({ object: 'list', next_cursor: null });
});
