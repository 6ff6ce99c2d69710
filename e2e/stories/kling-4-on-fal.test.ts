/**
 * A new generation on another vendor's path: Kling 4.0 at fal, beside a path that lacks it. Frames in between travel, a
 * reference video is billed with its seconds, and an attempt whose answer was lost comes back by its signed callback.
 */
import { serveFal } from '@sluice/emulators';
import type { CreateGeneration } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Customer } from '../processes/installation.ts';
import { checkBooks, untilEnded, useInstallation } from './story.ts';

const key = 'fal-key-id:fal-key-secret';
const timing = { queueMs: 20, renderBaseMs: 150, renderMsPerSecond: 0, jitter: 0, callbackMs: 20 };
const fal = await serveFal({ accounts: [{ name: 'team', apiKeys: [key] }], timing, still: true });
afterAll(() => fal.close());

const story = useInstallation();
let customer: Customer;
beforeAll(async () => {
  const { operator, openAccount } = story();
  await operator.paths.create({
    name: 'fal-sandbox',
    provider: 'fal',
    base_url: fal.url,
    credential: { api_key: key },
    sandbox: true,
    price_sheet: 'fal-2026-11-22',
    limits: { '*': 2 },
  });
  customer = await openAccount({ name: 'Early adopters' });
});

const four = (particular: Partial<CreateGeneration>): CreateGeneration => ({
  model: 'kling-4.0',
  prompt: 'A paper boat',
  duration: 3,
  ...particular,
});

async function ended(order: CreateGeneration) {
  const task = await customer.sluice.tasks.create(order);
  const [end] = await untilEnded(customer.sluice, [task]);
  if (!end) throw new Error('no task');
  return end;
}

test('frames in between, 3 seconds, with sound, charged by the clip', async () => {
  const picture = (name: string) => `${story().emulator.url}/samples/${name}.png`;
  const task = await ended(
    four({ image_start: picture('a'), image_middle: [picture('b'), picture('c')], image_end: picture('d') }),
  );
  expect(task).toMatchObject({
    stage: 'succeeded',
    path: 'fal-sandbox',
    sound: 'on',
    charge: { amount: '0.471' },
  });
  expect(fal.emulator.accepts.at(-1)?.model).toBe('kling/v4/image-to-video');
});

test('a reference video is counted with the clip, and not without its length', async () => {
  const video = { mode: 'reference-to-video', video_url: `${story().emulator.url}/samples/a.mp4` } as const;
  const task = await ended(four({ ...video, input_seconds: 4 }));
  expect(task).toMatchObject({ stage: 'succeeded', charge: { amount: '0.658' } });
  await expect(customer.sluice.tasks.create(four(video))).rejects.toMatchObject({ status: 422 });
});

test('a lost answer costs no second render: the callback tells which request it was', async () => {
  const before = fal.emulator.accepts.length;
  fal.emulator.faults.next('create', { do: 'drop', accept: true });
  const task = await ended(four({ prompt: 'A boat whose answer gets lost' }));
  expect(task).toMatchObject({ stage: 'succeeded', path: 'fal-sandbox' });
  expect(fal.emulator.accepts.length).toBe(before + 1);
});

test('a clip that the model refuses is not charged', async () => {
  const task = await ended(four({ prompt: 'A [moderate] boat' }));
  expect(task).toMatchObject({ stage: 'failed', error: { upstream_code: 'content_policy_violation' } });
});

test('the books balance', () => checkBooks(story().operator));
