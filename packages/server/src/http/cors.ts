/**
 * Pages of other origins (CORS): which of them may call the API from a browser, by setting. Their requests carry a key
 * like everybody's; cookies are never let in from elsewhere. Without the setting only our own pages may.
 */
import type { FastifyInstance } from 'fastify';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const SENT = ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'last-event-id', 'range'];
const READ = [
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-range',
  'etag',
  'idempotent-replayed',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];
/** Browsers keep the answer to a preflight no longer than two hours. */
const KEEP_SECONDS = 7_200;

export function registerCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const everybody = origins.includes('*');
  app.addHook('onRequest', async (request, reply) => {
    const { origin, 'access-control-request-method': asked } = request.headers;
    reply.header('vary', 'origin');
    if (origin === undefined || !(everybody || origins.includes(origin))) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', READ.join(', '));
    if (request.method !== 'OPTIONS' || asked === undefined) return;
    return reply
      .status(204)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-allow-headers', SENT.join(', '))
      .header('access-control-max-age', KEEP_SECONDS)
      .send();
  });
}
