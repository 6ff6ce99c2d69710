/**
 * The errors of the API reference (read 2026-11-22): `error` with a code, which is the HTTP status, and a message.
 *
 * A 403 is many things. The errors page (read 2026-11-30) names a moderation flag, which has its reasons and the
 * flagged input beside the message, a guardrail's block of one request, and a lack of permission. Public reports show a
 * key at its spending limit ("Key limit exceeded", 2025-01 to 2026-08), a model that is not sold in this region
 * (2026-02) and a refusal of the provider behind it ("Provider returned error" with its name, 2025-02). What speaks of
 * one order ends that order, what speaks of a model rests that model, and the rest rests the whole path.
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
export const moderationText = /content[ _]policy|flagged|moderation|risk control/i;

/** Sentences of a 403, the first that fits. */
const forbiddenTexts: readonly { pattern: RegExp; class: RefusalClass }[] = [
  { pattern: moderationText, class: 'moderation' },
  { pattern: /^request blocked/i, class: 'moderation' },
  { pattern: /limit exceeded/i, class: 'wallet' },
  { pattern: /\bmodel\b|unsupported_country_region_territory/i, class: 'no_model' },
];

type Answered = Extract<UpstreamResponse, { kind: 'answered' }>;

/** Every answer to a create that names no job. Unknown is the rule; a refusal needs a listed status. */
export function readCreateError(response: Answered): SubmitOutcome {
  const row = response.status < 300 ? undefined : errorTable[response.status];
  if (!row) return { kind: 'unknown', reason: `HTTP ${response.status} without a job` };
  const fault = readAs(Fault, response.text);
  // Without the vendor's own words a 404 is some other server: every order would fail the same way.
  const elsewhere = response.status === 404 && !fault;
  return {
    kind: 'refused',
    class: elsewhere ? 'forbidden' : response.status === 403 ? classOfForbidden(fault) : row.class,
    code: `http_${response.status}`,
    message: (
      fault?.error.message || `${row.means}; no answer of OpenRouter’s, is the base URL right?`
    ).slice(0, 500),
    retryAfterMs: retryAfterOf(response),
  };
}

function classOfForbidden(fault: Fault | null): RefusalClass {
  const { message = '', metadata } = fault?.error ?? {};
  const { reasons, flagged_input: flagged, provider_name: provider, raw } = metadata ?? {};
  if ((reasons?.length ?? 0) > 0 || flagged) return 'moderation';
  const behind = typeof raw === 'string' ? raw : JSON.stringify(raw ?? '');
  const said = forbiddenTexts.find(({ pattern }) => pattern.test(message) || pattern.test(behind));
  // What one provider refuses is the model that it serves; the others are with other providers.
  return said?.class ?? (provider ? 'no_model' : 'forbidden');
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
