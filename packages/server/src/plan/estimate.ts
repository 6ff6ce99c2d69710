/** One number for each seed becomes a mean and the range in which it lies with 95 % confidence (Student's t). */
import { decimalFromMicros, type Estimate } from '@sluice/contract';

/** By degrees of freedom, from 1. */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045,
];

export function estimateOf(values: readonly number[]): Estimate {
  const count = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const factor = T_95[values.length - 2] ?? 0;
  const half = values.length < 2 ? 0 : (factor * Math.sqrt(squares / (count - 1))) / Math.sqrt(count);
  const least = values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  return { mean: told(mean), low: told(Math.max(least, mean - half)), high: told(mean + half) };
}

/** Whole micro-dollars in, decimals out; an analysis, not a booking. */
export function moneyOf(micros: readonly number[]): { mean: string; low: string; high: string } {
  const { mean, low, high } = estimateOf(micros);
  const decimal = (value: number) => decimalFromMicros(BigInt(Math.round(value)));
  return { mean: decimal(mean), low: decimal(low), high: decimal(high) };
}

/** Digits beyond the sixth are noise. */
function told(value: number): number {
  return value === 0 || !Number.isFinite(value) ? 0 : Number(value.toPrecision(6));
}
