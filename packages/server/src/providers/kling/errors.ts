/**
 * The whole error table of the vendor ("Error codes", read as of 2026-09-20) and what each code means to us.
 *
 * HTTP 429 is three different things here: no slot or too fast (1303, 1302), an empty wallet (1100-1102)
 * and an address that is not allowed (1304). So the code decides, and the HTTP status only where there is
 * no known code. `created: 'maybe'` marks the codes after which a task may exist although the answer says
 * error.
 */
import { questionClassOf, questionFailed, retryAfterOf } from '../answers.ts';
import type { QuestionFailed, RefusalClass } from '../contract.ts';
import type { Answer } from './wire.ts';

export type ErrorRow = { http: number; means: string; created: 'no' | 'maybe'; class: RefusalClass };

export const errorTable: Readonly<Record<number, ErrorRow>> = {
  1000: row(401, 'authentication failed', 'credentials'),
  1001: row(401, 'no Authorization header', 'credentials'),
  1002: row(401, 'key not valid, or a JWT sent to a new path', 'credentials'),
  1003: row(401, 'token not yet valid', 'credentials'),
  1004: row(401, 'token expired', 'credentials'),
  1100: row(429, 'account abnormal', 'wallet'),
  1101: row(429, 'account in arrears', 'wallet'),
  1102: row(429, 'resource pack used up or expired', 'wallet'),
  1103: row(403, 'no right to this interface or model', 'no_model'),
  1200: row(400, 'bad parameters', 'bad_input'),
  1201: row(400, 'bad key or value', 'bad_input'),
  1202: row(404, 'wrong method', 'bad_input'),
  1203: row(404, 'no such resource, for example the model', 'bad_input'),
  1300: row(400, 'blocked by platform policy', 'moderation'),
  1301: row(400, 'content safety policy', 'moderation'),
  1302: row(429, 'too many requests', 'throttled'),
  1303: row(429, 'more tasks in flight than the pack allows', 'no_slot'),
  1304: row(429, 'address not on the allow list', 'forbidden'),
  5000: row(500, 'internal error', 'unavailable', 'maybe'),
  // Maintenance: the table does not say that nothing is created, so it is not believed either. One free
  // lookup settles it.
  5001: row(503, 'maintenance', 'unavailable', 'maybe'),
  5002: row(504, 'internal timeout', 'unavailable', 'maybe'),
};

function row(http: number, means: string, refusal: RefusalClass, created: 'no' | 'maybe' = 'no'): ErrorRow {
  return { http, means, created, class: refusal };
}

/** 1201 has no sub-code; these messages, seen live in 2026-09, tell apart what it stands for. */
export const messagesOf1201 = {
  duplicateKey: /^External_task_id .* already exists/is,
  notFound: /^Task not found\b/i,
} as const;

/**
 * Why a rendered task failed. There is no machine code for that, only a sentence, so this table of
 * literals is all there is; what it does not list is an upstream failure. Seen live and in public
 * clients, 2026-05 to 2026-10.
 */
export const failureMessages = [
  { literal: 'failure to pass the risk control system', class: 'moderation', code: 'risk_control' },
] as const;

type ErrorAnswer = Exclude<Answer, { kind: 'ok' }>;

export type Refusal = {
  kind: 'refused';
  class: RefusalClass;
  code: string;
  message: string;
  retryAfterMs: number | null;
};

/**
 * What an error answer to a create means: refused (provably nothing was created), never sent, or unknown.
 * Unknown is the rule; refused needs a documented code or an HTTP status that says that the request was
 * not carried out.
 */
export function readCreateError(
  answer: ErrorAnswer,
  nowMs: number,
): Refusal | { kind: 'not_sent'; reason: string } | { kind: 'unknown'; reason: string } {
  switch (answer.kind) {
    case 'not_sent':
      return { kind: 'not_sent', reason: answer.reason };
    case 'lost':
      return { kind: 'unknown', reason: `the answer was lost: ${answer.reason}` };
    case 'unreadable': {
      const refusal = classOfHttp(answer.httpStatus, false);
      if (!refusal) return { kind: 'unknown', reason: `unreadable answer with HTTP ${answer.httpStatus}` };
      const code = `http_${answer.httpStatus}`;
      const message = `HTTP ${answer.httpStatus} without a Kling answer; is the base URL right?`;
      return refused(refusal, code, message, retryAfterOf(answer.headers, nowMs));
    }
    case 'error': {
      const known = errorTable[answer.code];
      if (known?.created === 'maybe') return { kind: 'unknown', reason: sentenceOf(answer) };
      const refusal = known
        ? classOfKnown(answer.code, known, answer.message)
        : classOfHttp(answer.httpStatus, true);
      if (!refusal) return { kind: 'unknown', reason: sentenceOf(answer) };
      return refused(refusal, String(answer.code), sentenceOf(answer), retryAfterOfCode(answer, nowMs));
    }
  }
}

function refused(refusal: RefusalClass, code: string, message: string, retryAfterMs: number | null): Refusal {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs };
}

function classOfKnown(code: number, known: ErrorRow, message: string): RefusalClass {
  return code === 1201 && messagesOf1201.duplicateKey.test(message) ? 'duplicate_key' : known.class;
}

/** For answers whose code is not in the table (`enveloped`), or that are not Kling's at all. */
function classOfHttp(httpStatus: number, enveloped: boolean): RefusalClass | null {
  switch (httpStatus) {
    case 400:
    case 413:
    case 414:
    case 415:
    case 422:
    case 431:
      return 'bad_input';
    case 401:
      return 'credentials';
    case 402:
      return 'wallet';
    case 403:
      return 'forbidden';
    case 404:
    case 405:
      // Without an envelope this is some other server: the base URL is wrong and every order would fail
      // the same way.
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
    case 'unreadable':
      return questionFailed(
        questionClassOf(classOfHttp(answer.httpStatus, false), answer.httpStatus),
        `HTTP ${answer.httpStatus} without a readable Kling answer`,
        retryAfterOf(answer.headers, nowMs),
      );
    case 'error': {
      const refusal = errorTable[answer.code]?.class ?? classOfHttp(answer.httpStatus, true);
      const questionClass = questionClassOf(refusal, answer.httpStatus);
      return questionFailed(questionClass, sentenceOf(answer), retryAfterOfCode(answer, nowMs));
    }
  }
}

/**
 * The legacy query of one task: 400/1201 with this message live; the vendor's table would suggest
 * 404/1203.
 */
export function saysNotFound(answer: Answer): boolean {
  if (answer.kind !== 'error') return false;
  return answer.code === 1203 || (answer.code === 1201 && messagesOf1201.notFound.test(answer.message));
}

export function failureOf(message: string): {
  class: 'moderation' | 'upstream';
  code: string;
  message: string;
} {
  const plain = message.trim().toLowerCase();
  const known = failureMessages.find((failure) => plain.startsWith(failure.literal));
  return { class: known?.class ?? 'upstream', code: known?.code ?? 'failed', message: message.slice(0, 500) };
}

function sentenceOf(answer: {
  code: number;
  httpStatus: number;
  message: string;
  headers: Record<string, string>;
}) {
  const meaning = errorTable[answer.code]?.means ?? 'not in the vendor’s table';
  const clock = answer.code === 1003 || answer.code === 1004 ? answer.headers.date : undefined;
  const hint = clock ? ` The upstream’s clock says ${clock}.` : '';
  return `${answer.message || meaning} (HTTP ${answer.httpStatus}, code ${answer.code}: ${meaning}).${hint}`;
}

/**
 * A token that is not yet or no longer valid may be retried at once: every request is signed anew, and
 * nothing was created. The retry is the caller's, so that one run of `submit` yields one billable
 * request.
 */
function retryAfterOfCode(
  answer: { code: number; headers: Record<string, string> },
  nowMs: number,
): number | null {
  if (answer.code === 1003 || answer.code === 1004) return 0;
  return retryAfterOf(answer.headers, nowMs);
}
