/**
 * Refusals in OpenAI's words: `{ "error": { message, type, param, code } }`. Its SDK repeats 409, 429 and 5xx unless
 * `x-should-retry: false` says that the same request cannot succeed, so that goes with an empty balance.
 */
import { type ErrorCode, errorCatalogue, type Refusal } from '@sluice/contract';
import type { RefusalShape } from '../../problem.ts';

/** `word`: OpenAI's own code. */
type Said = { status: number; type: string; word: string | null; retry?: false };

const INVALID = 'invalid_request_error';

/** Where OpenAI has a word of its own; anything else keeps our code and status. */
const SAID: Partial<Record<ErrorCode, Said>> = {
  invalid_json: { status: 400, type: INVALID, word: 'invalid_json' },
  invalid_input: { status: 400, type: INVALID, word: 'invalid_value' },
  unknown_field: { status: 400, type: INVALID, word: 'unknown_parameter' },
  unknown_model: { status: 400, type: INVALID, word: 'invalid_value' },
  missing_key: { status: 401, type: INVALID, word: null },
  invalid_key: { status: 401, type: INVALID, word: 'invalid_api_key' },
  forbidden: { status: 403, type: INVALID, word: 'insufficient_permissions' },
  account_suspended: { status: 403, type: INVALID, word: 'account_deactivated' },
  gone: { status: 404, type: INVALID, word: 'not_found' },
  insufficient_balance: { status: 429, type: 'insufficient_quota', word: 'insufficient_quota', retry: false },
  key_budget_exhausted: { status: 429, type: 'insufficient_quota', word: 'insufficient_quota', retry: false },
  idempotency_mismatch: { status: 400, type: INVALID, word: 'idempotency_mismatch' },
  cancel_too_late: { status: 409, type: INVALID, word: 'conflict', retry: false },
  conflict: { status: 409, type: INVALID, word: 'conflict', retry: false },
  rate_limited: { status: 429, type: 'requests', word: 'rate_limit_exceeded' },
  queue_full: { status: 429, type: 'requests', word: 'rate_limit_exceeded' },
};

/** Our names for what OpenAI calls otherwise. */
const PARAMS: Readonly<Record<string, string>> = {
  duration: 'seconds',
  aspect_ratio: 'size',
  quality: 'size',
  image_start: 'input_reference',
  first_frame: 'input_reference',
  video_url: 'video',
  base_video: 'video',
};

export const openaiRefusal: RefusalShape = (refusal) => {
  const { status, type, word, retry } = SAID[refusal.code] ?? otherwise(refusal.code);
  const param = refusal.field === undefined ? null : (PARAMS[refusal.field] ?? refusal.field);
  const body = { error: { message: messageOf(refusal), type, param, code: word } };
  return { status, body, ...(retry === false ? { headers: { 'x-should-retry': 'false' } } : {}) };
};

function otherwise(code: ErrorCode): Said {
  const native = errorCatalogue[code].status;
  // What cannot be ordered is a bad request there, never 422.
  const status = native === 422 ? 400 : native;
  return { status, type: status >= 500 ? 'server_error' : INVALID, word: code };
}

function messageOf(refusal: Refusal): string {
  const { title, fix } = errorCatalogue[refusal.code];
  return `${refusal.message ?? title} ${refusal.fix ?? fix}`;
}
