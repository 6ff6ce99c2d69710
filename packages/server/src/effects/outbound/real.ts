/**
 * The way out over real sockets. The promises are those of `outbound.ts`; this file puts their parts
 * together: hops and redirects, then the decoded and capped body.
 */
import type { Clock } from '../clock/clock.ts';
import { type AllowLists, readAllowList } from './allow.ts';
import { createConnections } from './connections.ts';
import { decodeBody, readCoding } from './decode.ts';
import { createDialler } from './dial.ts';
import { decodedHeaders } from './headers.ts';
import { firstHop, nextHop, redirectOf } from './hop.ts';
import {
  type Outbound,
  type OutboundAnswer,
  type OutboundFailure,
  type OutboundRequest,
  type OutboundStream,
  OutboundStreamError,
} from './outbound.ts';
import { createResolver, type ResolveHost, systemResolve } from './resolve.ts';
import { createSender, type Head, type SendHop } from './send.ts';
import type { OwnDoors } from './target.ts';
import { startWatch } from './watch.ts';

export type OutboundOptions = {
  clock: Clock;
  /** Internal targets that the operator wants; see `allow.ts` for the two lists. */
  allow: AllowLists;
  /** Ports beside 80, 443, 8080 and 8443. Allow-listed targets may use any port from 1024 up. */
  allowedPorts?: readonly number[];
  /** Plain http to public addresses. Allow-listed targets may always use it. */
  allowHttp: boolean;
  /** This gateway's own doors; asked per request, because ports are known only after listening. */
  own?: () => OwnDoors;
  /** Instead of the platform's look-up. */
  resolve?: ResolveHost;
  /** Certificate authorities instead of the platform's, for upstreams behind a private one. */
  tls?: { ca?: readonly string[] };
};

export type RealOutbound = Outbound & { close(): Promise<void> };

type Opened = Head & { finalUrl: string };

const NO_DOORS: OwnDoors = { origins: [], ports: [] };

export function createOutbound(options: OutboundOptions): RealOutbound {
  const connections = createConnections(createDialler(options.tls ?? {}));
  const send = createSender(
    options.clock,
    {
      allow: {
        configured: readAllowList(options.allow.configured),
        given: readAllowList(options.allow.given),
      },
      allowHttp: options.allowHttp,
      allowedPorts: options.allowedPorts ?? [],
      own: options.own ?? (() => NO_DOORS),
    },
    createResolver(options.resolve ?? systemResolve, options.clock),
    connections,
  );

  async function stream(request: OutboundRequest, acceptEncoding: string) {
    const opened = await followHops(options.clock, send, request, acceptEncoding);
    return opened.kind === 'head' ? asStream(request, opened) : opened;
  }

  return {
    // A copy wants the bytes as they lie there, so that it can go on by Range.
    stream: (request) => stream(request, 'identity'),
    request: async (request) => {
      const streaming = await stream(request, 'gzip, deflate, br');
      return streaming.kind === 'streaming' ? readWhole(streaming) : streaming;
    },
    close: () => connections.close(),
  };
}

async function followHops(
  clock: Clock,
  send: SendHop,
  request: OutboundRequest,
  acceptEncoding: string,
): Promise<Opened | OutboundFailure> {
  const first = firstHop(request, acceptEncoding);
  if ('refused' in first) return { kind: 'not_sent', reason: 'bad_url', detail: first.refused };
  const dueAt = clock.monotonic() + request.limits.totalMs;
  let hop = first;
  let redirectedBy: number | null = null;
  for (let hopsLeft = request.redirects; ; hopsLeft -= 1) {
    const leftMs = dueAt - clock.monotonic();
    const watch = startWatch(clock, { ...request.limits, totalMs: leftMs }, request.signal);
    const sent = await send(hop, watch, request.limits);
    if (sent.kind !== 'head') {
      watch.stop();
      return redirectedBy === null ? sent : lostOnTheWay(sent, redirectedBy);
    }
    const location = redirectOf(request, sent);
    if (location === null) return { ...sent, finalUrl: hop.target.url.href };
    sent.body.cancel();
    redirectedBy = sent.status;
    if (hopsLeft === 0) return badRedirect('too many redirects', redirectedBy);
    const next = nextHop(hop, location);
    if ('refused' in next) return badRedirect(next.refused, redirectedBy);
    hop = next;
  }
}

/** After the first hop was answered nothing is `not_sent` any more: the request itself did go out. */
function lostOnTheWay(failure: OutboundFailure, status: number): OutboundFailure {
  if (failure.kind === 'lost') return failure;
  if (failure.reason === 'aborted')
    return { kind: 'lost', reason: 'aborted', status, detail: failure.detail };
  if (failure.reason === 'connect_timeout') {
    return { kind: 'lost', reason: 'timeout', status, detail: failure.detail };
  }
  return badRedirect(`${failure.reason}: ${failure.detail}`, status);
}

function badRedirect(detail: string, status: number): OutboundFailure {
  return { kind: 'lost', reason: 'bad_redirect', status, detail };
}

function asStream(request: OutboundRequest, opened: Opened): OutboundStream | OutboundFailure {
  const { status, headers, body, finalUrl } = opened;
  const { maxBytes } = request.limits;
  // A HEAD answer announces a body without sending it.
  const coding = request.method === 'HEAD' ? 'identity' : readCoding(headers['content-encoding']);
  if (coding === null) {
    body.cancel();
    return { kind: 'lost', reason: 'bad_encoding', status, detail: 'unknown content-encoding' };
  }
  const announcedBytes = Number(headers['content-length'] ?? 0);
  if (request.method !== 'HEAD' && coding === 'identity' && announcedBytes > maxBytes) {
    body.cancel();
    return { kind: 'lost', reason: 'too_large', status, detail: `${announcedBytes} bytes announced` };
  }
  return {
    kind: 'streaming',
    status,
    headers: coding === 'identity' ? headers : decodedHeaders(headers),
    body: decodeBody(body, coding, maxBytes),
    finalUrl,
    cancel: body.cancel,
  };
}

async function readWhole(streaming: OutboundStream): Promise<OutboundAnswer> {
  const { status, headers, finalUrl } = streaming;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of streaming.body) chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof OutboundStreamError)) throw error;
    return { kind: 'lost', reason: error.reason, status, detail: error.message };
  }
  return { kind: 'answered', status, headers, body: Buffer.concat(chunks), finalUrl };
}
