import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { watchConnections } from './connections.ts';

/** A server that holds its answers back until it is told. */
async function openServer() {
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/held') held.push(response);
    else response.end('now');
  });
  const connections = watchConnections(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const open = async (text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    const accepted = once(server, 'connection');
    await once(socket, 'connect');
    await accepted;
    if (text !== '') socket.write(text);
    return socket;
  };
  const answer = () => {
    for (const response of held.splice(0)) response.end('at last');
  };
  return { server, connections, open, held, answer };
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: sluice.test\r\n\r\n`;

test('a stop waits for answers under way, and for no connection without one', async () => {
  const { server, connections, open, held, answer } = await openServer();
  const never = await open('');
  const begun = await open('GET / HTTP/1.1\r\nHost: ');
  const idle = await open(get('/now'));
  await once(idle, 'data');
  const requested = once(server, 'request');
  const waiting = await open(get('/held'));
  await requested;
  expect(held).toHaveLength(1);

  const gone = [never, begun, idle].map((socket) => once(socket, 'close'));
  connections.closeUnused();
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of [never, begun, idle]) socket.resume();
  await Promise.all(gone);
  expect(waiting.destroyed).toBe(false);

  const [heard] = await Promise.all([once(waiting, 'data'), answer()]);
  expect(String(heard[0])).toContain('at last');
  waiting.resume();
  await Promise.all([once(waiting, 'close'), closed]);
});
