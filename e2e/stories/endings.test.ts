/**
 * Ways in which a task ends without a clip, and what they cost: nothing. Cancelled while it waits, out of time before
 * it started, held back by the upstream's moderation, one of a batch that cannot be taken. What the upstream has
 * accepted cannot be called back, and says so.
 */
import type { Task } from '@sluice/sdk';
import { beforeEach, expect, test } from 'vitest';
import { type Customer, PATH } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { checkBooks, order, times, untilEnded, useInstallation } from './story.ts';

const story = useInstallation();

let customer: Customer;
let acceptsBefore = 0;

beforeEach(async () => {
  const { openAccount, emulator } = story();
  customer = await openAccount({ name: expect.getState().currentTestName ?? 'Studio' });
  acceptsBefore = (await emulator.accepts().catch(() => [])).length;
  await setPath('active');
});

test('cancelled while it waits: over at once, nothing sent, nothing charged', async () => {
  await setPath('paused');
  const task = await customer.sluice.tasks.create(order('never mind'));
  expect(await heldNow()).toBeGreaterThan(0);
  const { outcome, task: cancelled } = await customer.sluice.tasks.cancel(task.id);
  expect({ outcome, status: cancelled.status, code: cancelled.error?.code }).toEqual({
    outcome: 'canceled',
    status: 'cancelled',
    code: 'canceled',
  });
  await setPath('active');
  await checkFree([cancelled], 0);
});

test('cancelled after the upstream took it: too late, and it is delivered and charged', async () => {
  const { emulator } = story();
  await emulator.faults({ next: [{ at: 'task', fault: { do: 'slow-render', factor: 4 } }] });
  const task = await customer.sluice.tasks.create(order('too late'));
  await until('it renders', async () => (await customer.sluice.tasks.get(task.id)).stage === 'rendering');
  await expect(customer.sluice.tasks.cancel(task.id)).rejects.toMatchObject({
    code: 'cancel_too_late',
    status: 409,
  });
  const ended = await customer.sluice.tasks.wait(task.id);
  expect(ended).toMatchObject({ status: 'completed', charge: { amount: ended.quote.maximum } });
});

test('cancelled while nobody knows whether the upstream has it: ends when it turns out that it has not', async () => {
  const { emulator } = story();
  await emulator.faults({ next: [{ at: 'create', fault: { do: 'drop', accept: false } }] });
  const task = await customer.sluice.tasks.create(order('lost on the way'));
  await until(
    'its answer is lost',
    async () => (await customer.sluice.tasks.get(task.id)).stage === 'unknown',
  );
  expect((await customer.sluice.tasks.cancel(task.id)).outcome).toBe('requested');
  const ended = await customer.sluice.tasks.wait(task.id);
  expect(ended.status).toBe('cancelled');
  await checkFree([ended], 0);
});

test('not started by start_by: over, nothing sent, nothing charged', async () => {
  await setPath('paused');
  const startBy = new Date(Date.now() + 700).toISOString();
  const task = await customer.sluice.tasks.create(order('now or never', { start_by: startBy }));
  const ended = await customer.sluice.tasks.wait(task.id);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'start_by_missed' } });
  await setPath('active');
  await checkFree([ended], 0);
});

test('held back by moderation, early or late: said so, nothing charged', async () => {
  const early = await customer.sluice.tasks.create(order('something [refuse]'));
  const late = await customer.sluice.tasks.create(order('something [moderate]'));
  const ended = await untilEnded(customer.sluice, [early, late]);
  for (const task of ended) expect(task).toMatchObject({ status: 'failed', error: { code: 'moderated' } });
  await checkFree(ended, 1);
});

test('a batch is taken whole or not at all', async () => {
  const { tasks } = customer.sluice;
  const wrong = [order('one'), order('two', { duration: 99 }), order('three')];
  await expect(tasks.batch(wrong)).rejects.toMatchObject({ status: 422, field: 'tasks[1].duration' });
  const { price } = await customer.sluice.quotes.create(order('priced'));
  const affordable = Math.floor(10_000 / Number(price.maximum));
  const dear = times(Math.min(100, affordable), (number) => order(`dear ${number}`));
  await story().operator.accounts.adjust(customer.id, {
    amount: String(-10_000 + Number(price.maximum) * (dear.length - 0.5)),
    reference: 'leave too little',
    note: 'half a clip short of the batch',
  });
  await expect(tasks.batch(dear)).rejects.toMatchObject({ status: 402, code: 'insufficient_balance' });
  expect((await tasks.list()).data).toEqual([]);
  await checkFree([], 0);

  const made = await tasks.batch(dear.slice(0, 3));
  expect(made.data).toHaveLength(3);
  for (const task of await untilEnded(customer.sluice, made.data)) expect(task.status).toBe('completed');
});

async function setPath(state: 'active' | 'paused'): Promise<void> {
  await story().operator.paths.update(PATH, { state });
}

async function heldNow(): Promise<number> {
  return Number((await customer.sluice.balance.get()).held);
}

/** Nobody paid for them, nothing is held, the books balance, and the upstream took on so many. */
async function checkFree(tasks: readonly Task[], accepts: number): Promise<void> {
  for (const task of tasks)
    expect(task).toMatchObject({ charge: { amount: '0.00' }, held: null, results: [] });
  const { sluice } = customer;
  expect(await heldNow()).toBe(0);
  const kinds = (await sluice.ledger.list()).data.map(({ kind }) => kind);
  expect(kinds).not.toContain('settle');
  const { operator, emulator } = story();
  await checkBooks(operator);
  expect((await emulator.accepts().catch(() => [])).length - acceptsBefore).toBe(accepts);
}
