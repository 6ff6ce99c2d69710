/**
 * What to do with an attempt whose answer was lost. The order is fixed: look it up by our own id; believe "not there"
 * only after the upstream's grace period and more than one look; then send the same attempt again under the same
 * id, or give it up when its task no longer wants it. A failed question decides nothing.
 *
 * Where the upstream cannot be asked by our id, nothing that we see proves that it has no such task. Then the attempt
 * waits, with its slot and its money, for a callback, for a list that shows it or for a person. It is given up when
 * nobody wants it any more and what may have begun has long ended; or, where the operator prefers a possible second
 * bill to a lost task (`resubmit`), at that time as well, and then its task is sent as a new attempt.
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
  /** How long such a render takes. */
  expectedMs: number;
  /** The operator's choice for the path. */
  lostAnswer: 'hold' | 'resubmit';
};

export type LookupVerdict =
  | { kind: 'look_again'; askAtMs: number }
  /** Provably never accepted: send the same attempt again. */
  | { kind: 'resend' }
  /** Not wanted, or not worth another try: free the slot. Proven: the upstream never accepted it. */
  | { kind: 'abandon'; proven: boolean }
  /** We cannot find out by ourselves: an operator, a callback or the start deadline must. */
  | { kind: 'park'; askAtMs: number };

const LOOKUP_GAPS_MS = [2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];
const MISSES_TO_BELIEVE = 2;
const SENDS_MOST = 3;
const PARK_MS = 600_000;
/** What is sent may be taken on so much later: clocks differ and requests travel. */
const START_MARGIN_MS = 60_000;
/** A render that takes longer than this many times what is usual has ended in some other way. */
const RENDER_PATIENCE = 3;
/** Questions that fail for so long after that are not waited for any more. */
const UNANSWERED_PATIENCE_MS = 3_600_000;

export function lookupVerdict(
  attempt: UnknownAttempt,
  abilities: Pick<Abilities, 'clientKey' | 'list' | 'lookupGraceMs' | 'startDeadlineSeconds'>,
  nowMs: number,
): LookupVerdict {
  if (!provesAbsence(abilities)) return verdictWithoutProof(attempt, abilities, nowMs);
  const graceOver = nowMs - attempt.sentAtMs >= abilities.lookupGraceMs;
  if (!graceOver || attempt.misses < MISSES_TO_BELIEVE) {
    const gapMs = LOOKUP_GAPS_MS[Math.min(attempt.misses, LOOKUP_GAPS_MS.length - 1)] ?? PARK_MS;
    const graceEndMs = attempt.sentAtMs + abilities.lookupGraceMs;
    const askAtMs = graceOver ? nowMs + gapMs : Math.min(nowMs + gapMs, Math.max(graceEndMs, nowMs + 1));
    return { kind: 'look_again', askAtMs };
  }
  if (attempt.unwanted || attempt.sends >= SENDS_MOST) return { kind: 'abandon', proven: true };
  return { kind: 'resend' };
}

function verdictWithoutProof(
  { sentAtMs, misses, unwanted, expectedMs, lostAnswer }: UnknownAttempt,
  { list, startDeadlineSeconds }: Pick<Abilities, 'list' | 'startDeadlineSeconds'>,
  nowMs: number,
): LookupVerdict {
  const overAtMs = mustHaveEndedAtMs(sentAtMs, expectedMs, startDeadlineSeconds);
  if (nowMs >= overAtMs && (unwanted || lostAnswer === 'resubmit')) return { kind: 'abandon', proven: false };
  const gapMs = list ? (LOOKUP_GAPS_MS[Math.min(misses, LOOKUP_GAPS_MS.length - 1)] ?? PARK_MS) : PARK_MS;
  const askAtMs = nowMs + gapMs;
  return { kind: 'park', askAtMs: overAtMs > nowMs ? Math.min(askAtMs, overAtMs) : askAtMs };
}

/** When what was sent has ended, if it ever began. */
function mustHaveEndedAtMs(
  sentAtMs: number,
  expectedMs: number,
  startDeadlineSeconds: number | null,
): number {
  const startableUntilMs = sentAtMs + (startDeadlineSeconds ?? 0) * 1000 + START_MARGIN_MS;
  return startableUntilMs + RENDER_PATIENCE * expectedMs;
}

/**
 * A question that failed says nothing, so nothing is sent again for it. But where no answer could prove anything, some
 * questions fail for ever (a list whose entries have lost what they are known by): what nobody wants any more then gets
 * its slot back, an hour after it must have ended.
 */
export function givenUpUnanswered(
  { sentAtMs, expectedMs, unwanted }: Pick<UnknownAttempt, 'sentAtMs' | 'expectedMs' | 'unwanted'>,
  abilities: Pick<Abilities, 'clientKey' | 'startDeadlineSeconds'>,
  nowMs: number,
): boolean {
  if (!unwanted || provesAbsence(abilities)) return false;
  const overAtMs = mustHaveEndedAtMs(sentAtMs, expectedMs, abilities.startDeadlineSeconds);
  return nowMs >= overAtMs + UNANSWERED_PATIENCE_MS;
}

/** Whether an upstream that does not find our id has no such task. */
export function provesAbsence(abilities: Pick<Abilities, 'clientKey'>): boolean {
  return abilities.clientKey === 'query' || abilities.clientKey === 'idempotent';
}

/** Whether there is a question that may find it, were it there. */
export function canLookUp(abilities: Pick<Abilities, 'clientKey' | 'list'>): boolean {
  return provesAbsence(abilities) || abilities.list;
}

/** When to look again after a question that failed: back off, decide nothing. */
export function lookupBackoffMs(asks: number, retryAfterMs: number | null): number {
  return Math.max(
    Math.min(retryAfterMs ?? 0, RETRY_AFTER_CAP_MS),
    Math.min(120_000, 2_000 * 2 ** Math.min(asks, 10)),
  );
}
