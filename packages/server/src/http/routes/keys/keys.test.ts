import { expect, test } from 'vitest';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('a key is shown once, works, and is kept as a hash', async () => {
  const { ask, operatorKey, account, database } = use();
  const { id } = await account({ topUp: '0' });
  const made = await ask('POST', '/v1/keys', { key: operatorKey, body: { name: 'ci', account: id } });
  expect(made.status).toBe(201);
  const text: string = made.body.key;
  expect(text.startsWith(made.body.prefix)).toBe(true);
  expect((await ask('GET', '/v1/balance', { key: text })).status).toBe(200);
  const listed = await ask('GET', `/v1/keys?account=${id}`, { key: operatorKey });
  expect(listed.body.data.map((each: { id: string }) => each.id)).toContain(made.body.id);
  expect(listed.text).not.toContain(text);
  const { rows } = await database.query({
    name: 'test_all_keys',
    text: 'SELECT api_keys::text AS row FROM api_keys',
  });
  expect(JSON.stringify(rows)).not.toContain(text.slice(20));
});

test('a revoked key stops within a second', async () => {
  const { ask, operatorKey, account, clock } = use();
  const { key, keyId } = await account({ topUp: '0' });
  expect((await ask('GET', '/v1/balance', { key })).status).toBe(200);
  const revoked = await ask('DELETE', `/v1/keys/${keyId}`, { key: operatorKey });
  expect(revoked.body).toEqual({ id: keyId, object: 'key', deleted: true });
  clock.advance(1_000);
  const answer = await ask('GET', '/v1/balance', { key });
  expect(answer.body.error.code).toBe('invalid_key');
  const listed = await ask('GET', '/v1/keys', { key: operatorKey });
  expect(listed.body.data.find((each: { id: string }) => each.id === keyId).revoked_at).not.toBeNull();
});

test('a key does what its scopes say and no more', async () => {
  const { ask, account } = use();
  const { key } = await account({ scopes: ['tasks:read'] });
  expect((await ask('GET', '/v1/tasks', { key })).status).toBe(200);
  const answer = await ask('GET', '/v1/balance', { key });
  expect(answer.body.error).toMatchObject({ code: 'forbidden', allowed: ['billing:read'] });
});

test.each([
  ['an account and the operator scope', { name: 'k', account: 'own', scopes: ['operator'] }, 'scopes'],
  ['neither an account nor the operator scope', { name: 'k' }, 'account'],
  ['an account that is not there', { name: 'k', account: 'acc_0' }, 'account'],
  ['a negative budget', { name: 'k', account: 'own', budget: '-1' }, 'budget'],
  ['an end in the past', { name: 'k', account: 'own', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['an unknown scope', { name: 'k', account: 'own', scopes: ['all'] }, 'scopes[0]'],
])('a key with %s is refused', async (_name, body, field) => {
  const { ask, operatorKey, account } = use();
  const { id } = await account({ topUp: '0' });
  const sent = { ...body, ...('account' in body && body.account === 'own' ? { account: id } : {}) };
  const answer = await ask('POST', '/v1/keys', { key: operatorKey, body: sent });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ code: 'invalid_input', field });
});

test('the budget shown is that of the running period', async () => {
  const { ask, operatorKey, account, database, clock } = use();
  const { id } = await account({ topUp: '0' });
  const body = { name: 'daily', account: id, budget: '10', budget_period: 'day' };
  const made = await ask('POST', '/v1/keys', { key: operatorKey, body });
  await database.query(
    { name: 'test_use_budget', text: 'UPDATE api_keys SET budget_used_micros = 4000000 WHERE id = $1' },
    [made.body.id],
  );
  const shown = async () => {
    const listed = await ask('GET', `/v1/keys?account=${id}`, { key: operatorKey });
    return listed.body.data.find((each: { id: string }) => each.id === made.body.id).budget_used;
  };
  expect(await shown()).toBe('4.00');
  clock.advance(24 * 3_600_000);
  expect(await shown()).toBe('0.00');
});

test('the last use of a key is noted', async () => {
  const { ask, operatorKey, account, clock } = use();
  const { key, keyId } = await account({ topUp: '0' });
  clock.advance(60_000);
  await ask('GET', '/v1/tasks', { key });
  await expect
    .poll(async () => {
      const listed = await ask('GET', '/v1/keys', { key: operatorKey });
      return listed.body.data.find((each: { id: string }) => each.id === keyId).last_used_at;
    })
    .toBe(new Date(clock.now()).toISOString());
});
