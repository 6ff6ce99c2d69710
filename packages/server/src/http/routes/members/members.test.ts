import { expect, test } from 'vitest';
import { addPath, orderOne } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();

const person = (role: string, more: object = {}) => ({
  name: 'Ada',
  email: 'ada@example.com',
  role,
  ...more,
});

/** Signs a member in by a link, as they would; answers what their requests carry. */
async function enter(rig: Rig, memberId: string, asker: object) {
  const link = await rig.ask('POST', '/v1/session/links', { ...asker, body: { member: memberId } });
  const token = link.body.url.split('=')[1];
  const session = await rig.ask('POST', '/v1/session', { body: { token } });
  const cookie = (session.headers['set-cookie'] ?? '').split(';')[0] ?? '';
  return { session: session.body, headers: { cookie, 'x-sluice-csrf': session.body.csrf_token } };
}

async function newMember(rig: Rig, role: string) {
  const { id, key } = await rig.account();
  const made = await rig.ask('POST', '/v1/members', {
    key: rig.operatorKey,
    body: person(role, { account: id }),
  });
  const entered = await enter(rig, made.body.id, { key: rig.operatorKey });
  return { member: made.body, account: id, key, ...entered };
}

test.each([
  ['owner', [200, 200, 200, 201]],
  ['developer', [200, 200, 403, 201]],
  ['viewer', [200, 403, 403, 403]],
  ['billing', [200, 200, 403, 403]],
])('a member with the role %s does what that role may', async (role, statuses) => {
  const rig = use();
  const { headers } = await newMember(rig, role);
  const answers = [
    await rig.ask('GET', '/v1/tasks', { headers }),
    await rig.ask('GET', '/v1/balance', { headers }),
    await rig.ask('GET', '/v1/members', { headers }),
    await rig.ask('POST', '/v1/webhooks', { headers, body: { url: 'https://hooks.example.com/' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(statuses);
});

test('a member orders by their own key row, which nobody can use otherwise', async () => {
  const rig = use();
  await addPath(rig);
  const { headers, member, session } = await newMember(rig, 'developer');
  expect(session).toMatchObject({
    member: { id: member.id, name: 'Ada', role: 'developer' },
    operator: false,
  });
  const body = { model: 'kling-3.0', prompt: 'a boat', duration: 5 };
  const ordered = await rig.ask('POST', '/v1/videos/generations', { headers, body });
  expect(ordered.status).toBe(202);
  const { rows } = await rig.database.query(
    { name: 'test_key_of_task', text: 'SELECT key_id FROM tasks WHERE id = $1' },
    [ordered.body.id],
  );
  expect(rows).toEqual([{ key_id: member.key }]);
});

test('a role that changes, and a person who leaves, are felt within a second', async () => {
  const rig = use();
  const { headers, member } = await newMember(rig, 'viewer');
  const { operatorKey: key } = rig;
  expect((await rig.ask('GET', '/v1/balance', { headers })).status).toBe(403);
  await rig.ask('PATCH', `/v1/members/${member.id}`, { key, body: { role: 'billing' } });
  rig.clock.advance(1_000);
  expect((await rig.ask('GET', '/v1/balance', { headers })).status).toBe(200);
  await rig.ask('DELETE', `/v1/members/${member.id}`, { key });
  rig.clock.advance(1_000);
  expect((await rig.ask('GET', '/v1/session', { headers })).body.error.code).toBe('session_expired');
  const { rows } = await rig.database.query(
    { name: 'test_actions', text: 'SELECT action FROM operator_actions WHERE subject = $1 ORDER BY at' },
    [member.id],
  );
  expect(rows.map((row) => row.action)).toEqual(['member.created', 'member.changed', 'member.removed']);
});

test('owners manage their own account and nothing else', async () => {
  const rig = use();
  const { headers, account } = await newMember(rig, 'owner');
  const stranger = await rig.account();
  const made = await rig.ask('POST', '/v1/members', { headers, body: person('developer') });
  expect(made.body).toMatchObject({ account, role: 'developer' });
  const foreign = { headers, body: person('viewer', { account: stranger.id }) };
  expect((await rig.ask('POST', '/v1/members', foreign)).body.error).toMatchObject({ field: 'account' });
  const risen = await rig.ask('POST', '/v1/members', { headers, body: person('operator') });
  expect(risen.body.error).toMatchObject({ code: 'invalid_input', field: 'role' });
  const lifted = await rig.ask('PATCH', `/v1/members/${made.body.id}`, {
    headers,
    body: { role: 'operator' },
  });
  expect(lifted.body.error).toMatchObject({ code: 'invalid_input', field: 'role' });
  expect((await enter(rig, made.body.id, { headers })).session.member.id).toBe(made.body.id);
});

test('who may make keys gives no more than they have, for their own account only', async () => {
  const rig = use();
  const { headers, account } = await newMember(rig, 'developer');
  const stranger = await rig.account();
  const made = await rig.ask('POST', '/v1/keys', { headers, body: { name: 'ci' } });
  expect(made.body.account).toBe(account);
  expect(await orderableBy(rig, made.body.key)).toBe(true);
  const more = { name: 'ci', scopes: ['tasks:read', 'members:write'] };
  const refused = await rig.ask('POST', '/v1/keys', { headers, body: more });
  expect(refused.body.error).toMatchObject({ code: 'invalid_input', field: 'scopes[1]' });
  const foreign = await rig.ask('POST', '/v1/keys', { headers, body: { name: 'x', account: stranger.id } });
  const missing = await rig.ask('POST', '/v1/keys', { headers, body: { name: 'x', account: 'acc_0' } });
  const plain = (text: string, id: string, request: string) => text.replace(id, 'ID').replace(request, 'R');
  expect(plain(foreign.text, stranger.id, foreign.body.error.request_id)).toBe(
    plain(missing.text, 'acc_0', missing.body.error.request_id),
  );
});

async function orderableBy(rig: Rig, key: string): Promise<boolean> {
  await addPath(rig);
  return (await orderOne(rig, key)).startsWith('task_');
}
