/**
 * The codes of the envelope (docs.kie.ai, read 2026-11-22) and what each means to us. They come with HTTP 200 as well
 * as with the HTTP status of the same number; the code decides.
 *
 * `created: 'maybe'` marks the codes after which a task may exist although the answer says error. A task that exists
 * and cannot be asked for costs money, so only what is said of the request and not of the work is a refusal.
 */
import { questionClassOf, questionFailed, retryAfterOf } from '../answers.ts';
import type { FailureClass, QuestionFailed, RefusalClass, SubmitOutcome } from '../contract.ts';
import type { Answer } from './wire.ts';

type Row = { means: string; class: RefusalClass; created: 'no' | 'maybe' };

export const codeTable: Readonly<Record<number, Row>> = {
  401: { means: 'key missing or not valid', class: 'credentials', created: 'no' },
  402: { means: 'not enough credits', class: 'wallet', created: 'no' },
  404: { means: 'no such thing', class: 'bad_input', created: 'no' },
  408: { means: 'the supplier did not answer for ten minutes', class: 'unavailable', created: 'maybe' },
  422: { means: 'parameters not valid', class: 'bad_input', created: 'no' },
  429: { means: 'more than 20 new tasks in 10 seconds', class: 'throttled', created: 'no' },
  // The whole service is closed: said at the door, before an order is looked at.
  455: { means: 'maintenance', class: 'unavailable', created: 'no' },
  500: { means: 'internal error', class: 'unavailable', created: 'maybe' },
  501: { means: 'the generation failed', class: 'unavailable', created: 'maybe' },
  505: { means: 'the feature is switched off', class: 'no_model', created: 'no' },
};

type ErrorAnswer = Exclude<Answer, { kind: 'ok' }>;

export function readCreateError(answer: ErrorAnswer, nowMs: number): SubmitOutcome {
  switch (answer.kind) {
    case 'not_sent':
      return { kind: 'not_sent', reason: answer.reason };
    case 'lost':
      return { kind: 'unknown', reason: `the answer was lost: ${answer.reason}` };
    case 'unreadable': {
      const refusal = classOfHttp(answer.httpStatus, false);
      if (!refusal) return { kind: 'unknown', reason: `unreadable answer with HTTP ${answer.httpStatus}` };
      const message = `HTTP ${answer.httpStatus} without an answer of Kie; is the base URL right?`;
      const retryAfterMs = retryAfterOf(answer.headers, nowMs);
      return { kind: 'refused', class: refusal, code: `http_${answer.httpStatus}`, message, retryAfterMs };
    }
    case 'error': {
      const row = codeTable[answer.code];
      const refusal = row ? row.class : classOfHttp(answer.httpStatus, true);
      if (!refusal || row?.created === 'maybe') return { kind: 'unknown', reason: sentenceOf(answer) };
      const retryAfterMs = retryAfterOf(answer.headers, nowMs);
      const message = sentenceOf(answer);
      return { kind: 'refused', class: refusal, code: String(answer.code), message, retryAfterMs };
    }
  }
}

/** For codes that are not in the table (`enveloped`), or answers that are not Kie's at all. */
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
      const failedBy = questionClassOf(classOfHttp(answer.httpStatus, true), answer.httpStatus);
      const message = `HTTP ${answer.httpStatus} without a readable answer`;
      return questionFailed(failedBy, message, retryAfterOf(answer.headers, nowMs));
    }
    case 'error': {
      const refusal = codeTable[answer.code]?.class ?? classOfHttp(answer.httpStatus, true);
      const failedBy = questionClassOf(refusal, answer.httpStatus);
      return questionFailed(failedBy, sentenceOf(answer), retryAfterOf(answer.headers, nowMs));
    }
  }
}

/** Right after a create the vendor does not know its own task for a short time, and says so in either way. */
export function saysNotFound(answer: Answer): boolean {
  return answer.kind === 'error' && (answer.code === 404 || answer.code === 422);
}

/** Codes of failed tasks are listed nowhere; those of the envelope were seen in their place. */
export function failureOf(
  failCode: string | null,
  failMsg: string,
): { class: FailureClass; code: string; message: string } {
  const bad = failCode === '400' || failCode === '422';
  return {
    class: bad ? 'bad_input' : 'upstream',
    code: failCode || 'failed',
    message: failMsg.slice(0, 500),
  };
}

function sentenceOf({ httpStatus, code, message }: Extract<ErrorAnswer, { kind: 'error' }>): string {
  const meaning = codeTable[code]?.means ?? 'not in the vendor’s table';
  return `${message || meaning} (HTTP ${httpStatus}, code ${code}: ${meaning})`;
}
