/**
 * The session cookie: which name it has here, how it is set, and how it is read back.
 *
 * Over https it is `__Host-…`, which browsers accept only when it is Secure, for the whole host and for no other:
 * neither a sub-domain nor a page over http can plant one. The name carries the installation's fingerprint, because
 * cookies do not know ports: two gateways on one machine do not sign each other out.
 */
import type { FastifyRequest } from 'fastify';

export type CookieNames = { secure: string; plain: string };

export function cookieNames(fingerprint: string): CookieNames {
  const name = `sluice-session-${fingerprint.slice(0, 8)}`;
  return { secure: `__Host-${name}`, plain: name };
}

/** The header that gives the browser its session, or takes it away (null). */
export function sessionCookie(
  names: CookieNames,
  https: boolean,
  token: string | null,
  maxAgeMs: number,
): string {
  const seconds = token === null ? 0 : Math.floor(maxAgeMs / 1000);
  const flags = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`;
  return `${https ? names.secure : names.plain}=${token ?? ''}; ${flags}${https ? '; Secure' : ''}`;
}

/**
 * Null when there is none. The one that cannot be planted wins, and is the only one where the connection is known to be
 * https. Two of one name mean that somebody added one, and we cannot tell which: then nobody is signed in.
 */
export function readSessionCookie(
  names: CookieNames,
  header: string | undefined,
  https: boolean,
): string | null {
  if (header === undefined) return null;
  const pairs = header.split(';').map((part) => part.trim());
  for (const name of https ? [names.secure] : [names.secure, names.plain]) {
    const found = pairs.filter((pair) => pair.startsWith(`${name}=`));
    if (found.length > 1) return null;
    const [pair] = found;
    if (pair !== undefined) return pair.slice(name.length + 1);
  }
  return null;
}

/**
 * Whether the browser sees https. A proxy in front may have ended it without our being told, but the browser says so
 * in `Origin`, and an operator who set a public https address has said so too.
 */
export function seesHttps(request: FastifyRequest, publicUrl: string | null): boolean {
  if (request.protocol === 'https') return true;
  const { origin } = request.headers;
  if (typeof origin === 'string' && origin.startsWith('https://')) return true;
  return publicUrl?.startsWith('https://') === true && new URL(publicUrl).host === request.host;
}

/** Whether the browser says that the request comes from another site's page. Not saying is no proof of anything. */
export function isForeign(request: FastifyRequest, publicUrl: string | null): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin') return true;
  if (typeof origin !== 'string') return false;
  if (!URL.canParse(origin)) return true;
  const { host } = new URL(origin);
  return (
    host !== request.host.toLowerCase() && host !== (publicUrl === null ? null : new URL(publicUrl).host)
  );
}
