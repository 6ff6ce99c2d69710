/**
 * Refusals as the AI Gateway says them: `{ "error": { message, type, param, code } }`. Its client knows six types; the
 * AI SDK repeats a call that ended in 408, 409, 429 or 5xx, so nothing that can never succeed has one of these.
 */
import { type ErrorCode, errorCatalogue, type Refusal } from '@sluice/contract';
import type { RefusalShape } from '../../problem.ts';

const TYPES: Partial<Record<ErrorCode, string>> = {
  missing_key: 'authentication_error',
  invalid_key: 'authentication_error',
  forbidden: 'forbidden',
  account_suspended: 'forbidden',
  unknown_model: 'model_not_found',
  rate_limited: 'rate_limit_exceeded',
  queue_full: 'rate_limit_exceeded',
};

export const aiGatewayRefusal: RefusalShape = (refusal) => ({
  status: statusOf(refusal.code),
  body: { error: errorOf(refusal) },
});

export function errorOf(refusal: Refusal) {
  const { code, field } = refusal;
  const { title, fix } = errorCatalogue[code];
  return {
    message: `${refusal.message ?? title} ${refusal.fix ?? fix}`,
    type: TYPES[code] ?? (statusOf(code) >= 500 ? 'internal_server_error' : 'invalid_request_error'),
    param: field === undefined ? null : { field },
    code,
  };
}

function statusOf(code: ErrorCode): number {
  if (code === 'unknown_model') return 404;
  const { status } = errorCatalogue[code];
  return status === 422 || code === 'conflict' ? 400 : status;
}
