import { expect, test } from 'vitest';
import { settleTasks } from '../../../lifecycle/6-settle.ts';
import {
  acceptUpstream,
  addPath,
  admitOne,
  endUpstream,
  liveWhole,
  loseAnswer,
  ORDER,
  orderOne,
  storeClips,
} from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('an order is accepted durably and shows why it waits', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const body = { ...ORDER, metadata: { shot: '12' }, priority: 'high' };
  const { status, body: task } = await rig.ask('POST', '/v1/videos/generations', { key, body });
  expect(status).toBe(202);
  expect(task).toMatchObject({
    object: 'video.generation.task',
    status: 'pending',
    stage: 'queued',
    version: 1,
    progress: 0,
    sandbox: true,
    priority: 'high',
    duration: 5,
    quality: '720p',
    path: null,
    charge: null,
    error: null,
    metadata: { shot: '12' },
    wait: { position: 1 },
    task_info: { can_cancel: true },
  });
  expect(task.held.amount).toBe(task.quote.maximum);
  const balance = await rig.ask('GET', '/v1/balance', { key });
  expect(balance.body.held).toBe(task.held.amount);
  expect((await rig.ask('GET', `/v1/tasks/${task.id}`, { key })).body).toEqual(task);
  expect((await rig.ask('GET', `/v1/tasks/${task.id}`, { key: rig.operatorKey })).body).toEqual(task);
  expect((await rig.ask('GET', `/v1/tasks?account=${id}`, { key: rig.operatorKey })).body.data).toHaveLength(
    1,
  );
});

test('every stage of its life is shown as it is', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const shown = async () => {
    const { body } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
    const { can_cancel } = body.task_info;
    return { stage: body.stage, status: body.status, progress: body.progress, path: body.path, can_cancel };
  };
  const processing = { status: 'processing', path: 'kling-test' };
  const sent = await admitOne(rig, taskId);
  expect(await shown()).toEqual({ stage: 'sending', progress: 1, can_cancel: true, ...processing });
  await loseAnswer(rig, sent);
  expect(await shown()).toEqual({ stage: 'unknown', progress: 1, can_cancel: true, ...processing });
  await acceptUpstream(rig, sent.attemptId);
  rig.clock.advance(30_000);
  const rendering = await shown();
  expect(rendering).toMatchObject({ stage: 'rendering', can_cancel: false, ...processing });
  expect(rendering.progress).toBeGreaterThan(1);
  expect(rendering.progress).toBeLessThanOrEqual(95);
  await endUpstream(rig, sent.attemptId);
  expect(await shown()).toEqual({ stage: 'saving', progress: 96, can_cancel: false, ...processing });
  await storeClips(rig);
  expect(await shown()).toEqual({ stage: 'settling', progress: 99, can_cancel: false, ...processing });
  await settleTasks(rig.context, 10);
  const end = {
    stage: 'succeeded',
    status: 'completed',
    progress: 100,
    path: 'kling-test',
    can_cancel: false,
  };
  expect(await shown()).toEqual(end);
});

test('a finished task has its clip, its charge and nothing held', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { taskId, assetId } = await liveWhole(rig, key);
  const { body: task } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
  expect(task).toMatchObject({
    held: null,
    charge: { currency: 'USD' },
    flags: ['no_audio'],
    task_info: { estimated_time: null, video_duration: 5.04 },
  });
  expect(task.assets).toHaveLength(1);
  expect(task.assets[0]).toMatchObject({ id: assetId, kind: 'video', width: 1280, duration_seconds: 5.04 });
  expect(task.results).toEqual([task.assets[0].url]);
  expect(task.assets[0].url).toMatch(
    /^https:\/\/sluice\.test\/v1\/assets\/asset_[0-9a-f]+\?expires=\d+&signature=/,
  );
  const balance = await rig.ask('GET', '/v1/balance', { key });
  expect(balance.body.held).toBe('0.00');
  expect(Number(balance.body.posted)).toBeCloseTo(100 - Number(task.charge.amount), 6);
  expect(task.usage.credits_used).toBe(Number(task.charge.amount));
});

test('a failed task says why, in our words and in the upstream’s code, and charges nothing', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const { attemptId } = await admitOne(rig, taskId);
  await acceptUpstream(rig, attemptId);
  await endUpstream(rig, attemptId, 'failed');
  await settleTasks(rig.context, 10);
  const { body: task } = await rig.ask('GET', `/v1/tasks/${taskId}`, { key });
  expect(task).toMatchObject({
    status: 'failed',
    error: { code: 'moderated', message: 'The prompt was refused.', upstream_code: '1301' },
    charge: { amount: '0.00' },
    held: null,
    assets: [],
  });
});

test('lists filter, and their pages are stable while tasks are added', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const made: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    rig.clock.advance(1_000);
    made.push(await orderOne(rig, key, { prompt: `boat ${number}` }));
  }
  const startedAt = new Date(rig.clock.now() - 2_500).toISOString();
  const [first = ''] = made;
  await rig.ask('POST', `/v1/tasks/${first}/cancel`, { key });
  const ids = async (query: string) => {
    const answer = await rig.ask('GET', `/v1/tasks?${query}`, { key });
    return answer.body.data.map((task: { id: string }) => task.id);
  };
  expect(await ids('')).toEqual([...made].reverse());
  expect(await ids('status=cancelled')).toEqual([first]);
  expect(await ids('stage=canceled')).toEqual([first]);
  expect(await ids('status=pending&stage=canceled')).toEqual([]);
  expect(await ids('stage=rendering')).toEqual([]);
  expect(await ids('model=kling-o1')).toEqual([]);
  expect(await ids(`created_after=${startedAt}`)).toEqual(made.slice(2).reverse());
  expect(await ids(`created_before=${startedAt}`)).toEqual(made.slice(0, 2).reverse());
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? 'limit=2' : `limit=2&cursor=${cursor}`;
    const page = await rig.ask('GET', `/v1/tasks?${query}`, { key });
    seen.push(...page.body.data.map((task: { id: string }) => task.id));
    cursor = page.body.next_cursor;
    rig.clock.advance(1_000);
    await orderOne(rig, key, { prompt: `later ${seen.length}` });
  } while (cursor !== null);
  expect(seen).toEqual([...made].reverse());
});

test('a model is found by any of its names', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  await orderOne(rig, key);
  const alias = rig.context.catalogue.models.find((model) => model.id === 'kling-3.0')?.aliases[0]?.name;
  const answer = await rig.ask('GET', `/v1/tasks?model=${alias}`, { key });
  expect(answer.body.data).toHaveLength(1);
});

test('a waiting task is cancelled at once and its money is free', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const answer = await rig.ask('POST', `/v1/tasks/${taskId}/cancel`, { key });
  expect(answer.body).toMatchObject({
    outcome: 'canceled',
    task: { status: 'cancelled', charge: { amount: '0.00' }, error: { code: 'canceled' } },
  });
  expect((await rig.ask('GET', '/v1/balance', { key })).body.held).toBe('0.00');
  const again = await rig.ask('POST', `/v1/tasks/${taskId}/cancel`, { key });
  expect(again.body.outcome).toBe('canceled');
});

test('a task that the upstream has is too late to cancel, and says so', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const taskId = await orderOne(rig, key);
  const { attemptId } = await admitOne(rig, taskId);
  const during = await rig.ask('POST', `/v1/tasks/${taskId}/cancel`, { key });
  expect(during.body).toMatchObject({ outcome: 'requested', task: { cancel_requested: true } });
  await acceptUpstream(rig, attemptId);
  const after = await rig.ask('POST', `/v1/tasks/${taskId}/cancel`, { key });
  expect([after.status, after.body.error.code]).toEqual([409, 'cancel_too_late']);
});
