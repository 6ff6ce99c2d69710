/**
 * Tools over streamable HTTP. Each request has a server of its own, so any process of an installation answers any
 * request, and nothing is kept between them; the session is only a name that the client repeats.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createSluice, type FetchLike } from '@sluice/sdk';
import { createMcpServer } from './server.ts';

export type HttpExchange = { request: IncomingMessage; response: ServerResponse; body: unknown };

export type HttpOptions = {
  /** How the API is reached: with whose key, and by which way. */
  baseUrl: string;
  apiKey: string;
  fetch: FetchLike;
  session: string;
  version: string;
};

export async function answerHttp(
  { request, response, body }: HttpExchange,
  { session, version, ...reached }: HttpOptions,
): Promise<void> {
  const server = createMcpServer({ client: createSluice(reached), session, version });
  const transport = new StreamableHTTPServerTransport();
  response.once('close', () => {
    void transport.close();
    void server.close();
  });
  // The transport declares its optional callbacks without `undefined`, which the interface that it implements has.
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  await transport.handleRequest(request, response, body);
}
