/** When a request is sent again, and after how long: one pure decision, case by case. */
import type { Repeat } from './routes.ts';

export type Failure =
  /** Provably never left this machine: no connection, no such host. */
  | { kind: 'not_sent' }
  /** May have arrived: reset, time-out, or an answer that broke off. */
  | { kind: 'lost' }
  | {
      kind: 'answered';
      status: number;
      /** The gateway's own code; null when something in between answered. */
      code: string | null;
      /** What the gateway itself says; null when something in between answered. */
      retryable: boolean | null;
      retryAfterSeconds: number | null;
    };

export type RetryState = {
  repeat: Repeat;
  /** How many times it has been sent, at least 1. */
  sent: number;
  maxRetries: number;
  /** 0 ≤ n < 1. */
  random: number;
};

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
/** Longer than this is for the caller to decide: a call that hangs for an hour helps nobody. */
export const MAX_RETRY_AFTER_SECONDS = 60;

/** Milliseconds to wait before sending again, or null to give up. */
export function retryDelayMs(failure: Failure, state: RetryState): number | null {
  if (state.sent > state.maxRetries) return null;
  if (!mayRepeat(failure, state.repeat)) return null;
  if (failure.kind !== 'answered' || failure.retryAfterSeconds === null) return backoff(state);
  if (failure.retryAfterSeconds > MAX_RETRY_AFTER_SECONDS) return null;
  // Never sooner than asked for; the jitter on top keeps a crowd of clients from coming back together.
  return failure.retryAfterSeconds * 1000 + state.random * FIRST_DELAY_MS;
}

function mayRepeat(failure: Failure, repeat: Repeat): boolean {
  // Nothing arrived, so nothing can happen twice, whatever the operation.
  if (failure.kind === 'not_sent') return true;

  // It may have arrived. A read, a state that is set, and a keyed create end the same either way. What
  // would make a second thing is the caller's to look up: we do not resend on hope.
  const repeatIsHarmless = repeat !== 'once';
  if (failure.kind === 'lost') return repeatIsHarmless;

  // Our first send is still being worked on, or a client elsewhere uses the same key: the answer to
  // that first request is the answer to this one, so ask again shortly.
  if (failure.code === 'idempotency_in_progress') return true;

  // Load and outages. The gateway promises that nothing was created, so even an unkeyed create may be
  // sent again; its own word overrules the status (a quarantined copy answers 503 and stays so). When
  // something in between answered, no such promise exists.
  if (failure.status === 429 || failure.status === 503) return failure.retryable ?? repeatIsHarmless;

  // Our bug, or a proxy that lost the gateway (502, 504): it may have been done.
  if (failure.status >= 500) return repeatIsHarmless && failure.retryable !== false;

  // Every other 4xx, a 402 and a mismatched key among them, answers the same until somebody changes
  // something. So do redirects of a write: the base URL is wrong.
  return false;
}

/** Doubles from half a second, at most 8 s, and takes a random half off: 250–500, 500–1000, … */
function backoff({ sent, random }: RetryState): number {
  const ceilingMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(sent - 1, 10));
  return ceilingMs * (0.5 + random / 2);
}
