/** Stage 1 against the database. See sql/accept.ts for the locking story. */
import {
  type AcceptFacts,
  type AcceptPlan,
  type AcceptRequest,
  earlierVerdict,
  planAccept,
  requestName,
} from '../decide/accept.ts';
import type { Posting } from '../decide/postings.ts';
import type { Promised } from '../decide/promises.ts';
import type { Database, Queryable, Result, Transaction } from './database.ts';
import * as sql from './sql/accept.ts';
import { at, iso, rows } from './sql/statement.ts';
import { rowsOf } from './typed.ts';

/** One create request: one task, or a batch that is accepted whole or not at all. */
export type NewRequest = AcceptRequest & {
  tasks: readonly NewTask[];
  /** The client says that this repeats an earlier request (without a key). */
  marked: boolean;
  batchId: string | null;
};

export type NewTask = {
  id: string;
  model: string;
  family: string;
  priority: number;
  pathNames: readonly string[];
  sandbox: boolean;
  slotMs: number;
  shape: string;
  expiresAtMs: number;
  deadlineAtMs: number;
  startByMs: number | null;
  finishByMs: number | null;
  holdMicros: bigint;
  currency: string;
  order: unknown;
  price: unknown;
  route: unknown;
  rerunsMost: number;
  /** What its client is told about start and end; null: that could not be had. */
  promise: Promised | null;
  metadata: Record<string, string>;
  callbackUrl: string | null;
  /** Through which door it was ordered, and what that protocol repeats to its client. */
  door: { name: string; words: unknown } | null;
  ledgerId: string;
  ledgerReference: string;
  postings: readonly Posting[];
  eventId: string;
  eventData: unknown;
};

export type AcceptAnswer =
  | { kind: 'created'; taskIds: readonly string[] }
  | { kind: 'replayed'; taskIds: readonly string[] }
  | Extract<AcceptPlan['verdicts'][number], { kind: 'refused' }>;

export type AcceptStore = {
  /**
   * Many requests in one transaction; answers in the order of the requests. `openTaskIds` are tasks whose creating
   * request is still being answered by this process: a request without a key is not joined to them.
   */
  accept(
    requests: readonly NewRequest[],
    nowMs: number,
    joinWithinMs: number,
    openTaskIds?: readonly string[],
  ): Promise<AcceptAnswer[]>;
  /**
   * What an earlier request means for this one, or null when there is none. For requests that cannot be accepted (any
   * more): a repeat gets its first answer all the same.
   */
  repeated(
    request: RequestIdentity,
    nowMs: number,
    joinWithinMs: number,
    openTaskIds?: readonly string[],
  ): Promise<Exclude<AcceptAnswer, { kind: 'created' }> | null>;
  markAnswered(taskIds: readonly string[]): Promise<void>;
  /** They turned out not to be. */
  markUnanswered(taskIds: readonly string[]): Promise<void>;
};

/** What makes a request the same as another. */
export type RequestIdentity = Pick<
  NewRequest,
  'accountId' | 'keyId' | 'requestKey' | 'requestKeyOf' | 'requestHash' | 'marked'
>;

export function acceptStore(db: Database): AcceptStore {
  return {
    // Two round trips in all: what is read and locked, and what is written. The batch behind this one waits for both.
    accept: (requests, nowMs, joinWithinMs, openTaskIds = []) =>
      db.transaction(
        async (tx) => {
          const joins = { afterMs: nowMs - joinWithinMs, openTaskIds };
          const facts = await readFacts(tx, requests, nowMs, joins);
          const plan = planAccept(requests, facts);
          writeCreated(tx, requests, plan, nowMs);
          return requests.map((_, index) => answerOf(requests, plan, index));
        },
        { eager: true },
      ),
    repeated: async (request, nowMs, joinWithinMs, openTaskIds = []) => {
      const found = await findEarlier(db, [request], { afterMs: nowMs - joinWithinMs, openTaskIds });
      const earlier = await readEarlier(db, found);
      const verdict = earlierVerdict(request, earlier.get(requestName(request)));
      return verdict?.kind === 'replay' ? { kind: 'replayed', taskIds: verdict.taskIds } : verdict;
    },
    markAnswered: async (taskIds) => {
      await db.query(sql.markAnswered, [taskIds]);
    },
    markUnanswered: async (taskIds) => {
      await db.query(sql.markUnanswered, [taskIds]);
    },
  };
}

type Joins = { afterMs: number; openTaskIds: readonly string[] };

async function readFacts(
  tx: Transaction,
  requests: readonly NewRequest[],
  nowMs: number,
  joins: Joins,
): Promise<AcceptFacts> {
  const accountIds = [...new Set(requests.map((request) => request.accountId))];
  const keyIds = [...new Set(requests.map((request) => request.keyId))];
  // On their way together, and done in this order: what is looked for is looked for under the lock.
  const [locked, keys, found] = await Promise.all([
    tx.query(sql.lockPayers, [accountIds]),
    tx.query(sql.lockKeyBudgets, [keyIds]),
    findEarlier(tx, requests, joins),
  ]);
  const payers = rowsOf<sql.PayerRow>(locked);
  const budgets = rowsOf<sql.KeyBudgetRow>(keys);
  const capped = payers.filter((payer) => payer.max_queued !== null).map((payer) => payer.account_id);
  const queued = new Map<string, number>();
  if (capped.length > 0) {
    const counts = rowsOf<{ account_id: string; queued: number }>(await tx.query(sql.countQueued, [capped]));
    for (const count of counts) queued.set(count.account_id, count.queued);
  }
  return {
    nowMs,
    payers: new Map(
      payers.map((row) => [
        row.account_id,
        {
          status: row.status,
          currency: row.currency,
          postedMicros: row.posted_micros,
          heldMicros: row.held_micros,
          creditLimitMicros: row.credit_limit_micros,
          maxQueued: row.max_queued,
          queued: queued.get(row.account_id) ?? 0,
        },
      ]),
    ),
    budgets: new Map(
      budgets.map((row) => [
        row.id,
        {
          budgetMicros: row.budget_micros,
          period: row.budget_period,
          usedMicros: row.budget_used_micros,
          sinceMs: row.budget_since,
        },
      ]),
    ),
    earlier: await readEarlier(tx, found),
  };
}

async function findEarlier(
  tx: Queryable,
  requests: readonly RequestIdentity[],
  joins: Joins,
): Promise<sql.EarlierRow[]> {
  const named = requests.filter((request) => request.requestKey !== null);
  const keyed = named.filter((request) => request.requestKeyOf !== 'account');
  const shared = named.filter((request) => request.requestKeyOf === 'account');
  const keyless = requests.filter((request) => request.requestKey === null);
  const findings: Promise<Result>[] = [];
  if (keyed.length > 0) {
    const values = [keyed.map((request) => request.keyId), keyed.map((request) => request.requestKey)];
    findings.push(tx.query(sql.findByRequestKey, values));
  }
  if (shared.length > 0) {
    const values = [shared.map((request) => request.accountId), shared.map((request) => request.requestKey)];
    findings.push(tx.query(sql.findBySharedRequestKey, values));
  }
  if (keyless.length > 0) {
    const values = [
      keyless.map((request) => request.keyId),
      keyless.map((request) => request.requestHash),
      at(joins.afterMs),
      keyless.map((request) => request.marked),
      joins.openTaskIds,
    ];
    findings.push(tx.query(sql.findUnanswered, values));
  }
  return (await Promise.all(findings)).flatMap((result) => rowsOf<sql.EarlierRow>(result));
}

async function readEarlier(tx: Queryable, found: readonly sql.EarlierRow[]): Promise<AcceptFacts['earlier']> {
  const batches = await readBatches(tx, found);
  return new Map(
    found.map((row) => [
      requestName({
        accountId: row.account_id,
        keyId: row.key_id,
        requestKey: row.request_key,
        requestKeyOf: row.shared ? 'account' : 'key',
        requestHash: row.request_hash,
        marked: row.marked,
      }),
      { requestHash: row.request_hash, taskIds: batches.get(row.batch_id ?? '') ?? [row.task_id] },
    ]),
  );
}

async function readBatches(tx: Queryable, found: readonly sql.EarlierRow[]): Promise<Map<string, string[]>> {
  const ids = found.flatMap((row) => (row.batch_id === null ? [] : [row.batch_id]));
  const batches = new Map<string, string[]>();
  if (ids.length === 0) return batches;
  const members = rowsOf<{ batch_id: string; id: string }>(await tx.query(sql.findBatch, [ids]));
  for (const { batch_id, id } of members) batches.set(batch_id, [...(batches.get(batch_id) ?? []), id]);
  return batches;
}

function writeCreated(
  tx: Transaction,
  requests: readonly NewRequest[],
  plan: AcceptPlan,
  nowMs: number,
): void {
  const created = requests.filter((_, index) => plan.verdicts[index]?.kind === 'create');
  if (created.length === 0) return;
  const tasks = created.flatMap((request) =>
    request.tasks.map((task, index) => taskRow(request, task, index)),
  );
  const held = [...plan.held].map(([account_id, micros]) => ({ account_id, micros }));
  const used = [...plan.budgets].map(([id, { usedMicros, sinceMs }]) => ({
    id,
    used_micros: usedMicros,
    since: iso(sinceMs),
  }));
  tx.send(sql.writeAccepted, [rows(tasks), rows(held), rows(used), at(nowMs)]);
}

function taskRow(request: NewRequest, task: NewTask, index: number): Record<string, unknown> {
  return {
    id: task.id,
    account_id: request.accountId,
    key_id: request.keyId,
    model: task.model,
    family: task.family,
    priority: task.priority,
    path_names: task.pathNames,
    sandbox: task.sandbox,
    slot_ms: task.slotMs,
    shape: task.shape,
    expires_at: iso(task.expiresAtMs),
    hold_micros: task.holdMicros,
    // A batch is found again through its first task.
    request_key: index === 0 ? request.requestKey : null,
    request_hash: index === 0 || request.batchId === null ? request.requestHash : '',
    batch_id: request.batchId,
    order: task.order,
    price: task.price,
    route: task.route,
    reruns_most: task.rerunsMost,
    metadata: task.metadata,
    callback_url: task.callbackUrl,
    door: task.door?.name ?? null,
    client_words: task.door?.words ?? null,
    promise: task.promise,
    start_by: iso(task.startByMs),
    finish_by: iso(task.finishByMs),
    deadline_at: iso(task.deadlineAtMs),
    currency: task.currency,
    ledger_id: task.ledgerId,
    ledger_reference: task.ledgerReference,
    posting_accounts: task.postings.map((posting) => posting.account),
    posting_micros: task.postings.map((posting) => posting.micros.toString()),
    event_id: task.eventId,
    event_data: task.eventData,
  };
}

function answerOf(requests: readonly NewRequest[], plan: AcceptPlan, index: number): AcceptAnswer {
  const verdict = plan.verdicts[index];
  if (!verdict) throw new Error('each request has a verdict');
  switch (verdict.kind) {
    case 'create':
      return { kind: 'created', taskIds: (requests[index]?.tasks ?? []).map((task) => task.id) };
    case 'replay':
      return { kind: 'replayed', taskIds: verdict.taskIds };
    case 'same_as':
      return { kind: 'replayed', taskIds: (requests[verdict.index]?.tasks ?? []).map((task) => task.id) };
    case 'refused':
      return verdict;
  }
}
