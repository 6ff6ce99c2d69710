/**
 * A bad line between a client and the gateway: the first answer to each create never arrives. The request is passed on
 * whole; then both connections break, as the gateway begins to answer, or before. A create is known by the mark in its
 * prompt. The line resets towards the gateway: one that reads the whole answer and closes in order looks exactly like a
 * client that is content, and no server can tell them apart.
 */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export type Cutter = {
  url: string;
  /** Marks whose first answer was cut. */
  cut: ReadonlySet<string>;
  /** Requests of marked creates, first ones and repeats. */
  requests(): number;
  close(): Promise<void>;
};

const MARK = /cut-\d+-end/;
/** A mark may come in two pieces. */
const TAIL = 32;
/** Long enough for the rest of a request to pass, short enough to come before most answers. */
const BEFORE_MS = 5;

export function markOf(number: number): string {
  return `cut-${number}-end`;
}

export async function openCutter(gatewayUrl: string): Promise<Cutter> {
  const target = Number(new URL(gatewayUrl).port);
  const seen = new Set<string>();
  const open = new Set<Socket>();
  let requests = 0;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let tail = '';
    let doomed = false;
    const end = (): void => {
      client.destroy();
      if (doomed) upstream.resetAndDestroy();
      else upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    client.on('data', (chunk) => {
      tail += chunk.toString('latin1');
      const mark = MARK.exec(tail)?.[0];
      if (mark === undefined) tail = tail.slice(-TAIL);
      else {
        tail = '';
        requests += 1;
        doomed ||= !seen.has(mark);
        seen.add(mark);
        // Every other one breaks while the gateway is still at it, as far as it is.
        if (doomed && seen.size % 2 === 0) setTimeout(end, BEFORE_MS);
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (doomed) end();
      else client.write(chunk);
    });
    for (const socket of [client, upstream]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cut: seen,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
