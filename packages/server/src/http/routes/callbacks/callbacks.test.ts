import { expect, test } from 'vitest';
import { acceptUpstream, addPath, admitOne, orderOne, PATH } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

async function running(rig: Rig) {
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const sent = await admitOne(rig, taskId);
  await acceptUpstream(rig, sent.attemptId);
  return sent;
}

const said = (id: string) => ({ id, status: 'succeed', message: '', external_id: id });

async function inbox(rig: Rig, attemptId: string): Promise<number> {
  const statement = { name: 'test_inbox', text: 'SELECT id FROM callbacks WHERE attempt_id = $1' };
  return (await rig.database.query(statement, [attemptId])).count;
}

test('a callback is in the inbox before it is answered, and makes its attempt due', async () => {
  const rig = use();
  const { attemptId, callbackToken } = await running(rig);
  const url = `/callbacks/${PATH}/${callbackToken}`;
  const answer = await rig.ask('POST', url, { body: said(`up_${attemptId}`) });
  expect([answer.status, answer.body]).toEqual([200, { status: 'taken' }]);
  expect(await inbox(rig, attemptId)).toBe(1);
  expect(rig.wakes).toContain('track');
});

test('a callback that the render is under way is kept, and nobody is asked for it', async () => {
  const rig = use();
  const { attemptId, callbackToken } = await running(rig);
  rig.wakes.length = 0;
  const body = { ...said(`up_${attemptId}`), status: 'processing' };
  const answer = await rig.ask('POST', `/callbacks/${PATH}/${callbackToken}`, { body });
  expect(answer.status).toBe(200);
  expect(await inbox(rig, attemptId)).toBe(1);
  expect(rig.wakes).not.toContain('track');
});

test.each([
  ['a token that is nobody’s', (token: string) => `/callbacks/${PATH}/${token.replace(/^./, 'z')}`],
  ['the right token at another path', (token: string) => `/callbacks/elsewhere/${token}`],
  ['a path that cannot be one', (token: string) => `/callbacks/..%2f/${token}`],
  ['a short token', () => `/callbacks/${PATH}/abc`],
])('%s is not found, and nothing is kept', async (_name, url) => {
  const rig = use();
  const { attemptId, callbackToken } = await running(rig);
  const answer = await rig.ask('POST', url(callbackToken), { body: said('x') });
  expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found']);
  expect(await inbox(rig, attemptId)).toBe(0);
});

test('it is taken whatever type it claims to have', async () => {
  const rig = use();
  const { attemptId, callbackToken } = await running(rig);
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const body = JSON.stringify(said(`up_${attemptId}`));
  const answer = await rig.ask('POST', `/callbacks/${PATH}/${callbackToken}`, { body, headers });
  expect(answer.status).toBe(200);
});

test('a body above 64 KiB is refused', async () => {
  const rig = use();
  const { callbackToken } = await running(rig);
  const body = { ...said('x'), message: 'x'.repeat(70_000) };
  const answer = await rig.ask('POST', `/callbacks/${PATH}/${callbackToken}`, { body });
  expect(answer.status).toBe(413);
});

test('without a database it is not taken, so that the upstream repeats it', async () => {
  const rig = use();
  const { attemptId, callbackToken } = await running(rig);
  const { recordCallback } = rig.context.store.track;
  rig.context.store.track.recordCallback = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  const url = `/callbacks/${PATH}/${callbackToken}`;
  const answer = await rig.ask('POST', url, { body: said(`up_${attemptId}`) });
  rig.context.store.track.recordCallback = recordCallback;
  expect([answer.status, answer.body.error.code]).toEqual([503, 'unavailable']);
});
