/**
 * Replicate predictions: one request that creates, a deadline that ends every doubt, webhooks that carry our attempt
 * in their address, and results that live for one hour.
 */
import type { Order } from '@sluice/contract';
import type {
  Exchange,
  PathContext,
  Provider,
  SubmitIds,
  SubmitOutcome,
  Supported,
  UpstreamResponse,
} from '../contract.ts';
import {
  accessOf,
  ReplicateCredential,
  ReplicateSettings,
  RUN_MINUTES_MOST,
  START_MINUTES_MOST,
} from './auth.ts';
import { createRequest } from './body.ts';
import { callbackKeys, readCallback } from './callback.ts';
import { readCreateError } from './errors.ts';
import { supportsOrder } from './limits.ts';
import { statusWords } from './observation.ts';
import { balance, cancel, find, observe } from './questions.ts';
import { type Handle, Prediction, readAs } from './wire.ts';

export const replicate: Provider = {
  id: 'replicate',
  name: 'Replicate',
  defaultBaseUrl: 'https://api.replicate.com/v1',
  abilities: {
    clientKey: 'correlate',
    duplicateKeyRefused: false,
    list: true,
    batchQuery: 1,
    cancel: 'any',
    startDeadlineSeconds: (START_MINUTES_MOST + RUN_MINUTES_MOST) * 60,
    callbackAuth: 'hmac',
    // Failed runs of official models are not charged for their output; cancelled ones are. Not stated for Kling.
    billsOnFailure: null,
    slotModel: 'rejects',
    lookupGraceMs: 60_000,
  },
  credential: ReplicateCredential,
  settings: ReplicateSettings,
  resultHosts: ['replicate.delivery'],
  supports,
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

function supports(order: Order, path: PathContext): Supported {
  const access = accessOf(path);
  return access.ok ? supportsOrder(order) : { ok: false, field: 'path', reason: access.reason };
}

/** One request, and it is the billable one. */
function* submit(path: PathContext, order: Order, ids: SubmitIds): Exchange<SubmitOutcome> {
  const access = accessOf(path);
  if (!access.ok) return refusedHere('credentials', 'credential_unusable', access.reason);
  const supported = supportsOrder(order);
  if (!supported.ok) {
    return refusedHere('bad_input', 'not_supported', `${supported.field}: ${supported.reason}`);
  }
  const built = createRequest(order, ids);
  if (!built) {
    return refusedHere(
      'bad_input',
      'input_without_address',
      'an input has no address that Replicate can fetch',
    );
  }
  const response = yield {
    operation: 'submit',
    billable: true,
    method: 'POST',
    url: built.url,
    headers: {
      ...access.headers,
      'content-type': 'application/json',
      'cancel-after': cancelAfter(path, ids.startBeforeMs),
    },
    body: built.body,
  };
  return readCreated(response);
}

/**
 * The vendor's deadline counts from the creation and ends a prediction wherever it is: free before the start, charged
 * after it. So it is the latest start plus the time for a whole run; otherwise it would cut off, and charge for, one
 * that began at the last moment.
 */
function cancelAfter(path: PathContext, startBeforeMs: number | null): string {
  const settings = ReplicateSettings.safeParse(path.settings);
  const { run_minutes: run, start_minutes: start } = settings.success ? settings.data : {};
  const byDefaultMs = Number(start ?? START_MINUTES_MOST) * 60_000;
  const waitMs = startBeforeMs === null ? byDefaultMs : Math.min(byDefaultMs, startBeforeMs - path.nowMs);
  const seconds = Math.ceil(Math.max(0, waitMs) / 1000) + Number(run ?? RUN_MINUTES_MOST) * 60;
  return `${seconds}s`;
}

/** Refused before anything was sent. */
function refusedHere(refusal: 'credentials' | 'bad_input', code: string, message: string): SubmitOutcome {
  return { kind: 'refused', class: refusal, code, message, retryAfterMs: null };
}

function readCreated(response: UpstreamResponse): SubmitOutcome {
  if (response.kind === 'not_sent') return response;
  if (response.kind === 'lost') return { kind: 'unknown', reason: `the answer was lost: ${response.reason}` };
  const created = response.status >= 200 && response.status < 300 ? readAs(Prediction, response.text) : null;
  if (!created) return readCreateError(response);
  const handle: Handle = { v: 1, predictionId: created.id };
  return { kind: 'accepted', upstreamId: created.id, handle, cost: null };
}
