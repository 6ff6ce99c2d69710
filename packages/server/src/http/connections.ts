/**
 * Connections on which nothing is being answered, so that they can be closed when the process stops. Node closes
 * those that have had an answer and waits for all others: one that was opened ahead of need and never used (clients
 * do that), or that sends its headers one by one, would hold up the stop for minutes, because Node's own limits end
 * with listening.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export type Connections = {
  /** Closes every connection without a request under way, now and from now on. */
  closeUnused(): void;
};

export function watchConnections(server: Server): Connections {
  const unused = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    unused.delete(socket);
    response.once('close', () => {
      if (closing) socket.destroySoon();
      else if (!socket.destroyed) unused.add(socket);
    });
  });
  return {
    closeUnused: () => {
      closing = true;
      for (const socket of unused) socket.destroy();
    },
  };
}
