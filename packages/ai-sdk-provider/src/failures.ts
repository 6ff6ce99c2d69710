/**
 * Errors of ours in the AI SDK's words. The core repeats a call whose error says `isRetryable`, as a new order: so only
 * refusals that provably ordered nothing say so. A lost answer has already been repeated by the client, under one
 * Idempotency-Key, and must not begin again under another.
 */
import { APICallError } from '@ai-sdk/provider';
import { isSluiceError } from '@sluice/sdk';

/** Refused before anything was written. */
const NOTHING_ORDERED = new Set(['rate_limited', 'queue_full', 'overloaded', 'storage_full']);

/** `url` and `asked` are what the error shows to a person. */
export function callError(error: unknown, url: string, asked: unknown): unknown {
  if (!isSluiceError(error)) return error;
  const { code, message, field, fix, status, requestId, retryAfterSeconds } = error;
  const where = field === undefined ? '' : ` (${field})`;
  return new APICallError({
    message: `${code}${where}: ${message} ${fix}`,
    url,
    requestBodyValues: asked,
    ...(status === null ? {} : { statusCode: status }),
    ...(retryAfterSeconds === null ? {} : { responseHeaders: { 'retry-after': String(retryAfterSeconds) } }),
    isRetryable: NOTHING_ORDERED.has(code),
    data: { code, field, fix, requestId },
    cause: error,
  });
}

/** No clip came of it: the upstream refused it, or the render failed. Nothing was charged. */
export function renderError(message: string, url: string, asked: unknown): APICallError {
  return new APICallError({ message, url, requestBodyValues: asked, isRetryable: false });
}
