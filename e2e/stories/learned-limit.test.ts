/**
 * Nobody has told the gateway how much the upstream takes on at once. It finds out by being refused, no client notices,
 * and the operator sees the number.
 */
import { createSluice } from '@sluice/sdk';
import { expect, test, vi } from 'vitest';
import { mostAtOnce } from '../processes/emulator.ts';
import { PATH } from '../processes/installation.ts';
import { order, times, untilEnded, useInstallation } from './story.ts';

const ROOM = 5;
const ORDERS = 30;
const story = useInstallation({
  emulator: { concurrency: ROOM, timing: { renderBaseMs: 300 } },
  // The check would read the limit from the wallet.
  path: { check: false },
});

test(`an upstream with room for ${ROOM} is learned, and everything completes`, async () => {
  const { emulator, operator, openAccount, gateway } = story();
  expect((await limit()).configured).toBeNull();
  // What has ended there unseen still counts as running here, and would pass for one slot more. So nothing ends yet.
  await emulator.settings({ settings: { holdRenders: true } });
  const { key } = await openAccount({ name: 'Studio' });
  const once = createSluice({ baseUrl: gateway.url, apiKey: key, maxRetries: 0 });
  const tasks = await Promise.all(times(ORDERS, (number) => once.tasks.create(order(`clip ${number}`))));
  await vi.waitFor(
    async () => expect(await limit()).toMatchObject({ learned: ROOM, refusals: 1, occupied: ROOM }),
    { timeout: 60_000, interval: 50 },
  );
  await emulator.settings({ settings: { holdRenders: false } });

  const ended = await untilEnded(once, tasks);
  expect(ended.map(({ status, error }) => ({ status, error }))).toEqual(
    times(ORDERS, () => ({ status: 'completed', error: null })),
  );
  // One refusal taught it: 25 more orders went through these slots, and none of them was one too many.
  expect(await limit()).toMatchObject({
    configured: null,
    learned: ROOM,
    effective: ROOM,
    refusals: 1,
    occupied: 0,
  });
  expect(await emulator.accepts()).toHaveLength(ORDERS);
  expect(mostAtOnce(await emulator.tasks(), ({ updatedAt }) => updatedAt)).toBe(ROOM);
  const refusals = (await emulator.exchanges()).filter(({ status }) => status === 429);
  expect(refusals).toHaveLength(1);
  expect((await operator.paths.get(PATH)).health).toBe('ok');
});

async function limit() {
  const { limits } = await story().operator.paths.get(PATH);
  const found = limits.find(({ family }) => family === 'kling-v3');
  if (!found) throw new Error('the path has no limit for the family');
  return found;
}
