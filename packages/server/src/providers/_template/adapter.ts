/**
 * A provider in its smallest form, for the toy upstream of `packages/emulators`. Copy this folder, fill the
 * tables from the vendor's documents, add a line to `registry.ts`, pass the exam. Nothing outside your folder
 * should have to change.
 */
import type { Order } from '@sluice/contract';
import type {
  BalanceOutcome,
  CancelOutcome,
  Exchange,
  FindOutcome,
  Observation,
  ObservedStatus,
  ObserveOutcome,
  PathContext,
  Provider,
  StoredHandle,
  SubmitOutcome,
  UpstreamRequest,
  UpstreamResponse,
} from '../contract.ts';
import { Credential, headersFor, Settings } from './auth.ts';
import { noSuchJob, readQuestionError, refusalOf } from './errors.ts';
import { routeOf, supportsOrder } from './models.ts';
import { Fault, Handle, Job, readAs } from './wire.ts';

const statusWords: Readonly<Record<string, ObservedStatus>> = {
  waiting: 'queued',
  working: 'running',
  done: 'succeeded',
  broken: 'failed',
};

export const toy: Provider = {
  id: 'toy',
  name: 'Toy',
  defaultBaseUrl: 'https://toy.example',
  // Declare what the documents say and nothing better: the guarantee that is printed follows from this.
  abilities: {
    clientKey: 'none',
    duplicateKeyRefused: false,
    list: false,
    batchQuery: 1,
    cancel: 'none',
    startDeadlineSeconds: null,
    callbackAuth: 'none',
    billsOnFailure: null,
    slotModel: 'queues',
    lookupGraceMs: 1_000,
  },
  credential: Credential,
  settings: Settings,
  resultHosts: [],
  supports: (order) => supportsOrder(order),
  statusWords,
  submit,
  observe,
  find,
  cancel,
  balance,
  callbackKeys: null,
  readCallback: () => ({ kind: 'rejected', reason: 'this upstream makes no callbacks' }),
  downloadHeaders: () => ({}),
};

function* submit(path: PathContext, order: Order): Exchange<SubmitOutcome> {
  const headers = headersFor(path);
  if (!headers) return refused('credentials', 'credential_unusable', 'the credential is incomplete');
  const supported = supportsOrder(order);
  if (!supported.ok) return refused('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  const shape = routeOf(order)?.shapes[order.aspectRatio ?? ''];
  const body = JSON.stringify({ prompt: order.prompt, seconds: order.seconds, shape });
  const response = yield { operation: 'submit', billable: true, method: 'POST', url: '/jobs', headers, body };
  return readCreated(response);
}

function refused(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

function readCreated(response: UpstreamResponse): SubmitOutcome {
  if (response.kind === 'not_sent') return response;
  if (response.kind === 'lost') return { kind: 'unknown', reason: response.reason };
  const { status, text } = response;
  const refusal = refusalOf(status);
  const said = readAs(Fault, text)?.error ?? `HTTP ${status}`;
  if (refusal) {
    return { kind: 'refused', class: refusal, code: String(status), message: said, retryAfterMs: null };
  }
  const job = status === 201 ? readAs(Job, text) : null;
  if (!job) return { kind: 'unknown', reason: said };
  const handle: Handle = { v: 1, jobId: job.id };
  return { kind: 'accepted', upstreamId: job.id, handle, cost: null };
}

function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const headers = headersFor(path);
  if (!headers) return readQuestionError(401, 'the credential is incomplete');
  const observations = new Map<string, Observation>();
  for (const { attemptId, handle } of handles) {
    const known = Handle.safeParse(handle);
    if (!known.success) {
      observations.set(attemptId, { ...nothingKnown, status: 'unrecognised', word: 'unreadable handle' });
      continue;
    }
    const { jobId } = known.data;
    const seen = readSeen(yield ask('observe', jobId, headers), jobId);
    // One failed question says nothing about this attempt; the others keep what was learnt.
    if (seen.kind === 'seen') observations.set(attemptId, seen.observation);
    else if (observations.size === 0) return seen;
  }
  return { kind: 'observed', observations };
}

function ask(
  operation: 'observe' | 'balance',
  jobId: string,
  headers: Record<string, string>,
): UpstreamRequest {
  const url = `/jobs/${encodeURIComponent(jobId)}`;
  return { operation, billable: false, method: 'GET', url, headers, body: null };
}

function readSeen(response: UpstreamResponse, jobId: string) {
  if (response.kind !== 'answered') return readQuestionError(null, response.reason);
  const { status, text } = response;
  if (status === 404 && readAs(Fault, text)?.error === noSuchJob) {
    const observation: Observation = { ...nothingKnown, upstreamId: jobId, status: 'not_found' };
    return { kind: 'seen', observation } as const;
  }
  const job = status === 200 ? readAs(Job, text) : null;
  if (!job || job.id !== jobId) return readQuestionError(status, `HTTP ${status} without a job`);
  return { kind: 'seen', observation: observationOf(job) } as const;
}

const nothingKnown: Omit<Observation, 'status'> = {
  upstreamId: '',
  correlationId: null,
  word: '',
  progress: null,
  outputs: [],
  failure: null,
  cost: null,
  changedAtMs: null,
};

function observationOf(job: Job): Observation {
  const named = Object.hasOwn(statusWords, job.state)
    ? (statusWords[job.state] ?? 'unrecognised')
    : 'unrecognised';
  const clip = named === 'succeeded' && job.file && /^https?:\/\//i.test(job.file) ? job.file : null;
  return {
    ...nothingKnown,
    upstreamId: job.id,
    // A success without a clip is not a success.
    status: named === 'succeeded' && clip === null ? 'unrecognised' : named,
    word: job.state.slice(0, 100),
    outputs: clip === null ? [] : [{ url: clip, expiresAtMs: null, livesFromMs: null, seconds: null }],
    failure: named === 'failed' ? { class: 'upstream', code: 'broken', message: job.reason ?? '' } : null,
  };
}

/** There is nothing to look a job up by; never called while `clientKey` is `none` and `list` is false. */
function* find(): Exchange<FindOutcome> {
  yield* [];
  return readQuestionError(404, 'this upstream cannot be asked by our id');
}

/** There is no cancel; never called while `cancel` is `none`. */
function* cancel(): Exchange<CancelOutcome> {
  yield* [];
  return { kind: 'too_late' };
}

/** No wallet to read. A job that cannot exist shows whether the token is good. */
function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const headers = headersFor(path);
  if (!headers) return readQuestionError(401, 'the credential is incomplete');
  const response = yield ask('balance', 'none', headers);
  if (response.kind !== 'answered') return readQuestionError(null, response.reason);
  const known = response.status === 404 && readAs(Fault, response.text)?.error === noSuchJob;
  return known
    ? { kind: 'unsupported', credentialOk: true }
    : readQuestionError(response.status, 'no answer to use');
}
