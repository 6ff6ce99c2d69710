/** Endpoints of the installation, and chat rooms, whose address is a secret. */
import { expect, test } from 'vitest';
import { claimDeliveries, deliver } from '../../../lifecycle/7-notify.ts';
import { type Answered, type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const ROOM = 'https://rooms.example.com/services/T0001/B0002/topsecret-w0rd';
const SHOWN = 'https://rooms.example.com/…w0rd';
const ALERTS = ['alert.raised', 'alert.cleared'];

async function add(rig: Rig, key: string, body: object): Promise<Answered> {
  return rig.ask('POST', '/v1/webhooks', { key, body });
}

type Sent = { url: string; headers: Record<string, string>; body: string };

async function deliverAll(rig: Rig): Promise<Sent[]> {
  const sent: Sent[] = [];
  rig.upstream.answer = ({ url, headers, body }) => {
    sent.push({ url, headers, body: String(body) });
    return { kind: 'answered', status: 200, headers: {}, body: Buffer.from('ok'), finalUrl: url };
  };
  const { lease, deliveries } = await claimDeliveries(rig.context, 100);
  for (const delivery of deliveries) await deliver(rig.context, lease, delivery);
  return sent;
}

test('operators have endpoints of their own, for alerts alone', async () => {
  const rig = use();
  const key = rig.operatorKey;
  const url = 'https://hooks.example.com/ops';
  const tasks = await add(rig, key, { url });
  expect([tasks.status, tasks.body.error.field, tasks.body.error.allowed]).toEqual([403, 'types', ALERTS]);
  const foreign = await add(rig, key, { url, types: ALERTS, format: 'fal' });
  expect([foreign.status, foreign.body.error.field, foreign.body.error.allowed]).toEqual([
    422,
    'format',
    ['sluice', 'slack'],
  ]);
  const made = await add(rig, key, { url, types: ALERTS, least_severity: 'critical' });
  expect(made.body).toMatchObject({ account: null, types: ALERTS, least_severity: 'critical' });
  const path = `/v1/webhooks/${made.body.id}`;
  const changed = await rig.ask('PATCH', path, { key, body: { types: ['task.failed'] } });
  expect([changed.status, changed.body.error.field]).toEqual([403, 'types']);

  const { key: own } = await rig.account();
  await add(rig, own, { url: 'https://hooks.example.com/team' });
  const list = await rig.ask('GET', '/v1/webhooks?of=installation', { key });
  expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
  expect((await rig.ask('GET', '/v1/webhooks?of=installation', { key: own })).status).toBe(403);
  expect((await rig.ask('GET', path, { key: own })).status).toBe(404);

  await rig.ask('POST', `${path}/test`, { key });
  const [sent] = await deliverAll(rig);
  expect([sent?.url, JSON.parse(sent?.body ?? '').type]).toEqual([url, 'webhook.test']);
  expect(sent?.headers['webhook-signature']).toMatch(/^v1,/);
  const log = await rig.ask('GET', `${path}/deliveries`, { key });
  expect(log.body.data).toMatchObject([{ state: 'delivered', event_type: 'webhook.test' }]);
  await rig.ask('DELETE', path, { key });
});

test('a room is told a line of text, unsigned, and its address is shown to nobody', async () => {
  const rig = use();
  const { key } = await rig.account();
  const made = await add(rig, key, { url: ROOM, format: 'slack' });
  expect(made.body).toMatchObject({ url: SHOWN, format: 'slack' });
  const path = `/v1/webhooks/${made.body.id}`;
  await rig.ask('POST', `${path}/test`, { key });
  const [sent] = await deliverAll(rig);
  expect(sent?.url).toBe(ROOM);
  expect(JSON.parse(sent?.body ?? '')).toEqual({
    text: expect.stringMatching(/^A test: .*\nhttps:\/\/sluice\.test\/console\/$/),
  });
  expect(Object.keys(sent?.headers ?? {}).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  for (const at of [path, '/v1/webhooks', `${path}/deliveries`]) {
    for (const as of [key, rig.operatorKey]) {
      expect((await rig.ask('GET', at, { key: as })).text).not.toContain('topsecret');
    }
  }
  const kept = await rig.database.query({
    name: 'test_room_kept',
    text: `SELECT (SELECT string_agg(e::text, '') FROM endpoints e)
                  || (SELECT string_agg(d::text, '') FROM deliveries d) AS text`,
  });
  expect(JSON.stringify(kept.rows)).not.toContain('topsecret');
  expect(JSON.stringify(rig.logs)).not.toContain('topsecret');
});

test('no change of its format brings the address of a room to light', async () => {
  const rig = use();
  const { key } = await rig.account();
  const { body } = await add(rig, key, { url: ROOM, format: 'slack' });
  const patch = (change: object) => rig.ask('PATCH', `/v1/webhooks/${body.id}`, { key, body: change });
  const refused = await patch({ format: 'sluice' });
  expect([refused.status, refused.body.error.field]).toEqual([422, 'url']);
  expect((await patch({ description: 'ours' })).body.url).toBe(SHOWN);

  const url = 'https://hooks.example.com/plain';
  expect((await patch({ format: 'sluice', url })).body).toMatchObject({ url, format: 'sluice' });
  const room = await patch({ format: 'slack' });
  expect(room.body.url).toBe('https://hooks.example.com/…');
  await rig.ask('POST', `/v1/webhooks/${body.id}/test`, { key });
  expect((await deliverAll(rig)).map((sent) => sent.url)).toEqual([url]);
});

test('what was meant for a room goes nowhere else when the room is gone', async () => {
  const rig = use();
  const { key } = await rig.account();
  const { body } = await add(rig, key, { url: ROOM, format: 'slack' });
  await rig.ask('POST', `/v1/webhooks/${body.id}/test`, { key });
  const change = { format: 'sluice', url: 'https://hooks.example.com/other' };
  await rig.ask('PATCH', `/v1/webhooks/${body.id}`, { key, body: change });
  expect(await deliverAll(rig)).toEqual([]);
  const log = await rig.ask('GET', `/v1/webhooks/${body.id}/deliveries`, { key });
  expect(log.body.data[0]).toMatchObject({
    state: 'waiting',
    attempts: [{ outcome: 'again: its address was replaced' }],
  });
});
