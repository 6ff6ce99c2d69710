/** Quotes, top-ups and the ledger, as a person at a terminal sees them. */
import { pageOf, sampleBalance, sampleCheckout, sampleQuote } from '@sluice/sdk/testing';
import { expect, test } from 'vitest';
import { useTerminals } from '../testing/use-terminals.ts';

const { gateway, lastRequest, open, shown } = useTerminals();

const movement = {
  transaction: {
    id: 'tx_1',
    object: 'ledger_transaction',
    kind: 'top_up',
    at: '2026-10-01T12:00:00.000Z',
    task_id: null,
    reference: 'INV-1',
    note: null,
    postings: [
      { account: 'assets:cash', amount: '100.00', currency: 'USD' },
      { account: 'liabilities:customers:acct_1:available', amount: '-100.00', currency: 'USD' },
    ],
  },
  balance: sampleBalance(),
};

test('quote', async () => {
  gateway.on('POST', '/v1/quotes', { json: sampleQuote() });
  expect(await shown('quote', 'a fox', '-m', 'kling-3.0', '-d', '5', '--explain')).toMatchInlineSnapshot(`
    "kling-3.0  text-to-video
    price    0.56 USD  (0.112 per second)
    prices   kling-official of 2026-09-20
    covered  yes
    path     kling-main: cheapest path with a free slot soon
    wait     no free slot, 3rd in line, starts in 1m 00s
    ends     most likely in 3m 10s to in 5m 40s
    render   about 3m 00s (measured)

    not chosen  price  because
    evolink      0.63  costs more
    "
  `);
  expect(lastRequest()?.json).toEqual({ model: 'kling-3.0', prompt: 'a fox', duration: 5 });
});

test('topup', async () => {
  gateway.on('POST', '/v1/accounts/acct_1/topups', { status: 201, json: movement });
  expect(await shown('topup', 'acct_1', '100', '--reference', 'INV-1')).toMatchInlineSnapshot(`
    "✓ top up INV-1
      available  99.44 USD
      posted     100.00 USD
      held       0.56 USD
    "
  `);
  expect(lastRequest()?.json).toEqual({ amount: '100', reference: 'INV-1' });
});

test('topup by card', async () => {
  gateway.on('POST', '/v1/checkouts', { status: 201, json: sampleCheckout() });
  expect(await shown('topup', '--checkout', '25')).toMatchInlineSnapshot(`
    "Pay 25.00 USD here (test cards only: no money moves):
    https://checkout.stripe.com/c/pay/cs_test_1
    "
  `);
  expect(lastRequest()?.json).toEqual({ amount: '25' });
});

test('topup by card, waited for', async () => {
  gateway.on('POST', '/v1/checkouts', { status: 201, json: sampleCheckout() });
  const paid = { ...sampleCheckout(), state: 'paid', url: null, credited: '25.00' };
  gateway.on('GET', '/v1/checkouts/chk_1', { json: paid });
  expect(await shown('topup', '--checkout', '25', '--wait')).toMatchInlineSnapshot(`
    "✓ paid: 25.00 USD added to the balance (test cards only: no money moves)
    "
  `);
  const expired = { ...sampleCheckout(), state: 'expired', url: null };
  gateway.on('GET', '/v1/checkouts/chk_1', { json: expired });
  const { code, out } = await (await open()).run('topup', '--checkout', '25', '--wait');
  expect([code, out]).toEqual([1, 'Nobody paid in time; nothing was charged.\n']);
});

test.each([[[]], [['acct_1']], [['acct_1', '5', '--checkout', '25']]])(
  'topup %j says what it needs',
  async (args) => {
    expect((await (await open()).run('topup', ...args)).code).toBe(2);
  },
);

test('topup without a reference makes one of the time', async () => {
  gateway.on('POST', '/v1/accounts/acct_1/topups', { status: 201, json: movement });
  await shown('topup', 'acct_1', '0.10');
  expect(lastRequest()?.json).toEqual({ amount: '0.10', reference: 'cli 2026-10-01T12:01:00.000Z' });
});

test('ledger list', async () => {
  const hold = {
    ...movement.transaction,
    kind: 'hold',
    task_id: 'task_1',
    reference: 'hold:task_1',
    postings: [
      { account: 'liabilities:customers:acct_1:available', amount: '0.42', currency: 'USD' },
      { account: 'liabilities:customers:acct_1:held', amount: '-0.42', currency: 'USD' },
    ],
  };
  gateway.on('GET', '/v1/ledger', { json: pageOf([hold, movement.transaction]) });
  const { out } = await (await open({ columns: 200 })).run('ledger', 'list', '--postings');
  expect(out).toContain('liabilities:customers:acct_1:held -0.42 USD');
  expect(await shown('ledger', 'list')).toMatchInlineSnapshot(`
    "at (UTC)             kind    available   held       task    note
    2026-10-01 12:00:00  hold        -0.42  +0.42  USD  task_1  hold:task_1
    2026-10-01 12:00:00  top up    +100.00      –  USD  –       INV-1
    "
  `);
});

test('ledger adjust takes a negative amount', async () => {
  gateway.on('POST', '/v1/accounts/acct_1/adjustments', { status: 201, json: movement });
  await shown('ledger', 'adjust', 'acct_1', '--note', 'goodwill', '--', '-2.50');
  expect(lastRequest()?.json).toMatchObject({ amount: '-2.50', note: 'goodwill' });
});

test('ledger export is the journal itself, also in a pipe', async () => {
  gateway.on('GET', '/v1/ledger/export', {
    headers: { 'content-type': 'text/plain' },
    body: '; the book\n',
  });
  expect((await (await open({ terminal: false })).run('ledger', 'export')).out).toBe('; the book\n');
  expect(await shown('ledger', 'export')).toBe('; the book\n');
});

test('ledger balance', async () => {
  gateway.on('GET', '/v1/balance', { json: sampleBalance({ credit_limit: '50.00' }) });
  expect(await shown('ledger', 'balance')).toMatchInlineSnapshot(`
    "available  99.44 USD
    posted     100.00 USD
    held       0.56 USD
    credit     50.00 USD
    "
  `);
});
