/**
 * fal's errors, in two shapes (errors and request-errors pages, autumn 2026): a model complains with a list of typed
 * entries, mostly 422; the platform with a sentence and an `error_type`, which is repeated in `x-fal-error-type`.
 *
 * What a 403 says is documented nowhere. Public reports (fal-ai/fal 914 to 1183, 2026-04 to -09, read 2026-11-30) know
 * one kind, "User is locked" with a reason: an exhausted balance or a top-up that did not take is the wallet's, and
 * ends with money; "Admin lock" ends by a person at fal. Both are the whole account's, whatever the model, and no new
 * key helps. Complaints of an order's content come with 422. So every 403 rests the whole path.
 */
import { questionFailed, retryAfterOf } from '../answers.ts';
import type { FailureClass, Observation, QuestionFailed, RefusalClass, SubmitOutcome } from '../contract.ts';
import { Fault, readAs } from './wire.ts';

export type Answered = { status: number; headers: Record<string, string>; text: string };

type End = { status: Extract<Observation['status'], 'failed' | 'canceled' | 'expired'>; class: FailureClass };

/** How a request ends by the type of the platform's error. */
export const errorTypes: Readonly<Record<string, End>> = {
  // Ours is a deadline for the start, so this one never ran.
  request_timeout: { status: 'expired', class: 'expired' },
  client_cancelled: { status: 'canceled', class: 'upstream' },
  client_disconnected: { status: 'failed', class: 'upstream' },
  startup_timeout: { status: 'failed', class: 'upstream' },
  runner_scheduling_failure: { status: 'failed', class: 'upstream' },
  runner_connection_timeout: { status: 'failed', class: 'upstream' },
  runner_disconnected: { status: 'failed', class: 'upstream' },
  runner_connection_refused: { status: 'failed', class: 'upstream' },
  runner_connection_error: { status: 'failed', class: 'upstream' },
  runner_incomplete_response: { status: 'failed', class: 'upstream' },
  runner_server_error: { status: 'failed', class: 'upstream' },
  internal_error: { status: 'failed', class: 'upstream' },
  bad_request: { status: 'failed', class: 'bad_input' },
};

/** What a model complains about; a type that is not listed is about the input when the answer is 422. */
export const complaintTypes: Readonly<Record<string, FailureClass>> = {
  content_policy_violation: 'moderation',
  image_too_large: 'bad_input',
  image_too_small: 'bad_input',
  image_load_error: 'bad_input',
  file_download_error: 'bad_input',
  file_too_large: 'bad_input',
  unsupported_image_format: 'bad_input',
  unsupported_video_format: 'bad_input',
  video_duration_too_long: 'bad_input',
  video_duration_too_short: 'bad_input',
  no_media_generated: 'upstream',
  downstream_service_error: 'upstream',
  downstream_service_unavailable: 'upstream',
  generation_timeout: 'upstream',
  internal_server_error: 'upstream',
};

/** Seen in 403 answers to every billable call of an account without money, also after a top-up that did not take. */
const lockedForMoney = /locked.*(?:exhausted balance|top[_ -]?up)/is;
/** Before the end, the result answers with an error whose text says this; clients of fal rely on it. */
const stillRunning = /still in progress/i;

export function readFault({ text, headers }: Answered): Fault | null {
  const fault = readAs(Fault, text);
  const named = headers['x-fal-error-type'];
  return fault && !fault.error_type && named ? { ...fault, error_type: named } : fault;
}

/** What an error answer to the submit means. Unknown is the rule; refused needs a status that says "not taken". */
export function readSubmitError(answer: Answered, nowMs: number): SubmitOutcome {
  const fault = readFault(answer);
  const refusal = refusalOf(answer.status, fault);
  const message = sentenceOf(answer, fault);
  if (!refusal) return { kind: 'unknown', reason: message };
  return {
    kind: 'refused',
    class: refusal,
    code: codeOf(answer.status, fault),
    message,
    retryAfterMs: retryAfterOf(answer.headers, nowMs),
  };
}

function refusalOf(status: number, fault: Fault | null): RefusalClass | null {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 415:
    case 422:
      return typesOf(fault).includes('content_policy_violation') ? 'moderation' : 'bad_input';
    case 401:
      return 'credentials';
    case 402:
      return 'wallet';
    case 403:
      return lockedForMoney.test(textOf(fault)) ? 'wallet' : 'forbidden';
    case 404:
    case 405:
      // Not in fal's words: some other server, and every order would fail the same way.
      return fault ? 'bad_input' : 'forbidden';
    case 429:
      // The queue never says so; the direct endpoint, and gateways in front of fal, do.
      return /concurrent_requests_limit/i.test(`${fault?.error_type} ${textOf(fault)}`)
        ? 'no_slot'
        : 'throttled';
    default:
      return null;
  }
}

type Ended = Pick<Observation, 'status' | 'failure'>;

/** A type that is not listed is trouble of the platform's. */
export function endOfType(type: string, message: string): Ended {
  const end = Object.hasOwn(errorTypes, type) ? errorTypes[type] : undefined;
  const { status, class: failure } = end ?? { status: 'failed', class: 'upstream' };
  return { status, failure: { class: failure, code: type.slice(0, 100), message: message.slice(0, 500) } };
}

/** What a request that is over came to, by what its status or its result complains of; null: it does not say. */
export function endOf(fault: Fault, status: number): Ended | null {
  const message = textOf(fault);
  if (fault.error_type) return endOfType(fault.error_type, message);
  if (Array.isArray(fault.detail)) {
    const code = fault.detail[0]?.type || `http_${status}`;
    return { status: 'failed', failure: { class: complaintClass(fault.detail, status), code, message } };
  }
  const about = status === 400 || status === 422;
  return about
    ? { status: 'failed', failure: { class: 'bad_input', code: `http_${status}`, message } }
    : null;
}

function complaintClass(list: readonly { type: string }[], status: number): FailureClass {
  const classes = list.map(({ type }) =>
    Object.hasOwn(complaintTypes, type) ? complaintTypes[type] : undefined,
  );
  if (classes.includes('moderation')) return 'moderation';
  return classes[0] ?? (status === 422 ? 'bad_input' : 'upstream');
}

export function saysStillRunning(fault: Fault | null): boolean {
  return stillRunning.test(textOf(fault));
}

/** fal's own "there is no such request", not some server's 404. */
export function saysNotFound(status: number, fault: Fault | null): boolean {
  return status === 404 && /not[ _]found|does not exist|no such/i.test(textOf(fault));
}

/** An error answer to a free question. It never says anything about a task. */
export function readQuestionError(answer: Answered, nowMs: number): QuestionFailed {
  const message = sentenceOf(answer, readFault(answer));
  return questionFailed(classOfStatus(answer.status), message, retryAfterOf(answer.headers, nowMs));
}

function classOfStatus(status: number): QuestionFailed['class'] {
  if (status === 401 || status === 403) return 'credentials';
  if (status === 429) return 'throttled';
  return status >= 500 || status === 408 ? 'unavailable' : 'unreadable';
}

function typesOf(fault: Fault | null): string[] {
  return Array.isArray(fault?.detail) ? fault.detail.map(({ type }) => type) : [];
}

function textOf(fault: Pick<Fault, 'detail'> | null): string {
  const detail = fault?.detail ?? '';
  return (Array.isArray(detail) ? detail.map(({ msg }) => msg).join('; ') : detail).slice(0, 500);
}

function codeOf(status: number, fault: Fault | null): string {
  return fault?.error_type || typesOf(fault)[0] || `http_${status}`;
}

function sentenceOf({ status }: Answered, fault: Fault | null): string {
  const said = textOf(fault);
  return said === ''
    ? `HTTP ${status} without a word of fal’s; is the base URL right?`
    : `${said} (HTTP ${status})`;
}
