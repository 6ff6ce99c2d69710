import { expect, test } from 'vitest';
import { afterLook, STRIKES } from './link.ts';
import type { LinkWatch } from './record.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MADE_AT = 1_000_000;

const watch = (more: Partial<LinkWatch> = {}): LinkWatch => ({
  url: 'https://cdn.example.com/clip.mp4',
  state: 'alive',
  madeAtMs: MADE_AT,
  statedEndMs: null,
  firstSeenAtMs: MADE_AT,
  lastAliveAtMs: MADE_AT,
  deadAtMs: null,
  nextLookAtMs: MADE_AT,
  looks: 0,
  strikes: 0,
  ...more,
});

const nextIn = (ageMs: number, more: Partial<LinkWatch> = {}) =>
  (afterLook(watch(more), 'alive', MADE_AT + ageMs).nextLookAtMs ?? 0) - MADE_AT - ageMs;

test.each([
  ['a minute at least', 60_000, 60_000],
  ['a twentieth of its age', 2 * HOUR_MS, 0.1 * HOUR_MS],
  ['six hours at most', 30 * DAY_MS, 6 * HOUR_MS],
])('a living link is looked at again after %s', (_name, ageMs, inMs) => {
  expect(nextIn(ageMs)).toBe(inMs);
});

test('around the end that the vendor states it is looked at just before and just after', () => {
  const stated = { statedEndMs: MADE_AT + DAY_MS };
  expect(nextIn(DAY_MS - HOUR_MS, stated)).toBe(HOUR_MS - 30_000);
  expect(nextIn(DAY_MS - 30_000, stated)).toBe(60_000);
});

test('a link is dead when it was found dead twice; when is told by the first time', () => {
  const once = afterLook(watch(), 'dead', MADE_AT + HOUR_MS);
  expect(once).toMatchObject({ state: 'alive', strikes: 1, nextLookAtMs: MADE_AT + HOUR_MS + 60_000 });
  const twice = afterLook(once, 'dead', MADE_AT + HOUR_MS + 60_000);
  expect(twice).toMatchObject({
    state: 'dead',
    deadAtMs: MADE_AT + HOUR_MS,
    nextLookAtMs: null,
    looks: STRIKES,
  });
  const alive = afterLook(once, 'alive', MADE_AT + HOUR_MS + 60_000);
  expect(alive).toMatchObject({ state: 'alive', strikes: 0, deadAtMs: null });
});

test('no answer says nothing, and after ninety days nobody looks any more', () => {
  const before = watch({ strikes: 1, deadAtMs: MADE_AT + 1 });
  expect(afterLook(before, 'unclear', MADE_AT + HOUR_MS)).toMatchObject({ strikes: 1, state: 'alive' });
  expect(afterLook(watch(), 'alive', MADE_AT + 91 * DAY_MS)).toMatchObject({ state: 'given_up' });
});
