import { describe, expect, it } from 'vitest';
import { checkCopyId, checkKey } from './key.ts';

const SHA = 'ab'.repeat(32);

describe('object keys', () => {
  it.each([`assets/ab/ab/${SHA}.mp4`, 'inputs/x.png', 'a', 'posters/ab/cd/1.jpg'])('%s is fine', (key) => {
    expect(checkKey(key)).toBe(key);
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/./b',
    'a/..',
    '..',
    '.',
    '.hidden',
    'a/.hidden',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    'a b',
    'a/b\n',
    'C:x',
    'CON:',
    '~/x',
    '%2e%2e/x',
    'ａ',
    '\u202egpj.exe',
    'spool',
    'spool/task.part',
    'a'.repeat(513),
    '-rf',
  ])('%j is refused', (key) => {
    expect(() => checkKey(key)).toThrow(/Not an object key/);
  });

  it.each(['', '../x', 'a/b', 'a.b', 'a\0', 'x'.repeat(129), '..', 'boot/../x'])(
    'copy id %j is refused',
    (id) => {
      expect(() => checkCopyId(id)).toThrow(/Not a copy id/);
    },
  );
});
