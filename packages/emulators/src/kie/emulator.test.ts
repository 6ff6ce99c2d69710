import { describe, expect, test } from 'vitest';
import { isDrop } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { inspectVideo } from '../media/inspect.ts';
import { seededFractions } from '../media/scene.ts';
import { createKie, type KieOptions, signKieCallback } from './emulator.ts';

const HOUR_MS = 3_600_000;
const video: JsonObject = { prompt: 'a boat', duration: '3', mode: 'std', aspect_ratio: '9:16' };

function open(options: Partial<KieOptions> = {}) {
  let now = Date.UTC(2026, 10, 1);
  const fraction = seededFractions('desk');
  const emulator = createKie({
    clock: { now: () => now },
    random: { fraction, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)) },
    accounts: [{ keys: ['k1'], credits: 10_000, webhookKey: 'hook' }],
    publicUrl: 'http://vendor.test',
    outputs: { still: true },
    timing: { queueMs: 2_000, renderBaseMs: 1_000, renderMsPerSecond: 1_000, jitter: 0, callbackMs: 100 },
    ...options,
  });
  const raw = async (method: string, url: string, body?: Json) => {
    const bytes = body === undefined ? new Uint8Array() : new TextEncoder().encode(writeJson(body));
    const reply = await emulator.handle({
      method,
      url,
      headers: { authorization: 'Bearer k1' },
      body: bytes,
    });
    if (isDrop(reply)) throw new Error('the connection was cut');
    return reply;
  };
  const call = async (method: string, url: string, body?: Json) => {
    const reply = await raw(method, url, body);
    const value = readJson(new TextDecoder().decode(reply.body));
    const { code, data } = isObject(value) ? value : {};
    return { status: reply.status, code, data: isObject(data) ? data : {}, plain: data };
  };
  const create = (input: JsonObject = video, more: JsonObject = {}) =>
    call('POST', '/api/v1/jobs/createTask', { model: 'kling-3.0/video', input, ...more });
  const read = async (taskId: Json | undefined) => call('GET', `/api/v1/jobs/recordInfo?taskId=${taskId}`);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { emulator, raw, call, create, read, pass, now: () => now };
}

describe('the life of a task', () => {
  test('not known at first, then waiting, queuing, generating, success', async () => {
    const desk = open();
    const { data } = await desk.create();
    const words: Json[] = [];
    const look = async () => {
      const { code, data: record } = await desk.read(data.taskId);
      words.push(code === 200 ? (record.state ?? null) : (code ?? null));
    };
    await look();
    desk.pass(600);
    await look();
    desk.pass(600);
    await look();
    desk.pass(1_000);
    await look();
    desk.pass(10_000);
    await look();
    expect(words).toEqual([422, 'waiting', 'queuing', 'generating', 'success']);
  });

  test('the result is JSON inside text, and a real clip behind a link of a day', async () => {
    const desk = open();
    const { data } = await desk.create();
    desk.pass(10_000);
    const { resultJson } = (await desk.read(data.taskId)).data;
    const inner = readJson(String(resultJson));
    const link = String(isObject(inner) && Array.isArray(inner.resultUrls) ? inner.resultUrls[0] : '');
    const clip = await desk.raw('GET', link);
    const facts = inspectVideo(clip.body);
    expect([clip.status, facts?.width, facts?.height]).toEqual([200, 720, 1280]);
    desk.pass(24 * HOUR_MS);
    expect((await desk.raw('GET', link)).status).toBe(403);
    const fresh = await desk.call('POST', '/api/v1/common/download-url', { url: link });
    expect((await desk.raw('GET', String(fresh.plain))).status).toBe(200);
    desk.pass(21 * 60_000);
    expect((await desk.raw('GET', String(fresh.plain))).status).toBe(403);
  });

  test('a failed task says why and gives its credits back', async () => {
    const desk = open();
    const { data } = await desk.create({ ...video, prompt: 'a [moderate] boat' });
    const credits = async () => (await desk.call('GET', '/api/v1/chat/credit')).plain;
    expect(await credits()).toBe(9_940);
    desk.pass(10_000);
    expect((await desk.read(data.taskId)).data).toMatchObject({
      state: 'fail',
      failCode: '500',
      resultJson: '',
    });
    expect(await credits()).toBe(10_000);
  });
});

describe('refusals', () => {
  test('come with HTTP 200, or with their own status when asked', async () => {
    const poor = { accounts: [{ keys: ['k1'], credits: 10 }] };
    expect(await open(poor).create()).toMatchObject({ status: 200, code: 402 });
    expect(await open({ ...poor, settings: { httpErrors: true } }).create()).toMatchObject({
      status: 402,
      code: 402,
    });
    const desk = open();
    desk.emulator.faults.next('create', { do: 'refuse', code: '455' });
    expect(await desk.create()).toMatchObject({ status: 200, code: 455 });
    expect(desk.emulator.accepts).toHaveLength(0);
  });

  test('the 21st create within ten seconds, and not the next one after it', async () => {
    const desk = open();
    for (let at = 0; at < 20; at++) expect((await desk.create()).code).toBe(200);
    expect((await desk.create()).code).toBe(429);
    desk.pass(9_999);
    expect((await desk.create()).code).toBe(429);
    desk.pass(1);
    expect((await desk.create()).code).toBe(200);
  });

  test.each<[string, JsonObject]>([
    ['a length that is a number', { ...video, duration: 5 }],
    ['16 s', { ...video, duration: '16' }],
    ['a mode of the other model', { ...video, mode: '720p' }],
    [
      'three pictures',
      { ...video, image_urls: ['https://x.example/1', 'https://x.example/2', 'https://x.example/3'] },
    ],
    [
      'a shot whose length is text',
      { ...video, multi_shots: true, multi_prompt: [{ prompt: 'a', duration: '3' }] },
    ],
    [
      'shots that do not fill the clip',
      { ...video, multi_shots: true, multi_prompt: [{ prompt: 'a', duration: 2 }] },
    ],
  ])('%s', async (_about, input) => {
    expect((await open().create(input)).code).toBe(422);
  });

  test('std for motion control, and a model that is not there', async () => {
    const input = {
      input_urls: ['https://x.example/a.png'],
      video_urls: ['https://x.example/b.mp4'],
      mode: 'std',
    };
    const desk = open();
    expect((await desk.create(input, { model: 'kling-3.0/motion-control' })).code).toBe(422);
    expect((await desk.create({ ...input, mode: '1080p' }, { model: 'kling-3.0/motion-control' })).code).toBe(
      200,
    );
    expect((await desk.create(video, { model: 'kling-9' })).code).toBe(404);
  });
});

describe('callbacks', () => {
  const order = { callBackUrl: 'https://gateway.example/callbacks/main/tok' };

  test('a signature over id and time, which fits an altered body as well', async () => {
    const desk = open();
    desk.emulator.faults.next('callback', { do: 'altered', word: 'fail' });
    const { data } = await desk.create(video, order);
    desk.pass(10_000);
    const [callback] = desk.emulator.dueCallbacks();
    const timestamp = Math.floor(desk.now() / 1000);
    expect(callback?.headers).toMatchObject({
      'x-webhook-timestamp': String(timestamp),
      'x-webhook-signature': signKieCallback('hook', String(data.taskId), timestamp),
    });
    expect(readJson(new TextDecoder().decode(callback?.body))).toMatchObject({ data: { state: 'fail' } });
    expect((await desk.read(data.taskId)).data.state).toBe('success');
  });

  test('none is signed where no key was made', async () => {
    const desk = open({ accounts: [{ keys: ['k1'], credits: 10_000 }] });
    await desk.create(video, order);
    desk.pass(10_000);
    expect(Object.keys(desk.emulator.dueCallbacks()[0]?.headers ?? {})).toEqual([
      'content-type',
      'content-length',
    ]);
  });
});
