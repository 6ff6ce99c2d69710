/**
 * When to ask the upstream about an attempt. Where comparable renders were measured, the first question comes when
 * the fastest fiftieth of them is done, then questions follow the measured spread, four seconds apart at most, and
 * an attempt that is late is asked about ever more rarely. In the model of `npm run bench` (1,000 in flight,
 * batches of 20) this is noticed sooner than by asking every five seconds, for a thirtieth of the questions; steps
 * of a twelfth of the spread and a start at the fastest tenth, tried before, took half the questions and twice to
 * four times the lag. Before anything was measured, declared times are not worth waiting for: questions then follow
 * the age of the attempt, so that none is noticed later than a fifth of its own render time. A callback makes an
 * attempt due at once, so where callbacks arrive the polls in between can be rare.
 */

import { RETRY_AFTER_CAP_MS } from './health.ts';

export type PollFacts = {
  nowMs: number;
  acceptedAtMs: number;
  /** Render times of comparable orders on this path, ms, sorted or not; may be empty. */
  samplesMs: readonly number[];
  /** What the catalogue declares for this order. */
  declaredMs: number;
  /** Whether this path's callbacks have been arriving. */
  callbacks: boolean;
};

export const SAMPLES_TO_TRUST = 8;
const STEP_LEAST_MS = 2_000;
const STEP_MOST_MS = 30_000;
/** While renders end one after the other; a lag is paid for with an idle slot. */
const EXPECTED_STEP_MOST_MS = 4_000;
const LATE_STEP_SHARE = 0.1;
const BLIND_STEP_SHARE = 0.2;
const BLIND_STEP_MOST_MS = 15_000;
const CALLBACK_STRETCH = 3;
const QUESTION_BACKOFF_MOST_MS = 60_000;

export type RenderSpread = {
  /** Hardly any is done before. */
  firstMs: number;
  earlyMs: number;
  medianMs: number;
  lateMs: number;
  measured: boolean;
};

/** The expected spread of render times: measured where there are enough samples, else around what is declared. */
export function renderSpread(samplesMs: readonly number[], declaredMs: number): RenderSpread {
  if (samplesMs.length < SAMPLES_TO_TRUST) {
    const earlyMs = declaredMs * 0.5;
    return { firstMs: earlyMs, earlyMs, medianMs: declaredMs, lateMs: declaredMs * 2, measured: false };
  }
  const sorted = [...samplesMs].sort((a, b) => a - b);
  return {
    firstMs: quantile(sorted, 0.02),
    earlyMs: quantile(sorted, 0.1),
    medianMs: quantile(sorted, 0.5),
    lateMs: quantile(sorted, 0.95),
    measured: true,
  };
}

export function nextPollAtMs(facts: PollFacts): number {
  return pollAfter(renderSpread(facts.samplesMs, facts.declaredMs), facts);
}

/** The same where the spread is known already. */
export function pollAfter(
  spread: RenderSpread,
  facts: Pick<PollFacts, 'nowMs' | 'acceptedAtMs' | 'callbacks'>,
): number {
  const elapsedMs = facts.nowMs - facts.acceptedAtMs;
  const stretch = facts.callbacks ? CALLBACK_STRETCH : 1;
  if (!spread.measured) {
    const blindMs = Math.min(BLIND_STEP_MOST_MS, Math.max(STEP_LEAST_MS, elapsedMs * BLIND_STEP_SHARE));
    return facts.nowMs + Math.min(STEP_MOST_MS, blindMs * stretch);
  }
  if (elapsedMs < spread.firstMs) {
    return facts.acceptedAtMs + Math.max(spread.firstMs, elapsedMs + STEP_LEAST_MS);
  }
  const spreadMs = spread.lateMs - spread.earlyMs;
  const expectedStepMs = Math.min(EXPECTED_STEP_MOST_MS, Math.max(STEP_LEAST_MS, spreadMs / 12));
  const stepMs = Math.max(expectedStepMs, (elapsedMs - spread.lateMs) * LATE_STEP_SHARE);
  return facts.nowMs + Math.min(STEP_MOST_MS, stepMs * stretch);
}

/** After a question that failed: never a verdict on the task, only a pause. */
export function questionBackoffMs(failures: number, retryAfterMs: number | null): number {
  return Math.max(
    Math.min(retryAfterMs ?? 0, RETRY_AFTER_CAP_MS),
    Math.min(QUESTION_BACKOFF_MOST_MS, STEP_LEAST_MS * 2 ** Math.min(failures, 10)),
  );
}

export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

/** Render times are kept per shape of order: comparable orders take comparable time. */
export function shapeOf(order: {
  model: string;
  mode: string;
  resolution: string;
  seconds: number | null;
}): string {
  return `${order.model}/${order.mode}/${order.resolution}/${order.seconds ?? 'input'}`;
}
