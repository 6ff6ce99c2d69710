/** What we send and keep of headers. */
import { validateHeaderName, validateHeaderValue } from 'node:http';

const USER_AGENT = 'sluice/1';

/** These belong to the connection, not to the caller. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What may follow a redirect to another origin. A list of the harmless rather than of the secret:
 * upstreams keep inventing names for key headers.
 */
const PORTABLE_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
]);

export type RequestHeaders = { headers: Record<string, string> } | { refused: string };

export function requestHeaders(given: Record<string, string>, acceptEncoding: string): RequestHeaders {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, 'accept-encoding': acceptEncoding };
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (CONNECTION_HEADERS.has(lower)) return { refused: `header ${lower} is not the caller's` };
    if (!isSendable(lower, value)) return { refused: `header ${JSON.stringify(lower)} cannot be sent` };
    headers[lower] = value;
  }
  return { headers };
}

export function portableHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => PORTABLE_HEADERS.has(name)));
}

/** After decoding, these would describe bytes that nobody has any more. */
export function decodedHeaders(headers: Record<string, string>): Record<string, string> {
  const {
    'content-encoding': _coding,
    'content-length': _length,
    'accept-ranges': _ranges,
    ...kept
  } = headers;
  return kept;
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
