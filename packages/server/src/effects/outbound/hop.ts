/** One request to one place, and where a redirect leads from there. */
import type { WireRequest } from './exchange.ts';
import { portableHeaders, requestHeaders } from './headers.ts';
import type { OutboundRequest } from './outbound.ts';
import { readTarget, type Target } from './target.ts';

export type Hop = {
  target: Target;
  /** Which allow list applies. */
  trust: 'configured' | 'given';
  wire: WireRequest;
};

const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

export function firstHop(request: OutboundRequest, acceptEncoding: string): Hop | { refused: string } {
  const target = readTarget(request.url);
  if ('refused' in target) return target;
  const read = requestHeaders(request.headers, acceptEncoding);
  if ('refused' in read) return read;
  const { method, body } = request;
  const wire: WireRequest = { method, path: target.path, headers: read.headers };
  return { target, trust: request.trust, wire: body === undefined ? wire : { ...wire, body } };
}

/** Where this answer sends us, or null when it is an answer to hand back. Only reads are redirected. */
export function redirectOf(
  request: OutboundRequest,
  answer: { status: number; headers: Record<string, string> },
): string | null {
  if (request.redirects === 0 || request.body !== undefined) return null;
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  if (!REDIRECT_STATUSES.includes(answer.status)) return null;
  return answer.headers.location ?? null;
}

export function nextHop(hop: Hop, location: string): Hop | { refused: string } {
  if (!URL.canParse(location, hop.target.url.href)) return { refused: 'the redirect cannot be read' };
  const target = readTarget(absolute(location, hop.target.url));
  if ('refused' in target) return { refused: `redirect: ${target.refused}` };
  if (hop.target.secure && !target.secure) return { refused: 'redirect from https to http' };
  const sameOrigin = target.url.origin === hop.target.url.origin;
  return {
    target,
    // The upstream wrote this address, whoever wrote the first one.
    trust: sameOrigin ? hop.trust : 'given',
    wire: {
      ...hop.wire,
      path: target.path,
      headers: sameOrigin ? hop.wire.headers : portableHeaders(hop.wire.headers),
    },
  };
}

/** A full address keeps its own spelling, so that `readTarget` sees what was really written. */
function absolute(location: string, base: URL): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(location) ? location : new URL(location, base).href;
}
