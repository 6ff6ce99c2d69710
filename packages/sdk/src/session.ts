/**
 * `sluice.session`: signing in from a browser. The cookie is the browser's own business and no script can read it; the
 * token against forged requests comes with each answer here, and the client sends it with everything that is no read.
 */
import { routes } from './routes.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { CreateSession, CreateSignInLink, Gate, Session, SessionEnded, SignInLink } from './types.ts';

export type SessionClient = ReturnType<typeof sessionGroup>;

export function sessionGroup(transport: Transport) {
  const keep = (session: Session): Session => {
    transport.forgery.token = session.csrf_token;
    return session;
  };
  return {
    /** By an API key, or by the token of a sign-in link. Needs the client's `cookies: true`. */
    create: async (credentials: CreateSession, options?: CallOptions): Promise<Session> =>
      keep(await transport.json<Session>({ route: routes.createSession, body: credentials }, options)),
    /** Who am I? Refused with `missing_key` or `session_expired` when nobody is signed in. */
    get: async (options?: CallOptions): Promise<Session> =>
      keep(await transport.json<Session>({ route: routes.getSession }, options)),
    /** Signs out. */
    end: async (options?: CallOptions): Promise<SessionEnded> => {
      const ended = await transport.json<SessionEnded>({ route: routes.deleteSession }, options);
      transport.forgery.token = null;
      return ended;
    },
    /** A link that opens the console signed in, once. Operators only. */
    createLink: (link: CreateSignInLink = {}, options?: CallOptions): Promise<SignInLink> =>
      transport.json({ route: routes.createSignInLink, body: link }, options),
  };
}

export function gateGroup(transport: Transport) {
  return {
    /** Slots, queue and finished clips as they are now. */
    get: (options?: CallOptions): Promise<Gate> => transport.json({ route: routes.getGate }, options),
  };
}
