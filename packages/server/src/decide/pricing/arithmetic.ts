/**
 * Exact money arithmetic on bigints. A price is a product of decimals; it stays a fraction until the one
 * division at the end, which rounds up to a whole micro-dollar.
 */
import { microsFromDecimal } from '@sluice/contract';

const MICRO = 1_000_000n;

/** A non-negative fraction. */
export type Fraction = { numerator: bigint; denominator: bigint };

export type PriceFactors = { amount: string; unitPrice: string; markupPercent: string };

/** Micro-dollars for one second (or one task): amount × price of the unit × (100 + markup) %. */
export function unitPriceOf({ amount, unitPrice, markupPercent }: PriceFactors): Fraction {
  const markup = 100n * MICRO + microsFromDecimal(markupPercent);
  return {
    numerator: microsFromDecimal(amount) * microsFromDecimal(unitPrice) * markup,
    denominator: MICRO * 100n * MICRO,
  };
}

export function timesMs(price: Fraction, ms: number): Fraction {
  return { numerator: price.numerator * BigInt(ms), denominator: price.denominator * 1000n };
}

export function roundedUp({ numerator, denominator }: Fraction): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** Seconds to whole milliseconds: finer than any container states a length, and exact from here on. */
export function msFromSeconds(seconds: number): number {
  if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError(`not a length: ${seconds}`);
  return Math.round(seconds * 1000);
}
