/**
 * The gateway as tools of the Model Context Protocol, at `/mcp` (streamable HTTP). A tool is a client of the API like
 * any other, with the key of its caller: each of its calls goes through this application from inside and is authorised,
 * judged and counted there. Nothing is kept between requests.
 */
import type { FastifyInstance, FastifyRequest, InjectOptions } from 'fastify';
import { linkBase } from '../../links.ts';
import type { Edge } from '../../operation.ts';
import { sendRefusal } from '../../problem.ts';

const SESSION = 'mcp-session-id';

export function registerMcp(app: FastifyInstance, { auth, context, shedding }: Edge): void {
  app.post('/mcp', { config: { body: 'json' } }, async (request, reply) => {
    const shed = shedding.refusal('client');
    if (shed) return sendRefusal(reply, shed);
    const { authorization } = request.headers;
    const identified = await auth.identify(authorization, request.ip);
    if (identified.kind === 'refused') return sendRefusal(reply, identified.refusal);
    const session = sessionOf(request) ?? Buffer.from(context.random.bytes(16)).toString('hex');
    reply.raw.setHeader(SESSION, session);
    reply.raw.setHeader('x-request-id', request.id);
    // Loaded by the first one who asks: a tenth of what a start would have to load, and few gateways serve tools.
    const { answerHttp } = await import('@sluice/mcp');
    reply.hijack();
    await answerHttp(
      { request: request.raw, response: reply.raw, body: request.body },
      {
        baseUrl: linkBase(context.settings, request) || 'http://gateway',
        apiKey: authorization?.replace(/^Bearer +/i, '') ?? '',
        fetch: fromInside(app, request),
        session,
        version: context.version,
      },
    );
    return reply;
  });
}

/** What a client repeats is its own; it names its orders with it and nothing else. */
function sessionOf({ headers }: FastifyRequest): string | null {
  const given = headers[SESSION];
  return typeof given === 'string' && /^[\x21-\x7e]{1,200}$/.test(given) ? given : null;
}

/** Streams stay outside: a wait reads the task again and again instead. */
function fromInside(app: FastifyInstance, outer: FastifyRequest) {
  return async (input: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(input);
    if (pathname.endsWith('/events')) throw new TypeError('streams are not read from inside');
    init.signal?.throwIfAborted();
    const asked: InjectOptions = {
      method: (init.method ?? 'GET') as 'GET' | 'POST',
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(new Headers(init.headers)), host: outer.host },
      remoteAddress: outer.ip,
      ...(typeof init.body === 'string' ? { payload: init.body } : {}),
    };
    const answer = await app.inject(asked);
    const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    return new Response(new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers });
  };
}
