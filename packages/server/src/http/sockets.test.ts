/** What happens on real connections: slow ones, broken ones, and an answer that never arrives. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { addPath, ORDER } from './testing/life.ts';
import { useRig } from './testing/rig.ts';

const use = useRig({ http: { headersTimeoutMs: 500, createsMost: 1 } });

let port = 0;
const sockets: Socket[] = [];

beforeAll(async () => {
  const { app } = use();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function opened(): Promise<Socket & { heard: () => string }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return Object.assign(socket, { heard: () => text });
}

function request(path: string, key: string, body: object, length?: number): string {
  const text = JSON.stringify(body);
  return [
    `POST ${path} HTTP/1.1`,
    'Host: sluice.test',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${length ?? Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}

test('a connection that never finishes its headers is closed', async () => {
  const socket = await opened();
  socket.write('GET /healthz HTTP/1.1\r\nHost: sluice.test\r\nX-Slow: ');
  await once(socket, 'close');
  expect(socket.heard()).toMatch(/^(HTTP\/1\.1 408|$)/);
});

test('a body that trickles is cut off after its time, and the door stays open for others', async () => {
  const rig = use();
  const { key } = await rig.account();
  const socket = await opened();
  socket.write(request('/v1/quotes', key, ORDER, 100_000));
  const closed = once(socket, 'close');
  await expect
    .poll(() => {
      rig.clock.advance(rig.context.http.bodyTimeoutMs);
      return socket.destroyed || socket.readableEnded;
    })
    .toBe(true);
  await closed;
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});

test('an answer that never reached its client is given again, with no second task', async () => {
  const rig = use();
  await addPath(rig);
  const { key, id } = await rig.account();
  const { accept } = rig.context.store;
  const original = accept.accept;
  let committed: () => void = () => {};
  const afterCommit = new Promise<void>((resolve) => {
    committed = resolve;
  });
  let goOn: () => void = () => {};
  const cut = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  accept.accept = async (...values) => {
    const answer = await original(...values);
    committed();
    await cut;
    return answer;
  };
  const arriving = once(rig.app.server, 'connection');
  const socket = await opened();
  const [farEnd] = await arriving;
  const noticed = once(farEnd, 'close');
  socket.write(request('/v1/videos/generations', key, ORDER));
  await afterCommit;
  socket.destroy();
  await noticed;
  goOn();
  accept.accept = original;
  await expect.poll(async () => (await rig.ask('GET', '/v1/tasks', { key })).body.data.length).toBe(1);
  rig.clock.advance(1_000);
  const again = () => rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  let repeat = await again();
  // Only one create may be in the making here, and the first may still be reading what to answer. What is shed is told
  // so within the turn of the loop: without another turn the first would never end.
  while (repeat.status === 503) {
    await setImmediate();
    repeat = await again();
  }
  expect(repeat.headers['idempotent-replayed']).toBe('true');
  const all = await rig.ask('GET', `/v1/tasks?account=${id}`, { key: rig.operatorKey });
  expect(all.body.data.map((task: { id: string }) => task.id)).toEqual([repeat.body.id]);
});

test('a create beyond the limit is shed with Retry-After, and operators are not', async () => {
  const rig = use();
  await addPath(rig);
  const { key } = await rig.account();
  const { accept } = rig.context.store;
  const original = accept.accept;
  let goOn: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let entered: () => void = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  accept.accept = async (...values) => {
    entered();
    await gate;
    return original(...values);
  };
  const first = rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  await inside;
  const shed = await rig.ask('POST', '/v1/videos/generations', { key, body: ORDER });
  expect([shed.status, shed.body.error.code]).toEqual([503, 'overloaded']);
  expect(Number(shed.headers['retry-after'])).toBe(1);
  expect((await rig.ask('GET', '/v1/tasks', { key })).status).toBe(200);
  expect((await rig.ask('GET', '/v1/system', { key: rig.operatorKey })).status).toBe(200);
  goOn();
  accept.accept = original;
  expect((await first).status).toBe(202);
});
