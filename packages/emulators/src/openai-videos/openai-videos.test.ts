import { describe, expect, test } from 'vitest';
import { isDrop } from '../exchange.ts';
import { steadyRandom } from '../jobs/testing/random.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { sampleImage } from '../media/samples.ts';
import { readCreate } from './form.ts';
import { createOpenAiVideos, type OpenAiVideosOptions } from './handler.ts';

const timing = { queueMs: 1_000, renderBaseMs: 10_000, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };

function desk(options: Partial<OpenAiVideosOptions> = {}) {
  const clock = { nowMs: 1_790_000_000_000 };
  const emulator = createOpenAiVideos({
    clock: { now: () => clock.nowMs },
    random: steadyRandom(),
    keys: ['one', 'two'],
    models: ['kling-v3'],
    publicUrl: 'https://files.example',
    timing,
    still: true,
    ...options,
  });
  const raw = async (
    method: string,
    path: string,
    key: string,
    type = '',
    body: Uint8Array = new Uint8Array(),
  ) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': type };
    const reply = await emulator.handle({ method, url: `https://server.example/v1${path}`, headers, body });
    if (isDrop(reply)) throw new Error('cut');
    return reply;
  };
  const call = async (method: string, path: string, body?: Json, key = 'one') => {
    const bytes = new TextEncoder().encode(body === undefined ? '' : writeJson(body));
    const reply = await raw(method, path, key, 'application/json', bytes);
    const read = readJson(new TextDecoder().decode(reply.body));
    return { status: reply.status, body: isObject(read) ? read : {} };
  };
  const create = (more: JsonObject = {}) => call('POST', '/videos', { prompt: 'a boat', ...more });
  return { emulator, clock, raw, call, create };
}

describe('a video', () => {
  test('waits, renders with progress, and is kept for a day', async () => {
    const { clock, call, create, raw } = desk();
    const { body } = await create({ seconds: '4', size: '1280x720' });
    expect(body).toMatchObject({
      object: 'video',
      status: 'queued',
      progress: 0,
      seconds: '4',
      size: '1280x720',
    });
    clock.nowMs += 6_000;
    expect((await call('GET', `/videos/${body.id}`)).body).toMatchObject({
      status: 'in_progress',
      progress: 50,
    });
    expect((await raw('GET', `/videos/${body.id}/content`, 'one')).status).toBe(404);
    clock.nowMs += 5_000;
    const done = (await call('GET', `/videos/${body.id}`)).body;
    expect(done).toMatchObject({ status: 'completed', progress: 100, expires_at: 1_790_000_011 + 86_400 });
    expect((await raw('GET', `/videos/${body.id}/content`, 'one')).headers['content-type']).toBe('video/mp4');
    expect((await raw('GET', `/videos/${body.id}/content`, 'two')).status).toBe(404);
    clock.nowMs += 86_400_000;
    expect((await raw('GET', `/videos/${body.id}/content`, 'one')).status).toBe(404);
  });

  test('may be linked in the answer, under a word of the gateway', async () => {
    const { clock, call, create, emulator } = desk({
      linkField: 'metadata.url',
      words: { running: 'processing' },
    });
    const { body } = await create();
    clock.nowMs += 5_000;
    expect((await call('GET', `/videos/${body.id}`)).body.status).toBe('processing');
    clock.nowMs += 10_000;
    const { metadata } = (await call('GET', `/videos/${body.id}`)).body;
    const url = isObject(metadata) ? String(metadata.url) : '';
    const reply = await emulator.handle({ method: 'GET', url, headers: {}, body: new Uint8Array() });
    expect(reply).toMatchObject({ status: 200 });
  });

  test('can be deleted, before its end and after', async () => {
    const { clock, call, create } = desk();
    const { body } = await create();
    expect((await call('DELETE', `/videos/${body.id}`)).body).toEqual({
      id: body.id,
      object: 'video.deleted',
      deleted: true,
    });
    clock.nowMs += 60_000;
    expect(await call('GET', `/videos/${body.id}`)).toMatchObject({ status: 404 });
  });

  test('can be made again from another', async () => {
    const { call, create } = desk();
    const { body } = await create({ seconds: '8' });
    const again = await call('POST', `/videos/${body.id}/remix`, { prompt: 'at night' });
    expect(again.body).toMatchObject({ remixed_from_video_id: body.id, seconds: '8', prompt: 'at night' });
    expect(await call('POST', '/videos/video_00/remix', { prompt: 'x' })).toMatchObject({ status: 404 });
  });

  test('waits its turn where hands are few', async () => {
    const { clock, call, create } = desk({ hands: 1 });
    const ids = [await create(), await create()].map(({ body }) => body.id);
    clock.nowMs += 12_000;
    const words = await Promise.all(ids.map(async (id) => (await call('GET', `/videos/${id}`)).body.status));
    expect(words).toEqual(['completed', 'in_progress']);
  });
});

test.each<[string, JsonObject]>([
  ['prompt', { prompt: '' }],
  ['model', { model: 'sora-2' }],
  ['seconds', { seconds: 'long' }],
  ['size', { size: '1281x720' }],
])('a create is refused at %s', async (param, fields) => {
  expect(await desk().create(fields)).toMatchObject({
    status: 400,
    body: { error: { param, code: 'invalid_value' } },
  });
});

test('the list goes by pages', async () => {
  const { create, call } = desk();
  for (let at = 0; at < 5; at += 1) await create();
  const first = (await call('GET', '/videos?limit=3')).body;
  const second = (await call('GET', `/videos?limit=3&after=${String(first.last_id)}`)).body;
  expect([first.has_more, second.has_more]).toEqual([true, false]);
  expect(Array.isArray(second.data) && second.data.length).toBe(2);
});

test('keys are needed where there are any', async () => {
  expect(await desk().call('GET', '/models', undefined, 'x')).toMatchObject({ status: 401 });
  expect(await desk({ keys: [] }).call('GET', '/models', undefined, '')).toMatchObject({ status: 200 });
});

describe('a form', () => {
  test('holds texts, objects in brackets, and files', async () => {
    const form = new FormData();
    form.set('prompt', 'ünì\r\n--x');
    form.set('input_reference[image_url]', 'https://a.example/b.png');
    const picture = sampleImage({ seed: 'a', width: 64, height: 64 });
    form.set('input_reference', new Blob([Buffer.from(picture.bytes)]), 'a.png');
    const sent = new Response(form);
    const type = sent.headers.get('content-type') ?? '';
    const read = readCreate(type, new Uint8Array(await sent.arrayBuffer()));
    expect(read?.fields).toEqual({
      prompt: 'ünì\r\n--x',
      input_reference: { image_url: 'https://a.example/b.png' },
    });
    expect(Buffer.from(read?.files.get('input_reference') ?? []).equals(Buffer.from(picture.bytes))).toBe(
      true,
    );
  });

  test('with a file that is no picture makes a video that fails', async () => {
    const { raw, call, clock } = desk();
    const form = new FormData();
    form.set('prompt', 'a boat');
    form.set('input_reference', new Blob(['text']), 'a.txt');
    const sent = new Response(form);
    const type = sent.headers.get('content-type') ?? '';
    const made = await raw('POST', '/videos', 'one', type, new Uint8Array(await sent.arrayBuffer()));
    const body = readJson(new TextDecoder().decode(made.body));
    clock.nowMs += 60_000;
    const seen = await call('GET', `/videos/${isObject(body) ? String(body.id) : ''}`);
    expect(seen.body).toMatchObject({ status: 'failed', error: { code: 'invalid_image' } });
  });
});
