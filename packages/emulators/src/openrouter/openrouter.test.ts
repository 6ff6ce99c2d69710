import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isDrop } from '../exchange.ts';
import { steadyRandom } from '../jobs/testing/random.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { createOpenRouter, type OpenRouterOptions, serveOpenRouter } from './handler.ts';

const timing = { queueMs: 1_000, renderBaseMs: 10_000, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
const model = 'kwaivgi/kling-v3.0-std';

function desk(options: Partial<OpenRouterOptions> = {}) {
  const clock = { nowMs: Date.parse('2026-11-22T10:00:00Z') };
  const emulator = createOpenRouter({
    clock: { now: () => clock.nowMs },
    random: steadyRandom(),
    accounts: [
      { keys: ['one'], managementKeys: ['boss'], credits: 2, signingSecret: 'workspace' },
      { keys: ['two'] },
    ],
    publicUrl: 'https://storage.example',
    apiUrl: 'https://openrouter.ai/api/v1',
    timing,
    still: true,
    ...options,
  });
  const raw = async (method: string, url: string, key: string | null, body?: Json) => {
    const reply = await emulator.handle({
      method,
      url,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      body: new TextEncoder().encode(body === undefined ? '' : writeJson(body)),
    });
    if (isDrop(reply)) throw new Error('cut');
    return reply;
  };
  const call = async (method: string, path: string, body?: Json, key = 'one') => {
    const reply = await raw(method, `https://openrouter.ai/api/v1${path}`, key, body);
    const read = readJson(new TextDecoder().decode(reply.body));
    return { status: reply.status, body: isObject(read) ? read : {} };
  };
  const create = (more: JsonObject = {}) => call('POST', '/videos', { model, prompt: 'a boat', ...more });
  return { emulator, clock, call, create, raw };
}

describe('a job', () => {
  test('waits, runs, ends with both kinds of links, and is paid for', async () => {
    const { clock, call, create, raw } = desk();
    const made = await create();
    expect(made).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(made.body.polling_url).toBe(`/api/v1/videos/${made.body.id}`);
    clock.nowMs += 5_000;
    expect((await call('GET', `/videos/${made.body.id}`)).body).toMatchObject({ status: 'in_progress' });
    clock.nowMs += 10_000;
    const { body } = await call('GET', `/videos/${made.body.id}`);
    expect(body).toMatchObject({ status: 'completed', usage: { cost: 0.63, is_byok: false } });
    const linkOf = (urls: Json | undefined) => (Array.isArray(urls) ? urls[0] : undefined);
    const [signed, proxy] = [linkOf(body.urls), linkOf(body.unsigned_urls)];
    expect((await raw('GET', String(signed), null)).headers['content-type']).toBe('video/mp4');
    expect((await raw('GET', String(proxy), 'one')).status).toBe(200);
    expect((await raw('GET', String(proxy), null)).status).toBe(401);
    expect((await raw('GET', String(proxy), 'two')).status).toBe(404);
    expect((await call('GET', '/credits', undefined, 'boss')).body).toMatchObject({
      data: { total_usage: 0.63 },
    });
    clock.nowMs += 24 * 3_600_000;
    expect((await raw('GET', String(signed), null)).status).toBe(403);
  });

  test('is refused by what its model allows', async () => {
    const { create, call } = desk();
    expect(await create({ duration: 2 })).toMatchObject({ status: 400 });
    expect(await create({ resolution: '1080p' })).toMatchObject({ status: 400 });
    expect(await create({ frame_images: [{ frame_type: 'middle', image_url: { url: 'x' } }] })).toMatchObject(
      {
        status: 400,
      },
    );
    expect(await create({ model: 'kwaivgi/kling-v9' })).toMatchObject({
      status: 404,
      body: { error: { code: 404 } },
    });
    expect(await create({ duration: 15 })).toMatchObject({ status: 202 });
    expect(await call('GET', '/credits')).toMatchObject({ status: 403 });
    expect((await call('GET', '/videos/models')).body.data).toHaveLength(2);
  });

  test('is refused when the credits are used up', async () => {
    const { create, clock } = desk();
    await create({ duration: 15 });
    clock.nowMs += 60_000;
    expect(await create({ duration: 5 })).toMatchObject({ status: 402, body: { error: { code: 402 } } });
  });

  test('may end as a failure, as dead, or with a broken proxy', async () => {
    const { create, call, clock, emulator } = desk({ signedUrls: false });
    emulator.faults.next('job', { do: 'end-as', word: 'dead' });
    const ids = [await create({ prompt: 'x' }), await create({ prompt: 'a [moderate] b' }), await create()];
    clock.nowMs += 60_000;
    const [dead, failed, done] = await Promise.all(ids.map(({ body }) => call('GET', `/videos/${body.id}`)));
    expect(dead?.body).toMatchObject({ status: 'dead' });
    expect(failed?.body).toMatchObject({ status: 'failed', error: expect.stringContaining('flagged') });
    expect(done?.body).not.toHaveProperty('urls');
    emulator.faults.next('file', { do: 'dead', status: 502 });
    expect(await call('GET', `/videos/${done?.body.id}/content?index=0`)).toMatchObject({ status: 502 });
  });
});

test('callbacks are signed over time, comma and body', async () => {
  const { create, clock, emulator } = desk();
  await create({ callback_url: 'https://gateway.example/hook' });
  clock.nowMs += 60_000;
  const [callback] = emulator.dueCallbacks();
  const body = new TextDecoder().decode(callback?.body);
  const [, time, mark] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(callback?.headers['x-openrouter-signature'] ?? '') ?? [];
  expect(mark).toBe(createHmac('sha256', 'workspace').update(`${time},${body}`).digest('hex'));
  expect(readJson(body)).toMatchObject({
    type: 'video.generation.completed',
    data: { status: 'completed', model, usage: { cost: 0.63 } },
  });
  expect(callback?.headers['x-openrouter-idempotency-key']).toMatch(/^job-[0-9a-f]+-completed$/);
});

test('behind a port: a job, its callback, and an accept that outlives a cut answer', async () => {
  const quick = { queueMs: 1, renderBaseMs: 1, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
  const served = await serveOpenRouter({ accounts: [{ keys: ['one'] }], timing: quick, still: true });
  try {
    served.emulator.faults.next('create', { do: 'drop', accept: true });
    const headers = { authorization: 'Bearer one' };
    const body = JSON.stringify({ model, prompt: 'a boat' });
    await expect(fetch(`${served.url}/api/v1/videos`, { method: 'POST', headers, body })).rejects.toThrow();
    const accepts = await (await fetch(`${served.url}/__emulator/accepts`)).json();
    expect(accepts).toMatchObject({ accepts: [{ model }] });
  } finally {
    await served.close();
  }
});
