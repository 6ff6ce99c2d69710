import type { LimitChange } from '@sluice/sdk';
import { expect, test } from 'vitest';
import { stepsOf } from './limit-steps.ts';

const T0 = Date.UTC(2026, 10, 29, 12);
const change = (minutes: number, learned: number | null, family = 'kling-v3'): LimitChange => ({
  at: new Date(T0 + minutes * 60_000).toISOString(),
  family,
  reason: 'refused',
  before: null,
  configured: 9,
  learned,
  effective: learned,
  occupied: null,
});

test('each holds until the next; families are added; nothing is known before the first', () => {
  const changes = [change(30, 2), change(0, 5), change(20, 4, 'kling-o1'), change(40, null)];
  const at = [-1, 0, 10, 25, 30, 50].map((minutes) => T0 + minutes * 60_000);
  expect(stepsOf(changes, ['kling-v3'], at, 'learned')).toEqual([null, 5, 5, 5, 2, null]);
  expect(stepsOf(changes, ['kling-v3', 'kling-o1'], at, 'learned')).toEqual([null, 5, 5, 9, 6, 4]);
  expect(stepsOf(changes, ['kling-v3'], at, 'configured').slice(1)).toEqual([9, 9, 9, 9, 9]);
});
