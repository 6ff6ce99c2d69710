/**
 * Refusals in Kling's words: `{ code, message, request_id }` with the HTTP status of its error table (error code page,
 * read 2026-09-20). An empty balance is 429 there, as code 1102; clients tell it from load by the code.
 */
import { type ErrorCode, errorCatalogue, type Refusal } from '@sluice/contract';
import type { RefusalShape } from '../../problem.ts';

type Said = { status: number; code: number; message?: string };

const BAD_VALUE: Said = { status: 400, code: 1201 };
const PAUSED: Said = { status: 503, code: 5001 };

const SAID: Readonly<Record<ErrorCode, Said>> = {
  ...everyCode(BAD_VALUE),
  invalid_json: { status: 400, code: 1200 },
  unknown_model: { status: 404, code: 1203 },
  unsupported_media_type: { status: 400, code: 1200 },
  payload_too_large: { status: 413, code: 1200 },
  missing_key: { status: 401, code: 1001, message: 'Authorization is empty' },
  invalid_key: { status: 401, code: 1002 },
  forbidden: { status: 403, code: 1103 },
  account_suspended: { status: 429, code: 1100, message: 'Account exception' },
  method_not_allowed: { status: 404, code: 1202 },
  not_found: { status: 404, code: 1203 },
  insufficient_balance: { status: 429, code: 1102, message: 'Account balance not enough' },
  key_budget_exhausted: { status: 429, code: 1102, message: 'Account balance not enough' },
  idempotency_in_progress: { status: 429, code: 1302 },
  rate_limited: { status: 429, code: 1302 },
  queue_full: { status: 429, code: 1303, message: 'parallel task over resource pack limit' },
  overloaded: PAUSED,
  unavailable: PAUSED,
  storage_full: PAUSED,
  quarantined: PAUSED,
  internal: { status: 500, code: 5000 },
};

/** Our names for what Kling calls otherwise, in both of its generations. */
const FIELDS: Readonly<Record<string, string>> = {
  quality: 'resolution',
  sound: 'audio',
  'model_params.character_orientation': 'character_orientation',
  'model_params.multi_shot': 'multi_shot',
  image_start: 'first_frame',
  image_end: 'last_frame',
};

export const klingRefusal: RefusalShape = (refusal, request) => {
  const { status, code, message } = saidOf(refusal);
  return { status, body: { code, message: message ?? messageOf(refusal), request_id: request.id } };
};

function saidOf({ code, field }: Refusal): Said {
  if (code === 'invalid_key' && field === 'nbf') return { status: 401, code: 1003 };
  if (code === 'invalid_key' && field === 'exp') return { status: 401, code: 1004 };
  return SAID[code];
}

function messageOf({ code, field, message }: Refusal): string {
  const text = message ?? errorCatalogue[code].title;
  if (field === undefined) return text;
  const name = FIELDS[field] ?? field;
  return text.startsWith(`${name}:`) ? text : `${name}: ${text}`;
}

function everyCode(said: Said): Record<ErrorCode, Said> {
  return Object.fromEntries(Object.keys(errorCatalogue).map((code) => [code, said])) as Record<
    ErrorCode,
    Said
  >;
}
