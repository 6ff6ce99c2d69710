import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { SluiceError } from './problem.ts';
import { createSluice, type SluiceOptions } from './sluice.ts';
import { problem, type ScriptedGateway, sampleTask, startScriptedGateway } from './testing/index.ts';

let gateway: ScriptedGateway;
let slept: number[];
const clock: Clock = {
  now: () => 1_790_856_000_000,
  sleep: async (ms) => {
    slept.push(ms);
  },
};
const client = (over: Partial<SluiceOptions> = {}) =>
  createSluice({ baseUrl: gateway.url, apiKey: 'sk-sluice-test', clock, random: () => 0, ...over });

beforeEach(async () => {
  gateway = await startScriptedGateway();
  slept = [];
});
afterEach(() => gateway.close());

const CREATE = '/v1/videos/generations';
const order = { model: 'kling-3.0', prompt: 'a fox' };
const errorOf = async (work: Promise<unknown>): Promise<SluiceError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SluiceError)) throw new Error(`not a SluiceError: ${error}`);
  return error;
};
const keysSeen = () => gateway.requests.map((seen) => seen.headers['idempotency-key']);

describe('a create', () => {
  test('carries key, JSON and an Idempotency-Key', async () => {
    gateway.on('POST', CREATE, { status: 202, json: sampleTask() });
    const task = await client().tasks.create(order);
    expect(task.id).toBe('task_1');
    expect(gateway.requests[0]).toMatchObject({
      json: order,
      headers: { authorization: 'Bearer sk-sluice-test', 'content-type': 'application/json' },
    });
    expect(keysSeen()[0]).toMatch(/^idem_[0-9a-f]{32}$/);
  });

  test.each<[string, ...Parameters<ScriptedGateway['on']>[2][]]>([
    ['a broken connection', 'reset'],
    ['a first request under way', problem(409, 'idempotency_in_progress', { retryable: true })],
    ['shed load', problem(503, 'overloaded', {}, { 'retry-after': '2' })],
    ['a bug of ours', problem(500, 'internal')],
    ['a proxy that lost the gateway', { status: 502, body: '<html>Bad Gateway</html>' }],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(202, { 'content-type': 'application/json', 'content-length': '5000' });
        response.write('{"id":"ta');
        setImmediate(() => response.socket?.resetAndDestroy());
      },
    ],
  ])('is repeated after %s, under the same key', async (_, first) => {
    gateway.on('POST', CREATE, first, first, { status: 202, json: sampleTask() });
    await client().tasks.create(order);
    expect(gateway.requests).toHaveLength(3);
    expect(new Set(keysSeen()).size).toBe(1);
  });

  test('two calls have two keys', async () => {
    gateway.on('POST', CREATE, { json: sampleTask() });
    await client().tasks.create(order);
    await client().tasks.create(order);
    expect(new Set(keysSeen()).size).toBe(2);
  });

  test('keeps the key that the caller gives', async () => {
    gateway.on('POST', CREATE, 'reset', { json: sampleTask() });
    await client().tasks.create(order, { idempotencyKey: 'order-17' });
    expect(keysSeen()).toEqual(['order-17', 'order-17']);
  });

  test('waits as long as Retry-After says', async () => {
    gateway.on('POST', CREATE, problem(429, 'queue_full', {}, { 'retry-after': '7' }), {
      json: sampleTask(),
    });
    await client().tasks.create(order);
    expect(slept).toEqual([7_000]);
  });

  test('does not hang for a Retry-After of an hour', async () => {
    gateway.on('POST', CREATE, problem(429, 'queue_full', {}, { 'retry-after': '3600' }));
    const error = await errorOf(client().tasks.create(order));
    expect(error).toMatchObject({ code: 'queue_full', retryAfterSeconds: 3600, retryable: true });
    expect(gateway.requests).toHaveLength(1);
  });

  test('gives up after maxRetries', async () => {
    gateway.on('POST', CREATE, 'reset');
    const error = await errorOf(client({ maxRetries: 2 }).tasks.create(order));
    expect(error).toMatchObject({ code: 'connection_lost', status: null, retryable: true });
    expect(gateway.requests).toHaveLength(3);
  });
});

describe('what would make a second thing', () => {
  test('is not repeated when its answer is lost', async () => {
    gateway.on('POST', '/v1/webhooks/ep_1/test', 'reset');
    const error = await errorOf(client().webhooks.test('ep_1'));
    expect(error.code).toBe('connection_lost');
    expect(error.fix).toContain('may have been done');
    expect(gateway.requests).toHaveLength(1);
  });

  test('is repeated when the gateway says that nothing was made', async () => {
    const path = '/v1/webhooks/ep_1/test';
    gateway.on('POST', path, problem(503, 'unavailable'), { status: 202, json: { id: 'dlv_1' } });
    expect((await client().webhooks.test('ep_1')).id).toBe('dlv_1');
  });

  test('is repeated when no connection was made', async () => {
    const calls: string[] = [];
    const refused = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    });
    const sluice = client({
      fetch: async (url) => {
        calls.push(url);
        throw refused;
      },
    });
    expect((await errorOf(sluice.webhooks.test('ep_1'))).code).toBe('connection_failed');
    expect(calls).toHaveLength(4);
  });
});

describe('errors', () => {
  test('a refusal comes with all that the gateway said', async () => {
    gateway.on('POST', CREATE, {
      status: 422,
      json: {
        error: {
          code: 'invalid_input',
          message: 'duration must be one of 5, 10.',
          field: 'duration',
          allowed: [5, 10],
          fix: 'Correct the named field.',
          retryable: false,
          request_id: 'req_9',
        },
      },
    });
    const error = await errorOf(client().tasks.create(order));
    expect({ ...error }).toEqual({
      name: 'SluiceError',
      code: 'invalid_input',
      field: 'duration',
      allowed: [5, 10],
      fix: 'Correct the named field.',
      status: 422,
      requestId: 'req_9',
      retryable: false,
      retryAfterSeconds: null,
    });
    expect(error.message).toBe('duration must be one of 5, 10.');
    expect(gateway.requests).toHaveLength(1);
  });

  test('a port where nobody listens', async () => {
    const placeholder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => placeholder.once('listening', resolve));
    const address = placeholder.address();
    await new Promise((resolve) => placeholder.close(resolve));
    const port = typeof address === 'object' ? address?.port : 0;
    const error = await errorOf(client({ baseUrl: `http://127.0.0.1:${port}` }).system.get());
    expect(error).toMatchObject({ code: 'connection_failed', status: null });
  });

  test('something else that answers', async () => {
    gateway.on('GET', '/v1/system', { headers: { 'content-type': 'text/html' }, body: '<html>hello</html>' });
    expect(await errorOf(client().system.get())).toMatchObject({ code: 'unreadable_answer', status: 200 });
    expect(gateway.requests).toHaveLength(1);
  });

  test('a write that is redirected names the address', async () => {
    gateway.on('POST', CREATE, { status: 301, headers: { location: 'https://elsewhere.example' }, body: '' });
    const error = await errorOf(client().tasks.create(order));
    expect(error.message).toContain('https://elsewhere.example');
    expect(gateway.requests).toHaveLength(1);
  });

  test('no answer in time', async () => {
    gateway.on('GET', '/v1/system', 'hang');
    // Counted as they leave: on a busy machine the time may be over before one arrives.
    let sent = 0;
    const counting: typeof fetch = (...call) => {
      sent += 1;
      return fetch(...call);
    };
    const hasty = client({ timeoutMs: 20, maxRetries: 1, fetch: counting as SluiceOptions['fetch'] });
    expect(await errorOf(hasty.system.get())).toMatchObject({ code: 'timeout', retryable: true });
    expect(sent).toBe(2);
  });

  test('the caller’s abort comes through as it is', async () => {
    gateway.on('GET', '/v1/system', 'hang');
    const stop = new AbortController();
    const reason = new Error('enough');
    const work = client().system.get({ signal: stop.signal });
    setImmediate(() => stop.abort(reason));
    await expect(work).rejects.toBe(reason);
  });
});

describe('the address', () => {
  test.each([
    ['http://h:1', 'http://h:1/v1/system'],
    ['http://h:1/', 'http://h:1/v1/system'],
    ['https://h/sluice/', 'https://h/sluice/v1/system'],
    ['https://h/v1', 'https://h/v1/system'],
  ])('%s', async (baseUrl, expected) => {
    let seen = '';
    const sluice = createSluice({
      baseUrl,
      fetch: async (url) => {
        seen = url;
        return new Response('{}');
      },
    });
    await sluice.system.get();
    expect(seen).toBe(expected);
  });

  test.each(['', 'localhost:8080', 'ftp://h', 'http://user:pass@h'])('%j is refused', (baseUrl) => {
    expect(() => createSluice({ baseUrl })).toThrow(TypeError);
  });

  test('questions leave out what is not set', async () => {
    gateway.on('GET', '/v1/tasks', { json: { object: 'list', data: [], next_cursor: null } });
    await client().tasks.list({ limit: 5, status: undefined, model: 'kling-3.0' });
    expect(gateway.requests[0]?.query).toEqual({ limit: '5', model: 'kling-3.0' });
  });
});

describe('pages', () => {
  test('are walked to the end', async () => {
    const page = (id: string, next: string | null) => ({
      json: { object: 'list', data: [sampleTask({ id })], next_cursor: next },
    });
    gateway.on('GET', '/v1/tasks', page('a', 'c1'), page('b', 'c2'), page('c', null));
    const ids: string[] = [];
    for await (const task of client().tasks.all({ status: 'failed' })) ids.push(task.id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(gateway.requests.map((seen) => seen.query)).toEqual([
      { status: 'failed' },
      { status: 'failed', cursor: 'c1' },
      { status: 'failed', cursor: 'c2' },
    ]);
  });

  test('a cursor that does not move ends it', async () => {
    gateway.on('GET', '/v1/tasks', { json: { object: 'list', data: [sampleTask()], next_cursor: 'same' } });
    let count = 0;
    for await (const _ of client().tasks.all()) count += 1;
    expect(count).toBe(2);
  });
});
