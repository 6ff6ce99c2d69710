import { expect, test } from 'vitest';
import { isDrop } from '../exchange.ts';
import { isObject, type JsonObject, readJson } from '../json.ts';
import { inspectVideo } from '../media/inspect.ts';
import { createToy, type ToyEmulator } from './toy.ts';

let now = 0;
function open(): ToyEmulator {
  now = 1_000;
  return createToy({ clock: { now: () => now }, tokens: ['t'], publicUrl: 'http://toy.test' });
}

async function call(toy: ToyEmulator, method: string, url: string, body?: object, token = 't') {
  const reply = await toy.handle({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    body: new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body)),
  });
  if (isDrop(reply)) return { status: 0, data: {} as JsonObject, bytes: new Uint8Array(0) };
  const value = readJson(new TextDecoder().decode(reply.body));
  return { status: reply.status, data: isObject(value) ? value : {}, bytes: reply.body };
}

const wish = { prompt: 'a', seconds: 2 };

test('a job waits, is worked on, and has a file', async () => {
  const toy = open();
  for (let job = 0; job < 3; job++) expect((await call(toy, 'POST', '/jobs', wish)).status).toBe(201);
  expect((await call(toy, 'GET', '/jobs/job-3')).data).toEqual({ id: 'job-3', state: 'waiting' });
  now += 2_000;
  expect((await call(toy, 'GET', '/jobs/job-3')).data.state).toBe('working');
  const done = await call(toy, 'GET', '/jobs/job-1');
  expect(done.data).toEqual({ id: 'job-1', state: 'done', file: 'http://toy.test/files/job-1.mp4' });
  expect(inspectVideo((await call(toy, 'GET', '/files/job-1.mp4')).bytes)).toMatchObject({ width: 1280 });
  expect((await call(toy, 'GET', '/files/job-3.mp4')).status).toBe(404);
});

test('refusals, a broken job and faults', async () => {
  const toy = open();
  expect((await call(toy, 'POST', '/jobs', wish, 'x')).status).toBe(401);
  expect((await call(toy, 'POST', '/jobs', { ...wish, seconds: 11 })).status).toBe(422);
  expect((await call(toy, 'GET', '/jobs/job-9')).status).toBe(404);
  await call(toy, 'POST', '/jobs', { ...wish, prompt: '[break]' });
  now += 2_000;
  expect((await call(toy, 'GET', '/jobs/job-1')).data.state).toBe('broken');
  toy.nextCreates.push('drop', 'take-then-drop', 'error', 'take-then-error');
  const statuses: number[] = [];
  for (let create = 0; create < 4; create++) statuses.push((await call(toy, 'POST', '/jobs', wish)).status);
  expect(statuses).toEqual([0, 0, 500, 500]);
  expect(toy.jobs).toHaveLength(3);
});
