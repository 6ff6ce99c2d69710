import { describe, expect, test } from 'vitest';
import { checkBanned } from './banned.ts';
import { violationsOf } from './samples.ts';
import { treeOf } from './tree.ts';

const stage = 'packages/server/src/lifecycle/4-track.ts';

describe('banned', () => {
  test.each([
    ['const at = Date.now();', 'Date.now outside effects/'],
    ['const at = new Date();', 'new Date() outside effects/'],
    ['const at = globalThis.performance.now();', 'performance.now outside effects/'],
    ['setTimeout(poll, 5_000);', 'setTimeout outside effects/'],
    ['const late = AbortSignal.timeout(5_000);', 'AbortSignal.timeout outside effects/'],
    ['const jitter = Math.random();', 'Math.random outside effects/'],
    ['const id = crypto.randomUUID();', 'crypto.randomUUID outside effects/'],
    [`import { createHash, randomBytes } from 'node:crypto';`, 'randomBytes outside effects/'],
    [`import { readFileSync } from 'node:fs';`, 'node:fs outside effects/'],
    [`import { request } from 'undici';`, 'undici outside effects/'],
    [`import { setTimeout as wait } from 'node:timers/promises';`, 'node:timers/promises outside effects/'],
    [`const answer = await fetch('https://example.com');`, 'fetch outside effects/'],
    [`console.log('here');`, 'console.log outside effects/'],
    ['const key = process.env.SLUICE_KEY;', 'process.env outside effects/'],
  ])('%s', (text, message) => {
    expect(violationsOf(checkBanned, { [stage]: text })).toEqual([`${stage}:1 ${message}`]);
  });

  test.each([
    ['a date made from a number', stage, 'const at = new Date(nowMs).toISOString();'],
    ['a hash', stage, `import { createHash, timingSafeEqual } from 'node:crypto';`],
    ['a type', stage, `import type { IncomingMessage } from 'node:http';`],
    ['a function of our own with that name', stage, 'function f(fetch: () => void) { fetch(); }'],
    ['a method with that name', stage, 'store.fetch(); clock.now();'],
    ['the clock itself', 'packages/server/src/effects/clock/real.ts', 'export const now = () => Date.now();'],
    ['a test', 'packages/server/src/lifecycle/4-track.test.ts', 'const at = Date.now();'],
    ['settings', 'packages/server/src/config.ts', 'export const env = process.env;'],
    ['a client', 'packages/cli/src/commands/tasks.ts', `console.log('rows');`],
  ])('%s is fine', (_name, path, text) => {
    expect(violationsOf(checkBanned, { [path]: text })).toEqual([]);
  });

  test('a decision does not wait', () => {
    const path = 'packages/server/src/decide/retry.ts';
    expect(violationsOf(checkBanned, { [path]: 'export async function decide() {}' })).toEqual([
      `${path}:1 decide/ is synchronous, this waits`,
    ]);
  });

  test('the fix names the replacement', () => {
    const tree = treeOf({ [stage]: '\n\nconst at = Date.now();' });
    expect(checkBanned(tree)).toMatchObject([
      { line: 3, fix: 'take `clock: Clock` (effects/clock/clock.ts) and call clock.now()' },
    ]);
  });
});
