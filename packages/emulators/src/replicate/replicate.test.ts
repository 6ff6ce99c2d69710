import { validateWebhook } from 'replicate';
import { describe, expect, test } from 'vitest';
import { isDrop } from '../exchange.ts';
import { steadyRandom } from '../jobs/testing/random.ts';
import { isObject, type Json, type JsonObject, readJson, writeJson } from '../json.ts';
import { createReplicate } from './handler.ts';
import type { ReplicateOptions } from './world.ts';

const timing = { queueMs: 1_000, renderBaseMs: 10_000, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const slug = 'kwaivgi/kling-v3-video';

function desk(options: Partial<ReplicateOptions> = {}) {
  const clock = { nowMs: Date.parse('2026-11-22T10:00:00Z') };
  const emulator = createReplicate({
    clock: { now: () => clock.nowMs },
    random: steadyRandom(),
    accounts: [{ tokens: ['r8_one'], webhookSecret }, { tokens: ['r8_two'] }],
    publicUrl: 'https://replicate.delivery',
    timing,
    still: true,
    ...options,
  });
  const call = async (method: string, path: string, body?: Json, headers: Record<string, string> = {}) => {
    const reply = await emulator.handle({
      method,
      url: `https://api.replicate.com/v1${path}`,
      headers: { authorization: 'Bearer r8_one', ...headers },
      body: new TextEncoder().encode(body === undefined ? '' : writeJson(body)),
    });
    if (isDrop(reply)) throw new Error('cut');
    const read = readJson(new TextDecoder().decode(reply.body));
    return { status: reply.status, headers: reply.headers, body: isObject(read) ? read : {} };
  };
  const create = (input: JsonObject = {}, more: JsonObject = {}, headers: Record<string, string> = {}) =>
    call('POST', `/models/${slug}/predictions`, { input: { prompt: 'a boat', ...input }, ...more }, headers);
  return { emulator, clock, call, create };
}

describe('a prediction', () => {
  test('starts, runs, ends with one address, and is emptied after an hour', async () => {
    const { clock, call, create, emulator } = desk();
    const made = await create();
    expect(made).toMatchObject({ status: 201, body: { status: 'starting', output: null, model: slug } });
    const get = async () => (await call('GET', `/predictions/${made.body.id}`)).body;
    clock.nowMs += 5_000;
    expect(await get()).toMatchObject({ status: 'processing', completed_at: null });
    clock.nowMs += 10_000;
    const done = await get();
    expect(done).toMatchObject({ status: 'succeeded', metrics: { predict_time: 10, total_time: 11 } });
    const file = { method: 'GET', url: String(done.output), headers: {}, body: new Uint8Array() };
    expect(await emulator.handle(file)).toMatchObject({ status: 200 });
    clock.nowMs += 3_600_000;
    expect(await get()).toMatchObject({ status: 'succeeded', output: null, input: {}, data_removed: true });
    expect(await emulator.handle(file)).toMatchObject({ status: 404 });
  });

  test.each([
    ['before its start', '1s', 'aborted', null],
    ['while it runs', '5s', 'canceled', '2026-11-22T10:00:01.000Z'],
    ['after its end', '1m30s', 'succeeded', '2026-11-22T10:00:01.000Z'],
  ])('whose deadline falls %s', async (_when, after, status, startedAt) => {
    const { clock, call, create } = desk();
    const { body } = await create({}, {}, { 'cancel-after': after });
    clock.nowMs += 60_000;
    const seen = (await call('GET', `/predictions/${body.id}`)).body;
    expect([seen.status, seen.started_at]).toEqual([status, startedAt]);
  });

  test('belongs to its account', async () => {
    const { call, create } = desk();
    const { body } = await create();
    const other = { authorization: 'Bearer r8_two' };
    expect(await call('GET', `/predictions/${body.id}`, undefined, other)).toMatchObject({ status: 404 });
    expect((await call('GET', '/predictions', undefined, other)).body.results).toEqual([]);
    expect(await call('GET', '/account', undefined, { authorization: 'Bearer x' })).toMatchObject({
      status: 401,
    });
  });

  test('fails by moderation and by inputs that cannot be had', async () => {
    const { clock, call, create } = desk();
    const made = [
      await create({ prompt: 'a boat [moderate]' }),
      await create({ start_image: 'https://nowhere.invalid/a.png' }),
    ];
    clock.nowMs += 60_000;
    const errors = [];
    for (const { body } of made) errors.push((await call('GET', `/predictions/${body.id}`)).body.error);
    expect(errors).toEqual([expect.stringContaining('E005'), expect.stringContaining('could not read')]);
  });
});

test.each<[string, JsonObject]>([
  ['input.prompt', { prompt: 'x'.repeat(2501) }],
  ['input.mode', { mode: '4k' }],
  ['input.duration', { duration: '5' }],
  ['input.duration', { duration: 16 }],
  ['input.aspect_ratio', { aspect_ratio: '4:3' }],
  ['input.end_image', { end_image: 'https://a.example/b.png' }],
  ['input.multi_prompt', { multi_prompt: '[{"prompt":"a","duration":3}]' }],
  ['input.generate_audio', { generate_audio: 'yes' }],
])('an input is refused by the schema at %s', async (field, input) => {
  const answered = await desk().create(input);
  expect(answered).toMatchObject({ status: 422, body: { invalid_fields: [{ field }] } });
});

describe('throttling', () => {
  test('six hundred creates a minute, and the wait in words', async () => {
    const { create, clock } = desk();
    for (let at = 0; at < 600; at += 1) expect((await create()).status).toBe(201);
    const slow = await create();
    expect(slow).toMatchObject({ status: 429, body: { retry_after: 60 } });
    expect(slow.body.detail).toBe('Request was throttled. Your rate limit resets in ~60s.');
    clock.nowMs += 60_000;
    expect((await create()).status).toBe(201);
  });

  test('an account short of credit makes one at a time, one without makes none', async () => {
    const { create, emulator } = desk();
    const [account] = emulator.accounts;
    if (account) account.credit = 'low';
    expect((await create()).status).toBe(201);
    expect((await create()).body.detail).toContain('less than $5.0 in credit');
    if (account) account.credit = 'none';
    expect((await create()).status).toBe(402);
  });
});

describe('webhooks', () => {
  const webhook = 'https://gateway.example/hook';
  const events = { webhook, webhook_events_filter: ['start', 'completed'] };
  type Due = { headers: Record<string, string>; body: Uint8Array };
  const valid = ({ headers, body }: Due) =>
    validateWebhook(
      new Request(webhook, { method: 'POST', headers, body: Buffer.from(body) }),
      webhookSecret,
    );

  test('are signed so that the vendor’s own client takes them, and come again when refused', async () => {
    const { create, clock, emulator } = desk();
    await create({}, events);
    clock.nowMs += 1_000;
    const [started] = emulator.dueCallbacks();
    clock.nowMs += 10_000;
    const [ended] = emulator.dueCallbacks();
    for (const one of [started, ended]) expect(one && (await valid(one))).toBe(true);
    const words = [started, ended].map((one) => readJson(new TextDecoder().decode(one?.body)));
    expect(words).toMatchObject([{ status: 'processing' }, { status: 'succeeded' }]);
    emulator.callbackAnswered(ended?.id ?? '', 500);
    clock.nowMs += 10_000;
    expect(emulator.dueCallbacks().map(({ id }) => id)).toEqual([ended?.id]);
  });

  test('a cancel makes the foreseen end untrue', async () => {
    const { create, call, clock, emulator } = desk();
    const { body } = await create({}, events);
    await call('POST', `/predictions/${body.id}/cancel`);
    clock.nowMs += 60_000;
    const told = emulator.dueCallbacks().map((one) => readJson(new TextDecoder().decode(one.body)));
    expect(told).toMatchObject([{ status: 'canceled' }]);
  });

  test('can be forged, altered, old or lost', async () => {
    const { create, clock, emulator } = desk();
    for (const fault of [
      { do: 'forged' },
      { do: 'stale', ageMs: 600_000 },
      { do: 'unsigned' },
      { do: 'lost' },
    ] as const) {
      emulator.faults.next('callback', fault);
      await create({}, { webhook, webhook_events_filter: ['completed'] });
    }
    clock.nowMs += 60_000;
    const due = emulator.dueCallbacks();
    expect(due.map(({ headers }) => 'webhook-signature' in headers)).toEqual([true, true, true, false]);
    const [forged, genuine, stale] = due;
    expect(forged && (await valid(forged))).toBe(false);
    expect(genuine && (await valid(genuine))).toBe(true);
    // The vendor's helper takes an old one: whoever receives it must look at the time.
    expect(stale && (await valid(stale))).toBe(true);
  });
});

test('the list is newest first, by pages, and in a window', async () => {
  const { create, call, clock } = desk();
  for (let at = 0; at < 120; at += 1) {
    await create();
    clock.nowMs += 100;
  }
  const first = (await call('GET', '/predictions')).body;
  const next = String(first.next).replace('https://replicate.delivery/v1', '');
  const second = (await call('GET', next)).body;
  const results = [first.results, second.results].map((page) => (Array.isArray(page) ? page.length : -1));
  expect([...results, second.next]).toEqual([100, 20, null]);
  const window = `created_after=2026-11-22T10:00:01.000Z&created_before=2026-11-22T10:00:01.999Z`;
  expect((await call('GET', `/predictions?${window}`)).body.results).toHaveLength(10);
});
