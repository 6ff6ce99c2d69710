/**
 * The emulated fal, examined by the vendor's own npm client, unmodified. The client knows fal's hosts by heart, so its
 * own `requestMiddleware` option leads it here.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { ApiError, createFalClient, ValidationError } from '@fal-ai/client';
import { serveFal } from '@sluice/emulators';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openArrivals } from '../doors/receiver.ts';

const credentials = 'client-key-id:client-key-secret';
const timing = { queueMs: 60_000, renderBaseMs: 600_000, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };

/** The emulator's time runs as ours does, and jumps when a test has seen what it waited for. */
let skippedMs = 0;
const clock = { now: () => Date.now() + skippedMs };
const skip = ({ status }: { status: string }) => {
  if (status === 'IN_QUEUE') skippedMs += 60_000;
  if (status === 'IN_PROGRESS') skippedMs += 600_000;
};
const poll = { pollInterval: 10, onQueueUpdate: skip };
const accounts = [{ name: 'client', apiKeys: [credentials] }];
const served = await serveFal({ accounts, timing, clock, still: true });
afterAll(() => served.close());
beforeEach(() => served.emulator.faults.clear());

function clientOf(key: string) {
  return createFalClient({
    credentials: key,
    // Nothing is repeated: what the first answer does is what is looked at.
    retry: { maxRetries: 0 },
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace('https://queue.fal.run', served.url),
    }),
  });
}

const fal = clientOf(credentials);
// The client types each model's input by itself; a name that it takes as text leaves that out.
const text3: string = 'fal-ai/kling-video/v3/standard/text-to-video';
const text4: string = 'kling/v4/text-to-video';
const input = { prompt: 'A paper boat', duration: '3' };

const Jwk = z.object({ kty: z.string(), crv: z.string(), x: z.string() });
const Published = z.object({ keys: z.tuple([Jwk], Jwk) });

type Video = { video: { url: string; content_type: string; file_size: number } };

test.each([
  [text3, input],
  [text4, { prompt: 'A paper boat', duration: 3, resolution: '720p' }],
])('subscribe: %s is queued, runs, and hands out a clip that can be fetched', async (id, given) => {
  const words: string[] = [];
  const done = await fal.subscribe(id, {
    input: given,
    logs: true,
    pollInterval: 10,
    onQueueUpdate: (update) => {
      words.push(update.status);
      skip(update);
    },
  });
  expect([...new Set(words)]).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
  const { video }: Video = done.data;
  expect(done.requestId).toBe(served.emulator.accepts.at(-1)?.id);
  const clip = await fetch(video.url);
  expect(clip.headers.get('content-type')).toBe('video/mp4');
  expect((await clip.arrayBuffer()).byteLength).toBe(video.file_size);
});

test('submit, status and result step by step', async () => {
  const queued = await fal.queue.submit(text3, { input, startTimeout: 600 });
  expect(queued).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
  const requestId = queued.request_id;
  await expect(fal.queue.result(text3, { requestId })).rejects.toThrow(ApiError);
  await fal.queue.subscribeToStatus(text3, { requestId, ...poll });
  const status = await fal.queue.status(text3, { requestId, logs: true });
  expect(status).toMatchObject({ status: 'COMPLETED', request_id: requestId });
  expect('logs' in status && status.logs[0]).toMatchObject({
    level: 'INFO',
    message: `rendering ${requestId}`,
  });
  expect((await fal.queue.result(text3, { requestId })).data).toMatchObject({
    video: { content_type: 'video/mp4' },
  });
});

test('a third request waits for two', async () => {
  served.emulator.faults.next('job', { do: 'never-finish' }, 2);
  const first = await fal.queue.submit(text3, { input });
  const second = await fal.queue.submit(text3, { input });
  const third = await fal.queue.submit(text3, { input, startTimeout: 90 });
  const late = third.request_id;
  await fal.queue.subscribeToStatus(text3, { requestId: late, ...poll });
  const failure = await fal.queue.result(text3, { requestId: late }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ status: 504, isUserTimeout: true, requestId: late });
  for (const { request_id: requestId } of [first, second]) await fal.queue.cancel(text3, { requestId });
  for (const { request_id: requestId } of [first, second]) {
    await fal.queue.subscribeToStatus(text3, { requestId, ...poll });
    await expect(fal.queue.result(text3, { requestId })).rejects.toMatchObject({ status: 499 });
  }
});

test('a cancel that comes too late says so', async () => {
  const { requestId } = await fal.subscribe(text3, { input, ...poll });
  const failure = await fal.queue.cancel(text3, { requestId }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ status: 400, body: { status: 'ALREADY_COMPLETED' } });
});

test('a wrong input shows in the result, field by field', async () => {
  const wrong = fal.subscribe(text3, { input: { ...input, duration: '99' }, ...poll });
  const failure = await wrong.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ValidationError);
  if (!(failure instanceof ValidationError)) return;
  expect(failure.getFieldErrors('duration')).toHaveLength(1);
});

test('moderation and broken runners are told apart', async () => {
  const prompt = 'A paper boat [moderate]';
  const refused = fal.subscribe(text3, { input: { ...input, prompt }, ...poll });
  await expect(refused).rejects.toMatchObject({
    status: 422,
    body: { detail: [{ type: 'content_policy_violation' }] },
  });
  served.emulator.faults.next('job', { do: 'fail', code: 'runner_server_error', message: 'It broke' });
  const broken = fal.subscribe(text3, { input, ...poll });
  await expect(broken).rejects.toMatchObject({ status: 500, body: { error_type: 'runner_server_error' } });
});

test('refusals: a stranger, and a model that is not there', async () => {
  await expect(clientOf('no:body').queue.submit(text3, { input })).rejects.toMatchObject({ status: 401 });
  const unknown: string = 'fal-ai/kling-video/v9/text-to-video';
  await expect(fal.queue.submit(unknown, { input })).rejects.toMatchObject({ status: 404 });
});

// The client brings no verifier: the steps are those of the vendor's page on webhooks.
test('the webhook is signed by a published key', async () => {
  const arrivals = await openArrivals();
  const queued = await fal.queue.submit(text3, { input, webhookUrl: `${arrivals.url}/hook` });
  await fal.queue.subscribeToStatus(text3, { requestId: queued.request_id, ...poll });
  const { headers, body } = await arrivals.at('/hook');
  await arrivals.close();
  expect(JSON.parse(body)).toMatchObject({
    request_id: queued.request_id,
    status: 'OK',
    payload: { video: {} },
  });
  const hash = createHash('sha256').update(body).digest('hex');
  const part = (name: string) => headers[`x-fal-webhook-${name}`] ?? '';
  const signed = [part('request-id'), part('user-id'), part('timestamp'), hash].join('\n');
  const keys = Published.parse(await (await fetch(`${served.url}/.well-known/jwks.json`)).json());
  const key = createPublicKey({ key: keys.keys[0], format: 'jwk' });
  const signature = Buffer.from(part('signature'), 'hex');
  expect(verify(null, Buffer.from(signed), key, signature)).toBe(true);
  expect(verify(null, Buffer.from(`${signed}0`), key, signature)).toBe(false);
});
