/**
 * Stage 6: the end.
 *
 * What enters: tasks in state `settling`: their outcome is decided and written, nothing about money has happened
 * yet. What leaves: tasks in `succeeded`, `failed` or `canceled`, with the hold charged or released once, the
 * balance, the one terminal event and its deliveries, all in the transaction that changes the state.
 * If it dies in the middle: the transaction rolls back and the task is settled by the next round. A second
 * settlement is impossible: the state has moved, and the ledger knows one end per task.
 */
import { decimalFromMicros } from '@sluice/contract';
import { release, settle } from '../decide/postings.ts';
import { finalCharge, PricedSnapshot } from '../decide/pricing.ts';
import { statusOf } from '../decide/task.ts';
import { newId } from '../effects/random/id.ts';
import { databaseFailure, sqlState } from '../store/database-failure.ts';
import type { Settlement, SettlingTask } from '../store/settle.ts';
import type { Context } from './context.ts';
import { NATIVE_FORMAT } from './delivery-formats.ts';

/** When a task that could not be settled is tried again: perhaps somebody has repaired what was wrong. */
const STUCK_MS = 60_000;

/** Settles what is due (or just one task); answers how many. */
export async function settleTasks(
  context: Context,
  most: number,
  taskId: string | null = null,
): Promise<number> {
  const nowMs = context.clock.now();
  const settled = await settleTogether(context, { nowMs, most, taskId }).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    return settleOneByOne(context, { nowMs, most, taskId });
  });
  if (settled.length > 0) report(context, settled, nowMs);
  return settled.length;
}

type Claim = { nowMs: number; most: number; taskId: string | null };

function settleTogether(context: Context, claim: Claim): Promise<Settlement[]> {
  return context.store.settle.settle({ ...claim, againAtMs: claim.nowMs + STUCK_MS }, (tasks) =>
    tasks.flatMap((task) => settlementOrNone(context, task, claim.nowMs)),
  );
}

/** The database itself refuses one of the settlements: which one shows only when each stands alone. */
async function settleOneByOne(context: Context, { nowMs, most, taskId }: Claim): Promise<Settlement[]> {
  const settled: Settlement[] = [];
  const ids = taskId === null ? await context.store.settle.due(nowMs, most) : [taskId];
  for (const id of ids) {
    try {
      settled.push(...(await settleTogether(context, { nowMs, most: 1, taskId: id })));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      complain(context, id, error);
      await context.store.settle.postpone([id], nowMs + STUCK_MS);
    }
  }
  return settled;
}

/** A rule of the schema, or values that do not fit it; not an outage, a deadlock or a time-out. */
function isRefusal(error: unknown): boolean {
  const failure = databaseFailure(error);
  return failure === 'constraint' || (failure === 'other' && sqlState(error) !== null);
}

function complain(context: Context, taskId: string, error: unknown): void {
  context.telemetry.count('sluice_loop_errors_total', { stage: 'settle' });
  context.telemetry.log('error', `a task cannot be settled: ${String(error)}`, { task: taskId });
}

/** A task that cannot be settled (a price that no longer parses, say) waits for a person; it holds up nobody else. */
function settlementOrNone(context: Context, task: SettlingTask, nowMs: number): Settlement[] {
  try {
    return [settlementOf(context, task, nowMs)];
  } catch (error) {
    complain(context, task.id, error);
    return [];
  }
}

function settlementOf(context: Context, task: SettlingTask, nowMs: number): Settlement {
  const chargeMicros = chargeOf(task);
  const owner = { accountId: task.account_id, taskId: task.id, currency: task.currency, model: task.model };
  const booking =
    task.outcome === 'succeeded'
      ? settle(owner, task.hold_micros, chargeMicros)
      : release(owner, task.hold_micros, `${task.outcome}: ${task.error_code ?? 'no reason'}`);
  const event = eventOf(context, task, chargeMicros, nowMs);
  return {
    taskId: task.id,
    accountId: task.account_id,
    keyId: task.key_id,
    createdAtMs: task.created_at,
    version: task.version + 1,
    outcome: task.outcome,
    holdMicros: task.hold_micros,
    chargeMicros,
    currency: task.currency,
    ledger: {
      id: newId('ltx', nowMs, context.random),
      kind: task.outcome === 'succeeded' ? 'settle' : 'release',
      reference: booking.reference,
      postings: booking.postings,
      note: booking.note,
    },
    event,
    deliveries: receiversOf(task, event.type).map((receiver) => ({
      id: newId('dlv', nowMs, context.random),
      ...receiver,
    })),
  };
}

/** Only a delivered clip is charged, at the price that was quoted, for the length that was delivered. */
function chargeOf(task: SettlingTask): bigint {
  if (task.outcome !== 'succeeded') return 0n;
  return finalCharge(PricedSnapshot.parse(task.price), { seconds: task.delivered_seconds ?? 0 }).chargeMicros;
}

const EVENT_TYPES = {
  succeeded: 'task.completed',
  failed: 'task.failed',
  canceled: 'task.cancelled',
} as const;

function eventOf(
  context: Context,
  task: SettlingTask,
  chargeMicros: bigint,
  nowMs: number,
): { id: string; type: (typeof EVENT_TYPES)[keyof typeof EVENT_TYPES]; data: Record<string, unknown> } {
  return {
    id: newId('evt', nowMs, context.random),
    type: EVENT_TYPES[task.outcome],
    data: {
      id: task.id,
      status: statusOf(task.outcome),
      stage: task.outcome,
      version: task.version + 1,
      model: task.model,
      error_code: task.error_code,
      charge: decimalFromMicros(chargeMicros),
      currency: task.currency,
      sandbox: task.sandbox,
      metadata: task.metadata,
      assets: (task.assets ?? []).map(({ id, kind, bytes, sha256, delete_at }) => ({
        id,
        kind,
        bytes,
        sha256,
        deletes_at: delete_at === null ? null : new Date(delete_at).toISOString(),
      })),
    },
  };
}

type Receiver = { endpointId: string | null; url: string; format: string };

/** Endpoints are told in the format that they were made with, a one-off address in the words of its own protocol. */
function receiversOf(task: SettlingTask, type: string): Receiver[] {
  const endpoints = (task.endpoints ?? []).filter((endpoint) => endpoint.types.includes(type));
  const receivers: Receiver[] = endpoints.map(({ id, url, format }) => ({ endpointId: id, url, format }));
  if (task.callback_url !== null) {
    receivers.push({ endpointId: null, url: task.callback_url, format: task.door ?? NATIVE_FORMAT });
  }
  return receivers;
}

function report(context: Context, settled: readonly Settlement[], nowMs: number): void {
  for (const end of settled) {
    context.telemetry.count('sluice_tasks_ended_total', { outcome: end.outcome });
    context.telemetry.observe('sluice_task_seconds', (nowMs - end.createdAtMs) / 1000, {
      outcome: end.outcome,
    });
  }
  if (settled.some((end) => end.deliveries.length > 0)) context.wake('notify');
}
