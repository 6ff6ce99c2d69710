/**
 * fal's queue: one protocol for every model it hosts. A submit is always taken (what does not fit waits in the queue),
 * so a wrong input shows only in the result, and a lost answer is found again by the callback that carries our token,
 * or ends with the start deadline that every submit of ours sets.
 */
import { questionFailed } from '../answers.ts';
import type {
  Exchange,
  FindOutcome,
  PathContext,
  Provider,
  SubmitIds,
  SubmitOutcome,
  UpstreamResponse,
} from '../contract.ts';
import { believed, rootOf } from './addresses.ts';
import { accessOf, FalCredential, FalSettings } from './auth.ts';
import { MEDIA_SECONDS, START_DEADLINE_SECONDS, type Submit, submitOf } from './body.ts';
import { readCallback } from './callback.ts';
import { readSubmitError } from './errors.ts';
import { supportsOrder } from './limits.ts';
import { routeOf } from './models.ts';
import { balance, callbackKeys, cancel, observe, statusWords } from './questions.ts';
import { type Handle, Queued, readAs } from './wire.ts';

export const fal: Provider = {
  id: 'fal',
  name: 'fal',
  defaultBaseUrl: 'https://queue.fal.run',
  abilities: {
    // No key of ours is kept or can be asked for; the callback's address alone carries one.
    clientKey: 'correlate',
    duplicateKeyRefused: false,
    list: false,
    batchQuery: 1,
    cancel: 'any',
    startDeadlineSeconds: START_DEADLINE_SECONDS,
    callbackAuth: 'ed25519',
    // "5xx are not billed, 422 may be": neither yes nor no.
    billsOnFailure: null,
    slotModel: 'queues',
    lookupGraceMs: 30_000,
  },
  credential: FalCredential,
  settings: FalSettings,
  // Results on v3.fal.media and v3b.fal.media; older ones of Kling models in Google's storage (seen in examples).
  resultHosts: ['fal.media', 'storage.googleapis.com'],
  supports: (order, path) =>
    accessOf(path)
      ? supportsOrder(order)
      : { ok: false, field: 'path', reason: 'the credential or a setting of this path is not usable' },
  statusWords,
  submit,
  observe,
  find,
  cancel,
  balance,
  callbackKeys,
  readCallback,
  downloadHeaders: () => ({}),
};

/** One request, and it is the billable one. */
function* submit(
  path: PathContext,
  order: Parameters<Provider['submit']>[1],
  ids: SubmitIds,
): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access) return refusedHere('credentials', 'credential_unusable', 'the credential is not usable');
  const supported = supportsOrder(order);
  if (!supported.ok)
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  const route = routeOf(order);
  const built = route && submitOf(path, access, order, route, ids);
  if (!built) return refusedHere('bad_input', 'not_supported', `${order.model} has no ${order.mode} on fal`);
  const { url, headers, body } = built;
  const response = yield { operation: 'submit', billable: true, method: 'POST', url, headers, body };
  return readSubmitted(response, path, built);
}

/** Refused before anything was sent. */
function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

function readSubmitted(response: UpstreamResponse, path: PathContext, { endpoint }: Submit): SubmitOutcome {
  if (response.kind === 'not_sent') return response;
  if (response.kind === 'lost') return { kind: 'unknown', reason: `the answer was lost: ${response.reason}` };
  if (response.status < 200 || response.status > 299) return readSubmitError(response, path.nowMs);
  const queued = readAs(Queued, response.text);
  if (!queued) return { kind: 'unknown', reason: 'the answer says success but names no request' };
  const { request_id: requestId, status_url: status, response_url: result, cancel_url: cancelUrl } = queued;
  const handle: Handle = {
    v: 1,
    requestId,
    root: rootOf(endpoint),
    urls: believed(path, requestId, { status, result, cancel: cancelUrl }),
    // It is rendered after this, so the clip lives longer than this, never shorter.
    keptUntilMs: path.nowMs + MEDIA_SECONDS * 1000,
  };
  return { kind: 'accepted', upstreamId: requestId, handle, cost: null };
}

/** There is nothing to look a request up by; never called while `clientKey` is `correlate` and `list` is false. */
function* find(): Exchange<FindOutcome> {
  yield* [];
  return questionFailed('unreadable', 'fal cannot be asked by our id');
}
