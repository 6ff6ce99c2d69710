/** Money on the wire: decimal strings in a named currency. Inside: bigint micro-units (1 USD = 1,000,000). */
import { z } from 'zod';

export const Currency = z.enum(['USD', 'CNY', 'EUR']).meta({ id: 'Currency' });
export type Currency = z.infer<typeof Currency>;

export const Decimal = z
  .string()
  .regex(/^-?\d{1,13}(\.\d{1,6})?$/, 'a decimal number with at most six decimals, as a string')
  .meta({
    id: 'Decimal',
    description: 'A decimal amount as a string, at most six decimals.',
    examples: ['0.375'],
  });

export const Money = z
  .strictObject({ amount: Decimal, currency: Currency })
  .meta({ id: 'Money', description: 'An amount in a currency.' });
export type Money = z.infer<typeof Money>;

const MICROS_PER_UNIT = 1_000_000n;

/** "0.375" → 375000n. Throws RangeError on anything that is not a Decimal. */
export function microsFromDecimal(decimal: string): bigint {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/.exec(decimal);
  if (!match) throw new RangeError(`not a decimal amount: ${decimal}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const micros = BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, '0'));
  return sign === '-' ? -micros : micros;
}

/** 375000n → "0.375"; at least two decimals so that prices line up: 1000000n → "1.00". */
export function decimalFromMicros(micros: bigint): string {
  const magnitude = micros < 0n ? -micros : micros;
  const fraction = (magnitude % MICROS_PER_UNIT)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${micros < 0n ? '-' : ''}${magnitude / MICROS_PER_UNIT}.${fraction}`;
}

export function money(micros: bigint, currency: Currency): Money {
  return { amount: decimalFromMicros(micros), currency };
}
