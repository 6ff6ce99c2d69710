/**
 * The book: which accounts each money event touches. Debit is positive, and every transaction sums to zero (the
 * database refuses any other). A customer's money sits in two liability accounts, available and held; a hold moves
 * between them, a settlement turns the held part into income, a release gives it back. What the upstream took is
 * booked apart, so the margin is visible.
 */

export type LedgerKind = 'top_up' | 'adjustment' | 'hold' | 'settle' | 'release' | 'cost' | 'refund';

export type LedgerTransaction = {
  kind: LedgerKind;
  /** Unique: what can happen once happens under one reference. */
  reference: string;
  accountId: string | null;
  taskId: string | null;
  currency: string;
  postings: readonly Posting[];
  note: string | null;
};

export type Posting = { account: string; micros: bigint };

export const ledgerAccounts = {
  available: (accountId: string) => `liabilities:customers:${accountId}:available`,
  held: (accountId: string) => `liabilities:customers:${accountId}:held`,
  cash: 'assets:cash',
  stripe: 'assets:stripe',
  corrections: 'equity:corrections',
  income: (model: string) => `income:video:${model}`,
  upstream: (pathName: string) => `assets:upstream:${pathName}`,
  cost: (pathName: string) => `expenses:upstream:${pathName}`,
  suspense: (pathName: string) => `expenses:suspense:${pathName}`,
} as const;

type Owner = { accountId: string; currency: string };
type OfTask = Owner & { taskId: string };

export function topUp(
  owner: Owner,
  micros: bigint,
  reference: string,
  note: string | null,
): LedgerTransaction {
  return {
    kind: 'top_up',
    reference: `top_up:${owner.accountId}:${reference}`,
    ...ownedBy(owner),
    postings: [debit(ledgerAccounts.cash, micros), credit(ledgerAccounts.available(owner.accountId), micros)],
    note,
  };
}

/** Paid by card: one session of the payment service is received once. */
export function cardPayment(owner: Owner, micros: bigint, sessionId: string): LedgerTransaction {
  return {
    kind: 'top_up',
    reference: `stripe:${sessionId}`,
    ...ownedBy(owner),
    postings: [
      debit(ledgerAccounts.stripe, micros),
      credit(ledgerAccounts.available(owner.accountId), micros),
    ],
    note: `Stripe Checkout ${sessionId}`,
  };
}

/** Refunded or charged back there. `sumMicros`: all that was taken back of this payment, this included. */
export function cardReversal(
  owner: Owner,
  micros: bigint,
  sessionId: string,
  sumMicros: bigint,
): LedgerTransaction {
  return {
    kind: 'refund',
    reference: `stripe_back:${sessionId}:${sumMicros}`,
    ...ownedBy(owner),
    postings: [
      debit(ledgerAccounts.available(owner.accountId), micros),
      credit(ledgerAccounts.stripe, micros),
    ],
    note: `Refunded or charged back: Stripe Checkout ${sessionId}`,
  };
}

/** A correction by an operator; positive favours the customer. */
export function adjustment(owner: Owner, micros: bigint, reference: string, note: string): LedgerTransaction {
  return {
    kind: 'adjustment',
    reference: `adjustment:${owner.accountId}:${reference}`,
    ...ownedBy(owner),
    postings: [
      debit(ledgerAccounts.corrections, micros),
      credit(ledgerAccounts.available(owner.accountId), micros),
    ],
    note,
  };
}

export function hold(task: OfTask, micros: bigint): LedgerTransaction {
  return {
    kind: 'hold',
    reference: `hold:${task.taskId}`,
    ...ownedBy(task),
    taskId: task.taskId,
    postings: [
      debit(ledgerAccounts.available(task.accountId), micros),
      credit(ledgerAccounts.held(task.accountId), micros),
    ],
    note: null,
  };
}

/** Takes the charge and returns the rest of the hold. The charge never exceeds the hold. */
export function settle(
  task: OfTask & { model: string },
  heldMicros: bigint,
  chargeMicros: bigint,
): LedgerTransaction {
  if (chargeMicros > heldMicros || chargeMicros < 0n)
    throw new RangeError('a charge lies between zero and its hold');
  const rest = heldMicros - chargeMicros;
  return {
    kind: 'settle',
    reference: endReference(task.taskId),
    ...ownedBy(task),
    taskId: task.taskId,
    postings: [
      debit(ledgerAccounts.held(task.accountId), heldMicros),
      credit(ledgerAccounts.income(task.model), chargeMicros),
      ...(rest > 0n ? [credit(ledgerAccounts.available(task.accountId), rest)] : []),
    ],
    note: null,
  };
}

export function release(task: OfTask, heldMicros: bigint, note: string): LedgerTransaction {
  return {
    kind: 'release',
    reference: endReference(task.taskId),
    ...ownedBy(task),
    taskId: task.taskId,
    postings: [
      debit(ledgerAccounts.held(task.accountId), heldMicros),
      credit(ledgerAccounts.available(task.accountId), heldMicros),
    ],
    note,
  };
}

/**
 * What an upstream took for an attempt, in the currency of the path's price sheet. `matched` is false when no customer
 * paid for it (a late success of a task that had ended): then it waits in suspense, in plain sight.
 */
export function upstreamCost(
  attempt: { id: string; taskId: string; pathName: string; currency: string },
  micros: bigint,
  matched: boolean,
): LedgerTransaction {
  const account = matched ? ledgerAccounts.cost(attempt.pathName) : ledgerAccounts.suspense(attempt.pathName);
  return {
    kind: 'cost',
    reference: `cost:${attempt.id}`,
    accountId: null,
    taskId: attempt.taskId,
    currency: attempt.currency,
    postings: [debit(account, micros), credit(ledgerAccounts.upstream(attempt.pathName), micros)],
    note: null,
  };
}

/** Settle and release share one reference, so a hold resolves at most once. */
function endReference(taskId: string): string {
  return `end:${taskId}`;
}

function ownedBy(owner: Owner): Pick<LedgerTransaction, 'accountId' | 'taskId' | 'currency'> {
  return { accountId: owner.accountId, taskId: null, currency: owner.currency };
}

function debit(account: string, micros: bigint): Posting {
  return { account, micros };
}

function credit(account: string, micros: bigint): Posting {
  return { account, micros: -micros };
}
