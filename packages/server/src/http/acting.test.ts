import { beforeAll, expect, test } from 'vitest';
import { addPath, liveWhole } from './testing/life.ts';
import { useRig } from './testing/rig.ts';

const use = useRig();
let one: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  await addPath(use());
  one = await use().account();
  other = await use().account();
  await liveWhole(use(), other.key);
});

const as = (id: string) => ({ headers: { 'sluice-account': id } });

test('an operator who acts for an account orders for it and sees what it sees', async () => {
  const { ask, operatorKey: key } = use();
  const body = { model: 'kling-3.0', prompt: 'a pier at dawn' };
  const refused = await ask('POST', '/v1/videos/generations', { key, body });
  expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
  const made = await ask('POST', '/v1/videos/generations', { key, body, ...as(one.id) });
  expect(made.status).toBe(202);
  const own = await ask('GET', '/v1/tasks', { key: one.key });
  const seen = await ask('GET', '/v1/tasks', { key, ...as(one.id) });
  expect(seen.body.data.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
  expect(seen.body.data.map(({ id }: { id: string }) => id)).toEqual(
    own.body.data.map(({ id }: { id: string }) => id),
  );
  const all = await ask('GET', '/v1/tasks', { key });
  expect(all.body.data.length).toBeGreaterThan(1);
  const balance = await ask('GET', '/v1/balance', { key, ...as(one.id) });
  expect(Number(balance.body.held)).toBeGreaterThan(0);
});

test('what belongs to another account is not found while one acts', async () => {
  const { ask, operatorKey: key } = use();
  const [task] = (await ask('GET', '/v1/tasks', { key: other.key })).body.data;
  expect((await ask('GET', `/v1/tasks/${task.id}`, { key, ...as(one.id) })).status).toBe(404);
  expect((await ask('GET', `/v1/tasks/${task.id}`, { key, ...as(other.id) })).status).toBe(200);
});

test('operators keep what only operators may', async () => {
  const { ask, operatorKey: key } = use();
  expect((await ask('GET', '/v1/paths', { key, ...as(one.id) })).status).toBe(200);
});

test.each([
  ['an account that is not there', 'acct_nobody'],
  ['nonsense', `x'; DROP TABLE accounts; --`],
])('%s is refused', async (_, id) => {
  const { ask, operatorKey: key } = use();
  const answer = await ask('GET', '/v1/tasks', { key, ...as(id) });
  expect([answer.status, answer.body.error.field]).toEqual([403, 'sluice-account']);
});

test('nobody else acts for others', async () => {
  const { ask } = use();
  expect((await ask('GET', '/v1/tasks', { key: one.key, ...as(other.id) })).status).toBe(403);
  expect((await ask('GET', '/v1/tasks', { key: one.key, ...as(one.id) })).status).toBe(200);
});
