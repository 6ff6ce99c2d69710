import { expect, test } from 'vitest';
import { movementOf, payerOf } from './movement.ts';

const AVAILABLE = 'liabilities:customers:acct_1:available';
const HELD = 'liabilities:customers:acct_1:held';

const entry = (...postings: [account: string, amount: string][]) => ({
  postings: postings.map(([account, amount]) => ({ account, amount, currency: 'USD' as const })),
});

test.each([
  {
    name: 'a top-up comes in',
    of: entry(['assets:cash', '250.00'], [AVAILABLE, '-250.00']),
    is: { way: 'in', amount: '250.000000', freed: null },
  },
  {
    name: 'a hold is set aside, and is no charge',
    of: entry([AVAILABLE, '0.42'], [HELD, '-0.42']),
    is: { way: 'held', amount: '0.420000', freed: null },
  },
  {
    name: 'a charge goes out',
    of: entry([HELD, '0.42'], ['income:video:kling-3.0', '-0.42']),
    is: { way: 'out', amount: '0.420000', freed: null },
  },
  {
    name: 'a charge below its hold sets the rest free',
    of: entry([HELD, '0.50'], ['income:video:kling-3.0', '-0.42'], [AVAILABLE, '-0.08']),
    is: { way: 'out', amount: '0.420000', freed: '0.080000' },
  },
  {
    name: 'a charge of nothing only sets free',
    of: entry([HELD, '0.50'], ['income:video:kling-3.0', '0.00'], [AVAILABLE, '-0.50']),
    is: { way: 'freed', amount: '0.500000', freed: null },
  },
  {
    name: 'a release sets free',
    of: entry([HELD, '0.42'], [AVAILABLE, '-0.42']),
    is: { way: 'freed', amount: '0.420000', freed: null },
  },
  {
    name: 'a correction against the customer goes out',
    of: entry(['equity:corrections', '-1.5'], [AVAILABLE, '1.5']),
    is: { way: 'out', amount: '1.500000', freed: null },
  },
  {
    name: 'a card refund goes out',
    of: entry([AVAILABLE, '20.00'], ['assets:stripe', '-20.00']),
    is: { way: 'out', amount: '20.000000', freed: null },
  },
  {
    name: 'what an upstream took goes out of the operator’s pocket',
    of: entry(['expenses:upstream:kling', '0.30'], ['assets:upstream:kling', '-0.30']),
    is: { way: 'out', amount: '0.300000', freed: null },
  },
  {
    name: 'what an upstream gave back comes in',
    of: entry(['expenses:upstream:kling', '-0.30'], ['assets:upstream:kling', '0.30']),
    is: { way: 'in', amount: '0.300000', freed: null },
  },
  {
    name: 'ten million and a millionth stays exact',
    of: entry([AVAILABLE, '10000000.000001'], [HELD, '-10000000.000001']),
    is: { way: 'held', amount: '10000000.000001', freed: null },
  },
])('$name', ({ of, is }) => {
  expect(movementOf(of)).toEqual(is);
});

test('whose money it is stands in the postings', () => {
  expect(payerOf(entry(['assets:cash', '1'], [AVAILABLE, '-1']))).toBe('acct_1');
  expect(payerOf(entry(['expenses:upstream:kling', '1'], ['assets:upstream:kling', '-1']))).toBeNull();
});
