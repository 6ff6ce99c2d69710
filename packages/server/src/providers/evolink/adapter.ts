/**
 * The unified API of EvoLink, as a family: `POST /v1/videos/generations`, `GET /v1/tasks/{id}`. Two profiles speak it.
 * GPTImage2 sells the same routes at the same prices but publishes no address of an API of its own, so a path of that
 * profile works only where the operator has set one.
 */

import type { Order } from '@sluice/contract';
import { z } from 'zod';
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
import { accessOf, EvolinkCredential, EvolinkSettings } from './auth.ts';
import { createBody } from './body.ts';
import { readCallback } from './callback.ts';
import { readCreateError } from './errors.ts';
import { supportsOrder } from './limits.ts';
import { routeOf } from './models.ts';
import { statusWords } from './observation.ts';
import { BATCH, balance, find, observe } from './questions.ts';
import { type Handle, readAnswer, TaskId } from './wire.ts';

/** Empty `baseUrl`: none is known, the path must name it. */
type Profile = { id: string; name: string; baseUrl: string };

export const evolink = unifiedFamily({ id: 'evolink', name: 'EvoLink', baseUrl: 'https://api.evolink.ai' });
export const gptimage2 = unifiedFamily({ id: 'gptimage2', name: 'GPTImage2', baseUrl: '' });

function unifiedFamily({ id, name, baseUrl }: Profile): Provider {
  return {
    id,
    name,
    defaultBaseUrl: baseUrl,
    abilities: {
      // A key is sent with every create (`Idempotency-Key`), but only the vendor's own client was seen to do so; the
      // public pages promise nothing. What ties a lost answer to its task is our callback address.
      clientKey: 'correlate',
      duplicateKeyRefused: false,
      list: false,
      batchQuery: BATCH,
      cancel: 'none',
      startDeadlineSeconds: null,
      callbackAuth: 'token',
      billsOnFailure: false,
      slotModel: 'rejects',
      lookupGraceMs: 30_000,
    },
    credential: EvolinkCredential,
    settings: EvolinkSettings,
    // No page names the hosts of result links.
    resultHosts: [],
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
}

function supports(order: Order, path: PathContext): Supported {
  const access = accessOf(path);
  return access.ok ? supportsOrder(order) : { ok: false, field: access.field, reason: access.reason };
}

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access.ok) return refusedHere('credentials', 'path_unusable', access.reason);
  const supported = supportsOrder(order);
  const route = routeOf(order);
  if (!supported.ok)
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  if (!route) return refusedHere('bad_input', 'not_supported', `${order.model} has no ${order.mode} here`);
  const response = yield {
    operation: 'submit',
    billable: true,
    method: 'POST',
    url: '/v1/videos/generations',
    headers: {
      authorization: access.authorization,
      'content-type': 'application/json',
      'idempotency-key': ids.correlationId,
    },
    body: createBody(order, route, ids, path),
  };
  return readCreated(response, path.nowMs);
}

/** Refused before anything was sent. */
function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

const Created = z.object({ id: TaskId });

/** A replay under the same key (`Idempotency-Replayed: true`) is the same task, so it is read the same. */
function readCreated(response: UpstreamResponse, nowMs: number): SubmitOutcome {
  const answer = readAnswer(response);
  if (answer.kind !== 'ok') return readCreateError(answer, nowMs);
  const created = Created.safeParse(answer.body);
  if (!created.success) return { kind: 'unknown', reason: 'the answer says success but names no task' };
  const handle: Handle = { v: 1, taskId: created.data.id };
  // `credits_reserved` is an estimate, and on some pages in ten-thousandths of a credit (270000 for 27): not a cost.
  return { kind: 'accepted', upstreamId: created.data.id, handle, cost: null };
}

/** No cancel call is documented, although `task_info.can_cancel` exists: what was accepted runs to its end. */
function* cancel(): Exchange<CancelOutcome> {
  yield* [];
  return { kind: 'too_late' };
}
