/**
 * A far end that does exactly as told, on a raw socket: real servers are too polite to stop in the middle
 * of a header or to answer a request that they have not read.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** What to do with the n-th request (from 0) on the whole server; `request` is its text up to the blank line. */
export type Script = (socket: Socket, request: string, nth: number) => void;

export type FarEnd = {
  port: number;
  origin: string;
  requests: string[];
  connections(): number;
  bytesIn(): number;
  /** Resolves as soon as `count` requests were heard. */
  heard(count: number): Promise<void>;
  /** Resolves as soon as `count` connections were made. */
  met(count: number): Promise<void>;
  close(): Promise<void>;
};

export async function farEnd(
  script: Script,
  options: { host?: string; tls?: { key: string; cert: string } } = {},
): Promise<FarEnd> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const waiters: { done: () => boolean; wake: () => void }[] = [];
  let connections = 0;
  let bytesIn = 0;

  function tellWaiters(): void {
    for (const waiter of waiters) if (waiter.done()) waiter.wake();
  }
  function until(done: () => boolean): Promise<void> {
    return done() ? Promise.resolve() : new Promise((wake) => waiters.push({ done, wake }));
  }

  function serve(socket: Socket): void {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const request = text;
      text = '';
      requests.push(request);
      script(socket, request, requests.length - 1);
      tellWaiters();
    });
  }
  function meet(socket: Socket): void {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (bytesIn += chunk.length));
    socket.on('close', () => sockets.delete(socket));
    tellWaiters();
  }

  const server: Server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  server.on('connection', meet);
  server.on('tlsClientError', () => undefined);
  server.listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    origin: `${options.tls ? 'https' : 'http'}://${options.tls ? 'localhost' : '127.0.0.1'}:${address.port}`,
    requests,
    connections: () => connections,
    bytesIn: () => bytesIn,
    heard: (count) => until(() => requests.length >= count),
    met: (count) => until(() => connections >= count),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A complete answer as text. */
export function answer(status: number, headers: Record<string, string>, body = ''): string {
  const lines = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers });
  return `HTTP/1.1 ${status} Said\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
