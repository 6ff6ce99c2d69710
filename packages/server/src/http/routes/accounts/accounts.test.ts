import { expect, test } from 'vitest';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

test('a new account has a balance of nothing and the defaults of the contract', async () => {
  const { ask, operatorKey: key } = use();
  const created = await ask('POST', '/v1/accounts', { key, body: { name: 'Studio' } });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    name: 'Studio',
    status: 'active',
    currency: 'USD',
    weight: 1,
    credit_limit: '0.00',
    max_in_flight: null,
    balance: { posted: '0.00', held: '0.00', available: '0.00' },
  });
  const read = await ask('GET', `/v1/accounts/${created.body.id}`, { key });
  expect(read.body).toEqual(created.body);
});

test('a change leaves alone what it does not name', async () => {
  const { ask, operatorKey: key } = use();
  const made = { name: 'Studio', weight: 7, credit_limit: '5', max_queued: 3, markup_percent: 12.5 };
  const { body: account } = await ask('POST', '/v1/accounts', { key, body: made });
  const changed = await ask('PATCH', `/v1/accounts/${account.id}`, { key, body: { status: 'suspended' } });
  expect(changed.body).toEqual({ ...account, status: 'suspended' });
  const cleared = await ask('PATCH', `/v1/accounts/${account.id}`, { key, body: { max_queued: null } });
  expect(cleared.body).toMatchObject({ weight: 7, max_queued: null, markup_percent: 12.5 });
});

test('a top-up is booked once per reference, and a repeat answers with the first booking', async () => {
  const { ask, operatorKey: key, account } = use();
  const { id } = await account({ topUp: '0' });
  const body = { amount: '20.5', reference: 'invoice 7', note: 'bank' };
  const first = await ask('POST', `/v1/accounts/${id}/topups`, { key, body });
  expect(first.status).toBe(201);
  expect(first.body.balance.available).toBe('20.50');
  expect(first.body.transaction).toMatchObject({ kind: 'top_up', note: 'bank' });
  const again = await ask('POST', `/v1/accounts/${id}/topups`, { key, body });
  expect(again.body).toEqual(first.body);
  const other = await ask('POST', `/v1/accounts/${id}/topups`, { key, body: { ...body, amount: '21' } });
  expect(other.body.error).toMatchObject({ code: 'conflict', field: 'reference' });
});

test('twenty equal top-ups at once are one booking', async () => {
  const { ask, operatorKey: key, account } = use();
  const { id } = await account({ topUp: '0' });
  const body = { amount: '3', reference: 'race' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ask('POST', `/v1/accounts/${id}/topups`, { key, body })),
  );
  expect(new Set(answers.map((answer) => answer.body.transaction.id)).size).toBe(1);
  const { body: after } = await ask('GET', `/v1/accounts/${id}`, { key });
  expect(after.balance.posted).toBe('3.00');
});

test('a correction may go down to the credit limit and no further', async () => {
  const { ask, operatorKey: key, account } = use();
  const { id } = await account({ topUp: '10' });
  await ask('PATCH', `/v1/accounts/${id}`, { key, body: { credit_limit: '5' } });
  const adjust = (amount: string, reference: string) =>
    ask('POST', `/v1/accounts/${id}/adjustments`, { key, body: { amount, reference, note: 'correction' } });
  const tooMuch = await adjust('-15.000001', 'a');
  expect(tooMuch.status).toBe(409);
  expect(tooMuch.body.error).toMatchObject({ code: 'conflict', field: 'amount' });
  const just = await adjust('-15', 'b');
  expect(just.body.balance.available).toBe('-5.00');
  const lower = await ask('PATCH', `/v1/accounts/${id}`, { key, body: { credit_limit: '4.99' } });
  expect(lower.body.error).toMatchObject({ code: 'conflict', field: 'credit_limit' });
});

test.each([
  ['a negative top-up', 'topups', { amount: '-1', reference: 'r' }, 'amount'],
  ['nothing', 'topups', { amount: '0', reference: 'r' }, 'amount'],
  ['seven decimals', 'topups', { amount: '1.0000001', reference: 'r' }, 'amount'],
  ['an exponent', 'topups', { amount: '1e3', reference: 'r' }, 'amount'],
  ['a number instead of text', 'topups', { amount: 5, reference: 'r' }, 'amount'],
  ['no reference', 'topups', { amount: '5' }, 'reference'],
  ['a correction without a reason', 'adjustments', { amount: '5', reference: 'r' }, 'note'],
  ['a correction of nothing', 'adjustments', { amount: '0.00', reference: 'r', note: 'n' }, 'amount'],
])('%s is refused and names the field', async (_name, kind, body, field) => {
  const { ask, operatorKey: key, account } = use();
  const { id } = await account({ topUp: '0' });
  const answer = await ask('POST', `/v1/accounts/${id}/${kind}`, { key, body });
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ code: 'invalid_input', field });
});

test('lists go through all accounts, newest first, whatever is added meanwhile', async () => {
  const { ask, operatorKey: key, clock } = use();
  const made: string[] = [];
  for (let number = 0; number < 5; number += 1) {
    clock.advance(10);
    made.push((await ask('POST', '/v1/accounts', { key, body: { name: `n${number}` } })).body.id);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? '' : `&cursor=${cursor}`;
    const answer = await ask('GET', `/v1/accounts?limit=2${page}`, { key });
    seen.push(...answer.body.data.map((each: { id: string }) => each.id));
    cursor = answer.body.next_cursor;
    clock.advance(10);
    await ask('POST', '/v1/accounts', { key, body: { name: 'later' } });
  } while (cursor !== null);
  expect(seen.slice(0, 5)).toEqual([...made].reverse());
  expect(new Set(seen).size).toBe(seen.length);
  const strange = await ask('GET', '/v1/accounts?cursor=nonsense', { key });
  expect(strange.body.error).toMatchObject({ code: 'invalid_input', field: 'cursor' });
});
