/** Ordering clips: one, or many at once. The answer is sent when the task is durable. */
import type { CreateGeneration, OperationId, Refusal } from '@sluice/contract';
import { acceptTasks } from '../../../lifecycle/1-accept.ts';
import { type Answered, isListening } from '../../answered.ts';
import { accountOf } from '../../auth.ts';
import { repeatabilityOf } from '../../idempotency.ts';
import { linkBase } from '../../links.ts';
import { type Answer, type Call, type Handlers, ok, refused } from '../../operation.ts';
import type { Shedding } from '../../shedding.ts';
import type { TaskReader } from '../../views/tasks.ts';

export function createHandlers(
  answered: Answered,
  shedding: Shedding,
  readTasks: TaskReader,
): Pick<Handlers, 'createGeneration' | 'createBatch'> {
  async function create<Id extends 'createGeneration' | 'createBatch'>(
    call: Call<Id>,
    operation: OperationId,
    orders: readonly CreateGeneration[],
    batch: boolean,
  ): Promise<Answer> {
    const { context, caller, request, reply } = call;
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const repeat = repeatabilityOf(request, operation, call.body);
    if (!repeat.ok) return refused(repeat.refusal);
    const { requestKey, requestHash, marked } = repeat;
    const payer = { accountId: account.accountId, keyId: caller.keyId };
    const end = shedding.beginCreate();
    try {
      const accepted = await acceptTasks(context, payer, orders, {
        requestKey,
        requestHash,
        marked,
        batch,
        answering: answered.answering,
        listening: () => isListening(request.raw.socket),
      });
      if (accepted.kind === 'refused')
        return refused(inBatch(accepted.refusal, batch ? accepted.index : null));
      if (accepted.kind === 'replayed') reply.header('idempotent-replayed', 'true');
      answered.whenDelivered(reply, accepted.taskIds);
      const tasks = await readTasks(accepted.taskIds, linkBase(context.settings, request));
      return ok(batch ? { object: 'task.batch', data: tasks } : tasks[0]);
    } finally {
      end();
    }
  }

  return {
    createGeneration: (call) => create(call, 'createGeneration', [call.body], false),
    createBatch: (call) => create(call, 'createBatch', call.body.tasks, true),
  };
}

function inBatch(refusal: Refusal, index: number | null): Refusal {
  if (index === null || refusal.field === 'Idempotency-Key') return refusal;
  const field = refusal.field === undefined ? `tasks[${index}]` : `tasks[${index}].${refusal.field}`;
  return { ...refusal, field };
}
