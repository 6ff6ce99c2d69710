/** Kling's own API under `/kling`, both generations. See README.md for what it cannot express. */
import type { FastifyRequest } from 'fastify';
import type { Identified } from '../../auth.ts';
import { looksSigned } from '../../signed-tokens.ts';
import type { Door } from '../door.ts';
import { klingRefusal } from './errors.ts';
import { toldTask } from './reply.ts';
import { klingRoutes } from './routes.ts';

export const klingDoor: Door = {
  name: 'kling',
  claims: (path) => /^\/kling(?:\/|$)/.test(path),
  identify: async (request, auth, signedTokens) => {
    const { authorization } = request.headers;
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    if (!looksSigned(token)) return auth.identify(authorization, request.ip);
    return takesTokens(request) ? signedTokens.identify(token, request.ip) : NO_TOKENS;
  },
  refusal: klingRefusal,
  // Signed always: a receiver that does not check it does not see it, and Kling signs in just this way when asked to.
  webhook: { signing: 'standard', tell: toldTask },
  routes: klingRoutes,
};

/** The present generation takes API keys only. */
function takesTokens({ url }: FastifyRequest): boolean {
  return /^\/kling\/(?:v1|account)\//.test(url);
}

const NO_TOKENS: Identified = {
  kind: 'refused',
  refusal: {
    code: 'invalid_key',
    message: 'Authentication error. The current API does not support AK/SK; send an API key as bearer token.',
  },
};
