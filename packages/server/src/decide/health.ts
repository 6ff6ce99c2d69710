/**
 * What upstream answers say about a path, or about one model family on it. What cannot work is rested, not hammered:
 * one probe per rest, rests double, and the first success brings it back by itself. A refusal that speaks of the
 * model rests that family there, and the other models of the path go on.
 */
import type { RefusalClass } from '../providers/contract.ts';

export type PathHealth = 'ok' | 'throttled' | 'wallet_empty' | 'credentials_refused' | 'unavailable';

/** Of a model family on a path. */
export type ModelHealth = 'ok' | 'model_refused';
export type Health = PathHealth | ModelHealth;

export type HealthState<Of extends Health = Health> = {
  health: Of;
  untilMs: number | null;
  strikes: number;
  detail: string | null;
};

const FIRST_REST_MS: Record<Exclude<Health, 'ok'>, number> = {
  throttled: 1_000,
  wallet_empty: 60_000,
  credentials_refused: 60_000,
  unavailable: 2_000,
  model_refused: 20_000,
};
const LONGEST_REST_MS: Record<Exclude<Health, 'ok'>, number> = {
  throttled: 60_000,
  wallet_empty: 900_000,
  credentials_refused: 900_000,
  unavailable: 120_000,
  model_refused: 900_000,
};
/** No upstream can make us stay away for longer than this. */
export const RETRY_AFTER_CAP_MS = 900_000;

export const healthyPath: HealthState<'ok'> = { health: 'ok', untilMs: null, strikes: 0, detail: null };
export const servedModel = healthyPath;

/** The health that a refusal implies, of the path or of the model there; null when it says nothing about either. */
export function healthOfRefusal(refusal: RefusalClass | 'not_sent'): Exclude<Health, 'ok'> | null {
  switch (refusal) {
    case 'throttled':
      return 'throttled';
    case 'wallet':
      return 'wallet_empty';
    case 'credentials':
    case 'forbidden':
      return 'credentials_refused';
    case 'no_model':
      return 'model_refused';
    case 'unavailable':
    case 'not_sent':
      return 'unavailable';
    case 'bad_input':
    case 'moderation':
    case 'no_slot':
    case 'duplicate_key':
      return null;
  }
}

export function healthAfterTrouble<Bad extends Exclude<Health, 'ok'>>(
  state: HealthState<Bad | 'ok'>,
  health: Bad,
  trouble: { nowMs: number; retryAfterMs: number | null; detail: string },
): HealthState<Bad | 'ok'> {
  const askedMs = Math.min(trouble.retryAfterMs ?? 0, RETRY_AFTER_CAP_MS);
  // Answers of one burst are one strike; the longest pause that any of them asks for is kept.
  if (state.health === health && state.untilMs !== null && trouble.nowMs < state.untilMs) {
    const askedUntilMs = trouble.nowMs + askedMs;
    return askedUntilMs > state.untilMs ? { ...state, untilMs: askedUntilMs } : state;
  }
  const strikes = state.health === health ? state.strikes + 1 : 1;
  const restMs = Math.min(LONGEST_REST_MS[health], FIRST_REST_MS[health] * 2 ** Math.min(strikes - 1, 20));
  return { health, strikes, detail: trouble.detail, untilMs: trouble.nowMs + Math.max(restMs, askedMs) };
}

/**
 * How many attempts may be added now: none while the path rests, one as the probe after a rest, any number when well.
 */
export function admissible(state: HealthState, nowMs: number): 'none' | 'probe' | 'any' {
  if (state.health === 'ok') return 'any';
  return state.untilMs !== null && nowMs < state.untilMs ? 'none' : 'probe';
}

const STRICTNESS = { any: 0, probe: 1, none: 2 } as const;

/** What rests a path rests all its models; else the model's own state counts. */
export function stricter(path: HealthState, model: HealthState, nowMs: number): HealthState {
  return STRICTNESS[admissible(model, nowMs)] > STRICTNESS[admissible(path, nowMs)] ? model : path;
}
