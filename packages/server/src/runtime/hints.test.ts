import { expect, test } from 'vitest';
import { realClock } from '../effects/clock/real.ts';
import { virtualClock } from '../effects/clock/virtual.ts';
import { createStore } from '../store/store.ts';
import { useTestDatabase } from '../store/testing/test-database.ts';
import { createEventHints } from './hints.ts';

const testDatabase = useTestDatabase();
const trouble = (error: unknown) => {
  throw error;
};

test('what one process announces reaches the others, and itself at once', async () => {
  const { database } = testDatabase();
  const { nodes } = createStore(database);
  const [one, other] = [0, 1].map(() => createEventHints(database, nodes, realClock, trouble));
  await Promise.all([one?.listen(), other?.listen()]);
  const heard = new Promise<void>((resolve) => other?.subscribe(resolve));
  let own = 0;
  const leave = one?.subscribe(() => (own += 1));
  one?.announce();
  expect(own).toBe(1);
  leave?.();
  await heard;
  await Promise.all([one?.stop(), other?.stop()]);
});

test('a thousand announcements in a moment are two notifications', async () => {
  const clock = virtualClock(0);
  let told = 0;
  const listen = async () => ({ close: async () => {} });
  const hints = createEventHints(
    { listen },
    {
      hint: async () => {
        told += 1;
      },
    },
    clock,
    trouble,
  );
  for (let nth = 0; nth < 1_000; nth += 1) hints.announce();
  await settled();
  expect(told).toBe(1);
  clock.advance(50);
  await settled();
  clock.advance(50);
  await settled();
  expect([told, clock.nextWake()]).toEqual([2, null]);
  await hints.stop();
});

test('a database that cannot be listened to is tried again, and never ends anything', async () => {
  const clock = virtualClock(0);
  const troubles: unknown[] = [];
  let tries = 0;
  const listen = async () => {
    tries += 1;
    if (tries < 3) throw new Error('no connection left');
    return { close: async () => {} };
  };
  const hints = createEventHints({ listen }, { hint: async () => {} }, clock, (error) =>
    troubles.push(error),
  );
  const listening = hints.listen();
  for (let nth = 0; nth < 2; nth += 1) {
    await settled();
    clock.advance(5_000);
  }
  await listening;
  expect([tries, troubles.length]).toEqual([3, 2]);
  await hints.stop();
});

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
