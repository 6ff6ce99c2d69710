/** A local receiver of webhooks: verifies each one, answers as a good receiver would, hands it on. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type VerifiedWebhook,
  verifyWebhook,
  type WebhookFault,
  WebhookVerificationError,
} from '@sluice/sdk';

export type Received =
  | { ok: true; webhook: VerifiedWebhook; again: boolean }
  | { ok: false; fault: WebhookFault; message: string };

export type Receiver = {
  url: string;
  close(): Promise<void>;
};

export type ReceiverOptions = {
  host: string;
  port: number;
  /** Asked at each message, because a secret may be known only after the endpoint was registered. */
  secrets: () => readonly string[];
  nowSeconds: () => number;
  onReceived: (received: Received) => void;
};

/** Our events are a few kilobytes; a sender of more is somebody else. */
const MAX_BODY_BYTES = 1_048_576;
/** Ids that were seen: a repeat is marked. Bounded, oldest first. */
const MAX_REMEMBERED = 10_000;

export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    void receive(request, response, options, seen).catch(() => request.destroy());
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { port, host }: ReceiverOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  options: ReceiverOptions,
  seen: Set<string>,
): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST' }).end();
    return;
  }
  const payload = await readBody(request);
  if (payload === null) {
    response.writeHead(413).end();
    return;
  }
  try {
    const { headers } = request;
    const secrets = options.secrets();
    const webhook = await verifyWebhook({ payload, headers, secrets, nowSeconds: options.nowSeconds() });
    options.onReceived({ ok: true, webhook, again: remember(seen, webhook.id) });
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    options.onReceived({ ok: false, fault: error.fault, message: error.message });
    response.writeHead(400, { 'content-type': 'text/plain' }).end(error.fault);
  }
}

/** Whether it had been seen before. */
function remember(seen: Set<string>, id: string): boolean {
  const again = seen.has(id);
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
  return again;
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
