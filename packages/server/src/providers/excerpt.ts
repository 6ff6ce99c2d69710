/**
 * What is kept of a body so that a person can see what was really said: short, without secrets. Credentials are masked
 * by the redactor of the exchange; here go what only bodies hold: signatures in addresses, the token of our callback
 * address, and pictures as text. It never throws: what is kept for people must not change what became of a request.
 */
import type { Redactor } from './redaction.ts';

export const EXCERPT_MOST = 1_200;
/** Only so much is looked at, of megabytes of picture. */
const READ_MOST = 64 * 1024;
/** Longer than any secret: where the reading stops, one may have been cut in two and so not been seen. */
const EDGE = 1_024;
const RUN_KEPT = 160;

/** No prompt goes on for so long without a space; pictures do. */
const LONG_RUN = /[^\s"\\]{240,}/g;
const CALLBACK_TOKEN = /(\/callbacks\/[^\s"'/\\]+\\?\/)[^\s"'?#\\]+/g;
const ADDRESS_QUERY = /(https?:\\?\/\\?\/[^\s"'<>?#]+)\?[^\s"'<>]*/gi;

/** Null where there was no body. */
export function excerptOf(body: string | null, redact: Redactor): string | null {
  if (body === null || body === '') return null;
  try {
    const read = redact(body.slice(0, READ_MOST))
      .replace(CALLBACK_TOKEN, '$1…')
      .replace(ADDRESS_QUERY, '$1?…');
    const whole = body.length <= READ_MOST ? read : read.slice(0, -EDGE);
    const short = whole.replace(LONG_RUN, (run) => `${run.slice(0, RUN_KEPT)}…`);
    const isWhole = body.length <= READ_MOST && short.length <= EXCERPT_MOST;
    return isWhole ? short : `${short.slice(0, EXCERPT_MOST)}… (${body.length} characters in all)`;
  } catch {
    return null;
  }
}
