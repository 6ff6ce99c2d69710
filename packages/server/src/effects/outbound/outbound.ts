/**
 * The one way out. Upstream calls, result copies, input fetches and webhook deliveries all pass here;
 * nothing else in the server opens a socket (tidy checks it).
 *
 * What it guarantees: the name is resolved once, every address is checked, and the connection goes to
 * the checked address (TLS name and Host unchanged); each redirect hop repeats all of it; decoded bytes,
 * headers and time are capped; proxies from the environment are ignored.
 *
 * What it tells apart is the heart of the submit protocol: `not_sent` means that provably no byte of the
 * request left this machine, so a paid request may be repeated; `lost` means that it may have arrived.
 */
export type Outbound = {
  /** Sends once (never retries) and reads the whole body, up to `limits.maxBytes` decoded. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Sends once and hands over the body as a stream, for copies. The caller must drain or cancel it. */
  stream(request: OutboundRequest): Promise<OutboundStream | OutboundFailure>;
};

export type OutboundRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  url: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /**
   * Where the address came from. `configured`: written by the operator (a path's base URL), which may be
   * an internal address when the operator allow-listed it. `given`: came from a client or an upstream.
   */
  trust: 'configured' | 'given';
  limits: OutboundLimits;
  /** Redirect hops to follow; 0 hands a 3xx back as an answer. Never followed with a body. */
  redirects: number;
  signal?: AbortSignal;
};

export type OutboundLimits = {
  connectMs: number;
  /** From the request being sent to the last header byte. */
  headersMs: number;
  /** Longest silence inside the body. */
  idleMs: number;
  totalMs: number;
  /** Decoded bytes. */
  maxBytes: number;
};

export type OutboundAnswer = OutboundReply | OutboundFailure;

export type OutboundReply = {
  kind: 'answered';
  status: number;
  /** Lower-case names; repeated headers joined by ", ". */
  headers: Record<string, string>;
  body: Uint8Array;
  finalUrl: string;
};

export type OutboundStream = {
  kind: 'streaming';
  status: number;
  headers: Record<string, string>;
  /** Ends by throwing OutboundStreamError on a cut, an idle time-out or too many bytes. */
  body: AsyncIterable<Uint8Array>;
  finalUrl: string;
  cancel(): void;
};

export type OutboundFailure =
  | { kind: 'not_sent'; reason: NotSentReason; detail: string }
  | { kind: 'lost'; reason: LostReason; status?: number; detail: string };

export type NotSentReason =
  | 'bad_url'
  | 'address_blocked'
  | 'dns'
  | 'connect_refused'
  | 'connect_timeout'
  | 'tls'
  /** The caller's signal fired first: a graceful stop must not turn unsent orders into unknown ones. */
  | 'aborted';

export type LostReason = 'reset' | 'timeout' | 'too_large' | 'bad_encoding' | 'bad_redirect' | 'aborted';

export class OutboundStreamError extends Error {
  readonly reason: LostReason;
  constructor(reason: LostReason, detail: string) {
    super(detail);
    this.name = 'OutboundStreamError';
    this.reason = reason;
  }
}
