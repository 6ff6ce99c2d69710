import { beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../effects/random/seeded.ts';
import { hashKey } from '../../effects/secrets/keys.ts';
import { createStore, type Store } from '../../store/store.ts';
import { T0 } from '../../store/testing/rows.ts';
import { useTestDatabase } from '../../store/testing/test-database.ts';
import { firstOperatorKey } from './first-key.ts';

const testDatabase = useTestDatabase();
let store: Store;
let seed = 0;

beforeEach(async () => {
  const { database } = testDatabase();
  await database.query({ name: '', text: 'DELETE FROM settings' });
  await database.query({ name: '', text: 'DELETE FROM api_keys' });
  store = createStore(database);
});

/** A starting process, whose time passes as soon as it waits. */
function process(onWait: () => Promise<void> = async () => {}) {
  seed += 1;
  let now = T0 + seed;
  const sleep = async (ms: number) => {
    now += ms;
    await onWait();
  };
  const clock = { now: () => now, monotonic: () => now - T0, sleep, turn: async () => {} };
  return { start: () => firstOperatorKey({ clock, random: seededRandom(seed), store }), waitedTo: () => now };
}

async function works(text: string): Promise<boolean> {
  const row = await store.keys.findByHash(hashKey(text));
  return row !== null && row.revoked_at === null;
}

test('the first start makes a key; once it was shown, no start makes another', async () => {
  const first = await process().start();
  expect(await works(first?.text ?? '')).toBe(true);
  expect(await first?.shown()).toBe(true);
  const later = process();
  expect(await later.start()).toBeNull();
  expect(await works(first?.text ?? '')).toBe(true);
  expect(await store.keys.countOperatorKeys(T0)).toBe(1);
});

test('a start that dies before it shows its key costs that key, and the next start shows another', async () => {
  const texts: string[] = [];
  for (let starts = 0; starts < 3; starts += 1) texts.push((await process().start())?.text ?? '');
  const last = await process().start();
  expect(await last?.shown()).toBe(true);
  expect(await Promise.all([...texts, last?.text ?? ''].map(works))).toEqual([false, false, false, true]);
  expect(await process().start()).toBeNull();
});

test('of processes that start together one makes the key, and the others wait for it to be shown', async () => {
  const first = await process().start();
  const beside = process(async () => void (await first?.shown()));
  expect(await beside.start()).toBeNull();
  expect(await works(first?.text ?? '')).toBe(true);
});

test('of many that take over from each other one key works, and the others hear that theirs has ended', async () => {
  const slow = await process().start();
  const answers = [slow, ...(await Promise.all(Array.from({ length: 5 }, () => process().start())))];
  const made = answers.filter((answer) => answer !== null);
  expect(made.length).toBeGreaterThanOrEqual(2);
  const working = await Promise.all(made.map(({ text }) => works(text)));
  expect(working.filter(Boolean)).toHaveLength(1);
  expect(working[0]).toBe(false);
  expect(await Promise.all(made.map((key) => key.shown()))).toEqual(working);
  expect(await store.keys.countOperatorKeys(T0)).toBe(1);
});

test('an installation that has an operator key already gets no first one', async () => {
  const made = await process().start();
  await made?.shown();
  await testDatabase().database.query({ name: '', text: 'DELETE FROM settings' });
  expect(await process().start()).toBeNull();
});

test('a database that does not answer just now costs neither the start nor the key', async () => {
  const { markFirstKeyShown } = store.keys;
  let refusals = 2;
  store.keys.markFirstKeyShown = async (id) => {
    refusals -= 1;
    if (refusals >= 0) throw new Error('timeout exceeded when trying to connect');
    return await markFirstKeyShown(id);
  };
  const first = await process().start();
  expect(await first?.shown()).toBe(true);
  expect(await process().start()).toBeNull();
  expect(await works(first?.text ?? '')).toBe(true);
});
