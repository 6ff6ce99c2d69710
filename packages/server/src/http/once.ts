/**
 * Creates under an Idempotency-Key, other than orders (those find their tasks by the key: `lifecycle/1-accept.ts`). The
 * handler runs within one transaction, and the answer that it gives is kept in it for a day, sealed because some
 * answers hold a secret that is shown once. So a client that lost the answer repeats the request and gets the same
 * one.
 *
 * Refusals are not kept: nothing was made, and the repeat is judged anew. If we die between the commit and the answer,
 * the repeat finds what was made; the stages that were to be woken look by themselves.
 */
import type { OperationId } from '@sluice/contract';
import type { StageName } from '../lifecycle/context.ts';
import { ANSWER_KEPT_MS } from '../lifecycle/expire.ts';
import { pathDirectory } from '../lifecycle/paths.ts';
import type { Store } from '../store/store.ts';
import type { HttpContext } from './context.ts';
import { repeatabilityOf } from './idempotency.ts';
import { type Answer, type Call, type Handler, ok, refused } from './operation.ts';

export async function answerOnce<Id extends OperationId>(
  id: Id,
  call: Call<Id>,
  handler: Handler<Id>,
): Promise<Answer> {
  const { context, caller, params, request, reply } = call;
  const asked: unknown = call.body ?? null;
  // What is asked of whom and for whom: an operator may act for several accounts with one key.
  const repeat = repeatabilityOf(request, `${id} ${params.id} ${caller.accountId ?? ''}`, asked);
  if (!repeat.ok) return refused(repeat.refusal);
  const { requestKey, requestHash } = repeat;
  if (requestKey === null) return handler(call);
  const nowMs = context.clock.now();
  const place = `answer:${caller.keyId}:${requestKey}`;
  const wakes = new Set<StageName>();
  const once = await context.store.answers.once(
    { keyId: caller.keyId, requestKey, requestHash },
    { nowMs, expiredMs: nowMs - ANSWER_KEPT_MS },
    async (store) => {
      const answer = await handler({ ...call, context: inside(context, store, wakes) });
      const sealed = answer.kind === 'ok' ? context.secrets.seal(JSON.stringify(answer.body), place) : null;
      return { outcome: answer, sealed };
    },
  );
  switch (once.kind) {
    case 'made':
      // What was made may be a path; nobody else has seen it yet.
      if (once.outcome.kind === 'ok') await context.paths.refresh(nowMs, true);
      for (const stage of wakes) context.wake(stage);
      return once.outcome;
    case 'answered': {
      reply.header('idempotent-replayed', 'true');
      const body: unknown = JSON.parse(context.secrets.open(once.sealed, place));
      return ok(body);
    }
    case 'mismatch':
      return refused({ code: 'idempotency_mismatch', field: 'Idempotency-Key' });
    case 'in_progress':
      return refused({ code: 'idempotency_in_progress' });
  }
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
