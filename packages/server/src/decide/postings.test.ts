import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adjustment,
  hold,
  type LedgerTransaction,
  ledgerAccounts,
  release,
  settle,
  topUp,
  upstreamCost,
} from './postings.ts';

const owner = { accountId: 'a', currency: 'USD' };
const task = { ...owner, taskId: 't' };
const attempt = { id: 'att', taskId: 't', pathName: 'kling', currency: 'USD' };

const shown = (entry: LedgerTransaction) => [
  entry.reference,
  ...entry.postings.map(({ account, micros }) => `${account} ${micros}`),
];

test.each([
  [
    topUp(owner, 9n, 'inv-1', null),
    ['top_up:a:inv-1', 'assets:cash 9', 'liabilities:customers:a:available -9'],
  ],
  [
    adjustment(owner, 9n, 'x', 'why'),
    ['adjustment:a:x', 'equity:corrections 9', 'liabilities:customers:a:available -9'],
  ],
  [
    adjustment(owner, -9n, 'x', 'why'),
    ['adjustment:a:x', 'equity:corrections -9', 'liabilities:customers:a:available 9'],
  ],
  [hold(task, 9n), ['hold:t', 'liabilities:customers:a:available 9', 'liabilities:customers:a:held -9']],
  [
    settle({ ...task, model: 'm' }, 9n, 7n),
    ['end:t', 'liabilities:customers:a:held 9', 'income:video:m -7', 'liabilities:customers:a:available -2'],
  ],
  [settle({ ...task, model: 'm' }, 9n, 9n), ['end:t', 'liabilities:customers:a:held 9', 'income:video:m -9']],
  [settle({ ...task, model: 'm' }, 0n, 0n), ['end:t', 'liabilities:customers:a:held 0', 'income:video:m 0']],
  [
    release(task, 9n, 'failed'),
    ['end:t', 'liabilities:customers:a:held 9', 'liabilities:customers:a:available -9'],
  ],
  [upstreamCost(attempt, 5n, true), ['cost:att', 'expenses:upstream:kling 5', 'assets:upstream:kling -5']],
  [upstreamCost(attempt, 5n, false), ['cost:att', 'expenses:suspense:kling 5', 'assets:upstream:kling -5']],
])('%#: %o', (entry, expected) => {
  // An amount of zero may carry a sign in bigint arithmetic nowhere: -0n is 0n.
  expect(shown(entry)).toEqual(expected);
});

test('a hold resolves under one reference, whether charged or released', () => {
  expect(settle({ ...task, model: 'm' }, 1n, 1n).reference).toBe(release(task, 1n, 'x').reference);
});

test.each([
  [9n, 10n],
  [9n, -1n],
])('of a hold of %i a charge of %i is refused', (held, charge) => {
  expect(() => settle({ ...task, model: 'm' }, held, charge)).toThrow(RangeError);
});

const amount = fc.bigInt(0n, 2n ** 62n);

test('every transaction sums to zero, and hold and end together leave nothing held', () => {
  fc.assert(
    fc.property(
      amount,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (held, share, succeeded) => {
        const charge = (held * BigInt(Math.floor(share * 1_000))) / 1_000n;
        const end = succeeded ? settle({ ...task, model: 'm' }, held, charge) : release(task, held, 'x');
        const entries = [topUp(owner, held, 'r', null), hold(task, held), end];
        for (const { postings } of entries)
          expect(postings.reduce((sum, each) => sum + each.micros, 0n)).toBe(0n);
        const balance = (account: string) =>
          entries
            .flatMap((entry) => entry.postings)
            .reduce((sum, each) => sum + (each.account === account ? each.micros : 0n), 0n);
        expect(balance(ledgerAccounts.held('a'))).toBe(0n);
        expect(-balance(ledgerAccounts.available('a'))).toBe(succeeded ? held - charge : held);
        expect(-balance(ledgerAccounts.income('m'))).toBe(succeeded ? charge : 0n);
      },
    ),
  );
});

test('suspense has an account of its own for each path', () => {
  expect(
    new Set(['a', 'b'].flatMap((path) => [ledgerAccounts.cost(path), ledgerAccounts.suspense(path)])).size,
  ).toBe(4);
});
