import { describe, expect, test } from 'vitest';
import type { RefusalClass } from '../providers/contract.ts';
import {
  admissible,
  type HealthState,
  healthAfterTrouble,
  healthOfRefusal,
  healthyPath,
  RETRY_AFTER_CAP_MS,
  servedModel,
  stricter,
} from './health.ts';

const NOW = 1_000_000;
const trouble = (with_ = {}) => ({ nowMs: NOW, retryAfterMs: null, detail: 'why', ...with_ });

const implied: Record<RefusalClass | 'not_sent', string | null> = {
  throttled: 'throttled',
  wallet: 'wallet_empty',
  credentials: 'credentials_refused',
  forbidden: 'credentials_refused',
  no_model: 'model_refused',
  unavailable: 'unavailable',
  not_sent: 'unavailable',
  bad_input: null,
  moderation: null,
  no_slot: null,
  duplicate_key: null,
};
test.each(Object.entries(implied))('%s implies %s', (refusal, health) => {
  expect(healthOfRefusal(refusal as RefusalClass)).toBe(health);
});

describe.each([
  ['throttled', 1_000, 60_000],
  ['wallet_empty', 60_000, 900_000],
  ['credentials_refused', 60_000, 900_000],
  ['unavailable', 2_000, 120_000],
  ['model_refused', 20_000, 900_000],
] as const)('%s', (health, firstMs, longestMs) => {
  test('rests double with each strike, up to the longest', () => {
    let state: HealthState = healthyPath;
    let nowMs = NOW;
    for (let strike = 1; strike <= 30; strike += 1) {
      state = healthAfterTrouble(state, health, trouble({ nowMs }));
      const restMs = Math.min(longestMs, firstMs * 2 ** (strike - 1));
      expect(state).toEqual({ health, strikes: strike, detail: 'why', untilMs: nowMs + restMs });
      nowMs = state.untilMs ?? 0;
    }
  });

  test('a burst is one strike; its longest asked pause is kept', () => {
    const first = healthAfterTrouble(healthyPath, health, trouble());
    expect(healthAfterTrouble(first, health, trouble({ nowMs: NOW + 1 }))).toBe(first);
    const asked = healthAfterTrouble(first, health, trouble({ nowMs: NOW + 1, retryAfterMs: 100_000 }));
    expect(asked).toEqual({ ...first, untilMs: NOW + 100_001 });
  });

  test('an asked pause counts where it is longer, up to a quarter of an hour', () => {
    const untilMs = (retryAfterMs: number) =>
      healthAfterTrouble(healthyPath, health, trouble({ retryAfterMs })).untilMs;
    expect(untilMs(1)).toBe(NOW + firstMs);
    expect(untilMs(200_000)).toBe(NOW + 200_000);
    expect(untilMs(86_400_000)).toBe(NOW + RETRY_AFTER_CAP_MS);
  });
});

test('another kind of trouble starts its own count', () => {
  const throttled = healthAfterTrouble(healthyPath, 'throttled', trouble());
  expect(healthAfterTrouble(throttled, 'wallet_empty', trouble())).toMatchObject({
    health: 'wallet_empty',
    strikes: 1,
  });
});

test.each([
  [healthyPath, 'any'],
  [{ ...healthyPath, health: 'throttled', untilMs: NOW + 1 }, 'none'],
  [{ ...healthyPath, health: 'throttled', untilMs: NOW }, 'probe'],
  [{ ...healthyPath, health: 'wallet_empty', untilMs: null }, 'probe'],
] as const)('%o admits %s', (state, expected) => {
  expect(admissible(state, NOW)).toBe(expected);
});

const resting = (health: 'throttled' | 'model_refused', untilMs: number): HealthState => ({
  health,
  untilMs,
  strikes: 1,
  detail: null,
});
test.each([
  ['both are well', healthyPath, servedModel, 'ok'],
  ['the model rests', healthyPath, resting('model_refused', NOW + 1), 'model_refused'],
  ['the model is to be tried again', healthyPath, resting('model_refused', NOW), 'model_refused'],
  ['the path rests', resting('throttled', NOW + 1), servedModel, 'throttled'],
  ['both rest', resting('throttled', NOW + 1), resting('model_refused', NOW + 1), 'throttled'],
  [
    'only the model still rests',
    resting('throttled', NOW),
    resting('model_refused', NOW + 1),
    'model_refused',
  ],
] as const)('where %s, that counts for the model', (_name, path, model, health) => {
  expect(stricter(path, model, NOW).health).toBe(health);
});
