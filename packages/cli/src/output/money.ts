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

/** `customer −0.56, revenue 0.56` */
export function postingsText(entry: LedgerEntry): string {
  return entry.postings
    .map(({ account, amount, currency }) => `${clean(account)} ${amount} ${currency}`)
    .join(', ');
}
