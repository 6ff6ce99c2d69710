/**
 * How long renders of one shape take on one path: as measured, or around what is declared. Forecasts state their ranges
 * from it and the planner draws from it, so that both mean the same when they say "one in ten takes longer".
 */
import { quantile, SAMPLES_TO_TRUST } from './polling.ts';

export type RenderTimes =
  | { kind: 'measured'; sortedMs: readonly number[] }
  /** `sigma`: the spread of the logarithm. */
  | { kind: 'assumed'; medianMs: number; sigma: number };

/** Around a declared time: one in twenty takes twice as long, as polling takes it to be. */
const SIGMA_GUESSED = 0.42;
/** A measured tail is as long as the longest of a few hundred; beyond nothing is known. */
const EDGE = 1e-9;

export function renderTimesOf(samplesMs: readonly number[], declaredMs: number): RenderTimes {
  if (samplesMs.length < SAMPLES_TO_TRUST) {
    return { kind: 'assumed', medianMs: declaredMs, sigma: SIGMA_GUESSED };
  }
  return { kind: 'measured', sortedMs: [...samplesMs].sort((a, b) => a - b) };
}

/** So large a share of renders takes at most this. */
export function renderMsAt(times: RenderTimes, share: number): number {
  if (times.kind === 'measured') return quantile(times.sortedMs, share);
  return times.medianMs * Math.exp(times.sigma * normalAt(share));
}

/**
 * So likely the next one takes at most this. The edges of a few samples tell too little of how far it can go: of eight,
 * one in nine is below all of them.
 */
export function renderMsLikely(times: RenderTimes, share: number): number {
  if (times.kind === 'assumed') return renderMsAt(times, share);
  const { length } = times.sortedMs;
  const place = Math.min(length - 1, Math.max(0, share * (length + 1) - 1));
  return quantile(times.sortedMs, length > 1 ? place / (length - 1) : 0);
}

export function renderMoments(times: RenderTimes): { meanMs: number; deviationMs: number } {
  if (times.kind === 'assumed') {
    const { medianMs, sigma } = times;
    const meanMs = medianMs * Math.exp(sigma ** 2 / 2);
    return { meanMs, deviationMs: meanMs * Math.sqrt(Math.exp(sigma ** 2) - 1) };
  }
  const { sortedMs } = times;
  const meanMs = sortedMs.reduce((sum, ms) => sum + ms, 0) / sortedMs.length;
  const squares = sortedMs.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / sortedMs.length;
  return { meanMs, deviationMs: Math.sqrt(squares) };
}

/** The standard normal variable below which so large a share lies (Acklam's approximation, to 1e-9 of its value). */
export function normalAt(share: number): number {
  const p = Math.min(1 - EDGE, Math.max(EDGE, share));
  if (p > 0.97575) return -lowTail(1 - p);
  if (p < 0.02425) return lowTail(p);
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(A, r) * q) / (polynomial(B, r) * r + 1);
}

function lowTail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  return polynomial(C, q) / (polynomial(D, q) * q + 1);
}

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
