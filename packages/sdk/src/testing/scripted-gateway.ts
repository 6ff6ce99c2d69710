/**
 * A gateway that answers what a test wrote down, over real HTTP: connections that really break, streams
 * that really stall. Node only. It shares no code with the client that it tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SeenRequest = {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: Record<string, string | undefined>;
  body: Buffer;
  json: unknown;
};

export type ScriptedAnswer =
  | { status?: number; headers?: Record<string, string>; json: unknown }
  | { status?: number; headers?: Record<string, string>; body: string | Uint8Array }
  /** Reads the request, then breaks the connection without an answer. */
  | 'reset'
  /** Never answers. */
  | 'hang'
  | ((request: SeenRequest, response: ServerResponse) => void | Promise<void>);

export type ScriptedGateway = {
  url: string;
  /** In order of arrival, unscripted ones too. */
  requests: SeenRequest[];
  /** Answers in this order; the last one stays. A later script for the same place replaces the earlier. */
  on(method: string, path: string, ...answers: ScriptedAnswer[]): void;
  requestsTo(method: string, path: string): SeenRequest[];
  close(): Promise<void>;
};

export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const scripts = new Map<string, ScriptedAnswer[]>();
  const requests: SeenRequest[] = [];
  const server = createServer((message, response) => {
    void handle(message, response).catch(() => message.socket.destroy());
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    requests.push(request);
    const script = scripts.get(`${request.method} ${request.path}`);
    const answer = script && script.length > 1 ? script.shift() : script?.[0];
    await give(answer ?? problem(404, 'not_found'), request, message, response);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    on: (method, path, ...answers) => {
      scripts.set(`${method} ${path}`, [...answers]);
    },
    requestsTo: (method, path) => requests.filter((seen) => seen.method === method && seen.path === path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function give(
  answer: ScriptedAnswer,
  request: SeenRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    message.socket.resetAndDestroy();
    return;
  }
  if (typeof answer === 'function') {
    await answer(request, response);
    return;
  }
  const isJson = 'json' in answer;
  const type = isJson ? 'application/json' : 'application/octet-stream';
  response.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers });
  response.end(isJson ? JSON.stringify(answer.json) : answer.body);
}

async function readRequest(message: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const url = new URL(message.url ?? '/', 'http://localhost');
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join() : value,
    ]),
  );
  const isJson = headers['content-type'] === 'application/json' && body.length > 0;
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body,
    json: isJson ? JSON.parse(body.toString('utf8')) : undefined,
  };
}

/** A refusal in the one error shape. */
export function problem(
  status: number,
  code: string,
  extra: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): ScriptedAnswer {
  const retryable = status >= 500 || status === 429;
  const error = { code, message: `${code}.`, fix: 'Fix it.', retryable, request_id: 'req_1', ...extra };
  return { status, headers, json: { error } };
}

/** One event as it looks in a stream. */
export function eventText(id: string, type: string, data: Record<string, unknown> = {}): string {
  const event = { id, object: 'event', type, created_at: '2026-10-01T12:00:00.000Z', data };
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** A stream that sends these texts and then ends, stays open, or breaks. */
export function eventStream(texts: string[], then: 'end' | 'stay' | 'break' = 'end'): ScriptedAnswer {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const text of texts) response.write(text);
    if (then === 'end') response.end();
    // Let the texts leave first, or the break swallows them.
    if (then === 'break') setImmediate(() => setImmediate(() => response.socket?.resetAndDestroy()));
  };
}
