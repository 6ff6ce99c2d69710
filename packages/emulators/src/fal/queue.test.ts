/** The queue in time: two hands, a line in order, deadlines and cancels. */
import { expect, test } from 'vitest';
import { type EmulatorAnswer, isDrop } from '../exchange.ts';
import { readJson } from '../json.ts';
import { createFal } from './handler.ts';
import { webhookText } from './keys.ts';
import type { FalOptions } from './world.ts';

const key = 'key-id:key-secret';
const startMs = 1_790_000_000_000;

function open(options: Partial<FalOptions> = {}) {
  let nowMs = startMs;
  const fal = createFal({
    clock: { now: () => nowMs },
    random: { fraction: () => 0.5, bytes: counter() },
    accounts: [{ name: 'main', apiKeys: [key], adminKeys: ['admin:key'] }],
    publicUrl: 'https://fal.example',
    timing: { queueMs: 1_000, renderBaseMs: 5_000, renderMsPerSecond: 1_000, jitter: 0, callbackMs: 100 },
    still: true,
    ...options,
  });
  const ask = async (method: string, url: string, body?: object, headers: Record<string, string> = {}) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = { authorization: `Key ${key}`, ...headers };
    const reply = await fal.handle({ method, url, headers: sent, body: new TextEncoder().encode(text) });
    if (isDrop(reply)) throw new Error('cut');
    return { status: reply.status, body: bodyOf(reply), headers: reply.headers, bytes: reply.body.length };
  };
  const submit = async (input: object = {}, headers: Record<string, string> = {}, query = '') => {
    const url = `/fal-ai/kling-video/v3/pro/text-to-video${query}`;
    const { body } = await ask('POST', url, { prompt: 'x', ...input }, headers);
    return String(body.status_url).replace('https://fal.example', '').replace('/status', '');
  };
  const wait = (ms: number) => {
    nowMs += ms;
  };
  return { fal, ask, submit, wait };
}

function counter() {
  let next = 0;
  return (length: number) => Uint8Array.from({ length }, () => (next = (next * 31 + 7) % 251));
}

function bodyOf({ body }: EmulatorAnswer): Record<string, unknown> {
  const value = readJson(new TextDecoder().decode(body));
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

test('two run, the third waits and moves up', async () => {
  const { ask, submit, wait } = open();
  const [first, , third] = [await submit(), await submit(), await submit()];
  expect((await ask('GET', `${third}/status`)).body).toMatchObject({ status: 'IN_QUEUE', queue_position: 2 });
  wait(1_000);
  expect((await ask('GET', `${first}/status?logs=1`)).body).toMatchObject({
    status: 'IN_PROGRESS',
    logs: [{}],
  });
  expect(await ask('GET', `${third}/status`)).toMatchObject({ status: 202, body: { queue_position: 0 } });
  wait(10_000);
  expect(await ask('GET', `${first}/status`)).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
  expect((await ask('GET', `${third}/status`)).body).toMatchObject({ status: 'IN_PROGRESS' });
});

test('before the end the result says so, then it is a clip; media die when they were asked to', async () => {
  const { ask, submit, wait } = open();
  const preference = { 'x-fal-object-lifecycle-preference': '{"expiration_duration_seconds":3600}' };
  const about = await submit({ duration: '3' }, preference);
  expect(await ask('GET', about)).toMatchObject({
    status: 400,
    body: { detail: 'Request is still in progress' },
  });
  wait(60_000);
  const { body } = await ask('GET', about);
  const video = body.video as { url: string; file_size: number };
  expect(await ask('GET', video.url)).toMatchObject({ status: 200, bytes: video.file_size });
  wait(3_600_000);
  expect(await ask('GET', video.url)).toMatchObject({ status: 404 });
});

test('what has not started by its deadline ends as a timeout of the user', async () => {
  const { ask, submit, wait, fal } = open();
  fal.faults.next('job', { do: 'never-finish' }, 2);
  await submit();
  await submit();
  const late = await submit({}, { 'x-fal-request-timeout': '30' });
  wait(31_000);
  expect((await ask('GET', `${late}/status`)).body).toMatchObject({ error_type: 'request_timeout' });
  const result = await ask('GET', late);
  expect(result).toMatchObject({ status: 504, headers: { 'x-fal-request-timeout-type': 'user' } });
});

test.each([
  ['a queued one is out at once', 0, true, { status: 'COMPLETED', error_type: 'client_cancelled' }],
  ['a running one ends soon', 2_000, true, { status: 'COMPLETED', error_type: 'client_cancelled' }],
  ['a running one that does not heed it', 2_000, false, { status: 'IN_PROGRESS' }],
])('cancel: %s', async (_, afterMs, cancelStopsRunning, expected) => {
  const { ask, submit, wait } = open({ settings: { cancelStopsRunning } });
  const about = await submit();
  wait(afterMs);
  expect(await ask('PUT', `${about}/cancel`)).toMatchObject({ status: 202 });
  wait(600);
  expect((await ask('GET', `${about}/status`)).body).toMatchObject(expected);
  wait(60_000);
  expect(await ask('PUT', `${about}/cancel`)).toMatchObject({
    status: 400,
    body: { status: 'ALREADY_COMPLETED' },
  });
});

test.each([
  ['a wrong length', { duration: 5 }, 422, 'value_error'],
  ['no prompt', { prompt: '' }, 422, 'value_error'],
  ['moderation', { prompt: 'a [moderate] thing' }, 422, 'content_policy_violation'],
])('taken, and complained about in the result: %s', async (_, input, status, type) => {
  const { ask, submit, wait } = open();
  const about = await submit(input);
  wait(60_000);
  expect(await ask('GET', about)).toMatchObject({ status, body: { detail: [{ type }] } });
});

test.each([
  ['another account’s key', 'GET', '', { authorization: 'Key other:key-00' }, 401],
  ['no key', 'GET', '', { authorization: '' }, 401],
  ['the whole id in the address', 'GET', '/fal-ai/kling-video/v3/pro', {}, 404],
  ['another root', 'GET', '/kling/v4', {}, 404],
])('not found or not allowed: %s', async (_, method, root, headers, status) => {
  const { ask, submit } = open();
  const about = await submit();
  const url = root === '' ? about : about.replace('/fal-ai/kling-video', root);
  expect(await ask(method, `${url}/status`, undefined, headers)).toMatchObject({ status });
});

test('credits pay for clips; without any the account is locked', async () => {
  const { ask, submit, wait } = open({
    accounts: [{ name: 'main', apiKeys: [key], adminKeys: ['admin:key'], credits: 0.5 }],
  });
  await submit();
  wait(60_000);
  const billing = await ask('GET', '/v1/account/billing', undefined, { authorization: 'Key admin:key' });
  expect(billing.body).toMatchObject({ credits: { current_balance: -0.13 } });
  expect(await ask('GET', '/v1/account/billing')).toMatchObject({ status: 403 });
  expect(await ask('POST', '/kling/v4/text-to-video', { prompt: 'x' })).toMatchObject({ status: 403 });
});

test('webhooks: signed text, repeats, a duplicate, a forgery, and one that comes before the answer', async () => {
  const { submit, wait, fal } = open();
  const hook = `?fal_webhook=${encodeURIComponent('https://us.example/hook')}`;
  await submit({}, {}, hook);
  wait(60_000);
  const [sent] = fal.dueCallbacks();
  if (!sent) throw new Error('no webhook');
  expect(sent.url).toBe('https://us.example/hook');
  const body = new TextDecoder().decode(sent.body);
  const [requestId = '', userId = '', timestamp = ''] = ['request-id', 'user-id', 'timestamp'].map(
    (name) => sent.headers[`x-fal-webhook-${name}`],
  );
  expect(webhookText({ requestId, userId, timestamp, body }).split('\n')).toHaveLength(4);
  expect(sent.headers['x-fal-webhook-signature']).toMatch(/^[0-9a-f]{128}$/);
  fal.callbackAnswered(sent.id, 500);
  expect(fal.dueCallbacks()).toEqual([]);
  wait(5_000);
  expect(fal.dueCallbacks()).toHaveLength(1);
  fal.faults.next('callback', { do: 'duplicate', times: 1 });
  fal.faults.next('callback', { do: 'forged' });
  await submit({}, {}, hook);
  await submit({}, {}, hook);
  wait(60_000);
  expect(fal.dueCallbacks()).toHaveLength(4);
  fal.faults.next('create', { do: 'slow', ms: 60_000 });
  Object.assign(fal.timing, { queueMs: 0, renderBaseMs: 0, renderMsPerSecond: 0, callbackMs: 0 });
  await submit({}, {}, hook);
  expect(fal.dueCallbacks()).toHaveLength(1);
});

test('keys rotate; the old one stays published unless it is forgotten', () => {
  const { fal } = open();
  const known = () => (fal.keys.jwks().keys as { x: string }[]).map(({ x }) => x);
  const [first] = known();
  fal.keys.rotate();
  expect(known()).toHaveLength(2);
  expect(known()[1]).toBe(first);
  fal.keys.rotate({ forget: true });
  expect(known()).toHaveLength(1);
});
