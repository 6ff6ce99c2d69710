/**
 * Where upstreams call us. A lane of its own: no key, no shedding, a small body, and a 2xx only when the callback is in
 * the inbox. The token in the path is the attempt's and unguessable; a wrong one gets the answer of any wrong path.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { receiveCallback } from '../../../lifecycle/callback.ts';
import { readText } from '../../bodies.ts';
import type { HttpContext } from '../../context.ts';
import { sendRefusal } from '../../problem.ts';

const Params = z.object({
  path: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  token: z.string().regex(/^[A-Za-z0-9_-]{16,128}$/),
});

export function registerCallbacks(app: FastifyInstance, context: HttpContext): void {
  app.register(async (lane) => {
    lane.removeAllContentTypeParsers();
    // Whatever it says it is: signatures are made over these bytes.
    lane.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    lane.post(
      '/callbacks/:path/:token',
      { bodyLimit: context.http.callbackMaxBytes },
      async (request, reply) => {
        const params = Params.safeParse(request.params);
        if (!params.success) return sendRefusal(reply, { code: 'not_found' });
        const { path, token } = params.data;
        const body = request.body instanceof Uint8Array ? readText(request.body) : '';
        const result = await receiveCallback(context, path, token, {
          headers: plainHeaders(request.headers),
          body,
        });
        switch (result) {
          case 'taken':
            return reply.status(200).send({ status: 'taken' });
          case 'unknown':
            return sendRefusal(reply, { code: 'not_found' });
          case 'rejected':
            return sendRefusal(reply, { code: 'invalid_key', message: 'The signature is not valid.' });
        }
      },
    );
  });
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
