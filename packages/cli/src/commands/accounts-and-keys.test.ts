/** Accounts and keys, as a person at a terminal sees them. */
import { pageOf, sampleAccount, sampleBalance, sampleKey } from '@sluice/sdk/testing';
import { expect, test } from 'vitest';
import { useTerminals } from '../testing/use-terminals.ts';

const { gateway, lastRequest, open, shown } = useTerminals();

test('accounts list', async () => {
  gateway.on('GET', '/v1/accounts', {
    json: pageOf([sampleAccount(), sampleAccount({ id: 'acct_2', status: 'suspended', max_in_flight: 5 })]),
  });
  expect(await shown('accounts', 'list')).toMatchInlineSnapshot(`
    "account  name    status     available  held       weight  in flight  queued
    acct_1   Studio  active         99.44  0.56  USD       1          –       –
    acct_2   Studio  suspended      99.44  0.56  USD       1          5       –
    "
  `);
});

test('accounts create and update send what is given', async () => {
  gateway.on('POST', '/v1/accounts', { status: 201, json: sampleAccount() });
  gateway.on('PATCH', '/v1/accounts/acct_1', { json: sampleAccount() });
  const flags = ['--weight', '3', '--credit-limit', '10', '--retention-days', '30', '--markup', '20'];
  await shown('accounts', 'create', 'Studio', '--currency', 'EUR', ...flags);
  expect(lastRequest()?.json).toEqual({
    name: 'Studio',
    currency: 'EUR',
    weight: 3,
    credit_limit: '10',
    retention_days: 30,
    markup_percent: 20,
  });
  await shown('accounts', 'update', 'acct_1', '--status', 'suspended', '--max-in-flight', 'none');
  expect(lastRequest()?.json).toEqual({ status: 'suspended', max_in_flight: null });
  expect((await (await open()).run('accounts', 'update', 'acct_1')).code).toBe(2);
});

test('keys list', async () => {
  gateway.on('GET', '/v1/keys', {
    json: pageOf([
      sampleKey(),
      sampleKey({ id: 'key_2', account: null, budget: null, expires_at: '2026-10-02T12:01:00.000Z' }),
      sampleKey({ id: 'key_3', revoked_at: '2026-09-30T00:00:00.000Z', last_used_at: null }),
    ]),
  });
  expect(await shown('keys', 'list')).toMatchInlineSnapshot(`
    "key    name         starts with      account                    spent  last used   state
    key_1  render farm  sk-sluice-Ab3x…  acct_1    12.50 of 50.00 a month  2m 00s ago  good
    key_2  render farm  sk-sluice-Ab3x…  operator                       –  2m 00s ago  good, ends in 1d 00h
    key_3  render farm  sk-sluice-Ab3x…  acct_1    12.50 of 50.00 a month  –           revoked
    "
  `);
});

test('keys create shows it once, and can save it', async () => {
  gateway.on('POST', '/v1/keys', { status: 201, json: { ...sampleKey(), key: 'sk-sluice-secret' } });
  const terminal = await open();
  const argv = [
    'keys',
    'create',
    'farm',
    '--account',
    'acct_1',
    '--budget',
    '50',
    '--period',
    'month',
    '--save',
  ];
  const { out, err } = await terminal.run(...argv, '--expires', '1d');
  expect(out).toContain('│ sk-sluice-secret');
  expect(lastRequest()?.json).toEqual({
    name: 'farm',
    account: 'acct_1',
    budget: '50',
    budget_period: 'month',
    expires_at: '2026-10-02T12:01:00.000Z',
  });
  expect(err).toContain('config.json');
  gateway.on('GET', '/v1/balance', { json: sampleBalance() });
  terminal.surroundings.env.SLUICE_KEY = '';
  await terminal.run('ledger', 'balance');
  expect(lastRequest()?.headers.authorization).toBe('Bearer sk-sluice-secret');
});

test('a key is for an account or for an operator', async () => {
  for (const flags of [[], ['--account', 'acct_1', '--operator']]) {
    expect((await (await open()).run('keys', 'create', 'k', ...flags)).code).toBe(2);
  }
  gateway.on('POST', '/v1/keys', { status: 201, json: { ...sampleKey(), key: 'sk' } });
  await shown('keys', 'create', 'ops', '--operator');
  expect(lastRequest()?.json).toEqual({ name: 'ops', account: null, scopes: ['operator'] });
});

test('keys revoke', async () => {
  gateway.on('DELETE', '/v1/keys/key_1', { json: { id: 'key_1', object: 'key', deleted: true } });
  expect(await shown('keys', 'revoke', 'key_1')).toBe('✓ key_1 is revoked.\n');
});
