import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { isObject, readJson } from '../json.ts';
import { serveEvolink } from './server.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

test('an order over HTTP ends in a callback and a clip', async () => {
  let heard = (_body: string): void => {};
  const called = new Promise<string>((resolve) => {
    heard = resolve;
  });
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.end();
      heard(Buffer.concat(parts).toString());
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  closers.push(() => void receiver.close());
  const { port } = receiver.address() as AddressInfo;

  const timing = { queueMs: 0, renderBaseMs: 0, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };
  const served = await serveEvolink({
    accounts: [{ keys: [{ key: 'k' }], credits: '100' }],
    timing,
    outputs: { still: true },
  });
  closers.push(() => served.close());
  const created = await fetch(`${served.url}/v1/videos/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer k' },
    body: JSON.stringify({
      model: 'kling-v3-text-to-video',
      prompt: 'a boat',
      duration: 3,
      callback_url: `http://127.0.0.1:${port}/callbacks/main/tok`,
    }),
  });
  expect(created.status).toBe(200);
  const body = readJson(await called);
  const results = isObject(body) && Array.isArray(body.results) ? body.results : [];
  const clip = await fetch(String(results[0]));
  expect([clip.status, clip.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  await clip.body?.cancel();
  expect(served.emulator.accepts).toHaveLength(1);
});
