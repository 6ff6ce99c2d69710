/**
 * Cancel, at any stage.
 *
 * What enters: a client's wish. What leaves: a waiting task ends at once and its hold is released. A task whose
 * submit is under way is marked; should the upstream turn out not to have it, it ends instead of going back to the
 * queue. A task that the upstream has accepted can only be cancelled where the upstream can; elsewhere the honest
 * answer is `too_late`, because it will be rendered and billed whatever we say.
 * If it dies in the middle: the wish is a row; the settlement follows by the settle loop.
 */

import type { CancelFacts, CancelStep } from '../store/settle.ts';
import { settleTasks } from './6-settle.ts';
import type { Context } from './context.ts';
import { askAs } from './credentials.ts';

export type CancelAnswer = 'canceled' | 'requested' | 'too_late' | 'not_found';

export async function cancelTask(context: Context, accountId: string, taskId: string): Promise<CancelAnswer> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const done = await context.store.settle.cancel(taskId, accountId, nowMs, (facts) => stepOf(context, facts));
  if (!done) return 'not_found';
  if (done.step === 'end_now') {
    await settleTasks(context, 1, taskId);
    return 'canceled';
  }
  if (done.step === 'request') {
    await cancelUpstream(context, done.facts);
    return 'requested';
  }
  return done.facts.outcome === 'canceled' ? 'canceled' : 'too_late';
}

function stepOf(context: Context, facts: CancelFacts): CancelStep {
  if (facts.state === 'queued') return 'end_now';
  if (facts.state !== 'running' || !facts.attempt) return 'leave';
  if (facts.attempt.state === 'sending' || facts.attempt.state === 'unknown') return 'request';
  const provider = context.paths.byName(facts.pathName ?? '')?.provider;
  return provider && provider.abilities.cancel !== 'none' ? 'request' : 'leave';
}

/** Best effort: what really happens to the attempt is what tracking sees. */
async function cancelUpstream(context: Context, { attempt, pathName }: CancelFacts): Promise<void> {
  const path = context.paths.byName(pathName ?? '');
  if (!path || !attempt || attempt.state !== 'accepted' || path.provider.abilities.cancel === 'none') return;
  const handle = { attemptId: attempt.id, correlationId: attempt.correlationId, handle: attempt.handle };
  await askAs(context, path, attempt.credentialVersion, (at) => path.provider.cancel(at, handle));
  context.wake('track');
}
