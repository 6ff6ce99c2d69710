/**
 * The free questions: what became of a request, stop it, what is left of the credits, which keys sign callbacks. One
 * request at a time: fal has no query over several.
 */
import { questionFailed } from '../answers.ts';
import type {
  BalanceOutcome,
  CallbackKeysOutcome,
  CancelOutcome,
  Exchange,
  Observation,
  ObservedStatus,
  ObserveOutcome,
  PathContext,
  QuestionFailed,
  StoredHandle,
  UpstreamRequest,
  UpstreamResponse,
} from '../contract.ts';
import { addressesOf, type Place, platformUrl } from './addresses.ts';
import { accessOf, keyHeaders } from './auth.ts';
import {
  type Answered,
  endOf,
  endOfType,
  readFault,
  readQuestionError,
  saysNotFound,
  saysStillRunning,
} from './errors.ts';
import { roots } from './models.ts';
import { Billing, CancelAnswer, Handle, Jwks, Result, readAs, SigningKey, Status } from './wire.ts';

/** COMPLETED is over, well or not: the error beside it, or the answer of the result, says which. */
export const statusWords: Readonly<Record<string, ObservedStatus>> = {
  IN_QUEUE: 'queued',
  IN_PROGRESS: 'running',
  COMPLETED: 'succeeded',
};

/** Nobody's request, in the form of an id: its 404 proves the key, which is asked first. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Attempts that were not answered are left out of the map: nothing was learnt about them this time. Only when nothing
 * at all was learnt has the question failed.
 */
export function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const access = accessOf(path);
  if (!access) return questionFailed('credentials', 'the credential or a setting of this path is not usable');
  const observations = new Map<string, Observation>();
  let failure: QuestionFailed | null = null;
  for (const { attemptId, handle } of handles) {
    const known = Handle.safeParse(handle);
    if (!known.success) {
      observations.set(attemptId, { ...nothing(''), status: 'unrecognised', word: 'unreadable handle' });
      continue;
    }
    const seen = yield* observeOne(path, access.key, known.data);
    if (seen.kind === 'seen') observations.set(attemptId, seen.observation);
    else failure = seen;
    // The same credential and host would fail again; the rest is asked next time.
    if (seen.kind !== 'seen' && seen.class !== 'unreadable') break;
  }
  if (observations.size > 0 || handles.length === 0) return { kind: 'observed', observations };
  return failure ?? questionFailed('unreadable', 'no answer to use');
}

type Seen = { kind: 'seen'; observation: Observation } | QuestionFailed;

function* observeOne(path: PathContext, key: string, handle: Handle): Exchange<Seen> {
  const answer = yield* askPlaces(path, key, handle, 'status');
  if (answer.kind === 'question_failed') return answer;
  const { requestId } = handle;
  if (saysNotFound(answer.status, readFault(answer))) return seen(requestId, { status: 'not_found' });
  const status = answer.status === 200 || answer.status === 202 ? readAs(Status, answer.text) : null;
  if (!status) return readQuestionError(answer, path.nowMs);
  const word = status.status.slice(0, 100);
  if (status.request_id && status.request_id !== requestId) {
    return seen(requestId, { status: 'unrecognised', word: 'another request' });
  }
  // Own property only: the word comes from outside and "constructor" is no status.
  const named = Object.hasOwn(statusWords, status.status) ? statusWords[status.status] : undefined;
  if (named !== 'succeeded') return seen(requestId, { status: named ?? 'unrecognised', word });
  if (status.error_type) {
    const message = typeof status.error === 'string' ? status.error : '';
    return seen(requestId, { word, ...endOfType(status.error_type, message) });
  }
  return yield* observeResult(path, key, handle, { word, error: status.error });
}

function* observeResult(
  path: PathContext,
  key: string,
  handle: Handle,
  said: { word: string; error: unknown },
): Exchange<Seen> {
  const { word } = said;
  const { requestId } = handle;
  const answer = yield* askPlaces(path, key, handle, 'result');
  if (answer.kind === 'question_failed') return answer;
  const result = answer.status === 200 ? readAs(Result, answer.text) : null;
  if (result && /^https?:\/\//i.test(result.video.url)) {
    const clip = { url: result.video.url, expiresAtMs: handle.keptUntilMs, livesFromMs: null, seconds: null };
    return seen(requestId, { status: 'succeeded', word, outputs: [clip] });
  }
  // A success without a clip is not a success: it may still appear, and if it never does, somebody must look.
  if (answer.status < 300) return seen(requestId, { status: 'unrecognised', word });
  const fault = readFault(answer);
  if (saysStillRunning(fault)) return seen(requestId, { status: 'running', word });
  // These say something about us or the way there, not about the request.
  const aside = [401, 402, 403, 404, 408, 410, 429].includes(answer.status);
  const end = fault && !aside ? endOf(fault, answer.status) : null;
  if (end) return seen(requestId, { word, ...end });
  if (typeof said.error !== 'string' || said.error === '' || aside)
    return readQuestionError(answer, path.nowMs);
  const failure = { class: 'upstream', code: 'error', message: said.error.slice(0, 500) } as const;
  return seen(requestId, { status: 'failed', word, failure });
}

function seen(requestId: string, found: Partial<Observation> & Pick<Observation, 'status'>): Seen {
  return { kind: 'seen', observation: { ...nothing(requestId), ...found } };
}

function nothing(upstreamId: string): Omit<Observation, 'status'> {
  return {
    upstreamId,
    correlationId: null,
    word: '',
    progress: null,
    outputs: [],
    failure: null,
    cost: null,
    changedAtMs: null,
  };
}

/** Asks under each address in turn while the answer is that there is no such request. */
function* askPlaces(
  path: PathContext,
  key: string,
  handle: Handle,
  place: Place,
): Exchange<({ kind: 'answer' } & Answered) | QuestionFailed> {
  let last: UpstreamResponse = { kind: 'lost', reason: 'there is no address to ask' };
  for (const url of addressesOf(path, handle, place)) {
    last = yield request(place === 'cancel' ? 'cancel' : 'observe', url, keyHeaders(key));
    if (last.kind !== 'answered') break;
    if (last.status !== 404) break;
  }
  if (last.kind !== 'answered') return questionFailed('unavailable', last.reason);
  return { ...last, kind: 'answer' };
}

/**
 * A request in the queue is taken out; to one that runs it is a signal only, it may come to its end and be billed. So
 * what is answered here is never more than "requested".
 */
export function* cancel(path: PathContext, stored: StoredHandle): Exchange<CancelOutcome> {
  const access = accessOf(path);
  if (!access) return questionFailed('credentials', 'the credential or a setting of this path is not usable');
  const handle = Handle.safeParse(stored.handle);
  if (!handle.success) return questionFailed('unreadable', 'unreadable handle');
  const answer = yield* askPlaces(path, access.key, handle.data, 'cancel');
  if (answer.kind === 'question_failed') return answer;
  const said = readAs(CancelAnswer, answer.text);
  const word = `${said?.status ?? ''} ${said?.detail ?? ''}`;
  if (answer.status === 202) return { kind: 'requested' };
  if (answer.status === 400 && /ALREADY[_ ]COMPLETED/i.test(word)) return { kind: 'too_late' };
  return readQuestionError(answer, path.nowMs);
}

export function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access) return questionFailed('credentials', 'the credential or a setting of this path is not usable');
  if (access.adminKey === null) return yield* credentialOnly(path, access.key);
  const at = '/v1/account/billing?expand=credits';
  const url = platformUrl(path, access.settings.platform_url, 'api.fal.ai', at);
  const response = yield request('balance', url, keyHeaders(access.adminKey));
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const billing = response.status === 200 ? readAs(Billing, response.text) : null;
  if (!billing) return readQuestionError(response, path.nowMs);
  const { current_balance: left, currency } = billing.credits;
  const remainingMicros = BigInt(Math.round(left * 1_000_000));
  return { kind: 'wallet', wallet: { unit: currency, remainingMicros, packs: [] } };
}

/** Credits are only shown to a key of scope ADMIN, which no gateway needs to hold. */
function* credentialOnly(path: PathContext, key: string): Exchange<BalanceOutcome> {
  const response = yield request('balance', `/${roots[0]}/requests/${nobody}/status`, keyHeaders(key));
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const known = saysNotFound(response.status, readFault(response));
  return known ? { kind: 'unsupported', credentialOk: true } : readQuestionError(response, path.nowMs);
}

/** Published to everybody: the key of the path does not go there. */
export function* callbackKeys(path: PathContext): Exchange<CallbackKeysOutcome> {
  const set = accessOf(path)?.settings.keys_url;
  const url = set ?? platformUrl(path, undefined, 'rest.fal.ai', '/.well-known/jwks.json');
  const response = yield request('keys', url, {});
  if (response.kind !== 'answered') return questionFailed('unavailable', response.reason);
  const published = response.status === 200 ? readAs(Jwks, response.text) : null;
  if (!published) return readQuestionError(response, path.nowMs);
  return { kind: 'keys', keys: published.keys.filter((key) => SigningKey.safeParse(key).success) };
}

function request(
  operation: UpstreamRequest['operation'],
  url: string,
  headers: Record<string, string>,
): UpstreamRequest {
  const method = operation === 'cancel' ? 'PUT' : 'GET';
  return { operation, billable: false, method, url, headers, body: null };
}
