/** Step of verification: what it asks of the upstream itself, beside the orders that go through the front. */
import { Order } from '@sluice/contract';
import type { LookAnswer } from '../decide/verification/link.ts';
import type { LinkWatch } from '../decide/verification/record.ts';
import { callbackUrl } from './3-submit.ts';
import type { Context } from './context.ts';
import { foreignHost, isVendors } from './fetch-clip.ts';
import { reachableOrder } from './inputs.ts';
import type { AccessPath } from './paths.ts';

export type FoundLink =
  | { kind: 'found'; watch: LinkWatch }
  | { kind: 'later'; ms: number }
  | { kind: 'none'; why: string };

const ASK_AGAIN_MS = 30_000;
const LIMITS = { connectMs: 10_000, headersMs: 30_000, idleMs: 10_000, totalMs: 60_000, maxBytes: 1024 ** 3 };
const DEAD: readonly number[] = [403, 404, 410];

/** The link as the vendor hands it out now, free of charge. */
export async function findLink(
  context: Context,
  path: AccessPath,
  { attemptId, madeAtMs }: { attemptId: string; madeAtMs: number },
): Promise<FoundLink> {
  const [attempt] = await context.store.verifications.handles([attemptId]);
  if (!attempt) return { kind: 'none', why: 'The attempt is not there any more.' };
  const at = path.context(context.clock.now());
  const handle = { attemptId, correlationId: attempt.correlation_id, handle: attempt.handle };
  const { outcome } = await context.drive.run(path.provider.observe(at, [handle]), at);
  if (outcome.kind === 'question_failed') return { kind: 'later', ms: ASK_AGAIN_MS };
  const [output] = outcome.observations.get(attemptId)?.outputs ?? [];
  if (!output) return { kind: 'none', why: 'The vendor names no link for the clip any more.' };
  const nowMs = context.clock.now();
  return {
    kind: 'found',
    watch: {
      url: output.url,
      state: 'alive',
      madeAtMs,
      statedEndMs: output.expiresAtMs,
      firstSeenAtMs: nowMs,
      lastAliveAtMs: nowMs,
      deadAtMs: null,
      nextLookAtMs: nowMs,
      looks: 0,
      strikes: 0,
    },
  };
}

/** Asks for the first byte, and reads none of it. */
export async function lookAtLink(context: Context, path: AccessPath, url: string): Promise<LookAnswer> {
  if (foreignHost(path, url) !== null) return 'unclear';
  const reply = await context.outbound.stream({
    method: 'GET',
    url,
    headers: { ...path.provider.downloadHeaders(path.context(context.clock.now()), url), range: 'bytes=0-0' },
    trust: isVendors(path, url) ? 'configured' : 'given',
    limits: LIMITS,
    redirects: 3,
  });
  if (reply.kind !== 'streaming') return 'unclear';
  reply.cancel();
  if (reply.status === 200 || reply.status === 206) return 'alive';
  return DEAD.includes(reply.status) ? 'dead' : 'unclear';
}

export type RepeatAnswer = {
  answer: 'duplicate_key' | 'same_task' | 'second_task' | 'unclear';
  detail: string;
};

/** The paid request once more, under the id of the first. The caller has written down that it leaves. */
export async function repeatCreate(
  context: Context,
  path: AccessPath,
  attemptId: string,
): Promise<RepeatAnswer> {
  const [attempt] = await context.store.verifications.handles([attemptId]);
  if (!attempt) return { answer: 'unclear', detail: 'the first attempt is not there any more' };
  const order = await reachableOrder(context, path, Order.parse(attempt.order));
  const ids = {
    correlationId: attempt.correlation_id,
    callbackUrl: callbackUrl(context, path, attempt.callback_token),
    startBeforeMs: null,
  };
  const at = path.context(context.clock.now());
  const { outcome } = await context.drive.runSubmit(path.provider.submit(at, order, ids), at);
  switch (outcome.kind) {
    case 'accepted': {
      const same = outcome.upstreamId === attempt.upstream_id;
      return { answer: same ? 'same_task' : 'second_task', detail: outcome.upstreamId };
    }
    case 'refused': {
      const detail = `${outcome.code} ${outcome.message}`.trim();
      return { answer: outcome.class === 'duplicate_key' ? 'duplicate_key' : 'unclear', detail };
    }
    case 'not_sent':
    case 'unknown':
      return { answer: 'unclear', detail: outcome.reason };
  }
}
