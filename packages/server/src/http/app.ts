/**
 * The front door: one Fastify application over the contract's table of operations. It parses, authorises, calls one
 * lifecycle function or one read, and answers; it decides nothing. Extras beside the table: the doors of foreign
 * protocols, the reference page, health, metrics, links of uploads and upstream callbacks.
 */
import { type OperationId, operations } from '@sluice/contract';
import fastify, { type FastifyInstance } from 'fastify';
import { newId } from '../effects/random/id.ts';
import { createAnswered } from './answered.ts';
import { createAuth } from './auth.ts';
import { registerBodies } from './bodies.ts';
import { registerCompression } from './compress.ts';
import { watchConnections } from './connections.ts';
import type { HttpContext } from './context.ts';
import { registerCors } from './cors.ts';
import { noteDoor, registerDoors } from './doors/register.ts';
import { createFailures } from './failures.ts';
import { type Edge, type Handlers, registerOperation } from './operation.ts';
import { createOrdering } from './ordering.ts';
import { refusalOf, sendRefusal } from './problem.ts';
import { registerCallbacks } from './routes/callbacks/callbacks.ts';
import { registerPaymentEvents } from './routes/checkouts/checkouts.ts';
import { registerConsole } from './routes/console/console.ts';
import { registerFileContent } from './routes/files/files.ts';
import { handlersOf } from './routes/handlers.ts';
import { registerMcp } from './routes/mcp/mcp.ts';
import { registerPages } from './routes/pages/pages.ts';
import { PLAN_MAX_BYTES } from './routes/plans/plans.ts';
import { createSessions } from './sessions.ts';
import { createShedding } from './shedding.ts';
import { createSignedTokens } from './signed-tokens.ts';
import { createStreams } from './stream.ts';
import { refuseUnrouted } from './unrouted.ts';
import { createTaskReader } from './views/tasks.ts';

export function createApp(context: HttpContext): FastifyInstance {
  const app = newServer(context);
  const edge = newEdge(context);
  const answered = createAnswered(context.store.accept, context.clock, context.telemetry);
  const streams = createStreams(context);
  const stopping = new AbortController();

  app.decorateRequest('caller', null);
  app.decorateRequest('session', null);
  app.decorateRequest('stillGood', null);
  app.decorateRequest('refusalShape', null);
  app.addHook('onRequest', async (request) => noteDoor(request));
  registerBodies(app, context);
  registerErrors(app, context);
  registerHeaders(app, context);
  registerCors(app, context.http.corsOrigins);
  registerCompression(app);
  const order = createOrdering(answered, edge.shedding, createTaskReader(context));
  registerOperations(app, edge, handlersOf({ ...edge, order, streams }));
  registerDoors(app, edge, order);
  registerFileContent(app, context);
  registerMcp(app, edge);
  registerPages(app, context);
  registerConsole(app, context);
  registerCallbacks(app, context);
  registerPaymentEvents(app, context);
  refuseUnrouted(app);

  app.addHook('onListen', async () => {
    void edge.shedding.watchLag(stopping.signal);
  });
  const connections = watchConnections(app.server);
  // Streams would hold the server open for as long as their clients like, and so would connections without a request.
  app.addHook('preClose', async () => {
    streams.close();
    connections.closeUnused();
  });
  app.addHook('onClose', async () => {
    stopping.abort();
    await answered.flush();
  });
  return app;
}

function newServer({ http, clock, random }: HttpContext): FastifyInstance {
  return fastify({
    logger: false,
    genReqId: () => newId('req', clock.now(), random),
    bodyLimit: http.jsonMaxBytes,
    // Time for a body is kept per request (bodies.ts): an upload may take as long as its line needs.
    requestTimeout: 0,
    connectionTimeout: http.silenceMs,
    keepAliveTimeout: http.keepAliveMs,
    forceCloseConnections: 'idle',
    trustProxy: http.trustProxy,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false, caseSensitive: true },
    exposeHeadRoutes: false,
    // Addresses that cannot be read never reach a route.
    frameworkErrors: (error, request, reply) => {
      noteDoor(request);
      return sendRefusal(reply, refusalOf(error));
    },
    return503OnClosing: false,
    // Node looks at overdue headers only every 30 s unless told otherwise.
    http: {
      headersTimeout: http.headersTimeoutMs,
      connectionsCheckingInterval: Math.max(500, Math.floor(http.headersTimeoutMs / 10)),
      maxHeaderSize: 16 * 1024,
    },
  });
}

function newEdge(context: HttpContext): Edge {
  const { http, clock, telemetry, store } = context;
  const failures = createFailures({ burst: http.keyFailuresBurst, perMinute: http.keyFailuresPerMinute });
  return {
    context,
    auth: createAuth({ keys: store.keys, clock, telemetry, failures }),
    failures,
    signedTokens: createSignedTokens({ keys: store.keys, secrets: context.secrets, clock, failures }),
    sessions: createSessions(context),
    shedding: createShedding(clock, http),
  };
}

function registerOperations(app: FastifyInstance, edge: Edge, handlers: Handlers): void {
  for (const id of Object.keys(operations) as OperationId[]) registerOne(app, edge, id, handlers);
}

function registerOne<Id extends OperationId>(
  app: FastifyInstance,
  edge: Edge,
  id: Id,
  handlers: Handlers,
): void {
  registerOperation(app, edge, id, handlers[id], id === 'createPlan' ? { bodyLimit: PLAN_MAX_BYTES } : {});
  // A download is asked for by HEAD as well; nothing else is.
  if (id === 'getAsset') registerOperation(app, edge, id, handlers[id], { method: 'HEAD' });
}

function registerErrors(app: FastifyInstance, context: HttpContext): void {
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal') {
      const { method, id } = request;
      const stack = error instanceof Error ? error.stack : String(error);
      context.telemetry.log('error', 'a request failed', {
        method,
        route: request.routeOptions.url,
        id,
        stack,
      });
    }
    return sendRefusal(reply, refusal);
  });
}

/** Of what is no page: shown in a window by itself, it loads nothing, runs nothing and is framed by nobody. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

function registerHeaders(app: FastifyInstance, context: HttpContext): void {
  const { telemetry, clock, http } = context;
  app.server.maxConnections = http.socketsMost;
  app.addHook('onRequest', async (request, reply) => {
    request.startedAtMs = clock.monotonic();
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('x-frame-options', 'DENY');
    reply.header('content-security-policy', API_POLICY);
  });
  // Once the process is stopping, clients are to come back to another one.
  app.addHook('onSend', async (_request, reply, payload) => {
    if (context.draining.aborted) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    // Pages and probes by their path; what no route answers has one name, so that strangers cannot make many.
    const { config, url } = request.routeOptions;
    const operation = config?.operation ?? url ?? 'none';
    telemetry.count('sluice_http_requests_total', { operation, status: String(reply.statusCode) });
    telemetry.observe('sluice_http_seconds', (clock.monotonic() - request.startedAtMs) / 1000, { operation });
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    startedAtMs: number;
  }
}
