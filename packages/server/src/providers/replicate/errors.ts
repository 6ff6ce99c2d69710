/**
 * Replicate's refusals. Its documents list no error codes for creates, so the HTTP status decides; the sentence in
 * `detail` tells an account that is short of credit from one that is merely fast (messages published by callers,
 * 2026-08), and says how many seconds to wait.
 */
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
  400: { means: 'the request cannot be read', class: 'bad_input' },
  401: { means: 'the token is not valid', class: 'credentials' },
  402: { means: 'no credit, or billing is not set up', class: 'wallet' },
  403: { means: 'this token may not run the model', class: 'no_model' },
  404: { means: 'there is no such model', class: 'bad_input' },
  413: { means: 'the request is too large', class: 'bad_input' },
  422: { means: 'the input does not fit the schema of the model', class: 'bad_input' },
  429: { means: 'too many requests', class: 'throttled' },
};

/**
 * Under five dollars of credit an account may create 6 predictions a minute, without a payment method likewise. Both
 * are told as throttling and are a matter of money: the account stops within a few clips.
 */
const shortOfCredit = /less than \$[\d.]+ in credit|payment method/i;

/** Why a prediction failed: sentences, and for some a code in brackets. What is not listed is an upstream failure. */
export const failureTexts: readonly { pattern: RegExp; class: FailureClass; code: string }[] = [
  { pattern: /flagged as sensitive|\(E005\)/i, class: 'moderation', code: 'flagged' },
  { pattern: /risk control/i, class: 'moderation', code: 'risk_control' },
];

type Answered = Extract<UpstreamResponse, { kind: 'answered' }>;

/** Every answer to a create that names no prediction. Unknown is the rule; a refusal needs a listed status. */
export function readCreateError(response: Answered): SubmitOutcome {
  const row = response.status < 300 ? undefined : errorTable[response.status];
  if (!row) return { kind: 'unknown', reason: `HTTP ${response.status} without a prediction` };
  const fault = readAs(Fault, response.text);
  const means = fault?.detail.trim() || `${row.means}; no Replicate answer, is the base URL right?`;
  const credit = row.class === 'throttled' && shortOfCredit.test(fault?.detail ?? '');
  // Without the vendor's own words a 404 is some other server: every order would fail the same way.
  const lost = response.status === 404 && !fault;
  return {
    kind: 'refused',
    class: credit ? 'wallet' : lost ? 'forbidden' : row.class,
    code: credit ? 'throttled_for_credit' : `http_${response.status}`,
    message: means.slice(0, 500),
    retryAfterMs: retryAfterOf(response, fault),
  };
}

export function readQuestionError(response: UpstreamResponse): QuestionFailed {
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const fault = readAs(Fault, response.text);
  const message = `HTTP ${response.status}: ${fault?.detail ?? 'no answer of Replicate’s'}`.slice(0, 500);
  return questionFailed(questionClassOf(response.status), message, retryAfterOf(response, fault));
}

function questionClassOf(status: number): QuestionFailed['class'] {
  if (status >= 500 || status === 408) return 'unavailable';
  if (status === 401 || status === 403) return 'credentials';
  if (status === 429) return 'throttled';
  return status === 402 ? 'unavailable' : 'unreadable';
}

/** In the body, in a header, or in words: "resets in ~5s". */
function retryAfterOf({ status, headers }: Answered, fault: Fault | null): number | null {
  if (status !== 429) return null;
  const header = /^\d{1,6}$/.exec(headers['retry-after']?.trim() ?? '')?.[0];
  const words = /resets in ~?\s*(\d{1,6})\s*s/i.exec(fault?.detail ?? '')?.[1];
  const seconds = fault?.retry_after ?? header ?? words;
  return seconds === undefined || seconds === null ? null : Math.ceil(Number(seconds) * 1000);
}

export function failureOf(error: unknown): { class: FailureClass; code: string; message: string } {
  const said = typeof error === 'string' ? error : error == null ? '' : JSON.stringify(error);
  const known = failureTexts.find(({ pattern }) => pattern.test(said));
  return { class: known?.class ?? 'upstream', code: known?.code ?? 'failed', message: said.slice(0, 500) };
}
