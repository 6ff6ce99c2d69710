import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject, readJson } from '../json.ts';
import { type ServedKling, type ServeKlingOptions, serveKling } from './server.ts';
import { at, text } from './testing/desk.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const turbo = '/text-to-video/kling-3.0-turbo';
const quick = { queueMs: 0, renderBaseMs: 0, renderMsPerSecond: 0, jitter: 0, callbackMs: 0 };

async function serve(options: Partial<ServeKlingOptions> = {}): Promise<ServedKling> {
  const served = await serveKling({
    accounts: [
      {
        apiKeys: ['k'],
        packs: [{ name: 'p', type: 'video', units: '100', concurrency: 5 }],
        webhookSecret: 'whsec_YQ==',
      },
    ],
    timing: quick,
    outputs: { still: true },
    ...options,
  });
  closers.push(() => served.close());
  return served;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'emulator-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function call(url: string, method: string, path: string, body?: Json): Promise<JsonObject> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: 'Bearer k' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value = readJson(await response.text());
  return isObject(value) ? value : {};
}

describe('behind a port', () => {
  test('an order runs to a clip that can be downloaded', async () => {
    const { url } = await serve();
    await call(url, 'POST', turbo, { prompt: 'a', options: { external_task_id: 'x' } });
    const found = await call(url, 'GET', '/tasks?external_task_ids=x');
    const link = text(found, 'data', 0, 'outputs', 0, 'url') ?? '';
    expect(link.startsWith(url)).toBe(true);
    const response = await fetch(link);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    const part = await fetch(link, { headers: { range: 'bytes=0-99' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 100]);
  });

  test('a cut connection is one, and the accept is on disk before it', async () => {
    const logFile = join(folder(), 'accepts.jsonl');
    const { url, kling } = await serve({ logFile });
    kling.faults.next('create', { do: 'drop', accept: true });
    await expect(call(url, 'POST', turbo, { prompt: 'a' })).rejects.toThrow();
    await call(url, 'POST', turbo, { prompt: 'b', options: { external_task_id: 'second' } });
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => text(readJson(line), 'externalId') ?? null)).toEqual([null, 'second']);
    expect(lines.map((line) => text(readJson(line), 'endpoint'))).toEqual([turbo, turbo]);
  });

  test('a body can break off, come late, or come in drops', async () => {
    const { url, kling } = await serve();
    await call(url, 'POST', turbo, { prompt: 'a', options: { external_task_id: 'x' } });
    const found = await call(url, 'GET', '/tasks?external_task_ids=x');
    const link = text(found, 'data', 0, 'outputs', 0, 'url') ?? '';
    kling.faults.next('output', { do: 'cut', share: 0.5 });
    await expect(fetch(link).then((response) => response.arrayBuffer())).rejects.toThrow();
    kling.faults.next('output', { do: 'trickle', bytes: 4_000, everyMs: 1 });
    const slow = await fetch(link);
    expect((await slow.arrayBuffer()).byteLength).toBe(Number(slow.headers.get('content-length')));
    kling.faults.next('query', { do: 'drop', afterMs: 600_000 });
    const gaveUp = fetch(`${url}/tasks?task_ids=1`, {
      headers: { authorization: 'Bearer k' },
      signal: AbortSignal.timeout(50),
    });
    await expect(gaveUp).rejects.toThrow();
  });

  test('inputs are fetched', async () => {
    const { url } = await serve();
    const order = (name: string, id: string): Json => ({
      contents: [{ type: 'first_frame', url: `${url}/samples/${name}` }],
      options: { external_task_id: id },
    });
    await call(url, 'POST', '/image-to-video/kling-3.0', order('a-400x400.png', 'good'));
    await call(url, 'POST', '/image-to-video/kling-3.0', order('missing.txt', 'bad'));
    const found = await call(url, 'GET', '/tasks?external_task_ids=good,bad');
    expect([text(found, 'data', 0, 'status'), text(found, 'data', 1, 'status')]).toEqual([
      'succeeded',
      'failed',
    ]);
  });

  test('callbacks are delivered, and again when refused', async () => {
    const seen: { headers: IncomingHttpHeaders; status: string | undefined }[] = [];
    let enough = (): void => {};
    const received = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const receiver = await listen((headers, body) => {
      seen.push({ headers, status: text(readJson(body), 'status') });
      if (seen.length === 2) enough();
      return seen.length === 1 ? 500 : 200;
    });
    const settings = { callbackStatuses: ['terminal' as const], callbackRetryMs: 1 };
    const { url } = await serve({ settings });
    await call(url, 'POST', turbo, { prompt: 'a', options: { callback_url: receiver } });
    await received;
    expect(seen.map((callback) => callback.status)).toEqual(['succeeded', 'succeeded']);
    expect(seen[0]?.headers['webhook-id']).toBe(seen[1]?.headers['webhook-id']);
    expect(seen[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  });
});

describe('as a process', () => {
  test('says where it listens in one line, and ends with its parent', async () => {
    const main = new URL('../main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'kling', '--with-parent'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    closers.push(() => void child.kill('SIGKILL'));
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk))),
    );
    const ready = readJson(line);
    const response = await fetch(`${text(ready, 'url')}/account/costs?start_time=0&end_time=9999999999999`, {
      headers: { authorization: `Bearer ${text(ready, 'apiKey')}` },
    });
    const costs = readJson(await response.text());
    expect(at(costs, 'data', 'resource_pack_subscribe_infos', 0, 'status')).toBe('online');
    child.stdin.end();
    expect(await exited).toBe(0);
  }, 20_000);
});

async function listen(answer: (headers: IncomingHttpHeaders, body: string) => number): Promise<string> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(answer(request.headers, Buffer.concat(chunks).toString('utf8')));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/hook`;
}
