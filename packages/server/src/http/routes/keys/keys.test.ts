import { describe, expect, test } from 'vitest';
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

describe('changing a key', () => {
  const made = async (body: object) => {
    const { ask, operatorKey, account } = use();
    const { id, key } = await account({ topUp: '0', scopes: ['keys:write', 'billing:read'] });
    const answer = await ask('POST', '/v1/keys', { key: operatorKey, body: { account: id, ...body } });
    return { own: key, id: answer.body.id, address: `/v1/keys/${answer.body.id}` };
  };

  test('its owner sets a budget; what was spent stays counted, and the rest of the key as it was', async () => {
    const { ask, database } = use();
    const { own, id, address } = await made({ name: 'worker', budget: '10', max_in_flight: 3 });
    await database.query(
      { name: 'test_spend', text: 'UPDATE api_keys SET budget_used_micros = 9000000 WHERE id = $1' },
      [id],
    );
    const changed = await ask('PATCH', address, { key: own, body: { budget: '12.5' } });
    expect(changed.body).toMatchObject({
      budget: '12.50',
      budget_used: '9.00',
      max_in_flight: 3,
      name: 'worker',
    });
    const without = await ask('PATCH', address, { key: own, body: { budget: null, name: 'render worker' } });
    expect(without.body).toMatchObject({ budget: null, budget_renews_at: null, name: 'render worker' });
  });

  test('what a day has spent does not become what a month has', async () => {
    const { ask, database, clock } = use();
    const { own, id, address } = await made({ name: 'daily', budget: '10', budget_period: 'day' });
    await database.query(
      { name: 'test_spend', text: 'UPDATE api_keys SET budget_used_micros = 9000000 WHERE id = $1' },
      [id],
    );
    clock.advance(24 * 3_600_000);
    const changed = await ask('PATCH', address, { key: own, body: { budget_period: 'total' } });
    expect(changed.body).toMatchObject({
      budget_used: '0.00',
      budget_period: 'total',
      budget_renews_at: null,
    });
  });

  test('a negative budget is refused, and a revoked key is not changed', async () => {
    const { ask } = use();
    const { own, address } = await made({ name: 'old' });
    const negative = await ask('PATCH', address, { key: own, body: { budget: '-1' } });
    expect(negative.body.error).toMatchObject({ code: 'invalid_input', field: 'budget' });
    await ask('DELETE', address, { key: own });
    expect((await ask('PATCH', address, { key: own, body: { budget: '5' } })).status).toBe(404);
  });
});

test('a key says who made it; an operator is not named', async () => {
  const { ask, operatorKey, account } = use();
  const { id, key } = await account({ topUp: '0', scopes: ['keys:write', 'billing:read'] });
  const body = { name: 'made by its owner', scopes: ['billing:read'] };
  expect((await ask('POST', '/v1/keys', { key, body })).body.created_by).toBe('test key');
  const { data } = (await ask('GET', '/v1/keys', { key })).body;
  const makers = data.map((each: { created_by: string }) => each.created_by);
  expect(makers.toSorted()).toEqual(['operator', 'test key']);
  const other = { key: operatorKey, body: { name: 'k', account: id } };
  expect((await ask('POST', '/v1/keys', other)).body.created_by).toBe('operator');
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
