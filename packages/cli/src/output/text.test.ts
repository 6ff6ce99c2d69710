import { describe, expect, test } from 'vitest';
import { brief, clean, count, moment, ordinal, relative, secondsBetween, size, span } from './text.ts';

describe('words for values', () => {
  test.each([
    [null, '–'],
    [0, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [125, '2m 05s'],
    [3_600, '1h 00m'],
    [7_500, '2h 05m'],
    [200_000, '2d 07h'],
    [-5, '0s'],
  ])('%j seconds: %s', (seconds, expected) => {
    expect(span(seconds)).toBe(expected);
  });

  test.each([
    [null, '–'],
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [52_000_000_000, '52.0 GB'],
  ])('%j bytes: %s', (bytes, expected) => {
    expect(size(bytes)).toBe(expected);
  });

  test.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [12, '12th'],
    [21, '21st'],
    [111, '111th'],
  ])('place %i: %s', (place, expected) => {
    expect(ordinal(place)).toBe(expected);
  });

  test('instants', () => {
    const now = Date.parse('2026-10-01T12:00:00Z');
    expect(relative('2026-10-01T11:58:00Z', now)).toBe('2m 00s ago');
    expect(relative('2026-10-01T12:00:05Z', now)).toBe('in 5s');
    expect(moment('2026-10-01T12:00:00.123Z')).toBe('2026-10-01 12:00:00');
    expect(secondsBetween('2026-10-01T12:00:00Z', null)).toBeNull();
    expect([count(1, 'clip'), count(2, 'clip')]).toEqual(['1 clip', '2 clips']);
  });
});

describe('text of others', () => {
  test.each([
    ['colours and cursor moves', 'a\u001b[31mred\u001b[2J\u001b[1;1Hb', 'aredb'],
    ['window titles', 'a\u001b]0;owned\u0007b', 'ab'],
    ['bells, backspaces, C1 controls', 'a\u0007\u0008\u009bb', 'ab'],
    ['text that reads backwards', 'a\u202etxt.exe', 'atxt.exe'],
    ['carriage returns that overwrite', 'good\rbad', 'goodbad'],
    ['what is harmless', 'žluťoučký 🐎\n\tkůň', 'žluťoučký 🐎\n\tkůň'],
  ])('%s', (_, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test('is cut by characters, not in the middle of one', () => {
    expect(brief('🐎🐎🐎🐎', 3)).toBe('🐎🐎…');
    expect(brief('a\n  b', 10)).toBe('a b');
  });
});
