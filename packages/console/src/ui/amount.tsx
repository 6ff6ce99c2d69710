/** Money in the viewer's own way of writing, exact to the last digit that there is. */
import { cx } from './class.ts';
import { LOCALE } from './locale.ts';

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const made = new Intl.NumberFormat(LOCALE, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
  formats.set(currency, made);
  return made;
}

/** Decimal strings are formatted as strings: a number would lose what makes 10,000,000.000001 what it is. */
export function moneyText(amount: string, currency: string): string {
  return formatOf(currency).format(amount as `${number}`);
}

export type AmountProps = { amount: string; currency: string; className?: string; title?: string };

export function Amount({ amount, currency, className, title }: AmountProps) {
  return (
    <span className={cx('whitespace-nowrap', className)} title={title ?? `${amount} ${currency}`}>
      {moneyText(amount, currency)}
    </span>
  );
}
