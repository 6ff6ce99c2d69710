import { expect, test } from 'vitest';
import { claimDeliveries, deliver } from '../../../lifecycle/7-notify.ts';
import { addPath, liveWhole } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const URL = 'https://hooks.example.com/sluice';

async function added(rig: Rig, key: string, change: object = {}) {
  const answer = await rig.ask('POST', '/v1/webhooks', { key, body: { url: URL, ...change } });
  expect(answer.status).toBe(201);
  return answer.body;
}

/** Delivers what waits; the receiver answers with this status. Answers what it was sent. */
async function deliverAll(rig: Rig, status = 200) {
  const sent: { url: string; headers: Record<string, string>; body: string }[] = [];
  rig.upstream.answer = ({ url, headers, body }) => {
    sent.push({ url, headers, body: String(body) });
    return { kind: 'answered', status, headers: {}, body: Buffer.from('thanks'), finalUrl: url };
  };
  const { lease, deliveries } = await claimDeliveries(rig.context, 100);
  for (const delivery of deliveries) await deliver(rig.context, lease, delivery);
  return sent;
}

test('an endpoint is added with a secret that is shown once', async () => {
  const rig = use();
  const { key } = await rig.account();
  const endpoint = await added(rig, key);
  expect(endpoint).toMatchObject({
    url: URL,
    types: ['task.completed', 'task.failed', 'task.cancelled'],
    status: 'enabled',
  });
  expect(Buffer.from(endpoint.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  const { secret, ...rest } = endpoint;
  expect((await rig.ask('GET', `/v1/webhooks/${endpoint.id}`, { key })).body).toEqual(rest);
  const listed = await rig.ask('GET', '/v1/webhooks', { key });
  expect(listed.body.data).toEqual([rest]);
  expect(listed.text).not.toContain(secret);
});

test('an address that may not be called is refused when it is given', async () => {
  const rig = use();
  const { key } = await rig.account();
  const answer = await rig.ask('POST', '/v1/webhooks', { key, body: { url: 'http://10.0.0.1/x' } });
  expect([answer.status, answer.body.error.code, answer.body.error.field]).toEqual([
    422,
    'input_unreachable',
    'url',
  ]);
  const endpoint = await added(rig, key);
  const changed = await rig.ask('PATCH', `/v1/webhooks/${endpoint.id}`, {
    key,
    body: { url: 'http://10.0.0.1/' },
  });
  expect(changed.body.error.code).toBe('input_unreachable');
});

test('a change leaves alone what it does not name', async () => {
  const rig = use();
  const { key } = await rig.account();
  const endpoint = await added(rig, key, { types: ['task.started'], description: 'mine' });
  const { body } = await rig.ask('PATCH', `/v1/webhooks/${endpoint.id}`, {
    key,
    body: { status: 'disabled' },
  });
  expect(body).toMatchObject({
    url: URL,
    types: ['task.started'],
    description: 'mine',
    status: 'disabled',
    disabled_reason: 'disabled by its owner',
  });
  const enabled = await rig.ask('PATCH', `/v1/webhooks/${endpoint.id}`, { key, body: { status: 'enabled' } });
  expect(enabled.body).toMatchObject({ status: 'enabled', disabled_reason: null });
});

test('a test event is sent, signed, and shown in the log', async () => {
  const rig = use();
  const { key } = await rig.account();
  const endpoint = await added(rig, key);
  const tested = await rig.ask('POST', `/v1/webhooks/${endpoint.id}/test`, { key });
  expect(tested.status).toBe(202);
  expect(tested.body).toMatchObject({ event_type: 'webhook.test', state: 'waiting', attempts: [] });
  expect(rig.wakes).toContain('notify');
  const [sent] = await deliverAll(rig);
  expect(sent?.headers['webhook-id']).toBe(tested.body.event_id);
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({ type: 'webhook.test' });
  const log = await rig.ask('GET', `/v1/webhooks/${endpoint.id}/deliveries`, { key });
  expect(log.body.data).toMatchObject([
    {
      id: tested.body.id,
      state: 'delivered',
      attempts: [{ status: 200, response: 'thanks' }],
      next_attempt_at: null,
    },
  ]);
});

test('a delivery is replayed with the same event, and its log goes on', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const endpoint = await added(rig, key);
  const { taskId } = await liveWhole(rig, key);
  const [first] = await deliverAll(rig, 500);
  const tests = `/v1/webhooks/${endpoint.id}/deliveries?event_type=webhook.test`;
  expect((await rig.ask('GET', tests, { key })).body.data).toHaveLength(0);
  const listed = await rig.ask('GET', `/v1/webhooks/${endpoint.id}/deliveries?state=waiting`, { key });
  expect(listed.body.data).toMatchObject([{ task_id: taskId, event_type: 'task.completed' }]);
  const [{ id }] = listed.body.data;
  const replayed = await rig.ask('POST', `/v1/deliveries/${id}/replay`, { key });
  expect([replayed.status, replayed.body.state]).toEqual([202, 'waiting']);
  const [second] = await deliverAll(rig);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  const { body } = await rig.ask('GET', `/v1/webhooks/${endpoint.id}/deliveries`, { key });
  expect(body.data[0].attempts.map((attempt: { status: number }) => attempt.status)).toEqual([500, 200]);
});

test('after a rotation both secrets sign for a day, then only the new one', async () => {
  const rig = use();
  const { key } = await rig.account();
  const endpoint = await added(rig, key);
  const rotated = await rig.ask('POST', `/v1/webhooks/${endpoint.id}/rotate`, { key });
  expect(rotated.body.secret).not.toBe(endpoint.secret);
  const signatures = async () => {
    await rig.ask('POST', `/v1/webhooks/${endpoint.id}/test`, { key });
    const [sent] = await deliverAll(rig);
    return sent?.headers['webhook-signature']?.split(' ').length;
  };
  expect(await signatures()).toBe(2);
  rig.clock.advance(24 * 3_600_000);
  expect(await signatures()).toBe(1);
});

test('a removed endpoint gets nothing more and cannot be replayed to', async () => {
  const rig = use();
  const { key } = await rig.account();
  const endpoint = await added(rig, key);
  const tested = await rig.ask('POST', `/v1/webhooks/${endpoint.id}/test`, { key });
  const deleted = await rig.ask('DELETE', `/v1/webhooks/${endpoint.id}`, { key });
  expect(deleted.body).toEqual({ id: endpoint.id, object: 'webhook_endpoint', deleted: true });
  expect(await deliverAll(rig)).toEqual([]);
  expect((await rig.ask('GET', `/v1/webhooks/${endpoint.id}`, { key })).status).toBe(404);
  const replayed = await rig.ask('POST', `/v1/deliveries/${tested.body.id}/replay`, { key });
  expect([replayed.status, replayed.body.error.code]).toEqual([409, 'conflict']);
});
