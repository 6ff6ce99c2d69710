/**
 * What the answer to a submit means for the task. Three words must never be confused: refused (nothing exists
 * upstream), failed (it existed and ended) and unknown (nobody knows; slot and money stay).
 */
import type { TaskErrorCode } from '@sluice/contract';
import type { RefusalClass, SubmitOutcome } from '../providers/contract.ts';
import { type Health, healthOfRefusal, RETRY_AFTER_CAP_MS } from './health.ts';

export type SubmitVerdict =
  | { kind: 'accepted' }
  /** Nothing exists upstream: back to the queue, not before `notBeforeMs`. */
  | { kind: 'requeue'; notBeforeMs: number; reason: string; noSlot: boolean; health: Trouble | null }
  | { kind: 'end'; code: TaskErrorCode; message: string; upstreamCode: string }
  /** Look it up first at `askAtMs`. */
  | { kind: 'unknown'; askAtMs: number; reason: string };

export type Trouble = { health: Exclude<Health, 'ok'>; retryAfterMs: number | null; detail: string };

const FIRST_LOOKUP_MS = 2_000;
const NO_SLOT_PAUSE_MS = 1_000;

/** `fraction` is a random number in [0, 1), drawn by the caller, that spreads retries. */
export function submitVerdict(outcome: SubmitOutcome, nowMs: number, fraction: number): SubmitVerdict {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'accepted' };
    case 'unknown':
      return { kind: 'unknown', askAtMs: nowMs + FIRST_LOOKUP_MS, reason: outcome.reason };
    case 'not_sent':
      return requeue('not_sent', outcome.reason, null, nowMs, fraction);
    case 'refused':
      return refusalVerdict(outcome, nowMs, fraction);
  }
}

function refusalVerdict(
  refusal: Extract<SubmitOutcome, { kind: 'refused' }>,
  nowMs: number,
  fraction: number,
): SubmitVerdict {
  const message = refusal.message || refusal.code;
  switch (refusal.class) {
    case 'bad_input':
      return { kind: 'end', code: 'input_rejected', message, upstreamCode: refusal.code };
    case 'moderation':
      return { kind: 'end', code: 'moderated', message, upstreamCode: refusal.code };
    case 'duplicate_key':
      // Our own id is taken: an earlier send did arrive. Find it; sending again is out of the question.
      return { kind: 'unknown', askAtMs: nowMs, reason: `duplicate correlation id (${refusal.code})` };
    case 'no_slot':
    case 'throttled':
    case 'wallet':
    case 'credentials':
    case 'forbidden':
    case 'no_model':
    case 'unavailable':
      return requeue(refusal.class, `${refusal.code}: ${message}`, refusal.retryAfterMs, nowMs, fraction);
  }
}

function requeue(
  cause: RefusalClass | 'not_sent',
  reason: string,
  retryAfterMs: number | null,
  nowMs: number,
  fraction: number,
): SubmitVerdict {
  const health = healthOfRefusal(cause);
  const askedMs = Math.min(retryAfterMs ?? NO_SLOT_PAUSE_MS, RETRY_AFTER_CAP_MS);
  const pauseMs = cause === 'no_slot' ? askedMs * (1 + fraction) : 0;
  return {
    kind: 'requeue',
    notBeforeMs: nowMs + Math.round(pauseMs),
    reason,
    noSlot: cause === 'no_slot',
    health: health === null ? null : { health, retryAfterMs, detail: reason },
  };
}
