/** The errors of the API reference (read 2026-11-22): `error` with a code, which is the HTTP status, and a message. */
import { questionFailed } from '../answers.ts';
import type {
  FailureClass,
  QuestionFailed,
  RefusalClass,
  SubmitOutcome,
  UpstreamResponse,
} from '../contract.ts';
import { Fault, readAs } from './wire.ts';

export const errorTable: Readonly<Record<number, { means: string; class: RefusalClass }>> = {
  400: { means: 'a value that the model does not take', class: 'bad_input' },
  401: { means: 'the key is not valid', class: 'credentials' },
  402: { means: 'no credits', class: 'wallet' },
  403: { means: 'the key may not do this', class: 'forbidden' },
  404: { means: 'no such model', class: 'bad_input' },
  413: { means: 'the request is too large', class: 'bad_input' },
  422: { means: 'a value that the model does not take', class: 'bad_input' },
  429: { means: 'too many requests', class: 'throttled' },
};

/** Sentences of failed jobs that speak of moderation. What is not listed is an upstream failure. */
export const moderationText = /content policy|flagged|moderation|risk control/i;

type Answered = Extract<UpstreamResponse, { kind: 'answered' }>;

/** Every answer to a create that names no job. Unknown is the rule; a refusal needs a listed status. */
export function readCreateError(response: Answered): SubmitOutcome {
  const row = response.status < 300 ? undefined : errorTable[response.status];
  if (!row) return { kind: 'unknown', reason: `HTTP ${response.status} without a job` };
  const fault = readAs(Fault, response.text);
  // Without the vendor's own words a 404 is some other server: every order would fail the same way.
  const elsewhere = response.status === 404 && !fault;
  // Moderation of an input is a 403 with its reasons beside the message.
  const flagged = response.status === 403 && (fault?.error.metadata?.reasons?.length ?? 0) > 0;
  return {
    kind: 'refused',
    class: flagged ? 'moderation' : elsewhere ? 'forbidden' : row.class,
    code: `http_${response.status}`,
    message: (
      fault?.error.message || `${row.means}; no answer of OpenRouter’s, is the base URL right?`
    ).slice(0, 500),
    retryAfterMs: retryAfterOf(response),
  };
}

export function readQuestionError(response: UpstreamResponse): QuestionFailed {
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const said = readAs(Fault, response.text)?.error.message ?? 'no answer of OpenRouter’s';
  const questionClass = questionClassOf(response.status);
  return questionFailed(
    questionClass,
    `HTTP ${response.status}: ${said}`.slice(0, 500),
    retryAfterOf(response),
  );
}

function questionClassOf(status: number): QuestionFailed['class'] {
  if (status >= 500 || status === 408 || status === 402) return 'unavailable';
  if (status === 401 || status === 403) return 'credentials';
  return status === 429 ? 'throttled' : 'unreadable';
}

function retryAfterOf({ headers }: Answered): number | null {
  const seconds = /^\d{1,6}$/.exec(headers['retry-after']?.trim() ?? '')?.[0];
  return seconds === undefined ? null : Number(seconds) * 1000;
}

export function failureOf(
  error: unknown,
  word: string,
): { class: FailureClass; code: string; message: string } {
  const inner = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  const message = typeof inner === 'string' ? inner : '';
  const moderated = moderationText.test(message);
  return { class: moderated ? 'moderation' : 'upstream', code: word, message: message.slice(0, 500) };
}
