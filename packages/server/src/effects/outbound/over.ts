/**
 * What the real and the virtual way out have in common: hops and redirects, then the decoded and capped
 * body. They differ only in how one hop is sent.
 */
import type { Clock } from '../clock/clock.ts';
import { decodeBody, readCoding } from './decode.ts';
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
import type { Head, SendHop } from './send.ts';
import { startWatch } from './watch.ts';

type Opened = Head & { finalUrl: string };

export function outboundOver(clock: Clock, send: SendHop): Outbound {
  async function stream(request: OutboundRequest, acceptEncoding: string) {
    const opened = await followHops(clock, send, request, acceptEncoding);
    return opened.kind === 'head' ? asStream(request, opened) : opened;
  }
  return {
    // A copy wants the bytes as they lie there, so that it can go on by Range.
    stream: (request) => stream(request, 'identity'),
    request: async (request) => {
      const streaming = await stream(request, 'gzip, deflate, br');
      return streaming.kind === 'streaming' ? readWhole(streaming) : streaming;
    },
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
