/** What no route answers: 405 with the methods that would do where the path exists, 404 everywhere else. */
import { type Operation, operations } from '@sluice/contract';
import type { FastifyInstance } from 'fastify';
import { doorRoutes } from './doors/doors.ts';
import { sendRefusal } from './problem.ts';

/** Routed beside the contract's table. */
export const extraRoutes = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/console' },
  { method: 'GET', path: '/console/*' },
  { method: 'GET', path: '/docs' },
  { method: 'GET', path: '/docs/viewer.js' },
  { method: 'GET', path: '/docs/viewer.css' },
  { method: 'GET', path: '/docs/start.js' },
  { method: 'GET', path: '/openapi.json' },
  { method: 'POST', path: '/mcp' },
  { method: 'GET', path: '/healthz' },
  { method: 'GET', path: '/readyz' },
  { method: 'GET', path: '/metrics' },
  { method: 'POST', path: '/callbacks/{path}/{token}' },
  { method: 'POST', path: '/payments/stripe' },
  { method: 'HEAD', path: '/v1/assets/{id}' },
  { method: 'GET', path: '/v1/files/{id}/content' },
  { method: 'HEAD', path: '/v1/files/{id}/content' },
] as const;

type Known = { methods: Set<string>; pattern: RegExp };

export function refuseUnrouted(app: FastifyInstance): void {
  const known = knownPaths();
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = known.filter((each) => each.pattern.test(path)).flatMap((each) => [...each.methods]);
    if (methods.length === 0)
      return sendRefusal(reply, { code: 'not_found', message: 'There is no such page.' });
    const allowed = [...new Set(methods)].sort();
    reply.header('allow', allowed.join(', '));
    return sendRefusal(reply, { code: 'method_not_allowed', allowed });
  });
}

function knownPaths(): Known[] {
  const byPath = new Map<string, Known>();
  const add = (method: string, path: string) => {
    const known = byPath.get(path) ?? {
      methods: new Set(),
      pattern: new RegExp(
        `^${path
          .replaceAll('.', '\\.')
          .replaceAll(/\{\w+\}/g, '[^/]+')
          .replace('*', '.+')}$`,
      ),
    };
    known.methods.add(method);
    byPath.set(path, known);
  };
  for (const { method, path } of Object.values<Operation>(operations)) add(method.toUpperCase(), path);
  for (const { method, path } of [...extraRoutes, ...doorRoutes]) add(method, path);
  return [...byPath.values()];
}
