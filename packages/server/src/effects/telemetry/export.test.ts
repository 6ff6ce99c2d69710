import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { exportSpans } from './export.ts';
import { withSpan } from './trace.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Heard = { path: string | undefined; body: string };

async function collector() {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    heard.push({ path: request.url, body: Buffer.concat(chunks).toString() });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('spans reach the collector, at the latest when the gateway stops', async () => {
  const { heard, url } = await collector();
  const exporting = await exportSpans({ url, serviceName: 'studio' }, '1.2.3');
  await withSpan('task.submit', { 'sluice.task': 'task_1' }, async (span) =>
    span.note({ outcome: 'accepted' }),
  );
  await exporting.stop();
  expect(heard.map(({ path }) => path)).toEqual(['/v1/traces']);
  for (const part of ['studio', '1.2.3', 'task.submit', 'task_1', 'accepted']) {
    expect(heard[0]?.body).toContain(part);
  }
});

test('after the stop, and without a collector, nothing is sent', async () => {
  const { heard, url } = await collector();
  await (await exportSpans({ url, serviceName: 'studio' }, '1')).stop();
  const exporting = await exportSpans(null, '1');
  await withSpan('task.submit', {}, async () => {});
  await exporting.stop();
  expect(heard).toEqual([]);
});

test('a collector that is down holds up neither the work nor the stop', async () => {
  const { url } = await collector();
  await closers.pop()?.();
  const exporting = await exportSpans({ url, serviceName: 'studio' }, '1');
  expect(await withSpan('task.submit', {}, async () => 7)).toBe(7);
  await exporting.stop();
});
