/**
 * One account floods the gateways with orders; another one orders a few clips afterwards. It does not stand behind the
 * flood: slots are shared by account and weight, over all processes. Told by the order of admits, not by the clock.
 */
import { createSluice, type Sluice, type Task } from '@sluice/sdk';
import { beforeAll, expect, test } from 'vitest';
import { type Customer, PATH } from '../processes/installation.ts';
import { order, times, untilEnded, useInstallation } from './story.ts';

const SLOTS = 6;
const FLOOD = 40;
const FEW = 3;
const story = useInstallation({ path: { limits: { '*': SLOTS } } });

let flooding: Customer;
let modest: Customer;
let light: Customer;
let heavy: Customer;
let elsewhere: Sluice;

beforeAll(async () => {
  const { openAccount, addGateway } = story();
  flooding = await openAccount({ name: 'Flood' });
  modest = await openAccount({ name: 'Modest' });
  light = await openAccount({ name: 'Light' });
  heavy = await openAccount({ name: 'Heavy', weight: 2 });
  elsewhere = createSluice({ baseUrl: (await addGateway()).url, apiKey: modest.key });
});

test('a few orders behind a flood are admitted in turn with it', async () => {
  const flood = await whilePaused(() =>
    flooding.sluice.tasks.batch(times(FLOOD, (number) => order(`flood ${number}`))),
  );
  const few = await whilePaused(() =>
    Promise.all(times(FEW, (number) => elsewhere.tasks.create(order(`few ${number}`)))),
  );
  await resume();
  await untilEnded(modest.sluice, few);
  await untilEnded(flooding.sluice, flood.data);
  const admits = await admitsOf([...flood.data, ...few]);
  expect(admits).toHaveLength(FLOOD + FEW);
  // One of theirs for each of ours: far in front of all that were there before.
  const last = Math.max(...few.map(({ id }) => admits.indexOf(id)));
  expect(last).toBeLessThan(2 * FEW + 1);
});

test('an account of twice the weight gets two slots for one', async () => {
  const ones = await whilePaused(() =>
    light.sluice.tasks.batch(times(8, (number) => order(`light ${number}`))),
  );
  const twos = await whilePaused(() =>
    heavy.sluice.tasks.batch(times(8, (number) => order(`heavy ${number}`))),
  );
  await resume();
  await untilEnded(heavy.sluice, twos.data);
  await untilEnded(light.sluice, ones.data);
  const admits = await admitsOf([...ones.data, ...twos.data]);
  const first = admits.slice(0, 9).filter((id) => twos.data.some((task) => task.id === id));
  expect(first.length).toBeGreaterThanOrEqual(5);
  expect(first.length).toBeLessThanOrEqual(7);
});

async function whilePaused<Value>(act: () => Promise<Value>): Promise<Value> {
  await story().operator.paths.update(PATH, { state: 'paused' });
  return act();
}

async function resume(): Promise<void> {
  await story().operator.paths.update(PATH, { state: 'active' });
}

/** In the order in which they left the queue, as the installation told it. */
async function admitsOf(tasks: readonly Pick<Task, 'id'>[]): Promise<string[]> {
  const left = new Set(tasks.map(({ id }) => id));
  const admits: string[] = [];
  const started = story().operator.events.stream({ types: ['task.started'], lastEventId: '0' });
  for await (const { data } of started) {
    if (left.delete(String(data.id))) admits.push(String(data.id));
    if (left.size === 0) break;
  }
  return admits;
}
