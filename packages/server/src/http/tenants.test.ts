/** Another account's object is the same to a caller as one that was never there, byte for byte. */
import { type Operation, type OperationId, operations, Scope } from '@sluice/contract';
import { beforeAll, expect, test } from 'vitest';
import { addPath, liveWhole } from './testing/life.ts';
import { useRig } from './testing/rig.ts';
import { openShop } from './testing/shop.ts';

const use = useRig();

type Kind = 'task' | 'asset' | 'file' | 'endpoint' | 'delivery' | 'key' | 'member' | 'prompt' | 'checkout';

/** Each operation that names an object of an account, with the kind of object. */
const named: Partial<Record<OperationId, Kind>> = {
  getTask: 'task',
  cancelTask: 'task',
  getTimeline: 'task',
  getTaskOrder: 'task',
  streamTaskEvents: 'task',
  getAsset: 'asset',
  deleteAsset: 'asset',
  getFile: 'file',
  deleteFile: 'file',
  getEndpoint: 'endpoint',
  updateEndpoint: 'endpoint',
  deleteEndpoint: 'endpoint',
  rotateEndpointSecret: 'endpoint',
  testEndpoint: 'endpoint',
  listDeliveries: 'endpoint',
  replayDelivery: 'delivery',
  updateKey: 'key',
  revokeKey: 'key',
  updateMember: 'member',
  removeMember: 'member',
  deletePrompt: 'prompt',
  getCheckout: 'checkout',
};

const bodies: Partial<Record<OperationId, object>> = {
  updateEndpoint: { description: 'taken over' },
  updateKey: { name: 'taken over' },
  updateMember: { name: 'taken over' },
};

/** Whatever an account's key can be allowed. */
const EVERYTHING = Scope.options.filter((scope) => scope !== 'operator');

let owned: Record<Kind, string>;
let stranger: string;

beforeAll(async () => {
  const rig = use();
  await addPath(rig);
  const { key, keyId, id: account } = await rig.account();
  const person = { name: 'Ada', email: 'ada@example.com', role: 'viewer', account };
  const member = await rig.ask('POST', '/v1/members', { key: rig.operatorKey, body: person });
  const prompt = await rig.ask('POST', '/v1/prompts', {
    key,
    body: { title: 'Ours', order: { model: 'kling-3.0', prompt: 'a secret idea' } },
  });
  const endpoint = await rig.ask('POST', '/v1/webhooks', {
    key,
    body: { url: 'https://hooks.example.com/' },
  });
  const file = await rig.ask('POST', '/v1/files', {
    key,
    body: Buffer.from('image:100x100'),
    headers: { 'content-type': 'image/jpeg' },
  });
  const { taskId, assetId } = await liveWhole(rig, key);
  const log = await rig.ask('GET', `/v1/webhooks/${endpoint.body.id}/deliveries`, { key });
  const delivery = log.body.data[0].id;
  openShop(rig);
  const asking = { key: rig.operatorKey, body: { amount: '25' }, headers: { 'sluice-account': account } };
  const checkout = await rig.ask('POST', '/v1/checkouts', asking);
  owned = {
    task: taskId,
    asset: assetId,
    file: file.body.id,
    endpoint: endpoint.body.id,
    delivery,
    key: keyId,
    member: member.body.id,
    prompt: prompt.body.id,
    checkout: checkout.body.id,
  };
  stranger = (await rig.account({ scopes: EVERYTHING })).key;
});

test('every operation on an object of an account is in the table above', () => {
  const withId = Object.entries<Operation>(operations)
    .filter(([id, { path, access }]) => path.includes('{id}') && access !== 'operator' && id !== 'getModel')
    .map(([id]) => id);
  expect(Object.keys(named).sort()).toEqual(withId.sort());
});

test.each(Object.entries(named))('%s of another account is not found', async (operationId, kind) => {
  const { ask } = use();
  const operation: Operation = operations[operationId as OperationId];
  const call = async (id: string) => {
    const body = bodies[operationId as OperationId];
    const answer = await ask(operation.method.toUpperCase(), operation.path.replace('{id}', id), {
      key: stranger,
      ...(body === undefined ? {} : { body }),
    });
    const { 'x-request-id': requestId = '', date: _, ...headers } = answer.headers;
    return { status: answer.status, headers, text: answer.text.replaceAll(requestId, 'req') };
  };
  const real = owned[kind];
  const foreign = await call(real);
  expect(foreign.status).toBe(404);
  expect(foreign).toEqual(await call(real.replace(/.{4}$/, '0000')));
});

test('lists of another account show nothing of it', async () => {
  const { ask } = use();
  const lists = [
    'tasks',
    'webhooks',
    'ledger',
    'keys',
    'members',
    'prompts',
    'checkouts',
    'gate',
    'alerts',
    'alerts?state=over',
    'alerts/settings',
    'spend?by=key',
  ];
  for (const path of lists.map((name) => `/v1/${name}`)) {
    const answer = await ask('GET', path, { key: stranger });
    expect(answer.status, path).toBe(200);
    for (const id of Object.values(owned)) expect(answer.text, path).not.toContain(id);
    expect(answer.text, path).not.toContain('a secret idea');
  }
});

test('its upload cannot be ordered with', async () => {
  const { ask } = use();
  const body = { model: 'kling-3.0', prompt: 'x', image_start: `file:${owned.file}` };
  const foreign = await ask('POST', '/v1/videos/generations', { key: stranger, body });
  expect(foreign.status).toBe(422);
  const nobody = owned.file.replace(/.{4}$/, '0000');
  const missing = await ask('POST', '/v1/videos/generations', {
    key: stranger,
    body: { ...body, image_start: `file:${nobody}` },
  });
  expect({ ...foreign.body.error, message: '', request_id: '' }).toEqual({
    ...missing.body.error,
    message: '',
    request_id: '',
  });
});
