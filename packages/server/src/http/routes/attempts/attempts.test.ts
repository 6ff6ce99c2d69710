import { expect, test } from 'vitest';
import { addPath, admitOne, loseAnswer, orderOne } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

async function lost(rig: Rig) {
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const sent = await admitOne(rig, taskId);
  await loseAnswer(rig, sent);
  rig.clock.advance(90_000);
  return { key, taskId, attemptId: sent.attemptId };
}

function upstreamKnows(rig: Rig, tasks: { id: string; external: string }[]): void {
  rig.upstream.answer = ({ url }) => {
    const data = tasks.map(({ id, external }) => ({
      id,
      external_id: external,
      status: 'processing',
      create_time: rig.clock.now(),
      update_time: rig.clock.now(),
    }));
    const body = Buffer.from(JSON.stringify({ code: 0, message: 'SUCCEED', data }));
    return { kind: 'answered', status: 200, headers: {}, body, finalUrl: url };
  };
}

test('lost answers are listed with their age and without what leaked into the reason', async () => {
  const rig = use();
  const { attemptId, taskId } = await lost(rig);
  const { body, text } = await rig.ask('GET', '/v1/attempts/unknown', { key: rig.operatorKey });
  expect(body.data.find((each: { id: string }) => each.id === attemptId)).toMatchObject({
    task_id: taskId,
    path: 'kling-test',
    correlation_id: attemptId,
    age_seconds: 90,
    reason: 'reset while reading https://upstream.test/v1',
  });
  expect(text).not.toContain('token=abc');
});

test('"never accepted" frees the slot and puts the task back into the queue, with the reason on record', async () => {
  const rig = use();
  const { attemptId, taskId, key } = await lost(rig);
  const body = { outcome: 'never_accepted', reason: 'not in the vendor console' };
  const answer = await rig.ask('POST', `/v1/attempts/${attemptId}/resolve`, { key: rig.operatorKey, body });
  expect(answer.body.task_id).toBe(taskId);
  const kinds = answer.body.data.map((entry: { kind: string }) => entry.kind);
  expect(kinds).toContain('attempt.resolved');
  expect(kinds).toContain('attempt.abandoned');
  expect(JSON.stringify(answer.body)).toContain('not in the vendor console');
  expect((await rig.ask('GET', `/v1/tasks/${taskId}`, { key })).body.stage).toBe('queued');
  const again = await rig.ask('POST', `/v1/attempts/${attemptId}/resolve`, { key: rig.operatorKey, body });
  expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
});

test('"accepted" is believed when the upstream names the same task for our id', async () => {
  const rig = use();
  const { attemptId, taskId, key } = await lost(rig);
  upstreamKnows(rig, [{ id: '880011', external: attemptId }]);
  const resolve = (upstream_id?: string) =>
    rig.ask('POST', `/v1/attempts/${attemptId}/resolve`, {
      key: rig.operatorKey,
      body: { outcome: 'accepted', reason: 'seen', ...(upstream_id === undefined ? {} : { upstream_id }) },
    });
  expect((await resolve()).body.error).toMatchObject({ code: 'invalid_input', field: 'upstream_id' });
  expect((await resolve('990022')).body.error).toMatchObject({ code: 'conflict', field: 'upstream_id' });
  expect((await rig.ask('GET', `/v1/tasks/${taskId}`, { key })).body.stage).toBe('unknown');
  expect((await resolve('880011')).status).toBe(200);
  expect((await rig.ask('GET', `/v1/tasks/${taskId}`, { key })).body.stage).toBe('rendering');
});

test('an upstream that does not know our id, or cannot be asked, decides nothing', async () => {
  const rig = use();
  const { attemptId, taskId, key } = await lost(rig);
  const body = { outcome: 'accepted', upstream_id: '1', reason: 'a guess' };
  const resolve = () => rig.ask('POST', `/v1/attempts/${attemptId}/resolve`, { key: rig.operatorKey, body });
  upstreamKnows(rig, []);
  expect((await resolve()).body.error.code).toBe('conflict');
  rig.upstream.answer = () => ({ kind: 'lost', reason: 'timeout', detail: 'slow' });
  expect((await resolve()).body.error.code).toBe('conflict');
  expect((await rig.ask('GET', `/v1/tasks/${taskId}`, { key })).body.stage).toBe('unknown');
});

test('an attempt that is not there is not found', async () => {
  const rig = use();
  const body = { outcome: 'never_accepted', reason: 'x' };
  const answer = await rig.ask('POST', '/v1/attempts/att_0/resolve', { key: rig.operatorKey, body });
  expect(answer.status).toBe(404);
});
