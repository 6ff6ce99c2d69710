/** Ordering clips: one, or many at once. The answer is sent when the task is durable. */
import type { CreateGeneration, OperationId, Refusal } from '@sluice/contract';
import { type Answer, type Call, type Handlers, ok, refused } from '../../operation.ts';
import type { Ordering } from '../../ordering.ts';

export function createHandlers(order: Ordering): Pick<Handlers, 'createGeneration' | 'createBatch'> {
  async function create<Id extends 'createGeneration' | 'createBatch'>(
    call: Call<Id>,
    operation: OperationId,
    orders: readonly CreateGeneration[],
    batch: boolean,
  ): Promise<Answer> {
    const ordered = await order(call, { operation, asked: call.body, orders, batch });
    if (ordered.kind === 'refused') return refused(inBatch(ordered.refusal, batch ? ordered.index : null));
    return ok(batch ? { object: 'task.batch', data: ordered.tasks } : ordered.tasks[0]);
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
