/** Webhook schedule and verdicts: at least once for about three days, then a dead letter that can be replayed. */

export type DeliveryResult =
  | { kind: 'answered'; status: number; retryAfterMs: number | null }
  | { kind: 'not_reached'; reason: string };

export type DeliveryVerdict =
  | { kind: 'delivered' }
  | { kind: 'again'; atMs: number }
  | { kind: 'exhausted' }
  /** 410: the receiver wants no more of this endpoint. */
  | { kind: 'gone' };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Gaps before each further try; with the first try at once, ten tries in about 75 hours. */
export const deliveryGapsMs: readonly number[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
const RETRY_AFTER_CAP_MS = HOUR_MS;
const JITTER_SHARE = 0.1;
export const disableAfterFailingMs = 5 * 24 * HOUR_MS;

/** `tries` counts this one. `fraction` is a random number in [0, 1) drawn by the caller. */
export function deliveryVerdict(
  result: DeliveryResult,
  tries: number,
  nowMs: number,
  fraction: number,
): DeliveryVerdict {
  if (result.kind === 'answered' && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  if (result.kind === 'answered' && result.status === 410) return { kind: 'gone' };
  const gapMs = deliveryGapsMs[tries - 1];
  if (gapMs === undefined) return { kind: 'exhausted' };
  const jitteredMs = gapMs * (1 + JITTER_SHARE * (2 * fraction - 1));
  const askedMs = result.kind === 'answered' ? Math.min(result.retryAfterMs ?? 0, RETRY_AFTER_CAP_MS) : 0;
  return { kind: 'again', atMs: nowMs + Math.round(Math.max(jitteredMs, askedMs)) };
}
