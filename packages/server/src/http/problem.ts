/**
 * The one place that turns what went wrong into an answer. Refusals are values and become their catalogue entry;
 * exceptions are bugs or lost infrastructure and become 503 or 500, with nothing of their text: no stack, no SQL.
 */
import { type ErrorCode, errorCatalogue, type Problem, type Refusal } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { databaseFailure } from '../store/database-failure.ts';

/** Seconds to wait where the refusal does not say. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  idempotency_in_progress: 1,
  rate_limited: 5,
  queue_full: 10,
  overloaded: 2,
  unavailable: 2,
  storage_full: 60,
  quarantined: 60,
};

export function refuse(code: ErrorCode, rest: Omit<Refusal, 'code'> = {}): Refusal {
  return { code, ...rest };
}

export function problemOf(refusal: Refusal, requestId: string): Problem {
  const entry = errorCatalogue[refusal.code];
  return {
    error: {
      code: refusal.code,
      message: refusal.message ?? entry.title,
      ...(refusal.field === undefined ? {} : { field: refusal.field }),
      ...(refusal.allowed === undefined ? {} : { allowed: refusal.allowed }),
      fix: refusal.fix ?? entry.fix,
      retryable: entry.retryable,
      request_id: requestId,
      type: entry.status >= 500 ? 'server_error' : 'invalid_request_error',
      param: refusal.field ?? null,
    },
  };
}

/** How a refusal is worded to clients of a foreign protocol. */
export type RefusalShape = (
  refusal: Refusal,
  request: FastifyRequest,
) => { status: number; body: unknown; headers?: Readonly<Record<string, string>> };

const nativeShape: RefusalShape = (refusal, request) => ({
  status: errorCatalogue[refusal.code].status,
  body: problemOf(refusal, request.id),
});

export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { request } = reply;
  const { status, body, headers } = (request.refusalShape ?? nativeShape)(refusal, request);
  const retryAfter = refusal.retryAfterSeconds ?? RETRY_AFTER[refusal.code];
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="sluice"');
  // A body that was refused unread would otherwise be read as the next request of the connection.
  if (status === 413 || status === 408) reply.header('connection', 'close');
  reply.header('content-type', 'application/json; charset=utf-8').removeHeader('content-length');
  return reply
    .status(status)
    .headers(headers ?? {})
    .send(body);
}

/** An exception as a refusal. `internal` is a fault of ours and belongs into the log with its stack. */
export function refusalOf(error: unknown): Refusal {
  const byFramework = frameworkRefusal(error);
  if (byFramework) return byFramework;
  switch (databaseFailure(error)) {
    case 'unavailable':
      return { code: 'unavailable' };
    case 'contention':
      return { code: 'unavailable', message: 'Too many changes at the same place at once.' };
    case 'commit_unknown':
      return {
        code: 'unavailable',
        message: 'The database went away while it saved this; it may have happened.',
        fix: 'Repeat the request with the same Idempotency-Key or reference.',
      };
    case 'constraint':
    case 'other':
      return { code: 'internal' };
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** What the HTTP framework says about a request that it could not read. */
function frameworkRefusal(error: unknown): Refusal | null {
  const code = codeOf(error);
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'payload_too_large' };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return { code: 'unsupported_media_type' };
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return { code: 'invalid_json', message: 'The body is not as long as its Content-Length says.' };
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { code: 'invalid_json' };
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { code: 'not_found' };
    default:
      return error instanceof UnreadableBody ? error.refusal : null;
  }
}

/** Thrown inside body parsers, where the framework knows only errors. */
export class UnreadableBody extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message ?? refusal.code);
    this.name = 'UnreadableBody';
    this.refusal = refusal;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: the native API's. */
    refusalShape: RefusalShape | null;
  }
}
