import { type ScriptedGateway, sampleEndpoint, startScriptedGateway } from '@sluice/sdk/testing';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOW_MS, openTerminal, type Terminal, type TerminalOptions } from '../testing/terminal.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

const SECRET = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const event = (type = 'task.completed') => ({
  id: 'evt_1',
  object: 'event',
  type,
  created_at: '2026-10-01T12:00:00.000Z',
  data: { id: 'task_1', model: 'kling-3.0', stage: 'succeeded', charge: '0.56', currency: 'USD' },
});

async function deliver(
  url: string,
  id: string,
  body = JSON.stringify(event()),
  secret = SECRET,
): Promise<number> {
  const at = new Date(NOW_MS);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(NOW_MS / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

describe('the receiver', () => {
  let receiver: Receiver;
  let received: Received[];
  beforeEach(async () => {
    received = [];
    receiver = await startReceiver({
      host: '127.0.0.1',
      port: 0,
      secrets: () => [SECRET],
      nowSeconds: () => Math.floor(NOW_MS / 1000),
      onReceived: (one) => received.push(one),
    });
  });
  afterEach(() => receiver.close());

  test('takes what is genuine, once, and marks a repeat', async () => {
    expect(await deliver(receiver.url, 'msg_1')).toBe(204);
    expect(await deliver(receiver.url, 'msg_1')).toBe(204);
    expect(received).toMatchObject([
      { ok: true, again: false, webhook: { id: 'msg_1', event: { type: 'task.completed' } } },
      { ok: true, again: true },
    ]);
  });

  test('refuses what is forged', async () => {
    const other = `whsec_${btoa('ffffffffffffffffffffffffffffffff')}`;
    expect(await deliver(receiver.url, 'msg_1', undefined, other)).toBe(400);
    expect(received).toMatchObject([{ ok: false, fault: 'no_matching_signature' }]);
  });

  test('refuses other methods and floods', async () => {
    expect((await fetch(receiver.url)).status).toBe(405);
    expect(await deliver(receiver.url, 'msg_1', 'x'.repeat(1_100_000))).toBe(413);
    expect(received).toEqual([]);
  });
});

describe('webhooks listen', () => {
  let gateway: ScriptedGateway;
  const terminals: Terminal[] = [];
  const open = async (options: TerminalOptions = {}): Promise<Terminal> => {
    const terminal = await openTerminal({ url: gateway.url, ...options });
    terminals.push(terminal);
    return terminal;
  };
  beforeEach(async () => {
    gateway = await startScriptedGateway();
  });
  afterEach(async () => {
    await gateway.close();
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });

  test('registers itself, prints what comes, and takes itself away', async () => {
    gateway.on('POST', '/v1/webhooks', (request, response) => {
      const { url } = request.json as { url: string };
      response.writeHead(201, { 'content-type': 'application/json' });
      // The gateway may well deliver before its answer to the registration was read: sent after it here.
      response.end(JSON.stringify({ ...sampleEndpoint({ url }), secret: SECRET }), async () => {
        while ((await deliver(url, 'msg_1')) !== 204);
      });
    });
    gateway.on('DELETE', '/v1/webhooks/we_1', {
      json: { id: 'we_1', object: 'webhook_endpoint', deleted: true },
    });
    const terminal = await open({ terminal: true });
    const { code, out } = await terminal.run(
      'webhooks',
      'listen',
      '--count',
      '1',
      '--types',
      'task.completed',
    );
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => line.includes('✓'))).toEqual([
      '12:01:00 ✓ task.completed  task_1  kling-3.0  succeeded  0.56 USD',
    ]);
    expect(gateway.requests.map((seen) => seen.method)).toEqual(['POST', 'DELETE']);
    expect(gateway.requests[0]?.json).toMatchObject({ types: ['task.completed'] });
  });

  test('with a secret it needs no gateway; Ctrl-C ends it well', async () => {
    const terminal = await open({ env: { SLUICE_WEBHOOK_SECRET: SECRET } });
    setImmediate(() => terminal.interrupt());
    const { code } = await terminal.run('webhooks', 'listen');
    expect(code).toBe(0);
    expect(gateway.requests).toEqual([]);
  });
});
