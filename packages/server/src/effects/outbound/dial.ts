/**
 * Opens one connection to one checked address. The name is never looked up again: it only serves as TLS
 * name, so a record that changes between check and connect changes nothing.
 */
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { NotSentReason } from './outbound.ts';
import type { Target } from './target.ts';

export type Dialled = { kind: 'connected'; socket: Socket } | DialFailure;
export type DialFailure = { kind: 'failed'; reason: NotSentReason; detail: string };

export type Dialler = (target: Target, address: string, signal: AbortSignal) => Promise<Dialled>;

const REMEMBERED_SESSIONS = 256;
const TCP_KEEP_ALIVE_MS = 60_000;

export function createDialler(options: { ca?: readonly string[] }): Dialler {
  // TLS sessions by name and address: a fresh connection per paid request then costs one round trip less.
  const sessions = new Map<string, Buffer>();

  function remember(key: string, session: Buffer): void {
    sessions.delete(key);
    sessions.set(key, session);
    const oldest = sessions.keys().next();
    if (sessions.size > REMEMBERED_SESSIONS && !oldest.done) sessions.delete(oldest.value);
  }

  function open(target: Target, address: string): Socket {
    if (!target.secure) return netConnect({ host: address, port: target.port });
    const key = `${target.host}|${address}|${target.port}`;
    const session = sessions.get(key);
    const socket = tlsConnect({
      host: address,
      port: target.port,
      ALPNProtocols: ['http/1.1'],
      // For an address literal there is no name to send; the certificate is then checked against `host`.
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      ...(options.ca ? { ca: [...options.ca] } : {}),
      ...(session ? { session } : {}),
    });
    socket.on('session', (fresh) => remember(key, fresh));
    return socket;
  }

  return (target, address, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(timedOut(address));
      const socket = open(target, address);
      let connected = false;

      function settle(outcome: Dialled): void {
        signal.removeEventListener('abort', giveUp);
        if (outcome.kind === 'failed') socket.destroy();
        resolve(outcome);
      }
      function giveUp(): void {
        settle(timedOut(address));
      }

      signal.addEventListener('abort', giveUp, { once: true });
      socket.setNoDelay(true);
      socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
      socket.once('connect', () => {
        connected = true;
        if (!target.secure) settle({ kind: 'connected', socket });
      });
      socket.once('secureConnect', () => settle({ kind: 'connected', socket }));
      // Stays for the life of the socket: an error between two owners must not take the process down.
      socket.on('error', (error) => settle(failure(error, connected)));
      socket.once('close', () => settle(failure(new Error('closed during the handshake'), connected)));
    });
}

function failure(error: Error, connected: boolean): DialFailure {
  // After the TCP connection stands, whatever fails before `secureConnect` is the TLS handshake.
  return { kind: 'failed', reason: connected ? 'tls' : 'connect_refused', detail: error.message };
}

function timedOut(address: string): DialFailure {
  return { kind: 'failed', reason: 'connect_timeout', detail: `no connection to ${address} in time` };
}
