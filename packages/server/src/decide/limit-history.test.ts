import { expect, test } from 'vitest';
import { type LimitChange, limitsInHour } from './limit-history.ts';

const HOUR = Date.UTC(2026, 10, 29, 12);
const at = (minutes: number, learned: number | null, more: Partial<LimitChange> = {}): LimitChange => ({
  family: 'kling-v3',
  at: HOUR + minutes * 60_000,
  configured: null,
  learned,
  ...more,
});

test.each<[string, LimitChange[], unknown]>([
  ['nothing is known', [], []],
  ['known only later', [at(60, 5)], []],
  ['as it was before', [at(-300, 3), at(-20, 5)], [{ family: 'kling-v3', least: 5, most: 5 }]],
  ['fell within', [at(-20, 5), at(30, 2)], [{ family: 'kling-v3', least: 2, most: 5 }]],
  ['began within', [at(10, 2), at(11, 3), at(59, 4)], [{ family: 'kling-v3', least: 2, most: 4 }]],
  [
    'the smaller of set and learned',
    [at(-5, 9, { configured: 4 })],
    [{ family: 'kling-v3', least: 4, most: 4 }],
  ],
  ['neither set nor learned', [at(-5, null)], []],
  [
    'two families, in any order',
    [at(5, 7), at(-9, 1, { family: 'kling-o1' })],
    [
      { family: 'kling-o1', least: 1, most: 1 },
      { family: 'kling-v3', least: 7, most: 7 },
    ],
  ],
])('%s', (_what, changes, expected) => {
  expect(limitsInHour(changes, HOUR)).toEqual(expected);
});
