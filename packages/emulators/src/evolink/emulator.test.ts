import { describe, expect, test } from 'vitest';
import { type EmulatorAnswer, isDrop } from '../exchange.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { inspectVideo } from '../media/inspect.ts';
import { seededFractions } from '../media/scene.ts';
import { createEvolink, type EvolinkOptions } from './emulator.ts';

const DAY_MS = 24 * 3_600_000;
const text = { model: 'kling-v3-text-to-video', prompt: 'a boat', duration: 5 };

function open(options: Partial<EvolinkOptions> = {}) {
  let now = Date.UTC(2026, 9, 10);
  const fraction = seededFractions('desk');
  const emulator = createEvolink({
    clock: { now: () => now },
    random: { fraction, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(fraction() * 256)) },
    accounts: [{ keys: [{ key: 'sk-evo-1' }, { key: 'sk-small', budget: '30' }], credits: '100' }],
    publicUrl: 'http://vendor.test',
    outputs: { still: true },
    timing: { queueMs: 1_000, renderBaseMs: 4_000, renderMsPerSecond: 1_000, jitter: 0, callbackMs: 100 },
    ...options,
  });
  const raw = async (method: string, url: string, headers: Record<string, string> = {}, body?: Json) => {
    const bytes = body === undefined ? new Uint8Array() : new TextEncoder().encode(writeJson(body));
    return emulator.handle({ method, url, headers, body: bytes });
  };
  const call = async (method: string, url: string, body?: Json, headers: Record<string, string> = {}) => {
    const reply = await raw(method, url, { authorization: 'Bearer sk-evo-1', ...headers }, body);
    if (isDrop(reply)) return { status: 0, headers: {}, body: {} as JsonObject };
    const value = readJson(new TextDecoder().decode(reply.body));
    return { status: reply.status, headers: reply.headers, body: isObject(value) ? value : {} };
  };
  const create = async (change: JsonObject = {}, headers: Record<string, string> = {}) =>
    call('POST', '/v1/videos/generations', { ...text, ...change }, headers);
  const credits = async () => {
    const { data } = (await call('GET', '/v1/credits')).body;
    const user = isObject(data) ? data.user : null;
    return isObject(user) ? user.remaining_credits : null;
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { emulator, raw, call, create, credits, pass, now: () => now };
}

const codeOf = ({ body }: { body: JsonObject }): Json | undefined =>
  isObject(body.error) ? body.error.code : undefined;
const idOf = ({ body }: { body: JsonObject }): string => String(body.id);

describe('the life of a task', () => {
  test('pending, processing, completed; credits reserved, then used', async () => {
    const desk = open();
    const made = await desk.create();
    expect(made.body).toMatchObject({ status: 'pending', usage: { credits_reserved: 270_000 } });
    expect(idOf(made)).toMatch(/^task-unified-/);
    expect(await desk.credits()).toBe(73);
    desk.pass(1_500);
    const read = () => desk.call('GET', `/v1/tasks/${idOf(made)}`);
    expect((await read()).body.status).toBe('processing');
    desk.pass(9_000);
    expect((await read()).body).toMatchObject({
      status: 'completed',
      progress: 100,
      usage: { credits_used: 27, cost: { credits: 27, usd: 0.397059 } },
    });
    expect(await desk.credits()).toBe(73);
  });

  test('a failed or cancelled task is given back', async () => {
    const desk = open();
    const failed = await desk.create({ prompt: 'a [moderate] boat' });
    const cancelled = await desk.create({ prompt: 'a [cancel] boat' });
    expect(await desk.credits()).toBe(46);
    desk.pass(20_000);
    const read = async (made: { body: JsonObject }) =>
      (await desk.call('GET', `/v1/tasks/${idOf(made)}`)).body;
    expect(await read(failed)).toMatchObject({
      status: 'failed',
      error: { code: 'content_policy_violation' },
      usage: { credits_used: 0 },
    });
    expect(await read(cancelled)).toMatchObject({ status: 'cancelled', usage: { credits_used: 0 } });
    expect(await desk.credits()).toBe(100);
  });

  test('a real clip of the ordered length behind a link that dies after a day', async () => {
    const desk = open();
    const made = await desk.create({ aspect_ratio: '9:16' });
    desk.pass(20_000);
    const { results } = (await desk.call('GET', `/v1/tasks/${idOf(made)}`)).body;
    const link = String(Array.isArray(results) ? results[0] : '');
    const fetched = (await desk.raw('GET', link)) as EmulatorAnswer;
    const facts = inspectVideo(fetched.body);
    expect([fetched.status, facts?.width, facts?.height]).toEqual([200, 720, 1280]);
    expect(facts?.seconds).toBeCloseTo(5, 0);
    desk.emulator.faults.next('output', { do: 'dead', status: 404 });
    expect(((await desk.raw('GET', link)) as EmulatorAnswer).status).toBe(404);
    desk.pass(DAY_MS);
    expect(((await desk.raw('GET', link)) as EmulatorAnswer).status).toBe(403);
  });
});

describe('keys and money', () => {
  test('each kind of emptiness has its own 402', async () => {
    const desk = open();
    const small = { authorization: 'Bearer sk-small' };
    expect((await desk.create({}, small)).status).toBe(200);
    expect(codeOf(await desk.create({}, small))).toBe('insufficient_token_quota');
    expect(codeOf(await desk.create({ duration: 15 }))).toBe('insufficient_user_quota');
    desk.emulator.faults.next('create', { do: 'refuse', code: 'token_daily_quota_exceeded' });
    const daily = await desk.create();
    expect([daily.status, codeOf(daily)]).toEqual([402, 'token_daily_quota_exceeded']);
    expect(desk.emulator.accepts).toHaveLength(1);
  });

  test('a disabled, an expired and an unknown key', async () => {
    const keys = [
      { key: 'off', state: 'disabled' },
      { key: 'old', state: 'expired' },
    ] as const;
    const desk = open({ accounts: [{ keys: [...keys], credits: '100' }] });
    const as = (key: string) => desk.create({}, { authorization: `Bearer ${key}` });
    expect([codeOf(await as('off')), codeOf(await as('old')), codeOf(await as('who'))]).toEqual([
      'key_disabled',
      'key_expired',
      'invalid_api_key',
    ]);
  });
});

describe('a repeated key', () => {
  test('is the same task, flagged; another body under it is a conflict', async () => {
    const desk = open();
    const key = { 'idempotency-key': 'k1' };
    const first = await desk.create({}, key);
    const again = await desk.create({}, key);
    expect(idOf(again)).toBe(idOf(first));
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
    expect(codeOf(await desk.create({ duration: 6 }, key))).toBe('idempotency_conflict');
    expect(desk.emulator.accepts).toHaveLength(1);
  });

  test('is another task where the vendor does not keep keys', async () => {
    const desk = open({ idempotency: 'ignored' });
    const key = { 'idempotency-key': 'k1' };
    await desk.create({}, key);
    await desk.create({}, key);
    expect(desk.emulator.accepts.map((accept) => accept.key)).toEqual(['k1', 'k1']);
  });
});

describe('orders', () => {
  test.each<[string, JsonObject, string]>([
    ['an unknown model', { model: 'kling-v9' }, 'model'],
    ['a length as text', { duration: '5' }, 'duration'],
    ['16 s', { duration: 16 }, 'duration'],
    ['a strange quality', { quality: '480p' }, 'quality'],
    ['a picture for text', { image_urls: ['https://x.example/a.png'] }, 'image_urls'],
    ['an edit with a length', { model: 'kling-o3-video-edit' }, 'duration'],
    ['a list of elements outside the parameters', { element_list: [] }, 'element_list'],
    [
      'shots cut by the model on O3',
      { model: 'kling-o3-text-to-video', model_params: { multi_shot: true, shot_type: 'intelligence' } },
      'model_params.shot_type',
    ],
    ['a callback without TLS', { callback_url: 'http://gateway.example/x' }, 'callback_url'],
    ['a callback to this machine', { callback_url: 'https://127.0.0.1/x' }, 'callback_url'],
    [
      'a shot whose length is a number',
      {
        model_params: {
          multi_shot: true,
          shot_type: 'customize',
          multi_prompt: [{ index: 1, prompt: 'a', duration: 5 }],
        },
      },
      'model_params.multi_prompt[0].duration',
    ],
  ])('%s is refused by name', async (_about, change, param) => {
    const refused = await open().create(change);
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_parameters', param }),
    ]);
  });

  test('an input that cannot be fetched fails the task, not the create', async () => {
    const desk = open();
    const made = await desk.create({
      model: 'kling-v3-image-to-video',
      image_start: 'https://gone.invalid/a.png',
    });
    desk.pass(20_000);
    expect((await desk.call('GET', `/v1/tasks/${idOf(made)}`)).body).toMatchObject({
      status: 'failed',
      error: { code: 'image_processing_error' },
    });
  });
});

describe('asking', () => {
  test('fifty at once, without links; fifty-one are refused', async () => {
    const desk = open();
    const made = await desk.create();
    desk.pass(20_000);
    const ask = (ids: string[]) => desk.call('POST', '/v1/tasks/batch', { task_ids: ids });
    const { data } = (await ask([idOf(made), 'task-unified-other'])).body;
    expect(data).toEqual([expect.objectContaining({ id: idOf(made), status: 'completed' })]);
    expect(JSON.stringify(data)).not.toContain('/outputs/');
    expect((await ask(Array.from({ length: 51 }, (_, at) => `t${at}`))).status).toBe(400);
  });

  test('the list pages and filters', async () => {
    const desk = open({ accounts: [{ keys: [{ key: 'sk-evo-1' }], credits: '1000' }] });
    for (let at = 0; at < 3; at++) await desk.create();
    const page = (await desk.call('GET', '/v1/tasks?page=2&page_size=2')).body;
    expect([page.total, Array.isArray(page.data) ? page.data.length : 0]).toEqual([3, 1]);
    expect((await desk.call('GET', '/v1/tasks?status=completed')).body.total).toBe(0);
  });

  test('what belongs to another account is not there', async () => {
    const accounts = ['sk-evo-1', 'sk-evo-2'].map((key) => ({ keys: [{ key }], credits: '100' }));
    const desk = open({ accounts });
    const made = await desk.create({}, { authorization: 'Bearer sk-evo-2' });
    expect(codeOf(await desk.call('GET', `/v1/tasks/${idOf(made)}`))).toBe('resource_not_found');
  });
});

describe('callbacks', () => {
  const order = { callback_url: 'https://gateway.example/callbacks/main/tok' };

  test('one at the end, unsigned, after billing; repeated after 1, 2 and 4 s', async () => {
    const desk = open();
    await desk.create(order);
    desk.pass(20_000);
    const tries: number[] = [];
    const began = desk.now();
    for (let at = 0; at < 20; at++) {
      for (const { id, headers, body } of desk.emulator.dueCallbacks()) {
        tries.push(desk.now() - began);
        expect(Object.keys(headers).sort()).toEqual(['content-length', 'content-type']);
        expect(readJson(new TextDecoder().decode(body))).toMatchObject({
          status: 'completed',
          usage: { credits_used: 27 },
        });
        desk.emulator.callbackAnswered(id, 500);
      }
      desk.pass(500);
    }
    expect(tries).toEqual([0, 1_000, 3_000, 7_000]);
  });

  test('a forged one claims what is not so', async () => {
    const desk = open();
    desk.emulator.faults.next('callback', { do: 'forged', word: 'completed' });
    const made = await desk.create({ ...order, prompt: 'a [moderate] boat' });
    desk.pass(20_000);
    const words = desk.emulator.dueCallbacks().map(({ body }) => readJson(new TextDecoder().decode(body)));
    expect(words).toMatchObject([{ status: 'completed' }, { status: 'failed' }]);
    expect((await desk.call('GET', `/v1/tasks/${idOf(made)}`)).body.status).toBe('failed');
  });
});

describe('what a test over HTTP may do', () => {
  test('scripts faults, sees accepts, turns the clockwork', async () => {
    const desk = open();
    const script = { next: [{ at: 'create', fault: { do: 'drop', accept: true }, times: 1 }] };
    expect((await desk.call('POST', '/__emulator/faults', script)).status).toBe(200);
    expect((await desk.create()).status).toBe(0);
    const { accepts } = (await desk.call('GET', '/__emulator/accepts')).body;
    expect(accepts).toHaveLength(1);
    const wrong = { next: [{ at: 'create', fault: { do: 'refuse' } }] };
    expect((await desk.call('POST', '/__emulator/faults', wrong)).status).toBe(400);
    expect((await desk.call('POST', '/__emulator/timing', { queueMs: 0 })).status).toBe(200);
    expect((await desk.call('POST', '/__emulator/timing', { queue: 0 })).status).toBe(400);
  });
});
