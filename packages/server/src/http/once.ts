/**
 * Creates under an Idempotency-Key, other than orders (those find their tasks by the key: `lifecycle/1-accept.ts`). The
 * handler runs within one transaction, and the answer that it gives is kept in it for a day, sealed because some
 * answers hold a secret that is shown once. So a client that lost the answer repeats the request and gets the same
 * one.
 *
 * A create that asks somebody outside does so before the transaction, and only when the key has no answer yet. Of two
 * at once both ask, which costs nothing, and one makes it; whoever is told no outside looks again before it refuses.
 *
 * Refusals are not kept: nothing was made, and the repeat is judged anew. If we die before the commit, nothing was
 * made, whatever was asked outside. If we die between the commit and the answer, the repeat finds what was made; the
 * stages that were to be woken look by themselves.
 */
import type { OperationId } from '@sluice/contract';
import type { StageName } from '../lifecycle/context.ts';
import { ANSWER_KEPT_MS } from '../lifecycle/expire.ts';
import { pathDirectory } from '../lifecycle/paths.ts';
import type { AnswerTimes, KeyedRequest, Once } from '../store/answers.ts';
import type { Store } from '../store/store.ts';
import type { HttpContext } from './context.ts';
import { repeatabilityOf } from './idempotency.ts';
import { type Answer, answerTo, type Call, type Handler, ok, type Prepared, refused } from './operation.ts';

export async function answerOnce<Id extends OperationId>(
  id: Id,
  call: Call<Id>,
  handler: Handler<Id> | Prepared<Id>,
): Promise<Answer> {
  const { context, caller, params, request } = call;
  const asked: unknown = call.body ?? null;
  // What is asked of whom and for whom: an operator may act for several accounts with one key.
  const repeat = repeatabilityOf(request, `${id} ${params.id} ${caller.accountId ?? ''}`, asked);
  if (!repeat.ok) return refused(repeat.refusal);
  const { requestKey, requestHash } = repeat;
  if (requestKey === null) return answerTo(call, handler);
  const keyed = { keyId: caller.keyId, requestKey, requestHash };
  const nowMs = context.clock.now();
  const times = { nowMs, expiredMs: nowMs - ANSWER_KEPT_MS };
  if (typeof handler === 'function') return make(call, keyed, times, handler);
  const earlier = await context.store.answers.find(keyed, times.expiredMs);
  if (earlier) return told(call, keyed, earlier);
  const prepared = await handler.prepare(call);
  if (typeof prepared === 'function') return make(call, keyed, times, prepared);
  const meanwhile = await context.store.answers.find(keyed, times.expiredMs);
  return meanwhile ? told(call, keyed, meanwhile) : prepared;
}

async function make<Id extends OperationId>(
  call: Call<Id>,
  keyed: KeyedRequest,
  times: AnswerTimes,
  handler: Handler<Id>,
): Promise<Answer> {
  const { context } = call;
  const wakes = new Set<StageName>();
  const once = await context.store.answers.once(keyed, times, async (store) => {
    const answer = await handler({ ...call, context: inside(context, store, wakes) });
    const body = answer.kind === 'ok' ? JSON.stringify(answer.body) : null;
    return { outcome: answer, sealed: body === null ? null : context.secrets.seal(body, placeOf(keyed)) };
  });
  if (once.kind !== 'made') return told(call, keyed, once);
  // What was made may be a path; nobody else has seen it yet.
  if (once.outcome.kind === 'ok') await context.paths.refresh(times.nowMs, true);
  for (const stage of wakes) context.wake(stage);
  return once.outcome;
}

/** What there is already is given again. */
function told<Id extends OperationId>(
  { context, reply }: Call<Id>,
  keyed: KeyedRequest,
  earlier: Exclude<Once<never>, { kind: 'made' }>,
): Answer {
  switch (earlier.kind) {
    case 'answered': {
      reply.header('idempotent-replayed', 'true');
      const body: unknown = JSON.parse(context.secrets.open(earlier.sealed, placeOf(keyed)));
      return ok(body);
    }
    case 'mismatch':
      return refused({ code: 'idempotency_mismatch', field: 'Idempotency-Key' });
    case 'in_progress':
      return refused({ code: 'idempotency_in_progress' });
  }
}

function placeOf({ keyId, requestKey }: KeyedRequest): string {
  return `answer:${keyId}:${requestKey}`;
}

/** What the handler is given: it sees what it has written, and wakes nobody before that is committed. */
function inside(context: HttpContext, store: Store, wakes: Set<StageName>): HttpContext {
  return {
    ...context,
    store,
    paths: pathDirectory(store, context.secrets, context.catalogue),
    wake: (stage) => void wakes.add(stage),
  };
}
