/**
 * Kie's jobs: `createTask`, `recordInfo`. It turns surplus creates away instead of queueing them, answers errors with
 * HTTP 200, and does not know a fresh task of its own for a moment.
 */
import type { Order } from '@sluice/contract';
import type {
  CancelOutcome,
  Exchange,
  PathContext,
  Provider,
  SubmitIds,
  SubmitOutcome,
  UpstreamResponse,
} from '../contract.ts';
import { authorizationOf, KieCredential, KieSettings } from './auth.ts';
import { createBody } from './body.ts';
import { readCallback } from './callback.ts';
import { readCreateError } from './errors.ts';
import { supportsOrder } from './limits.ts';
import { routeOf } from './models.ts';
import { statusWords } from './observation.ts';
import { balance, find, observe } from './questions.ts';
import { Created, type Handle, readAnswer } from './wire.ts';

export const kie: Provider = {
  id: 'kie',
  name: 'Kie.ai',
  defaultBaseUrl: 'https://api.kie.ai',
  abilities: {
    // It knows no key of ours; the token in our callback address is what ties a lost answer to its task.
    clientKey: 'correlate',
    duplicateKeyRefused: false,
    list: false,
    batchQuery: 1,
    cancel: 'none',
    startDeadlineSeconds: null,
    // A signature exists where the operator switched it on, but it leaves the body open: the token is the proof.
    callbackAuth: 'token',
    billsOnFailure: null,
    slotModel: 'rejects',
    // "For a short time" it does not know a task that it has just made.
    lookupGraceMs: 60_000,
  },
  credential: KieCredential,
  settings: KieSettings,
  // No page names the hosts of result links.
  resultHosts: [],
  supports: (order) => supportsOrder(order),
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

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const authorization = authorizationOf(path);
  if (authorization === null) {
    return refusedHere('credentials', 'credential_unusable', 'the credential of this path is incomplete');
  }
  const supported = supportsOrder(order);
  const route = routeOf(order.model, order.mode);
  if (!supported.ok)
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  if (!route) return refusedHere('bad_input', 'not_supported', `${order.model} has no ${order.mode} at Kie`);
  const response = yield {
    operation: 'submit',
    billable: true,
    method: 'POST',
    url: '/api/v1/jobs/createTask',
    headers: { authorization, 'content-type': 'application/json' },
    body: createBody(order, route, ids, path),
  };
  return readCreated(response, path.nowMs);
}

/** Refused before anything was sent. */
function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

function readCreated(response: UpstreamResponse, nowMs: number): SubmitOutcome {
  const answer = readAnswer(response);
  if (answer.kind !== 'ok') return readCreateError(answer, nowMs);
  const created = Created.safeParse(answer.data);
  if (!created.success) return { kind: 'unknown', reason: 'the answer says success but names no task' };
  const handle: Handle = { v: 1, taskId: created.data.taskId };
  return { kind: 'accepted', upstreamId: created.data.taskId, handle, cost: null };
}

/** No cancel call: what was accepted runs to its end. Asks nothing. */
function* cancel(): Exchange<CancelOutcome> {
  yield* [];
  return { kind: 'too_late' };
}
