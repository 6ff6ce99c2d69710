/**
 * One order over three more paths: Replicate's predictions, whose price is the operator's own sheet and whose secret
 * is fetched when the first webhook comes; OpenRouter's videos, whose cost stands in the answer; and a server of the
 * OpenAI shape, whose bytes lie behind its key. Lost answers are adopted where the vendor leaves a way to.
 */
import { serveOpenAiVideos, serveOpenRouter, serveReplicate } from '@sluice/emulators';
import type { CreateGeneration, CreatePath, Sluice } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Customer } from '../processes/installation.ts';
import { checkBooks, untilEnded, useInstallation } from './story.ts';

const timing = { queueMs: 20, renderBaseMs: 150, renderMsPerSecond: 0, jitter: 0, callbackMs: 20 };
const keys = {
  replicate: 'r8_story0123456789',
  openRouter: 'sk-or-story0123456789',
  server: 'sk-story0123456789',
};
const replicate = await serveReplicate({ accounts: [{ tokens: [keys.replicate] }], timing, still: true });
const openRouter = await serveOpenRouter({
  accounts: [{ keys: [keys.openRouter], signingSecret: 'workspace-secret' }],
  timing,
  still: true,
  // The links of the older documents: every clip comes through the proxy, with the key.
  signedUrls: false,
});
const server = await serveOpenAiVideos({ keys: [keys.server], models: ['kling-v3'], timing, still: true });
afterAll(() => Promise.all([replicate, openRouter, server].map((served) => served.close())));

const story = useInstallation();
let customer: Customer;

const paths: CreatePath[] = [
  {
    name: 'replicate-sandbox',
    provider: 'replicate',
    base_url: `${replicate.url}/v1`,
    credential: { api_token: keys.replicate },
    price_sheet: 'ours-at-replicate',
  },
  {
    name: 'openrouter-sandbox',
    provider: 'openrouter',
    base_url: `${openRouter.url}/api/v1`,
    credential: { api_key: keys.openRouter },
    settings: { webhook_secret: 'workspace-secret' },
  },
  {
    name: 'server-sandbox',
    provider: 'openai-videos',
    base_url: `${server.url}/v1`,
    credential: { api_key: keys.server },
    settings: { models: 'kling-3.0=kling-v3', delete_cancels: 'yes' },
    price_sheet: 'ours-on-the-server',
  },
];

async function enterSheet(operator: Sluice, id: string, amount: string): Promise<void> {
  await operator.prices.create({
    id,
    source: { name: 'Our own contract', reviewed_on: '2026-11-22' },
    entries: [{ model: 'kling-3.0', resolution: '720p', per: 'second', amount }],
  });
}

beforeAll(async () => {
  const { operator, openAccount } = story();
  await enterSheet(operator, 'ours-at-replicate', '0.1');
  await enterSheet(operator, 'ours-on-the-server', '0.02');
  for (const path of paths) await operator.paths.create({ ...path, sandbox: true, limits: { '*': 4 } });
  customer = await openAccount({ name: 'Traveller' });
});

async function ended(path: string, particular: Partial<CreateGeneration> = {}) {
  const order = { model: 'kling-3.0', prompt: 'A paper boat', duration: 5, quality: '720p', path } as const;
  const task = await customer.sluice.tasks.create({ ...order, ...particular });
  const [end] = await untilEnded(customer.sluice, [task]);
  if (!end) throw new Error('no task');
  return end;
}

test.each([
  ['replicate-sandbox', '0.50'],
  ['openrouter-sandbox', '0.63'],
  ['server-sandbox', '0.10'],
])('%s delivers a clip for %s dollars', async (path, amount) => {
  const task = await ended(path);
  expect(task).toMatchObject({ stage: 'succeeded', path });
  expect(Number(task.charge?.amount)).toBeCloseTo(Number(amount), 6);
});

test.each([
  ['replicate-sandbox', replicate.emulator],
  ['openrouter-sandbox', openRouter.emulator],
])('a lost answer at %s costs no second render', async (path, emulator) => {
  const before = emulator.accepts.length;
  emulator.faults.next('create', { do: 'drop', accept: true });
  const task = await ended(path, { prompt: 'A boat whose answer gets lost' });
  expect(task).toMatchObject({ stage: 'succeeded', path });
  expect(emulator.accepts.length).toBe(before + 1);
});

test.each(['replicate-sandbox', 'server-sandbox'])('a client changes its mind at %s', async (path) => {
  const emulator = path === 'replicate-sandbox' ? replicate.emulator : server.emulator;
  emulator.faults.next('job', { do: 'never-finish' });
  const accepted = emulator.accepts.length;
  const order = { model: 'kling-3.0', prompt: 'A boat', duration: 5, quality: '720p', path } as const;
  const task = await customer.sluice.tasks.create(order);
  await expect.poll(() => emulator.accepts.length, { timeout: 30_000 }).toBe(accepted + 1);
  await customer.sluice.tasks.cancel(task.id);
  const [end] = await untilEnded(customer.sluice, [task]);
  // A server that forgets what was deleted cannot say that it was cancelled.
  expect(end?.stage).toBe(path === 'replicate-sandbox' ? 'canceled' : 'failed');
  expect(end?.charge).toEqual({ amount: '0.00', currency: 'USD' });
});

test('what the upstream refuses is not charged', async () => {
  const task = await ended('replicate-sandbox', { prompt: 'A [moderate] boat' });
  expect(task).toMatchObject({ stage: 'failed', error: { upstream_code: 'flagged' } });
});

test('the books balance', () => checkBooks(story().operator));
