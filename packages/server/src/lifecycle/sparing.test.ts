import { expect, test } from 'vitest';
import { virtualClock } from '../effects/clock/virtual.ts';
import { sparing } from './sparing.ts';

/** A question that takes so long, and whose answer is how often it was asked. */
function question(tookMs: number) {
  const clock = virtualClock(1_000_000);
  const state = { reads: 0, fails: false };
  const read = async () => {
    state.reads += 1;
    if (state.fails) throw new Error('no database');
    await clock.sleep(tookMs);
    return state.reads;
  };
  return { clock, state, ask: sparing(clock, read) };
}

test('an answer that costs nothing is always fresh', async () => {
  const { clock, ask } = question(0);
  for (const wanted of [1, 2, 3]) {
    const asked = ask();
    clock.advance(0);
    expect(await asked).toMatchObject({ value: wanted, atMs: 1_000_000 });
  }
});

test('reading takes one part in two hundred of the time, and the answer tells its age', async () => {
  const { clock, state, ask } = question(100);
  const first = ask();
  clock.advance(100);
  expect(await first).toMatchObject({ value: 1, atMs: 1_000_000 });
  clock.advance(19_999);
  expect(await ask()).toMatchObject({ value: 1, atMs: 1_000_000 });
  clock.advance(1);
  const both = [ask(), ask()];
  clock.advance(100);
  expect((await Promise.all(both)).map(({ value }) => value)).toEqual([2, 2]);
  expect(state.reads).toBe(2);
});

test('nobody waits for what takes long, once there is an answer', async () => {
  const { clock, state, ask } = question(3_000);
  const first = ask();
  clock.advance(3_000);
  await first;
  clock.advance(600_000);
  expect((await ask()).value).toBe(1);
  clock.advance(3_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect([(await ask()).value, state.reads]).toEqual([2, 2]);
});

test('a failure is told to whoever waits, and tried again', async () => {
  const { state, clock, ask } = question(0);
  state.fails = true;
  await expect(ask()).rejects.toThrow('no database');
  state.fails = false;
  const again = ask();
  clock.advance(0);
  expect((await again).value).toBe(2);
});
