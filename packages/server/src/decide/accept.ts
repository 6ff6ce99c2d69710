/**
 * Which of a batch of create requests are new tasks, which repeat an earlier one, and which are refused. The balances
 * are locked while this decides, so what it counts is what is there; requests are taken in the order in which
 * they came.
 */
import type { Refusal } from '@sluice/contract';
import { decimalFromMicros } from '@sluice/contract';

export type AcceptRequest = {
  accountId: string;
  keyId: string;
  requestKey: string | null;
  /** `account`: the same request key is the same request whichever key of the account sends it. Absent: `key`. */
  requestKeyOf?: 'key' | 'account';
  requestHash: string;
  /** The client says that this repeats an earlier request. Only looked at without a key. */
  marked?: boolean;
  /** Worst-case price of each task; several for a batch, which is all or nothing. */
  holds: readonly bigint[];
};

export type Payer = {
  status: string;
  currency: string;
  postedMicros: bigint;
  heldMicros: bigint;
  creditLimitMicros: bigint;
  maxQueued: number | null;
  queued: number;
};

export type KeyBudget = {
  budgetMicros: bigint;
  period: 'total' | 'day' | 'month';
  usedMicros: bigint;
  sinceMs: number;
};

export type Earlier = { requestHash: string; taskIds: readonly string[] };

export type AcceptFacts = {
  nowMs: number;
  payers: ReadonlyMap<string, Payer>;
  budgets: ReadonlyMap<string, KeyBudget>;
  /** By `requestName`. */
  earlier: ReadonlyMap<string, Earlier>;
};

export type AcceptVerdict =
  | { kind: 'create' }
  | { kind: 'replay'; taskIds: readonly string[] }
  /** Equal to the request at this index of the same batch, which was created. */
  | { kind: 'same_as'; index: number }
  | { kind: 'refused'; refusal: Refusal };

export type AcceptPlan = {
  verdicts: AcceptVerdict[];
  held: Map<string, bigint>;
  budgets: Map<string, { usedMicros: bigint; sinceMs: number }>;
};

/**
 * One name for "the same request": by its key, or without one by its body. A repeat that its client marks joins more
 * than an equal body alone does, so it has a name of its own.
 */
export function requestName(
  request: Pick<
    AcceptRequest,
    'accountId' | 'keyId' | 'requestKey' | 'requestKeyOf' | 'requestHash' | 'marked'
  >,
): string {
  if (request.requestKey !== null) {
    const owner = request.requestKeyOf === 'account' ? request.accountId : request.keyId;
    return `${owner}/key/${request.requestKey}`;
  }
  return `${request.keyId}/${request.marked === true ? 'repeat' : 'body'}/${request.requestHash}`;
}

export function planAccept(requests: readonly AcceptRequest[], facts: AcceptFacts): AcceptPlan {
  const plan: AcceptPlan = { verdicts: [], held: new Map(), budgets: new Map() };
  const queued = new Map<string, number>();
  const createdHere = new Map<string, { index: number; requestHash: string }>();
  for (const [index, request] of requests.entries()) {
    const name = requestName(request);
    const here = createdHere.get(name);
    const verdict = here
      ? sameBatchVerdict(request, here)
      : (earlierVerdict(request, facts.earlier.get(name)) ?? newVerdict(request, facts, plan, queued));
    plan.verdicts.push(verdict);
    if (verdict.kind !== 'create') continue;
    // Equal bodies side by side are wishes of their own, unless the later one says that it repeats.
    createdHere.set(requestName({ ...request, marked: true }), { index, requestHash: request.requestHash });
    const total = sum(request.holds);
    plan.held.set(request.accountId, (plan.held.get(request.accountId) ?? 0n) + total);
    queued.set(request.accountId, (queued.get(request.accountId) ?? 0) + request.holds.length);
  }
  return plan;
}

function sameBatchVerdict(
  request: AcceptRequest,
  here: { index: number; requestHash: string },
): AcceptVerdict {
  if (here.requestHash === request.requestHash) return { kind: 'same_as', index: here.index };
  return { kind: 'refused', refusal: { code: 'idempotency_mismatch', field: 'Idempotency-Key' } };
}

/** Null when nothing earlier is known: the request has to stand for itself. */
export function earlierVerdict(
  request: Pick<AcceptRequest, 'requestHash'>,
  earlier: Earlier | undefined,
): Extract<AcceptVerdict, { kind: 'replay' | 'refused' }> | null {
  if (!earlier) return null;
  if (earlier.requestHash === request.requestHash) return { kind: 'replay', taskIds: earlier.taskIds };
  return { kind: 'refused', refusal: { code: 'idempotency_mismatch', field: 'Idempotency-Key' } };
}

function newVerdict(
  request: AcceptRequest,
  facts: AcceptFacts,
  plan: AcceptPlan,
  queued: ReadonlyMap<string, number>,
): AcceptVerdict {
  const payer = facts.payers.get(request.accountId);
  if (!payer) return { kind: 'refused', refusal: { code: 'not_found', message: 'The account is gone.' } };
  if (payer.status !== 'active') return { kind: 'refused', refusal: { code: 'account_suspended' } };
  const total = sum(request.holds);
  const waiting = payer.queued + (queued.get(request.accountId) ?? 0);
  if (payer.maxQueued !== null && waiting + request.holds.length > payer.maxQueued) {
    return {
      kind: 'refused',
      refusal: { code: 'queue_full', allowed: { max_queued: payer.maxQueued }, retryAfterSeconds: 10 },
    };
  }
  const held = payer.heldMicros + (plan.held.get(request.accountId) ?? 0n);
  const available = payer.postedMicros - held + payer.creditLimitMicros;
  if (available < total) return { kind: 'refused', refusal: shortOf(total, available, payer.currency) };
  return budgetVerdict(request, total, facts, plan) ?? { kind: 'create' };
}

function shortOf(total: bigint, available: bigint, currency: string): Refusal {
  return {
    code: 'insufficient_balance',
    message:
      `The order holds ${decimalFromMicros(total)} ${currency}, ` +
      `but only ${decimalFromMicros(available)} is available.`,
    allowed: { hold: decimalFromMicros(total), available: decimalFromMicros(available), currency },
  };
}

/** Refuses, or books the use of the key's budget in the plan and returns null. */
function budgetVerdict(
  request: AcceptRequest,
  total: bigint,
  facts: AcceptFacts,
  plan: AcceptPlan,
): AcceptVerdict | null {
  const budget = facts.budgets.get(request.keyId);
  if (!budget) return null;
  const current = plan.budgets.get(request.keyId) ?? currentPeriod(budget, facts.nowMs);
  const usedMicros = current.usedMicros + total;
  if (usedMicros > budget.budgetMicros) {
    const left = budget.budgetMicros - current.usedMicros;
    return {
      kind: 'refused',
      refusal: {
        code: 'key_budget_exhausted',
        message:
          `The order holds ${decimalFromMicros(total)}, ` +
          `but this key may still spend ${decimalFromMicros(left)}.`,
        allowed: { left: decimalFromMicros(left), period: budget.period },
      },
    };
  }
  plan.budgets.set(request.keyId, { usedMicros, sinceMs: current.sinceMs });
  return null;
}

/** Null: what is spent is never forgotten. */
export function nextPeriodMs(period: KeyBudget['period'], nowMs: number): number | null {
  const now = new Date(nowMs);
  switch (period) {
    case 'total':
      return null;
    case 'day':
      return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
    case 'month':
      return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  }
}

/** A budget of a day or a month starts again at midnight UTC of its first day. */
export function currentPeriod(budget: KeyBudget, nowMs: number): { usedMicros: bigint; sinceMs: number } {
  const startMs = periodStartMs(budget.period, nowMs);
  if (startMs === null || budget.sinceMs >= startMs)
    return { usedMicros: budget.usedMicros, sinceMs: budget.sinceMs };
  return { usedMicros: 0n, sinceMs: startMs };
}

function periodStartMs(period: KeyBudget['period'], nowMs: number): number | null {
  const now = new Date(nowMs);
  switch (period) {
    case 'total':
      return null;
    case 'day':
      return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
    case 'month':
      return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
