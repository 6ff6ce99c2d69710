import { beforeAll, expect, test } from 'vitest';
import {
  acceptUpstream,
  addPath,
  admitAll,
  admitOne,
  liveWhole,
  loseAnswer,
  orderOne,
  PATH,
} from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

let own: { id: string; key: string };
let other: { id: string; key: string };
let finished: string;
let running: string;
let lost: string;

beforeAll(async () => {
  const rig = use();
  await addPath(rig);
  own = await rig.account();
  other = await rig.account();
  finished = (await liveWhole(rig, own.key)).taskId;
  running = await orderOne(rig, own.key);
  const admitted = await admitOne(rig, running);
  rig.clock.advance(1_000);
  await acceptUpstream(rig, admitted.attemptId);
  lost = await orderOne(rig, other.key, { prompt: 'another boat' });
  const unknown = await admitOne(rig, lost);
  rig.clock.advance(1_000);
  await loseAnswer(rig, unknown);
  for (const prompt of ['one', 'two']) await orderOne(rig, own.key, { prompt });
  await orderOne(rig, other.key, { prompt: 'three' });
  rig.clock.advance(3_600_000);
});

test('operators see every slot with its attempt, oldest first, and what is late', async () => {
  const rig = use();
  const { body } = await rig.ask('GET', '/v1/gate', { key: rig.operatorKey });
  const path = body.paths.find((each: { name: string }) => each.name === PATH);
  const family = path.families.find((each: { occupied: number }) => each.occupied > 0);
  expect(family).toMatchObject({ configured: 50, effective: 50, occupied: 2, unknown: 1 });
  expect(family.slots).toMatchObject([
    { task_id: running, account: own.id, state: 'accepted', late: true },
    { task_id: lost, account: other.id, state: 'unknown', late: true },
  ]);
  expect(family.oldest_since).toBe(family.slots[0].since);
  expect(family.slots[0].usual_seconds).toBeGreaterThan(0);
});

test('others see their own, and of the rest only that it is there', async () => {
  const rig = use();
  const answer = await rig.ask('GET', '/v1/gate', { key: own.key });
  const slots = answer.body.paths.flatMap((path: { families: { slots: unknown[] }[] }) =>
    path.families.flatMap((family) => family.slots),
  );
  expect(slots).toMatchObject([
    { task_id: running, account: own.id },
    { task_id: null, attempt_id: null, account: null, state: 'unknown' },
  ]);
  expect(answer.text).not.toContain(other.id);
  expect(answer.text).not.toContain(lost);
  const queue = answer.body.queue[0];
  expect(queue.lanes).toMatchObject([{ account: own.id, waiting: 2, more: false }]);
  expect(queue.others).toEqual({ accounts: 1, waiting: 1 });
});

test('the queue is in the order of admission: who had less goes first', async () => {
  const rig = use();
  const { body } = await rig.ask('GET', '/v1/gate', { key: rig.operatorKey });
  const queue = body.queue[0];
  expect(queue.lanes.map((lane: { account: string }) => lane.account)).toEqual([other.id, own.id]);
  expect(queue.others).toEqual({ accounts: 0, waiting: 0 });
  await rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: { limits: { '*': 3 } } });
  const [first] = await admitAll(rig);
  expect(first?.accountId).toBe(other.id);
});

test('finished clips come newest first, to their own account only', async () => {
  const rig = use();
  const mine = await rig.ask('GET', '/v1/gate', { key: own.key });
  expect(mine.body.finished).toMatchObject([{ task_id: finished, path: PATH, copy: 'stored' }]);
  const theirs = await rig.ask('GET', '/v1/gate', { key: other.key });
  expect(theirs.body.finished).toEqual([]);
});
