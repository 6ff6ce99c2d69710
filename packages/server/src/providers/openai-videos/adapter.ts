/**
 * Any server that speaks the OpenAI Videos shape: engines of one's own (vLLM-Omni, SGLang) and gateways (LiteLLM,
 * new-api). One adapter; what differs is said in the settings of the path. The least that all of them promise is
 * promised here: no key of ours, no list to rely on, no callbacks.
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
import { Credential, downloadHeaders, headersFor } from './auth.ts';
import { createBody } from './body.ts';
import { readCreateError, readQuestionError } from './errors.ts';
import { supportsOrder } from './models.ts';
import { emptyObservation, observationOf, statusWords } from './observation.ts';
import { Settings, type Shape, shapeOf } from './settings.ts';
import { Deleted, Fault, Handle, Models, readAs, Video } from './wire.ts';

export const openAiVideos: Provider = {
  id: 'openai-videos',
  name: 'OpenAI Videos shape',
  // A server of one's own, as its documents start it; every path names its own.
  defaultBaseUrl: 'http://127.0.0.1:8091/v1',
  abilities: {
    clientKey: 'none',
    duplicateKeyRefused: false,
    list: false,
    batchQuery: 1,
    // Where the path says that DELETE stops a job; elsewhere the answer is too_late, and nothing is asked.
    cancel: 'any',
    startDeadlineSeconds: null,
    callbackAuth: 'none',
    billsOnFailure: null,
    slotModel: 'queues',
    lookupGraceMs: 10_000,
  },
  credential: Credential,
  settings: Settings,
  resultHosts: [],
  supports: supportsOrder,
  statusWords,
  submit,
  observe,
  find,
  cancel,
  balance,
  callbackKeys: null,
  readCallback: () => ({ kind: 'rejected', reason: 'a create of this shape names no address to call back' }),
  downloadHeaders,
};

type Access = { ok: true; headers: Record<string, string>; shape: Shape } | { ok: false; reason: string };

function accessOf(path: PathContext): Access {
  const headers = headersFor(path);
  const found = shapeOf(path);
  if (!headers) return { ok: false, reason: 'the credential of this path cannot be used' };
  return found.ok ? { ok: true, headers, shape: found.shape } : found;
}

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access.ok) return refusedHere('credentials', 'path_unusable', access.reason);
  const supported = supportsOrder(order, path);
  if (!supported.ok) {
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  }
  const built = createBody(order, access.shape, ids.correlationId);
  if (!built)
    return refusedHere('bad_input', 'input_without_address', 'an input has no address to fetch it from');
  const headers = { ...access.headers, 'content-type': built.contentType };
  const body = built.body;
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

function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

function readCreated(response: UpstreamResponse): SubmitOutcome {
  if (response.kind === 'not_sent') return response;
  if (response.kind === 'lost') return { kind: 'unknown', reason: `the answer was lost: ${response.reason}` };
  const created = response.status >= 200 && response.status < 300 ? readAs(Video, response.text) : null;
  if (!created) return readCreateError(response);
  const handle: Handle = { v: 1, videoId: created.id };
  return { kind: 'accepted', upstreamId: created.id, handle, cost: null };
}

function* observe(path: PathContext, handles: readonly StoredHandle[]): Exchange<ObserveOutcome> {
  const observations = new Map<string, Observation>();
  for (const { attemptId, handle } of handles) {
    const known = Handle.safeParse(handle);
    if (!known.success) {
      observations.set(attemptId, {
        ...emptyObservation(''),
        status: 'unrecognised',
        word: 'unreadable handle',
      });
      continue;
    }
    const seen = yield* ask(path, 'observe', known.data.videoId);
    // One failed question says nothing about this attempt; the others keep what was learnt.
    if ('status' in seen) observations.set(attemptId, seen);
    else if (observations.size === 0) return seen;
  }
  return { kind: 'observed', observations };
}

function* ask(
  path: PathContext,
  operation: 'observe' | 'cancel',
  videoId: string,
): Exchange<Observation | QuestionFailed> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const response = yield question(operation, 'GET', urlOf(videoId), access.headers);
  if (response.kind !== 'answered') return readQuestionError(response);
  if (response.status === 404 && readAs(Fault, response.text)) {
    return { ...emptyObservation(videoId), status: 'not_found', word: '' };
  }
  const video = response.status === 200 ? readAs(Video, response.text) : null;
  if (!video) return readQuestionError(response);
  if (video.id !== videoId) return questionFailed('unreadable', 'the answer is about another video');
  return observationOf(video, access.shape, path);
}

function urlOf(videoId: string): string {
  return `/videos/${encodeURIComponent(videoId)}`;
}

function question(
  operation: UpstreamRequest['operation'],
  method: UpstreamRequest['method'],
  url: string,
  headers: Record<string, string>,
): UpstreamRequest {
  return { operation, billable: false, method, url, headers, body: null };
}

/** There is no key of ours to ask by; never called while the abilities say so. */
function* find(): Exchange<FindOutcome> {
  yield* [];
  return questionFailed('unreadable', 'this protocol cannot be asked by our id');
}

/**
 * DELETE takes the clip of a finished video away, so the state is asked for first: what has ended is left alone. A
 * video that ends between the two questions is lost with its clip, which is what its client asked for.
 */
function* cancel(path: PathContext, stored: StoredHandle): Exchange<CancelOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  if (access.shape.delete_cancels === 'no') return { kind: 'too_late' };
  const handle = Handle.safeParse(stored.handle);
  if (!handle.success) return questionFailed('unreadable', 'the handle cannot be read');
  const { videoId } = handle.data;
  const seen = yield* ask(path, 'cancel', videoId);
  if (!('status' in seen)) return seen;
  if (seen.status !== 'queued' && seen.status !== 'running') return { kind: 'too_late' };
  const response = yield question('cancel', 'DELETE', urlOf(videoId), access.headers);
  if (response.kind !== 'answered' || response.status >= 300) return readQuestionError(response);
  const gone = readAs(Deleted, response.text);
  return gone?.deleted === true && gone.id === videoId ? { kind: 'canceled' } : { kind: 'requested' };
}

/** No wallet in this protocol; the list of models shows whether the key is good. */
function* balance(path: PathContext): Exchange<BalanceOutcome> {
  const access = accessOf(path);
  if (!access.ok) return questionFailed('credentials', access.reason);
  const response = yield question('balance', 'GET', '/models', access.headers);
  const good = response.kind === 'answered' && response.status === 200 && readAs(Models, response.text);
  return good ? { kind: 'unsupported', credentialOk: true } : readQuestionError(response);
}
