/**
 * Kling, the vendor's own API, both generations: new (model in the path, API key) and legacy (`/v1`, API
 * key or AccessKey/SecretKey). A path uses one of them for submits; handles remember where they were
 * made, so a path may be switched while tasks are in flight.
 */
import type { Order } from '@sluice/contract';
import type {
  CancelOutcome,
  Exchange,
  PathContext,
  Provider,
  SubmitIds,
  SubmitOutcome,
  Supported,
  UpstreamResponse,
} from '../contract.ts';
import { accessOf, type Generation, KlingCredential, KlingSettings } from './auth.ts';
import { balance } from './balance.ts';
import { legacyRequest, newRequest } from './body.ts';
import { readCallback } from './callback.ts';
import { readCreateError } from './errors.ts';
import { supportsOrder } from './limits.ts';
import { type Route, routeOf } from './models.ts';
import { statusWords } from './observation.ts';
import { BATCH, find, observe } from './questions.ts';
import { Created, type Handle, readAnswer } from './wire.ts';

export const kling: Provider = {
  id: 'kling',
  name: 'Kling AI',
  defaultBaseUrl: 'https://api-singapore.klingai.com',
  abilities: {
    clientKey: 'query',
    // Seen live in 2026-09 on both generations, account-wide and 13 minutes later, but documented nowhere.
    duplicateKeyRefused: true,
    list: true,
    batchQuery: BATCH,
    cancel: 'none',
    startDeadlineSeconds: null,
    callbackAuth: 'hmac',
    billsOnFailure: false,
    slotModel: 'rejects',
    lookupGraceMs: 30_000,
  },
  credential: KlingCredential,
  settings: KlingSettings,
  // Result links seen on numbered hosts such as v15-kling.klingai.com, in China also v4-kling.kechuangai.com.
  resultHosts: ['klingai.com', 'kechuangai.com'],
  supports,
  statusWords,
  submit,
  observe,
  find,
  cancel,
  balance,
  callbackKeys: null,
  readCallback,
  downloadHeaders: () => ({}),
};

function supports(order: Order, path: PathContext): Supported {
  const access = accessOf(path);
  return access.ok
    ? supportsOrder(order, access.generation)
    : { ok: false, field: 'path', reason: access.reason };
}

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access.ok) return refusedHere('credentials', 'credential_unusable', access.reason);
  const supported = supportsOrder(order, access.generation);
  const route = routeOf(order.model, order.mode);
  if (!supported.ok)
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  if (!route)
    return refusedHere('bad_input', 'not_supported', `${order.model} has no ${order.mode} on Kling`);
  const built =
    access.generation === 'new' ? newRequest(order, route, ids) : legacyRequest(order, route, ids);
  if (!built)
    return refusedHere('bad_input', 'input_without_address', 'an input has no address that Kling can fetch');
  const response = yield {
    operation: 'submit',
    billable: true,
    method: 'POST',
    url: built.url,
    headers: { authorization: access.authorization, 'content-type': 'application/json' },
    body: built.body,
  };
  return readCreated(response, { path, order, ids, route, generation: access.generation });
}

/** Refused before anything was sent. */
function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

type Sent = { path: PathContext; order: Order; ids: SubmitIds; route: Route; generation: Generation };

function readCreated(response: UpstreamResponse, sent: Sent): SubmitOutcome {
  const answer = readAnswer(response);
  if (answer.kind !== 'ok') return readCreateError(answer, sent.path.nowMs);
  const created = Created.safeParse(answer.data);
  if (!created.success) return { kind: 'unknown', reason: 'the answer says success but names no task' };
  const { taskId, externalId } = created.data;
  if (externalId !== null && externalId !== sent.ids.correlationId) {
    return { kind: 'unknown', reason: 'the answer names a task of another external id' };
  }
  return { kind: 'accepted', upstreamId: taskId, handle: handleOf(taskId, sent), cost: null };
}

function handleOf(taskId: string, { order, route, generation }: Sent): Handle {
  const { watermark } = order;
  if (generation === 'new' || !route.legacy) return { v: 1, generation: 'new', taskId, watermark };
  return { v: 1, generation: 'legacy', taskId, watermark, path: route.legacy.path };
}

/** Kling has no cancel call, so a task that was accepted runs to its end. Asks nothing. */
function* cancel(): Exchange<CancelOutcome> {
  yield* [];
  return { kind: 'too_late' };
}
