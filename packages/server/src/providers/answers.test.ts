import { expect, test } from 'vitest';
import { retryAfterOf } from './answers.ts';

test.each([
  ['3', 3_000],
  ['1.5', 1_500],
  [' 7 ', 7_000],
  ['Sun, 20 Sep 2026 10:00:05 GMT', 5_000],
  ['Sun, 20 Sep 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['-3', null],
  ['', null],
])('Retry-After %j is %s ms', (value, expected) => {
  expect(retryAfterOf({ 'retry-after': value }, Date.parse('2026-09-20T10:00:00Z'))).toBe(expected);
});
