import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleImage } from '@sluice/emulators';
import { createSluice, type Download, type Sluice, type StreamedEvent } from '@sluice/sdk';
import { type RunningGateway, readConfig, startGateway } from '@sluice/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { furnishSandbox, type Sandbox, sandboxAllow } from './demo/sandbox.ts';
import { startVendors, type Vendor } from './demo/vendors.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

/** Everything before this was tested against scripted answers; here is a gateway, with its database. */
let folder: string;
let gateway: RunningGateway;
let sandbox: Sandbox;
let vendors: Vendor[] = [];
let hookPort: number;
let operator: Sluice;
let client: Sluice;
let operatorTerminal: Terminal;
let terminal: Terminal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-real-'));
  await chmod(folder, 0o711);
  vendors = await startVendors(['kling'], {
    queueMs: 50,
    renderBaseMs: 200,
    renderMsPerSecond: 50,
    jitter: 0,
  });
  const config = readConfig({}, { dataDir: folder, port: 0, logLevel: 'silent' });
  hookPort = await freePort();
  const allow = sandboxAllow(config.allow, vendors, `http://127.0.0.1:${hookPort}/`);
  gateway = await startGateway({ ...config, allow });
  const operatorKey = gateway.operatorKey ?? '';
  sandbox = await furnishSandbox({ url: gateway.url, operatorKey, key: undefined, vendors });
  operator = createSluice({ baseUrl: gateway.url, apiKey: operatorKey });
  client = createSluice({ baseUrl: gateway.url, apiKey: sandbox.key });
  const nowMs = Date.now();
  const env = (key: string) => ({ SLUICE_URL: gateway.url, SLUICE_KEY: key });
  operatorTerminal = await openTerminal({ terminal: true, env: env(operatorKey), nowMs });
  terminal = await openTerminal({ terminal: true, env: env(sandbox.key), nowMs });
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all(vendors.map((vendor) => vendor.close()));
  await terminal?.close();
  await operatorTerminal?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const ORDER = { model: 'kling-3.0', prompt: 'a fox', duration: 5, quality: '720p' } as const;

describe('the client against a real gateway', () => {
  test('orders, follows, downloads; what is stored is what arrives', async () => {
    const seen = new Set<string>();
    const task = await client.tasks.createAndWait(ORDER, { onProgress: ({ stage }) => seen.add(stage) });
    expect(task).toMatchObject({ status: 'completed', sandbox: true, flags: [] });
    expect(seen.has('succeeded')).toBe(true);
    const [video] = task.assets;
    const byId = await client.assets.download(video?.id ?? '');
    expect(byId.bytes).toBe(video?.bytes);
    const anonymous = createSluice({ baseUrl: gateway.url });
    const byLink = await anonymous.assets.download(video?.url ?? '');
    const [one, other] = await Promise.all([bytesOf(byId), bytesOf(byLink)]);
    expect(one.equals(other)).toBe(true);
    const tail = await client.assets.download(video?.id ?? '', { from: 1_000 });
    expect(tail.bytes).toBe((video?.bytes ?? 0) - 1_000);
    await tail.stream.cancel();
  }, 60_000);

  test('the same Idempotency-Key is the same task; another body under it is refused', async () => {
    const first = await client.tasks.create(ORDER, { idempotencyKey: 'order-1' });
    expect((await client.tasks.create(ORDER, { idempotencyKey: 'order-1' })).id).toBe(first.id);
    const changed = client.tasks.create({ ...ORDER, duration: 10 }, { idempotencyKey: 'order-1' });
    await expect(changed).rejects.toMatchObject({ code: 'idempotency_mismatch', status: 422 });
    await client.tasks.wait(first.id);
  }, 60_000);

  test('a top-up whose answer was lost is booked once, and a key comes again with its text', async () => {
    let lost = 0;
    const forgetful = createSluice({
      baseUrl: gateway.url,
      apiKey: gateway.operatorKey ?? '',
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (answer.headers.get('idempotent-replayed') === 'true') return answer;
        await answer.body?.cancel();
        lost += 1;
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
        });
      },
    });
    const { id } = await forgetful.accounts.create({ name: 'Studio' });
    const { balance } = await forgetful.accounts.topUp(id, { amount: '25', reference: `invoice of ${id}` });
    expect(balance.available).toBe('25.00');
    const { key } = await forgetful.keys.create({ name: 'studio', account: id });
    expect(lost).toBe(3);
    const studio = createSluice({ baseUrl: gateway.url, apiKey: key });
    expect((await studio.balance.get()).available).toBe('25.00');
    const accounts = await operator.accounts.list();
    expect(accounts.data.filter(({ name }) => name === 'Studio')).toHaveLength(1);
  });

  test('the stream of a task resumes, and ends', async () => {
    const task = await client.tasks.create(ORDER);
    const all: StreamedEvent[] = [];
    for await (const event of client.tasks.stream(task.id)) all.push(event);
    expect(all.map((event) => event.type).at(-1)).toBe('task.completed');
    const [first] = all;
    const rest: string[] = [];
    const resumed = client.tasks.stream(task.id, { lastEventId: first?.cursor });
    for await (const event of resumed) rest.push(event.id);
    expect(rest).toEqual(all.slice(1).map((event) => event.id));
    const after: string[] = [];
    const ended = client.tasks.stream(task.id, { lastEventId: all.at(-1)?.cursor });
    for await (const event of ended) after.push(event.id);
    expect(after).toEqual([]);
  }, 60_000);

  test('lists are walked by pages, newest first', async () => {
    const ids: string[] = [];
    for await (const task of client.tasks.all({ limit: 1 })) ids.push(task.id);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(ids).toEqual([...ids].sort().reverse());
  });

  test('refusals name the field and what is allowed', async () => {
    await expect(client.tasks.create({ ...ORDER, duration: 99 })).rejects.toMatchObject({
      status: 422,
      field: 'duration',
      retryable: false,
    });
    await expect(client.accounts.list()).rejects.toMatchObject({ code: 'forbidden', status: 403 });
    await expect(client.tasks.get('task_nothing')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the books balance, and the journal says so', async () => {
    expect((await operator.system.get()).ledger).toMatchObject({ balanced: true, drift: '0.00' });
    const journal = await new Response(await operator.ledger.export()).text();
    expect(journal).toMatch(/^\d{4}-\d{2}-\d{2}/m);
  });
});

test('a sandbox of more vendors next time, and of fewer again: who is not played takes no orders', async () => {
  const operatorKey = gateway.operatorKey ?? '';
  const furnish = (played: readonly Vendor[]) =>
    furnishSandbox({ url: gateway.url, operatorKey, key: sandbox.key, vendors: played });
  const states = async () =>
    Object.fromEntries((await operator.paths.list()).data.map(({ name, state }) => [name, state]));
  const more = vendors.map(({ path, ...vendor }) => ({
    ...vendor,
    path: { ...path, name: 'replicate-sandbox', check: false },
  }));
  expect((await furnish([...vendors, ...more])).paths).toEqual(['kling-sandbox', 'replicate-sandbox']);
  await furnish(vendors);
  expect(await states()).toEqual({ 'kling-sandbox': 'active', 'replicate-sandbox': 'draining' });
  await furnish([...vendors, ...more]);
  expect((await states())['replicate-sandbox']).toBe('active');
  await furnish(vendors);
});

describe('the command line against a real gateway', () => {
  test('generate with a file of this machine saves a playable clip', async () => {
    const { bytes } = sampleImage({ seed: 'cli' });
    await writeFile(join(terminal.homeDir, 'frame.png'), bytes);
    const argv = [
      'generate',
      'it moves',
      '-m',
      'kling-o3',
      '--image-start',
      'frame.png',
      '-d',
      '5',
      '-q',
      '720p',
    ];
    const { code, out, err } = await terminal.run(...argv, '-o', 'clip.mp4');
    expect({ code, problem: code === 0 ? '' : err }).toEqual({ code: 0, problem: '' });
    expect(out).toContain('clip.mp4');
    expect(out).toContain('made by an emulator');
    const clip = await readFile(join(terminal.homeDir, 'clip.mp4'));
    expect(clip.subarray(4, 8).toString('latin1')).toBe('ftyp');
  }, 60_000);

  test.each([
    ['tasks list', 'kling-3.0'],
    ['models', 'kling-motion-control'],
    ['models kling-3.0', 'text-to-video'],
    ['quote fox -m kling-3.0 -d 5', 'kling-sandbox'],
    ['ledger balance', 'available'],
    ['ledger list', 'top up'],
  ])('%s', async (line, expected) => {
    const { code, out, err } = await terminal.run(...line.split(' '));
    expect({ code, problem: code === 0 ? '' : err }).toEqual({ code: 0, problem: '' });
    expect(out).toContain(expected);
  });

  test.each([
    ['system', 'balanced'],
    ['accounts list', 'Sandbox'],
    ['keys list', 'operator'],
    ['paths list', 'kling-sandbox'],
    ['paths get kling-sandbox', 'Sandbox-Video-100000Units-5Con'],
    ['paths check kling-sandbox', '✓'],
    ['paths limit kling-sandbox *=3', 'has new limits'],
    ['paths pause kling-sandbox', 'is paused'],
    ['paths resume kling-sandbox', 'is active'],
    ['prices list', 'kling'],
    ['attempts list', 'No lost answers.'],
    ['ledger export', 'liabilities:customers:'],
    ['doctor', '✓ gateway'],
  ])('%s', async (line, expected) => {
    const { code, out, err } = await operatorTerminal.run(...line.split(' '));
    expect({ code, problem: code === 0 ? '' : err }).toEqual({ code: 0, problem: '' });
    expect(out).toContain(expected);
  });

  test('an account from nothing to its first clip', async () => {
    const run = async (...argv: string[]) => JSON.parse((await operatorTerminal.run(...argv, '--json')).out);
    const account = await run('accounts', 'create', 'Studio', '--weight', '2');
    await run('topup', account.id, '5', '--reference', 'INV-1');
    const again = await run('topup', account.id, '5', '--reference', 'INV-1');
    expect(again.balance.available).toBe('5.00');
    const { key, id } = await run('keys', 'create', 'studio', '--account', account.id, '--budget', '0.50');
    const studio = await openTerminal({ url: gateway.url, env: { SLUICE_KEY: key } });
    try {
      const argv = ['generate', 'a fox', '-m', 'kling-3.0', '-d', '5', '-q', '720p'];
      const receipt = JSON.parse((await studio.run(...argv)).out);
      expect((await stat(receipt.saved[0].path)).size).toBe(receipt.saved[0].bytes);
      const second = await studio.run(...argv);
      expect(second.code).toBe(1);
      expect(JSON.parse(second.err).error.code).toBe('key_budget_exhausted');
      await operatorTerminal.run('keys', 'revoke', id);
      const refusal = await firstOf(async () =>
        [...(await studio.run('tasks', 'list')).err.split('\n')].filter(Boolean),
      );
      expect(JSON.parse(refusal[0] ?? '').error.code).toBe('invalid_key');
    } finally {
      await studio.close();
    }
  }, 60_000);

  test('what else listens on this machine is no place for links and webhooks of clients', async () => {
    const elsewhere = `http://127.0.0.1:${hookPort === 65_535 ? 65_534 : hookPort + 1}/`;
    const orders = [{ image_start: elsewhere }, { callback_url: elsewhere }];
    for (const order of orders) {
      const refused = client.tasks.create({ ...ORDER, ...order });
      await expect(refused).rejects.toMatchObject({
        code: 'input_unreachable',
        field: Object.keys(order)[0],
      });
    }
    await expect(client.webhooks.create({ url: elsewhere })).rejects.toMatchObject({ status: 422 });
  });

  test('webhooks listen registers, gets a test event, and goes', async () => {
    const listening = terminal.run(
      'webhooks',
      'listen',
      '--port',
      String(hookPort),
      '--count',
      '1',
      '--json',
    );
    const [endpoint] = await firstOf(async () => (await client.webhooks.list()).data);
    await client.webhooks.test(endpoint?.id ?? '');
    const { code, out } = await listening;
    expect({ code, event: JSON.parse(out) }).toMatchObject({
      code: 0,
      event: { verified: true, event: { type: 'webhook.test' } },
    });
    expect((await client.webhooks.list()).data).toEqual([]);
  }, 30_000);
});

async function bytesOf({ stream }: Download): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer());
}

/** Asks until the answer is not empty. */
async function firstOf<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (;;) {
    const answer = await ask();
    if (answer.length > 0) return answer;
  }
}
