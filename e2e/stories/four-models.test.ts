/**
 * A client orders one clip of each kind and gets what was promised: the very bytes that the upstream made, of the
 * length and size ordered, for the price quoted, announced by a webhook that a stranger's library accepts.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sampleImage, sampleVideo } from '@sluice/emulators';
import type { CreateGeneration, Sluice, Task } from '@sluice/sdk';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { EMULATOR_KEY } from '../processes/emulator.ts';
import type { Customer } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { type Receiver, startReceiver } from '../processes/receiver.ts';
import { checkBooks, useInstallation } from './story.ts';

/** Clips are really looked into here. */
const story = useInstallation({ settings: { E2E_MEDIA: 'real' } });

let receiver: Receiver;
let customer: Customer;
let secret: string;

beforeAll(async () => {
  const { folder, logFile, openAccount } = story();
  receiver = await startReceiver({ log: join(folder, 'received.jsonl'), logFile });
  customer = await openAccount({ name: 'Studio' });
  secret = (await customer.sluice.webhooks.create({ url: receiver.url })).secret;
});

afterAll(async () => {
  receiver?.signal('SIGTERM');
  await receiver?.exited;
});

type Case = {
  model: string;
  seconds: number;
  size: [width: number, height: number];
  rest(sluice: Sluice): Promise<Partial<CreateGeneration>>;
};

const cases: Case[] = [
  {
    model: 'kling-3.0',
    seconds: 5,
    size: [1280, 720],
    rest: async () => ({ prompt: 'a fox in the snow', duration: 5, quality: '720p', aspect_ratio: '16:9' }),
  },
  {
    model: 'kling-o3',
    seconds: 5,
    size: [1280, 720],
    rest: async (sluice) => ({ prompt: 'it moves', duration: 5, image_start: await picture(sluice) }),
  },
  {
    model: 'kling-o1',
    seconds: 5,
    size: [960, 960],
    rest: async (sluice) => ({
      prompt: 'the object of @image_1 turns',
      duration: 5,
      aspect_ratio: '1:1',
      image_urls: [await picture(sluice)],
    }),
  },
  {
    model: 'kling-motion-control',
    seconds: 4,
    size: [1280, 720],
    rest: async (sluice) => ({
      prompt: 'the figure follows',
      image_urls: [await picture(sluice)],
      video_urls: [await motion(sluice)],
      model_params: { character_orientation: 'image' },
    }),
  },
];

test.concurrent.each(cases)('$model', async ({ model, seconds, size, rest }) => {
  const { sluice } = customer;
  const wish = { model, ...(await rest(sluice)) };
  const quote = await sluice.quotes.create(wish);
  const task = await sluice.tasks.createAndWait(wish);
  expect(task).toMatchObject({ status: 'completed', sandbox: true, flags: [], error: null });

  const bytes = await clipOf(sluice, task);
  expect(sha256(bytes)).toBe(sha256(await servedClip(sluice, task)));
  expect(task.assets[0]).toMatchObject({ kind: 'video', bytes: bytes.length, sha256: sha256(bytes) });
  const seen = await lookInto(bytes);
  expect(seen).toMatchObject({ width: size[0], height: size[1] });
  expect(Math.abs(seen.seconds - seconds)).toBeLessThan(0.25);

  // Only where the clip follows an uploaded video is the hold a second above the charge.
  expect(task.charge).toEqual({ amount: quote.price.minimum, currency: quote.price.currency });
  expect(task.quote.maximum).toBe(quote.price.maximum);
  expect(task.held).toBeNull();

  const announced = await until(
    'the webhook',
    async () => (await receiver.received()).find(({ taskId }) => taskId === task.id) ?? null,
  );
  const { headers, body } = announced.raw;
  const told = z.object({ type: z.string(), data: z.object({ charge: z.string() }) });
  expect(told.parse(new Webhook(secret).verify(body, textHeaders(headers)))).toMatchObject({
    type: 'task.completed',
    data: { charge: task.charge?.amount },
  });
  expect(() => new Webhook(secret).verify(`${body} `, textHeaders(headers))).toThrow();

  expect(await milestones(sluice, task)).toEqual(LIFE);
});

/** In the order in which they must have happened. */
const LIFE = [
  'hold.placed',
  'task.created',
  'task.started',
  'attempt.sending',
  'attempt.accepted',
  'task.rendered',
  'copy.started',
  'asset.stored',
  'hold.settled',
  'task.completed',
  'delivery.created',
  'delivery.delivered',
];

test('afterwards the books balance, and the account paid exactly the charges', async () => {
  await checkBooks(story().operator);
  const { data } = await customer.sluice.tasks.list();
  const micros = (amount: string): number => Math.round(Number(amount) * 1e6);
  const charged = data.reduce((sum, task) => sum + micros(task.charge?.amount ?? '0'), 0);
  const { posted, held } = await customer.sluice.balance.get();
  expect(data).toHaveLength(cases.length);
  expect({ posted: micros(posted), held: micros(held) }).toEqual({
    posted: micros('10000') - charged,
    held: 0,
  });
});

async function picture(sluice: Sluice): Promise<string> {
  const { bytes, contentType } = sampleImage({ seed: 'story', width: 640, height: 360 });
  return (await sluice.files.upload(bytes, { contentType })).reference;
}

async function motion(sluice: Sluice): Promise<string> {
  const { bytes, contentType } = sampleVideo({ seconds: 4 });
  return (await sluice.files.upload(bytes, { contentType })).reference;
}

async function clipOf(sluice: Sluice, { results: [link = ''] }: Task): Promise<Uint8Array> {
  const { stream } = await sluice.assets.download(link);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const Rendered = z.object({
  data: z.tuple([z.object({ outputs: z.tuple([z.object({ url: z.string() })]) })]),
});

/** What the upstream gives to whoever asks it for the task's clip. */
async function servedClip(sluice: Sluice, task: Task): Promise<Uint8Array> {
  const { data } = await sluice.tasks.timeline(task.id);
  const id = data.find(({ kind }) => kind === 'attempt.accepted')?.data.upstream_id;
  const headers = { authorization: `Bearer ${EMULATOR_KEY}` };
  const answer = await fetch(`${story().emulator.url}/tasks?task_ids=${String(id)}`, { headers });
  const [{ outputs }] = Rendered.parse(await answer.json()).data;
  return new Uint8Array(await (await fetch(outputs[0].url)).arrayBuffer());
}

async function lookInto(bytes: Uint8Array): Promise<{ width: number; height: number; seconds: number }> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('the clip has no pictures');
  return { width: track.displayWidth, height: track.displayHeight, seconds: await input.computeDuration() };
}

async function milestones(sluice: Sluice, task: Task): Promise<string[]> {
  const kinds = await until('the delivery is written down', async () => {
    const { data } = await sluice.tasks.timeline(task.id);
    const found = data.map(({ kind }) => kind);
    return found.includes('delivery.delivered') && found;
  });
  return kinds.filter((kind, at) => LIFE.includes(kind) && kinds.indexOf(kind) === at);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function textHeaders(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
