/**
 * Sends requests: address, headers, time limit, retries. The only file that calls fetch. A response is read
 * inside the attempt, so an answer that breaks off half-way is repeated like one that never came.
 */
import type { Clock } from './clock.ts';
import { errorFromAnswer, isSluiceError, SluiceError } from './problem.ts';
import { type Failure, retryDelayMs } from './retry.ts';
import { pathOf, type Route, routes } from './routes.ts';

export type FetchLike = (input: string, init: RequestInit) => Promise<Response>;

export type TransportOptions = {
  /** Without a trailing slash. */
  baseUrl: string;
  apiKey: string | undefined;
  /** Send and take the cookies of the own origin. */
  cookies: boolean;
  fetch: FetchLike;
  /** Limit of one attempt: to the end of a JSON answer, to the headers of a stream. */
  timeoutMs: number;
  maxRetries: number;
  clock: Clock;
  random: () => number;
  newIdempotencyKey: () => string;
};

/** What a caller may set on each call. */
export type CallOptions = {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  maxRetries?: number | undefined;
  /** Only on creates. Minted once per call when left out. */
  idempotencyKey?: string | undefined;
};

export type Query = Record<string, string | number | boolean | null | undefined>;

/** What fetch takes as a body; the name differs between platforms. */
export type Content = NonNullable<RequestInit['body']>;

export type Call = {
  route: Route;
  id?: string;
  query?: Query | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is; called again for each attempt. */
  content?: { type: string; open: () => Content };
  headers?: Record<string, string>;
  /** An address to use instead of the route's own, and whether our key may go there. */
  address?: { url: string; withKey: boolean };
  accept?: string;
};

export type Transport = {
  json<T>(call: Call, options?: CallOptions): Promise<T>;
  /** The answer with its body unread; the time limit ends with the headers. */
  open(call: Call, options?: CallOptions): Promise<Response>;
  clock: Clock;
  baseUrl: string;
  /** What a session told us; goes with everything that is no read. */
  forgery: { token: string | null };
};

type Sending = TransportOptions & { forgery: Transport['forgery'] };

/** What to do with a good answer, and whether its body is read on after the call has returned. */
type Reader<T> = { read: (response: Response) => Promise<T>; streams: boolean };

export function createTransport(given: TransportOptions): Transport {
  const options: Sending = { ...given, forgery: { token: null } };
  return {
    json: <T>(call: Call, callOptions?: CallOptions) =>
      send<T>(options, call, callOptions ?? {}, { read: readJson<T>, streams: false }),
    open: (call, callOptions) =>
      send(options, call, callOptions ?? {}, { read: async (response) => response, streams: true }),
    clock: options.clock,
    baseUrl: options.baseUrl,
    forgery: options.forgery,
  };
}

async function send<T>(
  options: Sending,
  call: Call,
  callOptions: CallOptions,
  reader: Reader<T>,
): Promise<T> {
  const { signal } = callOptions;
  // Minted here, outside the loop: all attempts of one call are one order.
  const idempotencyKey = callOptions.idempotencyKey ?? mintKey(options, call);
  const maxRetries = callOptions.maxRetries ?? options.maxRetries;
  for (let sent = 1; ; sent += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt(options, call, { ...callOptions, idempotencyKey }, reader);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!isSluiceError(error)) throw error;
      if (await renewForgeryToken(options, error, sent, signal)) continue;
      const { repeat } = call.route;
      const state = { repeat, sent, maxRetries, random: options.random() };
      const delayMs = retryDelayMs(failureOf(error), state);
      if (delayMs === null) throw error;
      await options.clock.sleep(delayMs, signal);
    }
  }
}

/**
 * Another tab signed in again, so this one's token is of a session that is over. What was refused for its token was
 * not done, so it is sent again, once, with the new one.
 */
async function renewForgeryToken(
  options: Sending,
  { code }: SluiceError,
  sent: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (code !== 'csrf_refused' || !options.cookies || sent > 1) return false;
  const call: Call = { route: routes.getSession };
  const reader = { read: readJson<{ csrf_token: string | null }>, streams: false };
  const session = await attempt(options, call, { signal }, reader).catch(() => null);
  if (!session?.csrf_token) return false;
  options.forgery.token = session.csrf_token;
  return true;
}

/** Every create carries a key, also where the gateway does not look at it yet: it costs nothing. */
function mintKey(options: TransportOptions, call: Call): string | undefined {
  const creates = call.route.method === 'POST' && call.route.repeat !== 'safe';
  return creates ? options.newIdempotencyKey() : undefined;
}

async function attempt<T>(
  options: Sending,
  call: Call,
  callOptions: CallOptions,
  reader: Reader<T>,
): Promise<T> {
  const limit = timeLimit(callOptions.timeoutMs ?? options.timeoutMs, callOptions.signal);
  let handedOut = false;
  try {
    const response = await options.fetch(addressOf(options, call), {
      method: call.route.method,
      headers: headersOf(options, call, callOptions),
      // A redirected write arrives as a read, or with its key at another host: better an error.
      redirect: call.route.method === 'GET' ? 'follow' : 'manual',
      ...(options.cookies ? { credentials: 'same-origin' } : {}),
      signal: limit.signal,
      ...bodyOf(call),
    });
    if (!response.ok) throw await refusal(response, options.clock.now());
    const result = await reader.read(response);
    handedOut = reader.streams;
    return result;
  } catch (error) {
    throw isSluiceError(error) ? error : lostAnswer(error, limit.timedOut(), options.baseUrl, call.route);
  } finally {
    limit.end(handedOut);
  }
}

function addressOf(options: TransportOptions, call: Call): string {
  const base = call.address?.url ?? `${options.baseUrl}${pathOf(call.route, call.id)}`;
  const pairs = Object.entries(call.query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? base : `${base}?${new URLSearchParams(pairs)}`;
}

function headersOf(options: Sending, call: Call, callOptions: CallOptions): Record<string, string> {
  const withKey = call.address?.withKey ?? true;
  const contentType = call.content?.type ?? (call.body === undefined ? undefined : 'application/json');
  return {
    accept: call.accept ?? 'application/json',
    ...(options.apiKey && withKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
    ...(contentType ? { 'content-type': contentType } : {}),
    ...forgeryHeader(options, call),
    ...(callOptions.idempotencyKey ? { 'idempotency-key': callOptions.idempotencyKey } : {}),
    ...call.headers,
  };
}

function forgeryHeader({ cookies, forgery }: Sending, { route }: Call): Record<string, string> {
  return cookies && forgery.token !== null && route.method !== 'GET'
    ? { 'x-sluice-csrf': forgery.token }
    : {};
}

function bodyOf(call: Call): RequestInit {
  if (call.body !== undefined) return { body: JSON.stringify(call.body) };
  if (!call.content) return {};
  const body = call.content.open();
  // Streams are sent while they are read; fetch wants that said (`duplex`), and types do not know it yet.
  const streaming: RequestInit & { duplex?: 'half' } =
    body instanceof ReadableStream ? { body, duplex: 'half' } : { body };
  return streaming;
}

async function refusal(response: Response, nowMs: number): Promise<SluiceError> {
  // A refusal that breaks off half-way is still a refusal: the status has arrived.
  const text = await response.text().catch(() => '');
  const { status, type } = response;
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const location = response.headers.get('location') ?? 'another address';
    return new SluiceError({
      code: 'unreadable_answer',
      message: `The gateway's address redirects writes to ${location}.`,
      fix: 'Use the address that it redirects to as the base URL.',
      status,
      requestId: response.headers.get('x-request-id'),
      retryable: false,
    });
  }
  return errorFromAnswer(status, response.headers, text, nowMs);
}

async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Whole, with a 2xx, and not JSON: a captive portal or a wrong base URL. Asking again will not help.
    throw new SluiceError({
      code: 'unreadable_answer',
      message: 'The answer is not JSON.',
      fix: 'Check that the base URL is the address of a Sluice gateway.',
      status: response.status,
      requestId: response.headers.get('x-request-id'),
      retryable: false,
      cause,
    });
  }
}

/** Codes of Node that arise before a single byte of the request is on its way. Browsers never say. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const LOST_ANSWER_FIX: Record<Route['repeat'], string> = {
  safe: 'Ask again.',
  keyed: 'Ask again with the same idempotencyKey: that never does it twice.',
  once: 'It may have been done: look before you ask again.',
};

function lostAnswer(error: unknown, timedOut: boolean, baseUrl: string, route: Route): SluiceError {
  const detail = systemCode(error);
  const facts = { status: null, requestId: null, retryable: true, cause: error };
  if (detail && NEVER_SENT.has(detail)) {
    const message = `Cannot connect to ${baseUrl} (${detail}).`;
    const fix = 'Check the address, and that the gateway runs.';
    return new SluiceError({ ...facts, code: 'connection_failed', message, fix });
  }
  const fix = LOST_ANSWER_FIX[route.repeat];
  if (timedOut) return new SluiceError({ ...facts, code: 'timeout', message: 'No answer in time.', fix });
  const message = `The connection to ${baseUrl} broke${detail ? ` (${detail})` : ''}.`;
  return new SluiceError({ ...facts, code: 'connection_lost', message, fix });
}

/** Node puts the reason under `cause`, with the system's code. */
function systemCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = current.cause;
  }
  return undefined;
}

function failureOf(error: SluiceError): Failure {
  if (error.code === 'connection_failed') return { kind: 'not_sent' };
  if (error.status === null) return { kind: 'lost' };
  const { status, retryAfterSeconds } = error;
  const ours = error.code !== 'unreadable_answer';
  return {
    kind: 'answered',
    status,
    code: ours ? error.code : null,
    retryable: ours ? error.retryable : null,
    retryAfterSeconds,
  };
}

/** Aborts after `ms` or with the caller's signal, and can tell which. */
function timeLimit(ms: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, ms);
  const abort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    /** A stream that was handed out must still end when the caller aborts, so it stays linked. */
    end(staysLinked: boolean): void {
      clearTimeout(timer);
      if (!staysLinked) outer?.removeEventListener('abort', abort);
    },
  };
}
