import { expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { createShedding } from './shedding.ts';

const turn = async () => {
  for (let count = 0; count < 5; count += 1) await Promise.resolve();
};

test('create requests beyond the limit are told to wait; reading goes on', () => {
  const shedding = createShedding(virtualClock(0), { createsMost: 2, lagMostMs: 100 });
  const ends = [shedding.beginCreate(), shedding.beginCreate()];
  expect(shedding.refusal('create')).toEqual({ code: 'overloaded', retryAfterSeconds: 1 });
  expect(shedding.refusal('client')).toBeNull();
  ends[0]?.();
  ends[0]?.();
  expect(shedding.refusal('create')).toBeNull();
  shedding.beginCreate();
  expect(shedding.refusal('create')?.code).toBe('overloaded');
});

test('an event loop that stays late sheds everybody, and recovers', async () => {
  const clock = virtualClock(0);
  const shedding = createShedding(clock, { createsMost: 2, lagMostMs: 400 });
  const stopping = new AbortController();
  const watching = shedding.watchLag(stopping.signal);
  const tick = async (ms: number) => {
    await turn();
    clock.advance(ms);
    await turn();
  };
  await tick(1_000);
  expect(shedding.refusal('client'), 'one hiccup is no overload').toBeNull();
  for (let count = 0; count < 4; count += 1) await tick(1_000);
  expect(shedding.refusal('client')?.code).toBe('overloaded');
  for (let count = 0; count < 20; count += 1) await tick(100);
  expect(shedding.refusal('client')).toBeNull();
  stopping.abort();
  await watching;
});
