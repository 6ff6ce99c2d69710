/**
 * What to do with an attempt whose answer was lost. The order is fixed: look it up by our own id; believe "not there"
 * only after the upstream's grace period and more than one look; then send the same attempt again under the same
 * id, or give it up when its task no longer wants it. A failed question decides nothing.
 */
import type { Abilities } from '../providers/contract.ts';
import { RETRY_AFTER_CAP_MS } from './health.ts';

export type UnknownAttempt = {
  sentAtMs: number;
  /** Lookups so far that answered "not there". */
  misses: number;
  sends: number;
  /** The task ended or asked to be cancelled: a resend would buy what nobody wants. */
  unwanted: boolean;
};

export type LookupVerdict =
  | { kind: 'look_again'; askAtMs: number }
  /** Provably never accepted: send the same attempt again. */
  | { kind: 'resend' }
  /** Provably never accepted, and not wanted or not worth another try: free the slot. */
  | { kind: 'abandon' }
  /** We cannot find out by ourselves: an operator, a callback or the start deadline must. */
  | { kind: 'park'; askAtMs: number };

const LOOKUP_GAPS_MS = [2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];
const MISSES_TO_BELIEVE = 2;
const SENDS_MOST = 3;
const PARK_MS = 600_000;

export function lookupVerdict(
  attempt: UnknownAttempt,
  abilities: Pick<Abilities, 'clientKey' | 'lookupGraceMs'>,
  nowMs: number,
): LookupVerdict {
  if (!canLookUp(abilities)) return { kind: 'park', askAtMs: nowMs + PARK_MS };
  const graceOver = nowMs - attempt.sentAtMs >= abilities.lookupGraceMs;
  if (!graceOver || attempt.misses < MISSES_TO_BELIEVE) {
    const gapMs = LOOKUP_GAPS_MS[Math.min(attempt.misses, LOOKUP_GAPS_MS.length - 1)] ?? PARK_MS;
    const graceEndMs = attempt.sentAtMs + abilities.lookupGraceMs;
    const askAtMs = graceOver ? nowMs + gapMs : Math.min(nowMs + gapMs, Math.max(graceEndMs, nowMs + 1));
    return { kind: 'look_again', askAtMs };
  }
  if (attempt.unwanted || attempt.sends >= SENDS_MOST) return { kind: 'abandon' };
  return { kind: 'resend' };
}

export function canLookUp(abilities: Pick<Abilities, 'clientKey'>): boolean {
  return abilities.clientKey === 'query' || abilities.clientKey === 'idempotent';
}

/** When to look again after a question that failed: back off, decide nothing. */
export function lookupBackoffMs(asks: number, retryAfterMs: number | null): number {
  return Math.max(
    Math.min(retryAfterMs ?? 0, RETRY_AFTER_CAP_MS),
    Math.min(120_000, 2_000 * 2 ** Math.min(asks, 10)),
  );
}
