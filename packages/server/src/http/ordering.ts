/**
 * Ordering as every face of the gateway does it, the native API and the doors alike: one accept, one rule about
 * repeats, one count of what is under way. If it dies in the middle, stage 1 says what that means; an answer that does
 * not reach its client is not noted as delivered, so the client's repeat is joined to the same tasks.
 */
import type { CreateGeneration, Refusal, Task } from '@sluice/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptTasks, type ThroughDoor } from '../lifecycle/1-accept.ts';
import { type Answered, isListening } from './answered.ts';
import { accountOf, type Caller } from './auth.ts';
import type { HttpContext } from './context.ts';
import { repeatabilityOf } from './idempotency.ts';
import { linkBase } from './links.ts';
import type { Shedding } from './shedding.ts';
import type { TaskReader } from './views/tasks.ts';

export type OrderingCall = {
  context: HttpContext;
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
};

export type Wish = {
  /** What is asked of whom: the same words at two operations are two wishes. */
  operation: string;
  /** What the client asked for, after parsing; a file stands for its bytes' hash. Equal wishes are repeats. */
  asked: unknown;
  orders: readonly CreateGeneration[];
  batch: boolean;
  door?: ThroughDoor;
  /**
   * Names the wish in the words of a protocol that has no Idempotency-Key; it counts instead of one, and for every key
   * of the account.
   */
  requestKey?: string | undefined;
  /** How long an equal wish without a key is joined to one whose answer was lost; longer than the usual minute. */
  joinWithinMs?: number | undefined;
};

export type Ordered =
  | { kind: 'ordered'; tasks: Task[]; replayed: boolean }
  /** `index`: of the order at fault, in a batch. */
  | { kind: 'refused'; refusal: Refusal; index: number | null };

export type Ordering = (call: OrderingCall, wish: Wish) => Promise<Ordered>;

export function createOrdering(answered: Answered, shedding: Shedding, readTasks: TaskReader): Ordering {
  return async ({ context, caller, request, reply }, wish) => {
    const { operation, asked, orders, batch, door } = wish;
    const account = accountOf(caller);
    if (!account.ok) return refused(account.refusal);
    const repeat = repeatabilityOf(request, operation, asked);
    if (!repeat.ok) return refused(repeat.refusal);
    const { requestHash, marked } = repeat;
    const requestKey = wish.requestKey ?? repeat.requestKey;
    const payer = { accountId: account.accountId, keyId: caller.keyId };
    const end = shedding.beginCreate();
    try {
      const accepted = await acceptTasks(context, payer, orders, {
        requestKey,
        requestKeyOf: wish.requestKey === undefined ? 'key' : 'account',
        requestHash,
        marked,
        batch,
        door: door ?? null,
        joinWithinMs: wish.joinWithinMs,
        // A repeat under a key finds its tasks by the key, whoever heard of them.
        ...(requestKey === null ? { answering: answered } : {}),
        listening: () => isListening(request.raw.socket),
      });
      if (accepted.kind === 'refused') return accepted;
      const replayed = accepted.kind === 'replayed';
      // The second is how the unified routed API spells it.
      if (replayed) reply.headers({ 'idempotent-replayed': 'true', 'idempotency-replayed': 'true' });
      if (requestKey === null) answered.whenDelivered(reply, accepted.taskIds, requestHash);
      const tasks = await readTasks(accepted.taskIds, linkBase(context.settings, request));
      return { kind: 'ordered', tasks, replayed };
    } finally {
      end();
    }
  };
}

function refused(refusal: Refusal): Ordered {
  return { kind: 'refused', refusal, index: null };
}
