/**
 * OpenRouter videos: one create, one question, the cost in the answer. No list, no cancel, no key of ours: an attempt
 * whose answer was lost is found by its callback or not at all.
 */

import type { Order } from '@sluice/contract';
import { questionFailed } from '../answers.ts';
import type {
  BalanceOutcome,
  CancelOutcome,
  Exchange,
  FindOutcome,
  Observation,
  ObserveOutcome,
  PathContext,
  Provider,
  QuestionFailed,
  StoredHandle,
  SubmitIds,
  SubmitOutcome,
  UpstreamRequest,
  UpstreamResponse,
} from '../contract.ts';
import { accessOf, downloadHeaders, OpenRouterCredential, OpenRouterSettings } from './auth.ts';
import { readCallback } from './callback.ts';
import { readCreateError, readQuestionError } from './errors.ts';
import { modelIdOf, routeOf, supportsOrder } from './models.ts';
import { emptyObservation, observationOf, statusWords } from './observation.ts';
import { Credits, Fault, Handle, KeyInfo, microsOf, readAs, VideoJob } from './wire.ts';

export const openRouter: Provider = {
  id: 'openrouter',
  name: 'OpenRouter',
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  abilities: {
    // The address that we hand out names the attempt; the body of a callback does not.
    clientKey: 'correlate',
    duplicateKeyRefused: false,
    list: false,
    batchQuery: 1,
    cancel: 'none',
    startDeadlineSeconds: null,
    callbackAuth: 'hmac',
    billsOnFailure: null,
    slotModel: 'queues',
    lookupGraceMs: 60_000,
  },
  credential: OpenRouterCredential,
  settings: OpenRouterSettings,
  // The hosts of signed links are not documented.
  resultHosts: [],
  supports: supportsOrder,
  statusWords,
  submit,
  observe,
  find,
  cancel,
  balance,
  callbackKeys: null,
  readCallback: (path, callback) => readCallback(path, callback),
  downloadHeaders,
};

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access.ok) return refusedHere('credentials', 'credential_unusable', access.reason);
  const supported = supportsOrder(order, path);
  if (!supported.ok) {
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  }
  const body = bodyOf(path, order, ids);
  if (!body) {
    return refusedHere(
      'bad_input',
      'input_without_address',
      'an input has no address that OpenRouter can fetch',
    );
  }
  const headers = { ...access.headers, 'content-type': 'application/json' };
  const response = yield {
    operation: 'submit',
    billable: true,
    method: 'POST',
    url: '/videos',
    headers,
    body,
  };
  return readCreated(response);
}

/** What sets length, price or look is always written out: sound alone is on unless it is said to be off. */
function bodyOf(path: PathContext, order: Order, ids: SubmitIds): string | null {
  if (order.inputs.some(({ url }) => !/^(?:https?:|data:)/.test(url ?? ''))) return null;
  const frames = order.inputs.map(({ role, url }) => ({
    type: 'image_url',
    image_url: { url },
    frame_type: routeOf(order)?.frames[role]?.frameType,
  }));
  return JSON.stringify({
    model: modelIdOf(order, path),
    prompt: order.prompt,
    duration: order.seconds,
    resolution: order.resolution,
    aspect_ratio: order.aspectRatio ?? undefined,
    generate_audio: order.sound === 'on',
    frame_images: frames.length > 0 ? frames : undefined,
    callback_url: ids.callbackUrl ?? undefined,
  });
}

function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

/** `polling_url` is not used: it may be relative or absolute, and the job is asked for by its id all the same. */
function readCreated(response: UpstreamResponse): SubmitOutcome {
  if (response.kind === 'not_sent') return response;
  if (response.kind === 'lost') return { kind: 'unknown', reason: `the answer was lost: ${response.reason}` };
  const created = response.status >= 200 && response.status < 300 ? readAs(VideoJob, response.text) : null;
  if (!created) return readCreateError(response);
  const handle: Handle = { v: 1, jobId: created.id };
  return { kind: 'accepted', upstreamId: created.id, handle, cost: null };
}

function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const observations = new Map<string, Observation>();
  for (const { attemptId, correlationId, handle } of handles) {
    const known = Handle.safeParse(handle);
    if (!known.success) {
      const empty = emptyObservation('', correlationId);
      observations.set(attemptId, { ...empty, status: 'unrecognised', word: 'unreadable handle' });
      continue;
    }
    const seen = yield* ask(path, known.data.jobId);
    // One failed question says nothing about this attempt; the others keep what was learnt.
    if ('status' in seen) observations.set(attemptId, seen);
    else if (observations.size === 0) return seen;
  }
  return { kind: 'observed', observations };
}

function* ask(path: PathContext, jobId: string): Exchange<Observation | QuestionFailed> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const response = yield question('observe', `/videos/${encodeURIComponent(jobId)}`, access.headers);
  if (response.kind !== 'answered') return readQuestionError(response);
  if (response.status === 404 && readAs(Fault, response.text)) {
    return { ...emptyObservation(jobId, null), status: 'not_found', word: '' };
  }
  const job = response.status === 200 ? readAs(VideoJob, response.text) : null;
  if (!job) return readQuestionError(response);
  return job.id === jobId
    ? observationOf(job, path)
    : questionFailed('unreadable', 'the answer is about another job');
}

function question(
  operation: UpstreamRequest['operation'],
  url: string,
  headers: Record<string, string>,
): UpstreamRequest {
  return { operation, billable: false, method: 'GET', url, headers, body: null };
}

/** There is no list and no key of ours to ask by; never called while the abilities say so. */
function* find(): Exchange<FindOutcome> {
  yield* [];
  return questionFailed('unreadable', 'OpenRouter cannot be asked by our id');
}

/** There is no cancel call, so a job that was accepted runs to its end. Asks nothing. */
function* cancel(): Exchange<CancelOutcome> {
  yield* [];
  return { kind: 'too_late' };
}

/** The credits with a management key; without one the key's own limit, which most keys do not have. */
function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  if (access.managementKey === null) {
    const response = yield question('balance', '/key', access.headers);
    const key =
      response.kind === 'answered' && response.status === 200 ? readAs(KeyInfo, response.text) : null;
    if (!key) return readQuestionError(response);
    const left = key.data.limit_remaining ?? null;
    return left === null ? { kind: 'unsupported', credentialOk: true } : wallet(left);
  }
  const headers = { authorization: `Bearer ${access.managementKey}` };
  const response = yield question('balance', '/credits', headers);
  const credits =
    response.kind === 'answered' && response.status === 200 ? readAs(Credits, response.text) : null;
  return credits
    ? wallet(credits.data.total_credits - credits.data.total_usage)
    : readQuestionError(response);
}

function wallet(dollars: number): BalanceOutcome {
  return { kind: 'wallet', wallet: { unit: 'USD', remainingMicros: microsOf(dollars), packs: [] } };
}
