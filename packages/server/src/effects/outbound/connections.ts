/**
 * Connections ready for one request at a time. Each is one socket that we dialled to a checked address and
 * then gave to an undici client, which may neither open another one nor repeat a request: when the socket
 * ends, the connection is over.
 *
 * Kept alive between reads (a poll every few seconds should not cost a TLS handshake); never for writes,
 * because a paid request on a socket that the far end is just closing would be `lost` without need.
 */
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { DialFailure, Dialled, Dialler } from './dial.ts';
import type { Target } from './target.ts';

export type Connection = {
  client: Client;
  /** It carried a request before, so the far end may have closed it meanwhile. */
  used: boolean;
  /** Ready for another request. */
  release(): void;
  destroy(): void;
};

export type Connections = {
  /** An idle connection to one of these addresses, or null. */
  takeIdle(target: Target, addresses: readonly string[]): Connection | null;
  dial(target: Target, address: string, signal: AbortSignal): Promise<Connection | DialFailure>;
  close(): Promise<void>;
};

const HEADER_BYTES = 16_384;
const IDLE_MS = 30_000;
const IDLE_PER_ADDRESS = 64;

export function createConnections(dialler: Dialler): Connections {
  const idle = new Map<string, Connection[]>();
  const open = new Set<Client>();

  function keep(key: string, connection: Connection): void {
    const ready = idle.get(key) ?? [];
    if (ready.length < IDLE_PER_ADDRESS) idle.set(key, [...ready, connection]);
    else connection.destroy();
  }

  function forget(key: string, connection: Connection): void {
    const rest = (idle.get(key) ?? []).filter((other) => other !== connection);
    if (rest.length > 0) idle.set(key, rest);
    else idle.delete(key);
  }

  function wrap(target: Target, address: string, socket: Socket): Connection {
    const key = keyOf(target, address);
    const client = clientOn(socket, target.url.origin);
    open.add(client);
    let ended = false;
    const connection: Connection = {
      client,
      used: false,
      release: () => {
        connection.used = true;
        if (!ended) keep(key, connection);
      },
      destroy: () => {
        ended = true;
        forget(key, connection);
        open.delete(client);
        socket.destroy();
        client.destroy().catch(() => undefined);
      },
    };
    client.on('disconnect', connection.destroy);
    client.on('connectionError', connection.destroy);
    return connection;
  }

  return {
    takeIdle: (target, addresses) => {
      for (const address of addresses) {
        const key = keyOf(target, address);
        const connection = idle.get(key)?.at(-1);
        if (!connection) continue;
        forget(key, connection);
        return connection;
      }
      return null;
    },
    dial: async (target, address, signal) => {
      const dialled: Dialled = await dialler(target, address, signal);
      return dialled.kind === 'failed' ? dialled : wrap(target, address, dialled.socket);
    },
    close: async () => {
      idle.clear();
      await Promise.all([...open].map((client) => client.destroy()));
      open.clear();
    },
  };
}

function keyOf(target: Target, address: string): string {
  return `${target.url.origin}|${address}`;
}

function clientOn(socket: Socket, origin: string): Client {
  return new Client(origin, {
    connect: oneSocket(socket),
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: 2 * IDLE_MS,
    // Our own watcher keeps time.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Hands out the socket once; a second call means that it ended, and then nothing may be sent any more. */
function oneSocket(socket: Socket) {
  let handedOut = false;
  return (_options: unknown, callback: (...outcome: [null, Socket] | [Error, null]) => void): void => {
    const ended = handedOut || socket.destroyed;
    handedOut = true;
    // Not in the same turn: undici is still inside the call that asks, and would not see the socket.
    queueMicrotask(() => {
      if (ended) callback(new Error('the connection has ended'), null);
      else callback(null, socket);
    });
  };
}
