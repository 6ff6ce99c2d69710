import { expect, onTestFinished, test } from 'vitest';
import { acceptTasks } from '../../../lifecycle/1-accept.ts';
import { addPath, ORDER, PATH } from '../../testing/life.ts';
import { type Answered, useRig } from '../../testing/rig.ts';

const use = useRig();

const URL = '/v1/videos/generations';

async function countOf(accountId: string): Promise<number> {
  const { ask, operatorKey: key } = use();
  return (await ask('GET', `/v1/tasks?account=${accountId}`, { key })).body.data.length;
}

test('the same key and body answer with the same task, marked as a replay', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const headers = { 'idempotency-key': 'order 1' };
  const first = await rig.ask('POST', URL, { key, body: ORDER, headers });
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  // Another spelling of the same JSON.
  const body = { duration: ORDER.duration, prompt: ORDER.prompt, model: ORDER.model };
  const again = await rig.ask('POST', URL, { key, body, headers });
  expect(again.status).toBe(202);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(again.body.id).toBe(first.body.id);
  expect(await countOf(id)).toBe(1);
});

test('an order whose client has left before it was taken is not taken; its repeat beside it is', async () => {
  const rig = use();
  await addPath(rig);
  const { id, keyId } = await rig.account();
  const options = { requestKey: null, requestHash: '0'.repeat(64), marked: false, batch: false };
  const [left, stays] = await Promise.all(
    [false, true].map((there) =>
      acceptTasks(rig.context, { accountId: id, keyId }, [ORDER], { ...options, listening: () => there }),
    ),
  );
  expect([left?.kind, stays?.kind]).toEqual(['refused', 'created']);
  expect(await countOf(id)).toBe(1);
});

test('the same key with another body is refused, and creates nothing', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const headers = { 'idempotency-key': 'order 1' };
  await rig.ask('POST', URL, { key, body: ORDER, headers });
  const other = await rig.ask('POST', URL, { key, body: { ...ORDER, duration: 10 }, headers });
  expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  expect(await countOf(id)).toBe(1);
});

test('a repeat gets its task although its time has passed and its path is gone', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const startBy = new Date(rig.clock.now() + 60_000).toISOString();
  const headers = { 'idempotency-key': 'order 1' };
  const body = { ...ORDER, start_by: startBy };
  const batch = { tasks: [body, body] };
  const first = await rig.ask('POST', URL, { key, body, headers });
  const many = await rig.ask('POST', '/v1/tasks/batch', {
    key,
    body: batch,
    headers: { 'idempotency-key': 'two' },
  });
  rig.clock.advance(120_000);
  const late = await rig.ask('POST', URL, { key, body, headers });
  expect([late.status, late.body.id, late.headers['idempotent-replayed']]).toEqual([
    202,
    first.body.id,
    'true',
  ]);
  const turn = (state: string) =>
    rig.ask('PATCH', `/v1/paths/${PATH}`, { key: rig.operatorKey, body: { state } });
  expect((await turn('draining')).body.state).toBe('draining');
  onTestFinished(async () => void (await turn('active')));
  const gone = await rig.ask('POST', '/v1/tasks/batch', {
    key,
    body: batch,
    headers: { 'idempotency-key': 'two' },
  });
  expect(gone.body.data.map((task: { id: string }) => task.id)).toEqual(
    many.body.data.map((task: { id: string }) => task.id),
  );
  const other = await rig.ask('POST', URL, { key, body: { ...body, duration: 10 }, headers });
  expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  const unknown = await rig.ask('POST', URL, { key, body, headers: { 'idempotency-key': 'order 2' } });
  expect([unknown.status, unknown.body.error.code]).toEqual([422, 'no_route']);
  expect(await countOf(id)).toBe(3);
});

test('fifty callers with one key make one task', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const headers = { 'idempotency-key': 'race' };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => rig.ask('POST', URL, { key, body: ORDER, headers })),
  );
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
  expect(await countOf(id)).toBe(1);
});

test('without a key, a deliberate repeat is a new wish', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const first = await rig.ask('POST', URL, { key, body: ORDER });
  // The note that the first answer was delivered is written a moment later.
  await delivered(first);
  const second = await rig.ask('POST', URL, { key, body: ORDER });
  expect(second.body.id).not.toBe(first.body.id);
  expect(await countOf(id)).toBe(2);
});

test('without a key, a repeat that its client marks is joined', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const first = await rig.ask('POST', URL, { key, body: ORDER });
  await delivered(first);
  const headers = { 'x-stainless-retry-count': '1' };
  const second = await rig.ask('POST', URL, { key, body: ORDER, headers });
  expect(second.body.id).toBe(first.body.id);
  expect(second.headers['idempotent-replayed']).toBe('true');
  expect(await countOf(id)).toBe(1);
});

async function delivered(answer: Answered): Promise<void> {
  const { clock, database } = use();
  clock.advance(20);
  const statement = { name: 'test_answered', text: 'SELECT answered FROM tasks WHERE id = $1' };
  await expect
    .poll(async () => (await database.query(statement, [answer.body.id])).rows)
    .toEqual([{ answered: true }]);
}

test.each([
  ['empty', ''],
  ['too long', 'x'.repeat(256)],
  ['not printable', 'caf\u00e9'],
])('an Idempotency-Key that is %s is refused', async (_name, value) => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const headers = { 'idempotency-key': value };
  const answer = await rig.ask('POST', URL, { key, body: ORDER, headers });
  expect(answer.body.error).toMatchObject({ code: 'invalid_input', field: 'Idempotency-Key' });
});

test('a hold that the balance does not cover is 402, and the same key works after a top-up', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account({ topUp: '0.01' });
  const headers = { 'idempotency-key': 'poor' };
  const answer = await rig.ask('POST', URL, { key, body: ORDER, headers });
  expect([answer.status, answer.body.error.code]).toEqual([402, 'insufficient_balance']);
  const body = { amount: '50', reference: 'rescue' };
  await rig.ask('POST', `/v1/accounts/${id}/topups`, { key: rig.operatorKey, body });
  expect((await rig.ask('POST', URL, { key, body: ORDER, headers })).status).toBe(202);
});

test('an order that cannot be is refused before any hold, with the field', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const cases = [
    [{ ...ORDER, model: 'kling-99' }, 'unknown_model'],
    [{ ...ORDER, duration: 47 }, 'invalid_input'],
    [{ ...ORDER, max_price: '0.000001' }, 'price_above_max'],
  ] as const;
  for (const [body, code] of cases) {
    const answer = await rig.ask('POST', URL, { key, body });
    expect([answer.status, answer.body.error.code]).toEqual([422, code]);
    expect(answer.body.error.fix).not.toBe('');
  }
  expect((await rig.ask('GET', '/v1/balance', { key })).body.held).toBe('0.00');
});

test('a batch is accepted whole, or refused whole with the place of the fault', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const good = await rig.ask('POST', '/v1/tasks/batch', { key, body: { tasks: [ORDER, ORDER] } });
  expect(good.status).toBe(202);
  expect(new Set(good.body.data.map((task: { id: string }) => task.id)).size).toBe(2);
  const bad = await rig.ask('POST', '/v1/tasks/batch', {
    key,
    body: { tasks: [ORDER, { ...ORDER, duration: 47 }] },
  });
  expect(bad.body.error).toMatchObject({ code: 'invalid_input', field: 'tasks[1].duration' });
  expect(await countOf(id)).toBe(2);
});

test('a replayed batch is the same batch', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const asking = { key, body: { tasks: [ORDER, ORDER] }, headers: { 'idempotency-key': 'b' } };
  const first = await rig.ask('POST', '/v1/tasks/batch', asking);
  const again = await rig.ask('POST', '/v1/tasks/batch', asking);
  expect(again.body).toEqual(first.body);
  expect(await countOf(id)).toBe(2);
});

test('an operator key has no account to order for', async () => {
  const rig = use();
  const answer = await rig.ask('POST', URL, { key: rig.operatorKey, body: ORDER });
  expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
});
