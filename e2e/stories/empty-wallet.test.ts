/**
 * The operator's pack at the vendor runs out in the middle of the work. The path rests instead of hammering, the
 * operator hears of it, clients' tasks wait and say why; when the pack is filled and the path resumed, all of them
 * complete.
 */
import type { StreamedEvent } from '@sluice/sdk';
import { expect, test } from 'vitest';
import { PATH } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { checkBooks, order, times, untilEnded, useInstallation } from './story.ts';

/** 5 s at 720p take 3 units: enough for two clips. */
const story = useInstallation({ emulator: { units: '7' } });
const ORDERS = 5;
const COVERED = 2;

test('work waits for a filled wallet, and nothing is sent in vain meanwhile', async () => {
  const { emulator, operator, openAccount } = story();
  const { sluice } = await openAccount({ name: 'Studio' });
  const tasks = await Promise.all(times(ORDERS, (number) => sluice.tasks.create(order(`clip ${number}`))));

  expect((await nextAlarm('0')).data).toMatchObject({ path: PATH, health: 'wallet_empty' });
  const waiting = await until('the others wait for the wallet', async () => {
    const { data } = await sluice.tasks.list({ status: 'pending' });
    return (
      data.length === ORDERS - COVERED && data.every((task) => task.wait?.reason === 'wallet_empty') && data
    );
  });
  const done = tasks.filter(({ id }) => !waiting.some((task) => task.id === id));
  for (const task of await untilEnded(sluice, done)) expect(task.status).toBe('completed');
  expect(await operator.paths.get(PATH)).toMatchObject({ health: 'wallet_empty', state: 'active' });
  // Each order was sent at most once; what was refused is not sent again while the path rests.
  expect(await submits()).toBeLessThanOrEqual(ORDERS);

  await emulator.settings({ packs: [{ name: 'refill', type: 'video', units: '100', concurrency: 20 }] });
  await operator.paths.update(PATH, { state: 'active' });
  for (const task of await untilEnded(sluice, tasks))
    expect(task).toMatchObject({ status: 'completed', error: null });
  expect(await emulator.accepts()).toHaveLength(ORDERS);
  expect(await submits()).toBeLessThanOrEqual(2 * ORDERS - COVERED);
  expect((await operator.paths.get(PATH)).health).toBe('ok');
  await checkBooks(operator);
});

async function nextAlarm(lastEventId: string): Promise<StreamedEvent> {
  for await (const event of story().operator.events.stream({ types: ['path.alarm'], lastEventId }))
    return event;
  throw new Error('the stream ended');
}

async function submits(): Promise<number> {
  return (await story().emulator.exchanges()).filter(({ method }) => method === 'POST').length;
}
