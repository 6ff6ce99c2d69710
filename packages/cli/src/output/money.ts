/** Bookings and balances in words. */
import type { Balance, LedgerEntry, MoneyMovement } from '@sluice/sdk';
import type { Paint } from './output.ts';
import { fields } from './table.ts';
import { clean } from './text.ts';

export function movementText({ transaction, balance }: MoneyMovement, paint: Paint): string {
  const kind = transaction.kind.replace('_', ' ');
  const head = `${paint.color.green('✓')} ${kind} ${clean(transaction.reference)}`;
  return `${head}\n${balanceText(balance, paint).replace(/^/gm, '  ')}`;
}

export function balanceText(balance: Balance, paint: Paint): string {
  const { currency } = balance;
  return fields(
    [
      ['available', paint.color.bold(`${balance.available} ${currency}`)],
      ['posted', `${balance.posted} ${currency}`],
      ['held', `${balance.held} ${currency}`],
      ['credit', balance.credit_limit === '0.00' ? null : `${balance.credit_limit} ${currency}`],
    ],
    paint,
  );
}

export type Pocket = 'available' | 'held';

const CUSTOMER = /^liabilities:customers:[^:]+:(available|held)$/;

/**
 * What an entry did to a customer's pocket, with the customer's sign: we owe what they hold, so a liability
 * that grows (a negative posting) is money that they gained. Empty when it did nothing.
 */
export function changeOf(entry: LedgerEntry, pocket: Pocket): string {
  return entry.postings
    .filter(({ account }) => CUSTOMER.exec(account)?.[1] === pocket)
    .map(({ amount }) => (amount.startsWith('-') ? `+${amount.slice(1)}` : `-${amount}`))
    .join(', ');
}

/** `assets:cash 100.00 USD, …` */
export function postingsText(entry: LedgerEntry): string {
  return entry.postings
    .map(({ account, amount, currency }) => `${clean(account)} ${amount} ${currency}`)
    .join(', ');
}
