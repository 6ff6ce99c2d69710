/**
 * Refusals as servers of this shape tell them (reference of the vendor's SDK, documents of vLLM-Omni, LiteLLM and
 * new-api, read 2026-11-22). The HTTP status decides; a code or a type corrects it where one status means two things.
 *
 * A 403 is mostly about one model: `model_not_found` where a project may not use it (public reports, 2024-05 to
 * 2026-02), `key_model_access_denied` of LiteLLM, which said it with 401 before (2025-09 and 2026-08). It may be the
 * quota of new-api. `unsupported_country_region_territory` (OpenAI's error codes, read 2026-11-30) is our address, and
 * a missing permission is the key: those rest the whole path, and so does a 403 that does not speak of a model.
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
  400: { means: 'a value that the server does not take', class: 'bad_input' },
  401: { means: 'the key is not valid', class: 'credentials' },
  402: { means: 'no credit', class: 'wallet' },
  403: { means: 'the key may not do this', class: 'forbidden' },
  404: { means: 'no such model or address', class: 'bad_input' },
  413: { means: 'the request is too large', class: 'bad_input' },
  415: { means: 'the body is of another kind than the server takes', class: 'bad_input' },
  422: { means: 'a value that the server does not take', class: 'bad_input' },
  429: { means: 'too many requests', class: 'throttled' },
};

/** Seen as 400 (moderation), 401 and 403 (a model that is not for this key), 403 and 429 (quota). */
export const codeTable: readonly { pattern: RegExp; class: RefusalClass; statuses?: readonly number[] }[] = [
  // With another status it is a name that nobody knows.
  { pattern: /model_not_found|model_access_denied/i, class: 'no_model', statuses: [401, 403] },
  { pattern: /moderation|content_policy|content_filter|policy_violation/i, class: 'moderation' },
  { pattern: /insufficient_(?:user_)?quota|quota_not_enough|billing/i, class: 'wallet' },
];

type Answered = Extract<UpstreamResponse, { kind: 'answered' }>;

/** Every answer to a create that names no video. Unknown is the rule; a refusal needs a listed status. */
export function readCreateError(response: Answered): SubmitOutcome {
  const row = response.status < 300 ? undefined : errorTable[response.status];
  if (!row) return { kind: 'unknown', reason: `HTTP ${response.status} without a video` };
  const fault = readAs(Fault, response.text);
  const named = `${fault?.code ?? ''} ${fault?.type ?? ''}`;
  const byCode = codeTable.find(
    ({ pattern, statuses }) => pattern.test(named) && (statuses?.includes(response.status) ?? true),
  );
  // Without a readable reason a 404 is some other server: every order would fail the same way.
  const elsewhere = response.status === 404 && !fault;
  const message = fault?.message || `${row.means}; no answer of a video server, is the base URL right?`;
  const oneModel = response.status === 403 && /\bmodels?\b|模型/i.test(fault?.message ?? '');
  return {
    kind: 'refused',
    class: byCode?.class ?? (elsewhere ? 'forbidden' : oneModel ? 'no_model' : row.class),
    code: fault?.code || `http_${response.status}`,
    message: message.slice(0, 500),
    retryAfterMs: retryAfterOf(response),
  };
}

export function readQuestionError(response: UpstreamResponse): QuestionFailed {
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const said = readAs(Fault, response.text)?.message ?? 'no answer of a video server';
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

export function failureOf(error: unknown): { class: FailureClass; code: string; message: string } {
  const fault = Fault.safeParse({ error: typeof error === 'string' ? { message: error } : error });
  const { code, message } = fault.success ? fault.data : { code: '', message: '' };
  const moderated = codeTable.some((row) => row.class === 'moderation' && row.pattern.test(code));
  return {
    class: moderated ? 'moderation' : 'upstream',
    code: code || 'failed',
    message: message.slice(0, 500),
  };
}
