/**
 * Two gateways stand on one database. Clients use either; slots, budgets and work are shared as if there were one, and
 * when one of them dies or falls asleep the other carries on, without a second render and without a late word.
 */
import { createSluice, isSluiceError, type Sluice, type Task } from '@sluice/sdk';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Accept, mostAtOnce } from '../processes/emulator.ts';
import type { GatewayProcess } from '../processes/gateway.ts';
import type { Customer } from '../processes/installation.ts';
import { until } from '../processes/pause.ts';
import { SHORT } from '../processes/waits.ts';
import { checkBooks, order, times, untilEnded, useInstallation } from './story.ts';

const SLOTS = 4;
/** Submits that one process has under way at most: half of what there is, so that the other is needed. */
const HANDS = 2;
const story = useInstallation({
  path: { limits: { '*': SLOTS } },
  settings: { SLUICE_SUBMIT_CONCURRENCY: String(HANDS) },
});

type Life = { gateway: GatewayProcess; sluice: Sluice };
let customer: Customer;
let one: Life;
let other: Life;

beforeAll(async () => {
  const { gateway, addGateway, openAccount } = story();
  customer = await openAccount({ name: 'Studio' });
  one = lifeOf(gateway);
  other = lifeOf(await addGateway());
});

beforeEach(() => story().emulator.faults({ clear: true }));

test('both work, and never more than the limit is taken upstream', async () => {
  const { emulator } = story();
  await emulator.faults({ next: [{ at: 'create', fault: { do: 'slow', ms: 100 }, times: 16 }] });
  const tasks = await placeOrders(16, (number) => (number % 2 === 0 ? one : other));
  expect(ends(await untilEnded(one.sluice, tasks))).toEqual({ completed: 16 });
  expect(await emulator.accepts()).toHaveLength(16);
  const most = mostAtOnce(await emulator.tasks(), ({ updatedAt }) => updatedAt);
  expect(most).toBeLessThanOrEqual(SLOTS);
  // Two at once at least: one gateway does not wait for the other.
  expect(most).toBeGreaterThan(1);
  // The upstream has room for more than ours, so that it would not have held anybody back.
  const refused = (await emulator.exchanges()).filter(({ status }) => status !== 200);
  expect(refused).toEqual([]);
  const [byOne, byOther] = await Promise.all([submitsOf(one), submitsOf(other)]);
  expect(byOne + byOther).toBe(16);
  expect(Math.min(byOne, byOther)).toBeGreaterThan(0);
});

test('a budget spent through both at once is not overspent', async () => {
  const { operator } = story();
  const { price } = await one.sluice.quotes.create(order('priced'));
  const budget = (Number(price.maximum) * 10).toFixed(6);
  const { id, key } = await operator.keys.create({ name: 'budget', account: customer.id, budget });
  const clients = [one, other].map((life) => lifeOf(life.gateway, key).sluice);
  const answers = await Promise.allSettled(
    times(24, (number) => clients[number % 2]?.tasks.create(order(`budget ${number}`))),
  );
  const made = answers.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
  );
  const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [codeOf(answer.reason)] : []));
  expect(made).toHaveLength(10);
  expect(codes).toEqual(times(14, () => 'key_budget_exhausted'));
  const { data } = await operator.keys.list({ account: customer.id });
  expect(Number(data.find((each) => each.id === id)?.budget_used)).toBe(Number(budget));
  await untilEnded(other.sluice, made);
});

test('one falls asleep with work in its hands: the other finishes it, and its late words change nothing', async () => {
  const { emulator } = story();
  const before = (await emulator.accepts()).length;
  const tasks = await handTo(one, SLOTS);
  one.gateway.signal('SIGSTOP');
  const asleepSinceMs = performance.now();
  other.gateway.signal('SIGCONT');
  expect(ends(await untilEnded(other.sluice, tasks))).toEqual({ completed: SLOTS });
  // The one story in which time itself has to pass: every lease that the sleeper held is over twice.
  await until('two leases have passed', () => performance.now() - asleepSinceMs > 2 * SHORT.leaseMs);
  const told = await timelines(tasks);

  one.gateway.signal('SIGCONT');
  const last = await one.sluice.tasks.createAndWait(order('the sleeper works again'));
  expect(last.status).toBe('completed');
  expect(await timelines(tasks)).toEqual(told);
  checkOnce((await emulator.accepts()).slice(before), SLOTS + 1);
  await checkMoney();
});

test('one is killed with work in its hands: the other takes it over, with one accept each', async () => {
  const { emulator } = story();
  const before = (await emulator.accepts()).length;
  const tasks = await handTo(one, 3 * SLOTS);
  one.gateway.signal('SIGKILL');
  await one.gateway.exited;
  other.gateway.signal('SIGCONT');
  expect(ends(await untilEnded(other.sluice, tasks))).toEqual({ completed: 3 * SLOTS });
  checkOnce((await emulator.accepts()).slice(before), 3 * SLOTS);
  const most = mostAtOnce(await emulator.tasks(), ({ updatedAt }) => updatedAt);
  expect(most).toBeLessThanOrEqual(SLOTS);
  // Two at once at least: one gateway does not wait for the other.
  expect(most).toBeGreaterThan(1);
  await checkMoney();
});

function lifeOf(gateway: GatewayProcess, apiKey = customer.key): Life {
  return { gateway, sluice: createSluice({ baseUrl: gateway.url, apiKey }) };
}

function placeOrders(count: number, lifeFor: (number: number) => Life): Promise<Task[]> {
  const name = expect.getState().currentTestName;
  return Promise.all(
    times(count, (number) => lifeFor(number).sluice.tasks.create(order(`${name} ${number}`))),
  );
}

/** Its hands are full of submits that were accepted upstream, with their answers still under way. */
async function handTo(life: Life, count: number): Promise<Task[]> {
  const { emulator } = story();
  const before = (await emulator.accepts()).length;
  other.gateway.signal('SIGSTOP');
  await emulator.faults({ next: [{ at: 'create', fault: { do: 'slow', ms: 800 }, times: HANDS }] });
  const tasks = await placeOrders(count, () => life);
  const full = async () => (await emulator.accepts()).length === before + HANDS;
  await until('its hands are full', full);
  return tasks;
}

function ends(tasks: readonly Task[]): Partial<Record<Task['status'], number>> {
  const counts: Partial<Record<Task['status'], number>> = {};
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function checkOnce(accepts: readonly Accept[], wanted: number): void {
  expect(accepts).toHaveLength(wanted);
  expect(new Set(accepts.map(({ externalId }) => externalId)).size).toBe(wanted);
}

async function checkMoney(): Promise<void> {
  const { sluice: operator } = lifeOf(other.gateway, story().gateway.operatorKey ?? '');
  await checkBooks(operator);
  expect((await operator.system.get()).unknown_attempts).toBe(0);
  expect((await other.sluice.balance.get()).held).toBe('0.00');
}

/** Callbacks that waited at the sleeper's door are taken in when it wakes; they are hints, and so left out here. */
function timelines(tasks: readonly Task[]) {
  return Promise.all(
    tasks.map(async ({ id }) =>
      (await other.sluice.tasks.timeline(id)).data.filter(({ kind }) => kind !== 'callback.received'),
    ),
  );
}

/** How many paid requests this process has sent, by its own count. */
async function submitsOf({ gateway }: Life): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => /^sluice_upstream_requests_total{.*operation="submit"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function codeOf(error: unknown): string {
  return isSluiceError(error) ? error.code : String(error);
}
