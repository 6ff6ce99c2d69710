/** Stage 6, cancels and deadlines against the database. See sql/settle.ts. */
import type { Posting } from '../decide/postings.ts';
import type { AttemptState, TaskState } from '../decide/task.ts';
import type { Database } from './database.ts';
import * as sql from './sql/settle.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import { firstOf, rowsOf } from './typed.ts';

export type SettlingTask = sql.SettlingRow;

/** What the decision makes of one settling task. */
export type Settlement = {
  taskId: string;
  accountId: string;
  keyId: string;
  createdAtMs: number;
  version: number;
  outcome: 'succeeded' | 'failed' | 'canceled';
  holdMicros: bigint;
  chargeMicros: bigint;
  currency: string;
  ledger: {
    id: string;
    kind: 'settle' | 'release';
    reference: string;
    postings: readonly Posting[];
    note: string | null;
  };
  event: { id: string; type: string; data: unknown };
  deliveries: readonly { id: string; endpointId: string | null; url: string; format: string }[];
};

export type CancelFacts = {
  state: TaskState;
  outcome: string | null;
  pathName: string | null;
  attempt: {
    id: string;
    state: AttemptState;
    handle: unknown;
    correlationId: string;
    credentialVersion: number;
  } | null;
};

export type CancelStep = 'end_now' | 'request' | 'leave';

export type SettleStore = {
  /**
   * Locks settling tasks, has them decided, writes the decisions; all in one transaction. Those for which there is no
   * decision come again at `againAtMs`.
   */
  settle(
    claim: { nowMs: number; most: number; taskId: string | null; againAtMs: number },
    decide: (tasks: readonly SettlingTask[]) => Settlement[],
  ): Promise<Settlement[]>;
  /** What `settle` would take next. */
  due(nowMs: number, most: number): Promise<string[]>;
  postpone(taskIds: readonly string[], untilMs: number): Promise<void>;
  cancel(
    taskId: string,
    accountId: string,
    nowMs: number,
    decide: (facts: CancelFacts) => CancelStep,
  ): Promise<{ facts: CancelFacts; step: CancelStep } | null>;
  expire(nowMs: number, most: number): Promise<{ taskId: string; code: string }[]>;
};

type ExpiredRow = { id: string; error_code: string };

type LockedForCancel = {
  state: TaskState;
  outcome: string | null;
  path_name: string | null;
  attempt_id: string | null;
  attempt_state: AttemptState | null;
  handle: unknown;
  correlation_id: string | null;
  credential_version: number | null;
};

export function settleStore(db: Database): SettleStore {
  return {
    settle: (claim, decide) =>
      db.transaction(async (tx) => {
        const locked = rowsOf<SettlingTask>(
          await tx.query(sql.lockSettling, [at(claim.nowMs), claim.most, claim.taskId]),
        );
        if (locked.length === 0) return [];
        const settlements = decide(locked);
        const settled = new Set(settlements.map(({ taskId }) => taskId));
        const left = locked.map(({ id }) => id).filter((id) => !settled.has(id));
        if (left.length > 0) await tx.query(sql.postpone, [left, at(claim.againAtMs)]);
        if (settlements.length === 0) return [];
        const accountIds = [...new Set(settlements.map((settlement) => settlement.accountId))];
        await tx.query(sql.lockBalances, [accountIds]);
        await tx.query(sql.writeSettled, [...writeValues(settlements), at(claim.nowMs)]);
        return settlements;
      }),
    due: async (nowMs, most) =>
      rowsOf<{ id: string }>(await db.query(sql.dueTasks, [at(nowMs), most])).map(({ id }) => id),
    postpone: async (taskIds, untilMs) => {
      await db.query(sql.postpone, [taskIds, at(untilMs)]);
    },
    cancel: (taskId, accountId, nowMs, decide) =>
      db.transaction(async (tx) => {
        const row = firstOf<LockedForCancel>(await tx.query(sql.lockForCancel, [taskId, accountId]));
        if (!row) return null;
        const facts = cancelFacts(row);
        const step = decide(facts);
        if (step === 'end_now') await tx.query(sql.cancelQueued, [taskId, at(nowMs)]);
        if (step === 'request') await tx.query(sql.requestCancel, [taskId, at(nowMs)]);
        return { facts, step };
      }),
    expire: async (nowMs, most) => {
      const ended = rowsOf<ExpiredRow>(await db.query(sql.expireTasks, [at(nowMs), most]));
      return inOrder(ended, (row) => row.id).map((row) => ({ taskId: row.id, code: row.error_code }));
    },
  };
}

function cancelFacts(row: LockedForCancel): CancelFacts {
  const attempt =
    row.attempt_id === null || row.attempt_state === null
      ? null
      : {
          id: row.attempt_id,
          state: row.attempt_state,
          handle: row.handle,
          correlationId: row.correlation_id ?? row.attempt_id,
          credentialVersion: row.credential_version ?? 1,
        };
  return { state: row.state, outcome: row.outcome, pathName: row.path_name, attempt };
}

function writeValues(settlements: readonly Settlement[]): string[] {
  const ends = settlements.map((end) => ({
    task_id: end.taskId,
    account_id: end.accountId,
    version: end.version,
    outcome: end.outcome,
    charge_micros: end.chargeMicros,
    currency: end.currency,
    ledger_id: end.ledger.id,
    ledger_kind: end.ledger.kind,
    ledger_reference: end.ledger.reference,
    posting_accounts: end.ledger.postings.map((posting) => posting.account),
    posting_micros: end.ledger.postings.map((posting) => posting.micros.toString()),
    note: end.ledger.note,
    event_id: end.event.id,
    event_type: end.event.type,
    event_data: end.event.data,
  }));
  const balances = new Map<string, { charged: bigint; held: bigint }>();
  const returned: { key_id: string; returned: bigint; created_at: string }[] = [];
  for (const end of settlements) {
    const sums = balances.get(end.accountId) ?? { charged: 0n, held: 0n };
    balances.set(end.accountId, {
      charged: sums.charged + end.chargeMicros,
      held: sums.held + end.holdMicros,
    });
    returned.push({
      key_id: end.keyId,
      returned: end.holdMicros - end.chargeMicros,
      created_at: iso(end.createdAtMs),
    });
  }
  const deliveries = settlements.flatMap((end) =>
    end.deliveries.map((delivery) => ({
      id: delivery.id,
      endpoint_id: delivery.endpointId,
      account_id: end.accountId,
      event_id: end.event.id,
      event_type: end.event.type,
      task_id: end.taskId,
      url: delivery.url,
      format: delivery.format,
    })),
  );
  const changes = [...balances].map(([account_id, { charged, held }]) => ({ account_id, charged, held }));
  return [rows(ends), rows(changes), rows(returned), rows(deliveries)];
}
