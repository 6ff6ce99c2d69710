/** The vendor's error object, and the HTTP status under which each code is sent. */
import { type EmulatorAnswer, textAnswer } from '../exchange.ts';
import { type JsonObject, writeJson } from '../json.ts';

const statusOf: Readonly<Record<string, number>> = {
  insufficient_quota: 402,
  insufficient_user_quota: 402,
  quota_not_enough: 402,
  account_balance_insufficient: 402,
  insufficient_token_quota: 402,
  key_quota_exhausted: 402,
  token_daily_quota_exceeded: 402,
  invalid_api_key: 401,
  key_disabled: 401,
  key_expired: 401,
  key_model_not_allowed: 403,
  ip_restricted: 403,
  resource_not_found: 404,
  request_too_large: 413,
  rate_limit_exceeded: 429,
  service_error: 500,
  paid_outcome_unknown: 500,
  no_available_channel: 503,
  model_unavailable: 503,
  service_unavailable: 503,
};

export type Refusal = { code: string; message: string; param?: string; status?: number };

export function refusalAnswer(refusal: Refusal, requestId: string): EmulatorAnswer {
  const status = refusal.status ?? statusOf[refusal.code] ?? 400;
  const error: JsonObject = {
    code: refusal.code,
    message: refusal.message,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    param: refusal.param ?? null,
    fallback_suggestion: null,
    action_url: status === 402 ? 'https://evolink.ai/dashboard/credits' : null,
    request_id: requestId,
  };
  return textAnswer(status, 'application/json', writeJson({ error }));
}
