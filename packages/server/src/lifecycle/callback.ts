/**
 * Takes an upstream's callback: into the inbox, and its attempt becomes due at once, unless all that it says is that
 * the render is under way and we know that.
 *
 * What enters: a request to /callbacks/<path>/<token>; the token is the attempt's, unguessable. What leaves: a row
 * in the inbox, committed before the 2xx. Nothing else: status, results and money come from a question that we ask
 * ourselves (4-track.ts).
 * If it dies in the middle: no 2xx was sent, so the upstream repeats it or polling finds out.
 */
import { newId } from '../effects/random/id.ts';
import type { CallbackOutcome, RawCallback } from '../providers/contract.ts';
import type { Context } from './context.ts';
import { contextFor } from './credentials.ts';
import type { AccessPath } from './paths.ts';

export type CallbackRequest = { headers: Record<string, string>; body: string };
export type CallbackResult = 'taken' | 'unknown' | 'rejected';

export async function receiveCallback(
  context: Context,
  pathName: string,
  token: string,
  request: CallbackRequest,
): Promise<CallbackResult> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const path = context.paths.byName(pathName);
  const attempt = await context.store.track.attemptByToken(token);
  if (!path || !attempt || attempt.pathName !== pathName) return 'unknown';
  const read = await readCallback(context, path, attempt.credentialVersion, {
    ...request,
    receivedAtMs: nowMs,
  });
  if (read.kind === 'rejected') {
    context.telemetry.count('sluice_callbacks_rejected_total', { path: pathName });
    return 'rejected';
  }
  const status = read.word === null ? undefined : path.provider.statusWords[read.word];
  const made = await context.store.track.recordCallback(
    {
      id: newId('cb', nowMs, context.random),
      pathName,
      token,
      deliveryId: read.deliveryId,
      verified: read.verified,
      word: read.word,
      underWay: status === 'queued' || status === 'running',
      body: request.body,
      upstreamId: read.upstreamId,
      handle: read.handle,
    },
    nowMs,
  );
  if (made) {
    context.wake('track');
    context.wake('reconcile');
  }
  return 'taken';
}

/** Signed for the account of the attempt's credential. A signature that fits no kept key may be of a newer one. */
async function readCallback(
  context: Context,
  path: AccessPath,
  version: number,
  callback: RawCallback,
): Promise<CallbackOutcome> {
  const at = await contextFor(context, path, version);
  const asked = { name: `${path.name}/${version}`, provider: path.provider, context: () => at };
  const keys = await context.callbackKeys.of(asked, false);
  const read = path.provider.readCallback(at, callback, keys);
  if (read.kind !== 'rejected' || path.provider.callbackKeys === null) return read;
  const fresh = await context.callbackKeys.of(asked, true);
  return fresh === keys ? read : path.provider.readCallback(at, callback, fresh);
}
