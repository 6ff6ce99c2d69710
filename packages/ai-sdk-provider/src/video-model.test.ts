import {
  completedTask,
  problem,
  type ScriptedGateway,
  sampleTask,
  startScriptedGateway,
} from '@sluice/sdk/testing';
import { APICallError, experimental_generateVideo as generateVideo } from 'ai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSluice } from './index.ts';

const CREATE = '/v1/videos/generations';
const CLIP = new TextEncoder().encode('bytes of a clip');
const PICTURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

let gateway: ScriptedGateway;
const sluice = () => createSluice({ baseURL: gateway.url, apiKey: 'k', maxRetries: 1 });
const sent = (path = CREATE) => gateway.requestsTo('POST', path);

function ends(task: Parameters<typeof completedTask>[0] = {}, id = 'task_1') {
  const ended = completedTask({ id, ...task });
  gateway.on('GET', `/v1/tasks/${id}`, { json: ended });
  for (const asset of ended.assets) {
    gateway.on('GET', `/v1/assets/${asset.id}`, { body: CLIP, headers: { 'content-type': 'video/mp4' } });
  }
  return ended;
}

beforeEach(async () => {
  gateway = await startScriptedGateway();
  gateway.on('POST', CREATE, { status: 202, json: sampleTask({ id: 'task_1' }) });
});
afterEach(() => gateway.close());

test('ai makes a video: the order in our words, the clip from the gateway, what it cost beside it', async () => {
  const { assets, charge } = ends();
  const { video, providerMetadata, warnings } = await generateVideo({
    model: sluice().video('kling-3.0'),
    prompt: 'a fox',
    resolution: '1280x720',
    duration: 5,
    generateAudio: true,
    seed: 7,
    providerOptions: { sluice: { negative_prompt: 'snow', model_params: { multi_shot: false } } },
  });
  expect(sent()[0]?.json).toEqual({
    model: 'kling-3.0',
    prompt: 'a fox',
    duration: 5,
    sound: 'on',
    quality: '720p',
    aspect_ratio: '16:9',
    negative_prompt: 'snow',
    model_params: { multi_shot: false },
  });
  expect(video.uint8Array).toEqual(CLIP);
  expect(video.mediaType).toBe('video/mp4');
  expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'seed' }]);
  expect(providerMetadata.sluice).toMatchObject({
    videos: [{ taskId: 'task_1', assetId: assets[0]?.id, charge: charge?.amount }],
  });
});

test('pictures that come as bytes are uploaded; addresses go as they are; the picture sets the shape', async () => {
  gateway.on('POST', '/v1/files', { status: 201, json: { id: 'file_1' } });
  ends();
  await generateVideo({
    model: sluice().video('kling-3.0'),
    prompt: { text: 'it moves', image: PICTURE },
    resolution: '1920x1080',
    frameImages: [{ image: 'https://pictures.example/last.png', frameType: 'last_frame' }],
  });
  expect(sent('/v1/files')[0]?.body.equals(PICTURE)).toBe(true);
  expect(sent()[0]?.json).toEqual({
    model: 'kling-3.0',
    prompt: 'it moves',
    quality: '1080p',
    image_start: 'file:file_1',
    image_end: 'https://pictures.example/last.png',
  });
});

test('references are pictures or videos by their type', async () => {
  ends();
  await generateVideo({
    model: sluice().video('kling-o3'),
    prompt: 'like these',
    inputReferences: ['https://media.example/a.png', 'https://media.example/b.mp4'],
  });
  expect(sent()[0]?.json).toMatchObject({
    image_urls: ['https://media.example/a.png'],
    video_urls: ['https://media.example/b.mp4'],
  });
});

test('several clips are one batch under one key; one that failed is a warning', async () => {
  const both = ['task_1', 'task_2'].map((id) => sampleTask({ id }));
  gateway.on('POST', '/v1/tasks/batch', { status: 202, json: { object: 'task.batch', data: both } });
  ends();
  ends(
    { status: 'failed', assets: [], error: { code: 'moderated', message: 'No.', upstream_code: null } },
    'task_2',
  );
  const { videos, warnings } = await generateVideo({
    model: sluice().video('kling-3.0'),
    prompt: 'twice',
    n: 2,
    headers: { 'Idempotency-Key': 'mine' },
  });
  expect(sent('/v1/tasks/batch')[0]?.json).toMatchObject({
    tasks: [{ prompt: 'twice' }, { prompt: 'twice' }],
  });
  expect(sent('/v1/tasks/batch')[0]?.headers['idempotency-key']).toBe('mine');
  expect(videos).toHaveLength(1);
  expect(warnings).toMatchObject([{ type: 'other', message: expect.stringContaining('moderated: No.') }]);
});

test('a lost answer is repeated under one key by the client, and never as a new order by the core', async () => {
  gateway.on('POST', CREATE, 'reset');
  const failed = generateVideo({ model: sluice().video('kling-3.0'), prompt: 'lost', maxRetries: 2 });
  await expect(failed).rejects.toSatisfy((error) => APICallError.isInstance(error) && !error.isRetryable);
  expect(sent()).toHaveLength(2);
  expect(new Set(sent().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('a refusal names the field; only one that ordered nothing and passes may be tried again', async () => {
  gateway.on('POST', CREATE, problem(422, 'invalid_input', { field: 'duration' }));
  const failed = generateVideo({ model: sluice().video('kling-3.0'), prompt: 'x', duration: 299 });
  await expect(failed).rejects.toMatchObject({
    message: expect.stringMatching(/^invalid_input \(duration\): /),
    statusCode: 422,
    isRetryable: false,
  });
  gateway.on('POST', CREATE, problem(429, 'queue_full'), problem(429, 'queue_full'), {
    status: 202,
    json: sampleTask({ id: 'task_1' }),
  });
  ends();
  const { video } = await generateVideo({ model: sluice().video('kling-3.0'), prompt: 'later' });
  expect(video.uint8Array).toEqual(CLIP);
});

test('a render that failed is told in plain words', async () => {
  ends({
    status: 'failed',
    assets: [],
    error: { code: 'moderated', message: 'Refused.', upstream_code: null },
  });
  const failed = generateVideo({ model: sluice().video('kling-3.0'), prompt: 'x' });
  await expect(failed).rejects.toMatchObject({ message: 'task_1: moderated: Refused.', isRetryable: false });
});

test('an aborted call cancels what it ordered', async () => {
  const stop = new AbortController();
  let heardCancel = (): void => {};
  const canceled = new Promise<void>((resolve) => {
    heardCancel = resolve;
  });
  gateway.on('GET', '/v1/tasks/task_1', (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(sampleTask({ id: 'task_1' })));
    stop.abort(new Error('enough'));
  });
  gateway.on('POST', '/v1/tasks/task_1/cancel', (_request, response) => {
    response.end('{}');
    heardCancel();
  });
  const model = sluice().video('kling-3.0');
  const failed = generateVideo({ model, prompt: 'x', abortSignal: stop.signal });
  await expect(failed).rejects.toThrow('enough');
  await canceled;
});

test('links instead of bytes, for who has a downloader of his own', async () => {
  const { assets } = ends();
  const model = createSluice({ baseURL: gateway.url, apiKey: 'k', deliver: 'links' }).video('kling-3.0');
  const fetched: string[] = [];
  const { video } = await generateVideo({
    model,
    prompt: 'x',
    download: async ({ url }) => {
      fetched.push(String(url));
      return { data: CLIP, mediaType: 'video/mp4' };
    },
  });
  expect(fetched).toEqual([assets[0]?.url]);
  expect(video.uint8Array).toEqual(CLIP);
});

const callOptions = {
  n: 1,
  aspectRatio: undefined,
  resolution: undefined,
  duration: undefined,
  fps: undefined,
  seed: undefined,
  image: undefined,
  frameImages: undefined,
  inputReferences: undefined,
  generateAudio: undefined,
  providerOptions: {},
};

test('start and status, as version 7 calls them: the minted key, the webhook, pending, completed, error', async () => {
  const model = sluice().video('kling-3.0');
  const { webhookUrl, received } = await model.handleWebhookOption({
    webhook: async () => ({
      url: 'https://app.example/hook',
      received: Promise.resolve({ headers: {}, body: {} }),
    }),
  });
  await received;
  const { operation } = await model.doStart({
    ...callOptions,
    prompt: 'x',
    headers: { 'idempotency-key': 'aisdk_vid_1' },
    webhookUrl,
  });
  expect(sent()[0]?.headers['idempotency-key']).toBe('aisdk_vid_1');
  expect(sent()[0]?.json).toMatchObject({ callback_url: 'https://app.example/hook' });
  const stored = JSON.parse(JSON.stringify(operation));
  gateway.on('GET', '/v1/tasks/task_1', { json: sampleTask({ id: 'task_1', progress: 40 }) });
  expect(await model.doStatus({ operation: stored })).toMatchObject({
    status: 'pending',
    providerMetadata: { sluice: { progress: [40] } },
  });
  ends();
  expect(await model.doStatus({ operation: stored })).toMatchObject({
    status: 'completed',
    videos: [{ type: 'binary', data: CLIP, mediaType: 'video/mp4' }],
  });
  ends({ status: 'cancelled', assets: [], error: null });
  expect(await model.doStatus({ operation: stored })).toMatchObject({
    status: 'error',
    error: 'task_1: cancelled',
  });
  await expect(model.doStatus({ operation: 'something else' })).rejects.toThrow('not an operation');
});
