/** Puts an emulator behind a real port, faults of the connection included. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Emulator, type EmulatorAnswer, type EmulatorReply, isDrop } from './exchange.ts';

export type ServedEmulator = {
  url: string;
  /** From now on, requests go there; before, they are answered with 503. */
  attach(emulator: Emulator): void;
  close(): Promise<void>;
};

export type ServeOptions = {
  /** 0 or none: any free port. */
  port?: number;
  host?: string;
  /** Called after each request, when something may have become due. */
  afterRequest?: () => void;
};

const largestBodyBytes = 128 * 1024 * 1024;

export async function serveEmulator(options: ServeOptions = {}): Promise<ServedEmulator> {
  const host = options.host ?? '127.0.0.1';
  let emulator: Emulator | null = null;
  const server = createServer((request, response) => {
    answer(emulator, request, response)
      .catch((error: unknown) => {
        // A bug of the emulator must look like one: no vendor code, no silence.
        console.error(error);
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end('emulator fault');
      })
      .finally(() => options.afterRequest?.());
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the emulator has no port');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    attach(next) {
      emulator = next;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  emulator: Emulator | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === null) {
    response.destroy();
    return;
  }
  if (emulator === null) {
    response.writeHead(503);
    response.end();
    return;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const reply = await emulator.handle({
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers,
    body,
  });
  await send(reply, response);
}

async function send(reply: EmulatorReply, response: ServerResponse): Promise<void> {
  if (reply.delayMs !== undefined) await pause(reply.delayMs, response);
  if (response.destroyed) return;
  if (isDrop(reply)) {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, reply.headers);
  if (reply.cutAfterBytes !== undefined) {
    response.write(reply.body.subarray(0, reply.cutAfterBytes), () => response.destroy());
    return;
  }
  if (reply.trickle !== undefined) {
    await trickle(reply, reply.trickle, response);
    return;
  }
  response.end(reply.body);
}

async function trickle(
  reply: EmulatorAnswer,
  pace: { bytes: number; everyMs: number },
  response: ServerResponse,
): Promise<void> {
  for (let at = 0; at < reply.body.length && !response.destroyed; at += pace.bytes) {
    response.write(reply.body.subarray(at, at + pace.bytes));
    await pause(pace.everyMs, response);
  }
  response.end();
}

/** Ends early when the caller hangs up, so that a held answer never outlives its connection. */
function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}

/** Null when the body is too large or breaks off. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > largestBodyBytes) return null;
      chunks.push(bytes);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}
