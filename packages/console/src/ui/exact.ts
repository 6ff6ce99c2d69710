/**
 * Sums of money, digit by digit: decimal strings in, a decimal string out. A page that adds as computers add shows
 * totals that are not those of the book.
 */
const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);

export function sumOf(amounts: readonly string[]): string {
  return decimal(amounts.reduce((sum, amount) => sum + micros(amount), 0n));
}

/** Negative, zero or positive, as a sort wants it. */
export function compareAmounts(a: string, b: string): number {
  const difference = micros(a) - micros(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZero(amount: string): boolean {
  return micros(amount) === 0n;
}

export function isNegative(amount: string): boolean {
  return micros(amount) < 0n;
}

export function negated(amount: string): string {
  return decimal(-micros(amount));
}

function micros(amount: string): bigint {
  const read = /^(-?)(\d+)(?:\.(\d{0,6}))?$/.exec(amount);
  if (!read) throw new TypeError(`not an amount: ${amount}`);
  const [, sign, whole = '0', part = ''] = read;
  const value = BigInt(whole) * ONE + BigInt(part.padEnd(PLACES, '0'));
  return sign === '-' ? -value : value;
}

function decimal(value: bigint): string {
  const size = value < 0n ? -value : value;
  return `${value < 0n ? '-' : ''}${size / ONE}.${String(size % ONE).padStart(PLACES, '0')}`;
}
