import { expect, test } from 'vitest';
import { matchesTag, rangeOf, rangeStands } from './range.ts';

test.each([
  [undefined, 'whole'],
  ['bytes=0-0', [0, 0]],
  ['bytes=2-5', [2, 5]],
  ['bytes=5-', [5, 9]],
  ['bytes=5-500', [5, 9]],
  ['bytes=-3', [7, 9]],
  ['bytes=-30', [0, 9]],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=10-20', 'unsatisfiable'],
  ['bytes=5-2', 'whole'],
  ['bytes=0-1,4-5', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=a-b', 'whole'],
  ['items=0-1', 'whole'],
])('%s of ten bytes', (header, wanted) => {
  const range = rangeOf(header, 10);
  expect(range.kind === 'part' ? [range.start, range.end] : range.kind).toEqual(wanted);
});

test('an empty object has no ranges', () => {
  expect(rangeOf('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
});

test.each([
  [undefined, false],
  ['"a"', true],
  ['"b", W/"a"', true],
  ['*', true],
  ['"b"', false],
])('If-None-Match %s against "a"', (header, wanted) => {
  expect(matchesTag(header, '"a"')).toBe(wanted);
});

test.each([
  [undefined, true],
  ['"a"', true],
  ['W/"a"', false],
  ['"b"', false],
  ['Sun, 22 Nov 2026 12:00:00 GMT', false],
])('If-Range %s against "a"', (header, wanted) => {
  expect(rangeStands(header, '"a"')).toBe(wanted);
});
