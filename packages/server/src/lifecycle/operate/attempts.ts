/**
 * Attempts whose answer was lost, decided by a person. "Never accepted" frees the slot and lets the task go on; it is
 * the operator's word against a second bill. "Accepted" is believed only when the upstream itself, asked by our own id,
 * names that task: a typing error must not tie a customer's order to somebody else's clip.
 */
import { Order, type Refusal, type ResolveAttempt } from '@sluice/contract';
import type { z } from 'zod';
import { canLookUp } from '../../decide/reconcile.ts';
import type { ResolvableRow } from '../../store/operator.ts';
import type { Context } from '../context.ts';
import { askAs } from '../credentials.ts';
import { note } from '../note.ts';
import type { AccessPath } from '../paths.ts';
import { record } from './actions.ts';

export type Resolved = { kind: 'resolved'; taskId: string } | { kind: 'refused'; refusal: Refusal };

type Verdict = z.output<typeof ResolveAttempt>;

export async function resolveAttempt(
  context: Context,
  keyId: string,
  attemptId: string,
  verdict: Verdict,
): Promise<Resolved> {
  const attempt = await context.store.operator.findAttempt(attemptId);
  if (!attempt) return refused({ code: 'not_found' });
  if (attempt.state !== 'unknown') return refused(decided());
  const refusal =
    verdict.outcome === 'never_accepted'
      ? await abandon(context, attempt, verdict.reason)
      : await adopt(context, attempt, verdict);
  if (refusal) return refused(refusal);
  const { outcome, reason, upstream_id } = verdict;
  const detail = { outcome, reason, ...(upstream_id === undefined ? {} : { upstream_id }) };
  await record(context, keyId, 'attempt.resolved', attempt.id, detail);
  return { kind: 'resolved', taskId: attempt.task_id };
}

async function abandon(context: Context, attempt: ResolvableRow, reason: string): Promise<Refusal | null> {
  const nowMs = context.clock.now();
  const line = note(nowMs, 'attempt.abandoned', `An operator decided that it was never accepted: ${reason}`);
  const abandoned = await context.store.submit.recordAbandoned(
    [
      {
        attemptId: attempt.id,
        lease: null,
        reason: 'an operator decided that it was never accepted',
        note: line,
      },
    ],
    nowMs,
  );
  if (abandoned === 0) return decided();
  context.wake('settle');
  context.wake('admit');
  return null;
}

async function adopt(context: Context, attempt: ResolvableRow, verdict: Verdict): Promise<Refusal | null> {
  if (verdict.upstream_id === undefined) {
    return { code: 'invalid_input', field: 'upstream_id', message: 'Say which upstream task it became.' };
  }
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs);
  const path = context.paths.byName(attempt.path_name);
  if (!path) return { code: 'conflict', message: `The path ${attempt.path_name} is not there any more.` };
  const looked = await lookUp(context, path, attempt);
  if (!looked.ok) return looked.refusal;
  if (looked.upstreamId !== verdict.upstream_id) {
    const message = `The upstream knows it as ${looked.upstreamId}.`;
    return { code: 'conflict', field: 'upstream_id', message };
  }
  const summary = `An operator found it upstream as ${looked.upstreamId}`;
  const line = note(nowMs, 'attempt.found', summary, { path: path.name, upstream_id: looked.upstreamId });
  const { upstreamId, handle } = looked;
  const accepted = await context.store.submit.recordAccepted(
    [{ attemptId: attempt.id, upstreamId, handle, askAtMs: nowMs, note: line }],
    nowMs,
  );
  if (accepted.length === 0) return decided();
  context.wake('track');
  return null;
}

type Looked = { ok: true; upstreamId: string; handle: unknown } | { ok: false; refusal: Refusal };

async function lookUp(context: Context, path: AccessPath, attempt: ResolvableRow): Promise<Looked> {
  const { abilities } = path.provider;
  if (!canLookUp(abilities)) {
    const message = `${path.provider.name} cannot be asked by our id.`;
    return conflict(message, 'Wait for its callback, or decide "never_accepted".');
  }
  const query = {
    correlationId: attempt.correlation_id,
    order: Order.parse(attempt.order),
    sentAtMs: attempt.sent_at,
  };
  const { outcome, own } = await askAs(context, path, attempt.credential_version, (at) =>
    path.provider.find(at, [query]),
  );
  if (outcome.kind === 'question_failed') {
    return conflict(`The upstream could not be asked: ${outcome.message}`, 'Try again later.');
  }
  const item = outcome.items.get(attempt.correlation_id);
  if (item) return { ok: true, upstreamId: item.upstreamId, handle: item.handle };
  if (!own) {
    const message =
      'The credential that it was sent with is refused, and the present one sees no task with our id.';
    return conflict(message, 'Look at the vendor, in the account of the earlier key.');
  }
  return conflict('The upstream knows no task with our id.', 'Decide "never_accepted" when that is final.');
}

function conflict(message: string, fix: string): Looked {
  return { ok: false, refusal: { code: 'conflict', message, fix } };
}

function decided(): Refusal {
  return { code: 'conflict', message: 'This attempt is not unknown (any more).' };
}

function refused(refusal: Refusal): Resolved {
  return { kind: 'refused', refusal };
}
