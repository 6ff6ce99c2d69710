/** The one error that the client throws, for refusals by the gateway and for answers that never came. */
import type { ErrorCode, Problem } from './types.ts';

/**
 * Codes that no gateway sends.
 * connection_failed: the request provably never left. connection_lost: it may have arrived.
 * timeout: no whole answer in time; it may have arrived. unreadable_answer: not what the API sends, so
 * something else answered (a proxy, a wrong address).
 */
export type ClientErrorCode = 'connection_failed' | 'connection_lost' | 'timeout' | 'unreadable_answer';

export type SluiceErrorCode = ErrorCode | ClientErrorCode;

export type SluiceErrorFacts = {
  /** A code of the catalogue, or one of ours. A newer gateway may send words not listed here. */
  code: SluiceErrorCode | (string & {});
  message: string;
  /** The field at fault, as a path: `model_params.multi_prompt[0]`. */
  field?: string | undefined;
  allowed?: unknown;
  fix: string;
  /** HTTP status; null when there was no answer. */
  status: number | null;
  requestId: string | null;
  /** Whether the same request may succeed later. */
  retryable: boolean;
  retryAfterSeconds?: number | null | undefined;
  cause?: unknown;
};

export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: SluiceErrorFacts['code'];
  readonly field: string | undefined;
  readonly allowed: unknown;
  readonly fix: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;

  constructor(facts: SluiceErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.field = facts.field;
    this.allowed = facts.allowed;
    this.fix = facts.fix;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryable = facts.retryable;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

export function isSluiceError(error: unknown): error is SluiceError {
  return error instanceof SluiceError;
}

/** Reads the body of a refusal. Anything that is not our shape came from something in between. */
export function errorFromAnswer(status: number, headers: Headers, text: string, nowMs: number): SluiceError {
  const retryAfterSeconds = readRetryAfter(headers.get('retry-after'), nowMs);
  const problem = readProblem(text);
  const requestId = problem?.request_id ?? headers.get('x-request-id');
  if (problem) {
    return new SluiceError({
      code: problem.code,
      message: problem.message,
      field: problem.field,
      allowed: problem.allowed,
      fix: problem.fix,
      status,
      requestId,
      retryable: problem.retryable,
      retryAfterSeconds,
    });
  }
  return new SluiceError({
    code: 'unreadable_answer',
    message: `HTTP ${status} that did not come from Sluice: ${excerpt(text) || 'empty body'}`,
    fix: 'Check the base URL, and what stands between here and the gateway.',
    status,
    requestId,
    retryable: status >= 500 || status === 429,
    retryAfterSeconds,
  });
}

function readProblem(text: string): Problem['error'] | null {
  const body = parseJson(text);
  const error = isRecord(body) ? body.error : undefined;
  if (!isRecord(error) || typeof error.code !== 'string') return null;
  const { code, message, field, allowed, fix, retryable, request_id } = error;
  return {
    code,
    message: typeof message === 'string' ? message : code,
    ...(typeof field === 'string' ? { field } : {}),
    ...(allowed === undefined ? {} : { allowed }),
    fix: typeof fix === 'string' ? fix : '',
    retryable: retryable === true,
    request_id: typeof request_id === 'string' ? request_id : '',
  };
}

/** Seconds, or an HTTP date; null when absent or not readable. */
export function readRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > 120 ? `${flat.slice(0, 120)}…` : flat;
}
