/** For tests: a way to the database that cuts the connection at a chosen word of the client's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOCKET_FILE = '.s.PGSQL.5432';

export type CuttingProxy = { url: string; close(): Promise<void> };

/**
 * Cuts once, at the first message with `word` in it: `before` it reaches the server, or `after` the server
 * has acted on it, with its answer withheld.
 */
export async function cuttingProxy(
  url: string,
  word: string,
  when: 'before' | 'after',
): Promise<CuttingProxy> {
  const target = new URLSearchParams(url.split('?')[1]).get('host');
  if (target === null) throw new Error('the proxy needs a database on a unix socket');
  const folder = await mkdtemp(join(tmpdir(), 'cutting-'));
  const sockets = new Set<Socket>();
  let armed = true;

  const server = createServer((client) => {
    const upstream = connect(join(target, SOCKET_FILE));
    let withheld = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    client.on('data', (chunk: Buffer) => {
      if (!armed || !chunk.includes(word)) return void upstream.write(chunk);
      armed = false;
      if (when === 'before') return cut();
      withheld = true;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (withheld) cut();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, SOCKET_FILE), resolve));

  return {
    url: url.replace(/host=[^&]*/, `host=${encodeURIComponent(folder)}`),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
