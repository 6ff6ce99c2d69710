/**
 * The error codes of the unified API and what each means to us. Task codes: docs.evolink.ai, task detail (read
 * 2026-11-22). Codes of refusals: the error handler of the vendor's command line client (October 2026); the public
 * pages list the HTTP statuses 400, 401, 402, 403, 404, 413, 429, 500, 502 and 503 only.
 *
 * The money and key codes are said at the door: that client counts them, and no others, as proof that nothing was
 * ordered. We also believe the codes that are about the request itself and those of a choice that came to nothing.
 *
 * The code decides, and the HTTP status where there is no known code. Credits are reserved before the work is handed
 * to a supplier, so a server error after a create proves nothing: `created: 'maybe'`.
 */
import { questionClassOf, questionFailed, retryAfterOf } from '../answers.ts';
import type { FailureClass, QuestionFailed, RefusalClass, SubmitOutcome } from '../contract.ts';
import type { Answer, Fault } from './wire.ts';

type Row = { class: RefusalClass; created: 'no' | 'maybe' };

const no = (refusal: RefusalClass): Row => ({ class: refusal, created: 'no' });
const maybe = (refusal: RefusalClass): Row => ({ class: refusal, created: 'maybe' });

export const refusalTable: Readonly<Record<string, Row>> = {
  // HTTP 402: the account's money, then the budgets of the key.
  insufficient_quota: no('wallet'),
  insufficient_user_quota: no('wallet'),
  quota_not_enough: no('wallet'),
  account_balance_insufficient: no('wallet'),
  insufficient_token_quota: no('wallet'),
  key_quota_exhausted: no('wallet'),
  token_daily_quota_exceeded: no('wallet'),
  key_daily_quota_exhausted: no('wallet'),
  key_disabled: no('credentials'),
  key_expired: no('credentials'),
  user_disabled: no('credentials'),
  key_model_not_allowed: no('no_model'),
  ip_restricted: no('forbidden'),
  // Nobody behind the vendor sells this model now: said before anything is reserved.
  no_available_channel: no('no_model'),
  channel_selection_failed: no('unavailable'),
  model_unavailable: no('no_model'),
  service_unavailable: maybe('unavailable'),
  invalid_parameters: no('bad_input'),
  content_policy_violation: no('moderation'),
  content_filter: no('moderation'),
  sensitive_content: no('moderation'),
  moderation_blocked: no('moderation'),
  input_moderation_failed: no('moderation'),
  // The key belongs to another body: an earlier send of this attempt did arrive.
  idempotency_conflict: no('duplicate_key'),
  // The vendor itself does not know what became of an order that it may have paid for.
  paid_outcome_unknown: maybe('unavailable'),
};

/** Why a task failed. What is not listed is an upstream failure. */
export const failureTable: Readonly<Record<string, FailureClass>> = {
  content_policy_violation: 'moderation',
  content_filter: 'moderation',
  sensitive_content: 'moderation',
  moderation_blocked: 'moderation',
  input_moderation_failed: 'moderation',
  invalid_parameters: 'bad_input',
  image_dimension_mismatch: 'bad_input',
  image_processing_error: 'bad_input',
  resource_not_found: 'bad_input',
  request_cancelled: 'upstream',
  generation_timeout: 'upstream',
  quota_exceeded: 'upstream',
  resource_exhausted: 'upstream',
  service_error: 'upstream',
  service_unavailable: 'upstream',
  generation_failed_no_content: 'upstream',
  unknown_error: 'upstream',
};

type ErrorAnswer = Exclude<Answer, { kind: 'ok' }>;

/** Unknown is the rule; refused needs a known code or an HTTP status that says that nothing was carried out. */
export function readCreateError(answer: ErrorAnswer, nowMs: number): SubmitOutcome {
  switch (answer.kind) {
    case 'not_sent':
      return { kind: 'not_sent', reason: answer.reason };
    case 'lost':
      return { kind: 'unknown', reason: `the answer was lost: ${answer.reason}` };
    case 'unreadable': {
      const refusal = classOfHttp(answer.httpStatus, false);
      const message = `HTTP ${answer.httpStatus} without an answer of this API; is the base URL right?`;
      if (!refusal) return { kind: 'unknown', reason: `unreadable answer with HTTP ${answer.httpStatus}` };
      const retryAfterMs = retryAfterOf(answer.headers, nowMs);
      return { kind: 'refused', class: refusal, code: `http_${answer.httpStatus}`, message, retryAfterMs };
    }
    case 'error': {
      const row = rowOf(answer.fault);
      const refusal = row ? row.class : classOfHttp(answer.httpStatus, true);
      if (!refusal || row?.created === 'maybe') return { kind: 'unknown', reason: sentenceOf(answer) };
      const code = answer.fault.code ?? `http_${answer.httpStatus}`;
      const retryAfterMs = retryAfterOf(answer.headers, nowMs);
      return { kind: 'refused', class: refusal, code, message: sentenceOf(answer), retryAfterMs };
    }
  }
}

function rowOf({ code }: Fault): Row | null {
  return (code !== null && Object.hasOwn(refusalTable, code) && refusalTable[code]) || null;
}

/** For codes that are not in the table (`enveloped`), or answers that are not of this API at all. */
function classOfHttp(httpStatus: number, enveloped: boolean): RefusalClass | null {
  switch (httpStatus) {
    case 400:
    case 413:
    case 422:
      return 'bad_input';
    case 401:
      return 'credentials';
    case 402:
      return 'wallet';
    case 403:
      return 'forbidden';
    case 404:
      // Without an envelope this is some other server: the base URL is wrong and every order would fail the same way.
      return enveloped ? 'bad_input' : 'forbidden';
    case 429:
      return 'throttled';
    default:
      return null;
  }
}

/** What an error answer to a free question means for the question. It never says anything about a task. */
export function readQuestionError(answer: ErrorAnswer, nowMs: number): QuestionFailed {
  switch (answer.kind) {
    case 'not_sent':
    case 'lost':
      return questionFailed('unavailable', answer.reason);
    case 'unreadable': {
      const message = `HTTP ${answer.httpStatus} without a readable answer`;
      return questionFailed(
        questionClassOf(classOfHttp(answer.httpStatus, true), answer.httpStatus),
        message,
        retryAfterOf(answer.headers, nowMs),
      );
    }
    case 'error': {
      const refusal = rowOf(answer.fault)?.class ?? classOfHttp(answer.httpStatus, true);
      const failedBy = questionClassOf(refusal, answer.httpStatus);
      return questionFailed(failedBy, sentenceOf(answer), retryAfterOf(answer.headers, nowMs));
    }
  }
}

/** Only these words in a 404 say that the task is not there; another gateway's 404 says nothing about it. */
const absent = new Set(['resource_not_found', 'task_not_found']);

export function saysNotFound(answer: Answer): boolean {
  return answer.kind === 'error' && answer.httpStatus === 404 && absent.has(answer.fault.code ?? '');
}

export function failureOf(fault: Fault | null): { class: FailureClass; code: string; message: string } {
  const code = fault?.code ?? 'failed';
  const known = Object.hasOwn(failureTable, code) ? failureTable[code] : undefined;
  return { class: known ?? 'upstream', code, message: (fault?.message ?? '').slice(0, 500) };
}

function sentenceOf({ httpStatus, fault }: Extract<ErrorAnswer, { kind: 'error' }>): string {
  const said = fault.message.slice(0, 500) || fault.type || 'no message';
  return `${said} (HTTP ${httpStatus}, code ${fault.code ?? 'none'})`;
}
