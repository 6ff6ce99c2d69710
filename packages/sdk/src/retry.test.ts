import { describe, expect, test } from 'vitest';
import { type Failure, retryDelayMs } from './retry.ts';
import type { Repeat } from './routes.ts';

const answered = (
  status: number,
  code: string | null = null,
  retryable: boolean | null = null,
  retryAfterSeconds: number | null = null,
): Failure => ({ kind: 'answered', status, code, retryable, retryAfterSeconds });

const decide = (failure: Failure, repeat: Repeat, sent = 1, random = 0) =>
  retryDelayMs(failure, { repeat, sent, maxRetries: 3, random });

type Row = [name: string, failure: Failure, safe: boolean, keyed: boolean, once: boolean];
const rows: Row[] = [
  ['no connection was made', { kind: 'not_sent' }, true, true, true],
  ['the answer was lost', { kind: 'lost' }, true, true, false],
  ['409 still in progress', answered(409, 'idempotency_in_progress', true), true, true, true],
  ['409 conflict', answered(409, 'conflict', false), false, false, false],
  ['409 too late to cancel', answered(409, 'cancel_too_late', false), false, false, false],
  ['400', answered(400, 'invalid_json', false), false, false, false],
  ['401', answered(401, 'invalid_key', false), false, false, false],
  ['402 no money', answered(402, 'insufficient_balance', false), false, false, false],
  ['404', answered(404, 'not_found', false), false, false, false],
  ['408 of a proxy', answered(408), false, false, false],
  ['422', answered(422, 'invalid_input', false), false, false, false],
  ['422 mismatched key', answered(422, 'idempotency_mismatch', false), false, false, false],
  ['429 of ours: nothing was created', answered(429, 'rate_limited', true), true, true, true],
  ['429 of a proxy', answered(429), true, true, false],
  ['500 of ours', answered(500, 'internal', true), true, true, false],
  ['502 of a proxy', answered(502), true, true, false],
  ['503 of ours: nothing was created', answered(503, 'unavailable', true), true, true, true],
  ['503 that stays so', answered(503, 'quarantined', false), false, false, false],
  ['503 of a proxy', answered(503), true, true, false],
  ['504 of a proxy', answered(504), true, true, false],
  ['redirect of a write', answered(307), false, false, false],
  ['200 that is not JSON', answered(200), false, false, false],
];

describe('what is sent again', () => {
  test.each(rows)('%s', (_, failure, safe, keyed, once) => {
    expect({
      safe: decide(failure, 'safe') !== null,
      keyed: decide(failure, 'keyed') !== null,
      once: decide(failure, 'once') !== null,
    }).toEqual({ safe, keyed, once });
  });

  test('at most maxRetries times', () => {
    expect(decide({ kind: 'not_sent' }, 'safe', 3)).not.toBeNull();
    expect(decide({ kind: 'not_sent' }, 'safe', 4)).toBeNull();
  });
});

describe('after how long', () => {
  test('doubling, between half and whole, at most 8 s', () => {
    const state = { repeat: 'safe', maxRetries: 99 } as const;
    const delays = [1, 2, 3, 4, 5, 6, 60].map((sent) => [
      retryDelayMs({ kind: 'lost' }, { ...state, sent, random: 0 }),
      retryDelayMs({ kind: 'lost' }, { ...state, sent, random: 1 }),
    ]);
    expect(delays).toEqual([
      [250, 500],
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [4000, 8000],
      [4000, 8000],
      [4000, 8000],
    ]);
  });

  test.each([
    [1, 1_000],
    [60, 60_000],
    [61, null],
    [3600, null],
  ])('Retry-After %i waits %j', (seconds, expected) => {
    expect(decide(answered(429, 'rate_limited', true, seconds), 'safe')).toBe(expected);
  });

  test('never sooner than Retry-After', () => {
    expect(decide(answered(503, 'overloaded', true, 2), 'safe', 1, 0.99)).toBeGreaterThanOrEqual(2_000);
  });
});
