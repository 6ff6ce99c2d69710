/**
 * Somebody types `sluice serve` for the first time and is shown a key, once. It opens the installation from then on;
 * keys that are wrong, have ended or belong to somebody else open nothing, and say so in one shape.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSluice, type Sluice } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../processes/pause.ts';
import { type Served, startServe } from '../processes/serve.ts';
import { order } from './story.ts';

let dataDir: string;
let served: Served;
let shownKey: string;
let operator: Sluice;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sluice-first-'));
  await chmod(dataDir, 0o711);
});

afterAll(async () => {
  served?.signal('SIGTERM');
  await served?.exited;
  await rm(dataDir, { recursive: true, force: true });
});

test('the first start shows an operator key, the second one does not', async () => {
  served = await startServe(dataDir);
  shownKey = served.printedOperatorKey ?? '';
  expect(shownKey).toMatch(/^sk-sluice-/);
  served.signal('SIGTERM');
  expect(await served.exited).toEqual({ code: 0, signal: null });
  expect(served.lines.filter((line) => line.includes(shownKey))).toHaveLength(1);

  served = await startServe(dataDir);
  expect(served.printedOperatorKey).toBeNull();
  operator = createSluice({ baseUrl: served.url, apiKey: shownKey });
  expect((await operator.system.get()).quarantined).toBe(false);
  expect([...served.lines, served.errors()].join('\n')).not.toContain('sk-sluice-');
});

test('what it set up works: the key it wrote down orders a clip', async () => {
  const client = createSluice({ baseUrl: served.url, apiKey: served.saved.key });
  expect(await client.tasks.createAndWait(order('first'))).toMatchObject({
    status: 'completed',
    sandbox: true,
  });
});

test('a key that is missing, wrong, or has ended is refused with 401', async () => {
  const account = (await operator.accounts.list()).data[0]?.id ?? '';
  const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
  const past = await operator.keys.create({ name: 'past', account, expires_at: inMs(1_500) });
  const revoked = await operator.keys.create({ name: 'revoked', account, expires_at: inMs(60_000) });
  await operator.keys.revoke(revoked.id);
  await until('the first one has ended', async () => (await listWith(past.key)).status === 401);
  const answers = await Promise.all([
    refusal(undefined),
    refusal('nonsense'),
    refusal(`${shownKey.slice(0, -1)}${shownKey.endsWith('a') ? 'b' : 'a'}`),
    refusal(past.key),
    refusal(revoked.key),
  ]);
  expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual([
    '401 missing_key',
    '401 invalid_key',
    '401 invalid_key',
    '401 invalid_key',
    '401 invalid_key',
  ]);
});

test('a key without the right, or without an account, is refused with 403', async () => {
  const { data } = await operator.accounts.list();
  const account = data[0]?.id ?? '';
  const reader = await operator.keys.create({ name: 'reader', account, scopes: ['tasks:read'] });
  const answers = await Promise.all([
    refusal(reader.key, 'POST', '/v1/videos/generations'),
    refusal(served.saved.key, 'GET', '/v1/accounts'),
    refusal(shownKey, 'POST', '/v1/videos/generations'),
  ]);
  expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual([
    '403 forbidden',
    '403 forbidden',
    '403 forbidden',
  ]);
});

test("another account's task is as if it did not exist", async () => {
  const owner = createSluice({ baseUrl: served.url, apiKey: served.saved.key });
  const { data } = await owner.tasks.list({ limit: 1 });
  const { id } = await operator.accounts.create({ name: 'Stranger' });
  const { key } = await operator.keys.create({ name: 'stranger', account: id });
  const theirs = await refusal(key, 'GET', `/v1/tasks/${data[0]?.id}`);
  const nobodys = await refusal(key, 'GET', '/v1/tasks/task_nothing');
  expect(theirs).toEqual(nobodys);
  expect(theirs).toMatchObject({ status: 404, code: 'not_found' });
});

function listWith(key: string): Promise<Response> {
  return fetch(`${served.url}/v1/tasks`, { headers: { authorization: `Bearer ${key}` } });
}

/** The one shape: nothing more, nothing less. */
const Refused = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    message: z.string().min(1),
    field: z.string().optional(),
    allowed: z.unknown().optional(),
    fix: z.string().min(1),
    retryable: z.literal(false),
    request_id: z.string().startsWith('req_'),
  }),
});

async function refusal(key: string | undefined, method = 'GET', path = '/v1/tasks') {
  const body = method === 'POST' ? { body: JSON.stringify(order('refused')) } : {};
  const answer = await fetch(`${served.url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    ...body,
  });
  const { error } = Refused.parse(await answer.json());
  const { request_id: _, type: _type, param: _param, ...rest } = error;
  return { status: answer.status, ...rest };
}
