/** I1 to I4: the book balances, balances are what it says, a hold ends once and never above itself. */
import { isTerminal } from '@sluice/server/decide/task.ts';
import { demand } from '../violation.ts';
import type { Change } from '../world/model.ts';
import type { LedgerRow, TaskRow } from '../world/rows.ts';
import type { World } from '../world/world.ts';

/** Sums of the book, kept beside it. */
export type Book = {
  /** By ledger account. */
  sums: Map<string, number>;
  holds: Map<string, LedgerRow>;
  ends: Map<string, LedgerRow>;
  costs: Map<string, LedgerRow>;
  seen: Map<number, string>;
};

export function openBook(): Book {
  return { sums: new Map(), holds: new Map(), ends: new Map(), costs: new Map(), seen: new Map() };
}

export function checkMoney(world: World, book: Book, change: Change): void {
  for (const row of change.ledger) enter(book, row);
  const touched = new Set(change.ledger.flatMap((row) => (row.task_id === null ? [] : [row.task_id])));
  for (const { after } of change.tasks) touched.add(after.id);
  for (const id of touched) checkTaskMoney(world, book, id);
  if (change.ledger.length + change.balances.length + change.tasks.length > 0) checkBalances(world, book);
  checkBudgets(world);
}

function enter(book: Book, row: LedgerRow): void {
  const text = JSON.stringify(row);
  const known = book.seen.get(row.number);
  demand(known === undefined || known === text, 'I1', () => `ledger row ${row.number} was changed`);
  if (known !== undefined) return;
  book.seen.set(row.number, text);
  const sum = row.micros.reduce((total, micros) => total + micros, 0);
  demand(sum === 0, 'I1', () => `${row.reference} is out of balance by ${sum}`);
  row.accounts.forEach((account, index) => {
    book.sums.set(account, (book.sums.get(account) ?? 0) + (row.micros[index] ?? 0));
  });
  if (row.kind === 'hold') once(book.holds, row.task_id ?? '', row, 'I3');
  if (row.kind === 'settle' || row.kind === 'release') once(book.ends, row.task_id ?? '', row, 'I4');
  if (row.kind === 'cost') once(book.costs, row.reference.replace(/^cost:/, ''), row, 'I16');
  demand(row.kind !== 'refund', 'I4', () => `nobody refunds here: ${row.reference}`);
}

function once(
  rows: Map<string, LedgerRow>,
  name: string,
  row: LedgerRow,
  invariant: 'I3' | 'I4' | 'I16',
): void {
  demand(!rows.has(name), invariant, () => `a second ${row.kind} for ${name}`);
  rows.set(name, row);
}

/** The transaction that ends a task also ends its hold, and no other does. */
function checkTaskMoney(world: World, book: Book, id: string): void {
  const task = world.observer.model.tasks.get(id);
  const end = book.ends.get(id);
  const hold = book.holds.get(id);
  demand(task !== undefined, 'I3', () => `money moved for a task that does not exist: ${id}`);
  demand(hold !== undefined, 'I3', () => `task ${id} has no hold`);
  demand(
    heldBy(hold, task.account_id) === task.hold_micros,
    'I3',
    () => `task ${id}: the book holds something else`,
  );
  demand(isTerminal(task.state) === (end !== undefined), 'I4', () => {
    return `task ${id} is ${task.state}, and its hold has ${end === undefined ? 'not ended' : 'ended'}`;
  });
  if (end === undefined) return;
  const charge = task.charge_micros ?? -1;
  demand(
    heldBy(end, task.account_id) === -task.hold_micros,
    'I3',
    () => `task ${id}: not the whole hold has ended`,
  );
  demand(
    charge >= 0 && charge <= task.hold_micros,
    'I3',
    () => `task ${id}: charge ${charge} of ${task.hold_micros}`,
  );
  const settled = task.state === 'succeeded';
  demand(
    settled === (end.kind === 'settle'),
    'I4',
    () => `task ${id} ${task.state}, and its hold was ${end.kind}d`,
  );
  demand(settled || charge === 0, 'I4', () => `task ${id} ${task.state} and was charged ${charge}`);
  demand(incomeOf(end) === charge, 'I4', () => `task ${id}: charged ${charge}, booked ${incomeOf(end)}`);
}

function heldBy(row: LedgerRow, accountId: string): number {
  return -sumWhere(row, (account) => account === `liabilities:customers:${accountId}:held`);
}

/** What an end took in. */
export function incomeOf(row: LedgerRow): number {
  return -sumWhere(row, (account) => account.startsWith('income:'));
}

function sumWhere(row: LedgerRow, wanted: (account: string) => boolean): number {
  return row.accounts.reduce(
    (sum, account, index) => sum + (wanted(account) ? (row.micros[index] ?? 0) : 0),
    0,
  );
}

function checkBalances(world: World, book: Book): void {
  const { tasks, balances } = world.observer.model;
  const open = new Map<string, number>();
  for (const task of tasks.values()) {
    if (!isTerminal(task.state))
      open.set(task.account_id, (open.get(task.account_id) ?? 0) + task.hold_micros);
  }
  for (const balance of balances.values()) {
    const { account_id: id, posted_micros: posted, held_micros: held, credit_limit_micros: credit } = balance;
    demand(posted - held + credit >= 0, 'I2', () => `account ${id}: ${posted} - ${held} + ${credit} < 0`);
    const bookAvailable = -(book.sums.get(`liabilities:customers:${id}:available`) ?? 0);
    const bookHeld = -(book.sums.get(`liabilities:customers:${id}:held`) ?? 0);
    demand(posted === bookAvailable + bookHeld, 'I1', () => {
      return `account ${id}: posted ${posted}, the book says ${bookAvailable + bookHeld}`;
    });
    demand(held === bookHeld, 'I1', () => `account ${id}: held ${held}, the book says ${bookHeld}`);
    const wanted = open.get(id) ?? 0;
    demand(held === wanted, 'I3', () => `account ${id}: held ${held}, its open tasks hold ${wanted}`);
  }
}

/** A key's budget counts the holds of its open tasks and the charges of the others. */
function checkBudgets(world: World): void {
  const { tasks, keys } = world.observer.model;
  for (const key of keys.values()) {
    if (key.budget_micros === null) continue;
    let used = 0;
    for (const task of tasks.values()) if (task.key_id === key.id) used += spent(task);
    const { budget_used_micros: booked, budget_micros: budget } = key;
    demand(booked === used, 'caps', () => `key ${key.id}: ${booked} used, its tasks say ${used}`);
    demand(booked <= budget, 'caps', () => `key ${key.id}: ${booked} of a budget of ${budget}`);
  }
}

function spent(task: TaskRow): number {
  return isTerminal(task.state) ? (task.charge_micros ?? 0) : task.hold_micros;
}
