/** What must never be in an answer or a log line, looked for in all of them. */
import { type Operation, operations } from '@sluice/contract';
import { expect, test } from 'vitest';
import { API_KEY, addPath, liveWhole } from './testing/life.ts';
import { useRig } from './testing/rig.ts';

const use = useRig();

test('no answer to a read, and no log line, carries a key, a credential, a secret or an upstream link', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const endpoint = await rig.ask('POST', '/v1/webhooks', {
    key,
    body: { url: 'https://hooks.example.com/in?token=RECEIVER' },
  });
  const room = { url: 'https://rooms.example.com/services/T1/topsecret', format: 'slack' };
  await rig.ask('POST', '/v1/webhooks', { key, body: room, headers: { 'idempotency-key': 'one room' } });
  const alerts = { ...room, types: ['alert.raised', 'alert.cleared'] };
  const place = await rig.ask('POST', '/v1/webhooks', { key: rig.operatorKey, body: alerts });
  await rig.ask('POST', `/v1/webhooks/${place.body.id}/test`, { key: rig.operatorKey });
  const file = await rig.ask('POST', '/v1/files', {
    key,
    body: Buffer.from('image:100x100'),
    headers: { 'content-type': 'image/jpeg' },
  });
  const { taskId, assetId } = await liveWhole(rig, key);
  const rotated = await rig.ask('POST', `/v1/webhooks/${endpoint.body.id}/rotate`, { key });
  const secrets = [key, rig.operatorKey, API_KEY, endpoint.body.secret, rotated.body.secret, 'topsecret'];
  const ids = [id, taskId, assetId, file.body.id, endpoint.body.id, place.body.id, 'kling-test', 'kling-3.0'];
  const reads = Object.values<Operation>(operations).filter(
    ({ method, response }) => method === 'get' && response.contentType !== 'text/event-stream',
  );
  let looked = 0;
  for (const { path } of reads) {
    for (const objectId of path.includes('{id}') ? ids : ['']) {
      for (const caller of [key, rig.operatorKey]) {
        const answer = await rig.ask('GET', path.replace('{id}', objectId), { key: caller });
        if (answer.status === 200) looked += 1;
        const whole = answer.text + JSON.stringify(answer.headers);
        for (const secret of secrets) expect(whole, path).not.toContain(secret);
        expect(whole, path).not.toMatch(/v1:[A-Za-z0-9+/=]{40,}/);
      }
    }
  }
  expect(looked).toBeGreaterThan(30);
  const logged = JSON.stringify(rig.logs);
  for (const secret of secrets) expect(logged).not.toContain(secret);
});
