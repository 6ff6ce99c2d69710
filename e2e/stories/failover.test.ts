/**
 * Two paths for one model, and everything that goes wrong on the cheaper one. What was surely refused goes to the other
 * at once; what may have been taken waits; what failed there is begun again once, and the customer pays for one clip;
 * an empty wallet is noticed by one refusal, not by many.
 */
import { serveEvolink } from '@sluice/emulators';
import type { CreateGeneration, Task } from '@sluice/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Customer } from '../processes/installation.ts';
import { checkBooks, order, untilEnded, useInstallation } from './story.ts';

const key = 'sk-evo-failover-0123456789';
const evolink = await serveEvolink({
  accounts: [{ keys: [{ key }], credits: '100000' }],
  timing: { queueMs: 20, renderBaseMs: 150, renderMsPerSecond: 0, jitter: 0, callbackMs: 20 },
  outputs: { still: true },
});
afterAll(() => evolink.close());
const { faults } = evolink.emulator;
/** More than anybody asks for. */
const PLANTED = 1_000;

const story = useInstallation();
let customer: Customer;
beforeAll(async () => {
  const { operator, openAccount } = story();
  await operator.paths.create({
    name: 'evolink-sandbox',
    provider: 'evolink',
    base_url: evolink.url,
    credential: { api_key: key },
    sandbox: true,
    limits: { '*': 4 },
  });
  customer = await openAccount({ name: 'Careful' });
});

/** Kling costs a little more, so it follows only as far as the client allows. */
async function ended(prompt: string, particular: Partial<CreateGeneration> = {}): Promise<Task> {
  const task = await customer.sluice.tasks.create(order(prompt, { max_price: '1.00', ...particular }));
  const [end] = await untilEnded(customer.sluice, [task]);
  if (!end) throw new Error('no task');
  return end;
}

async function bought(): Promise<{ evolink: number; kling: number }> {
  return { evolink: evolink.emulator.accepts.length, kling: (await story().emulator.accepts()).length };
}

test('the quote and the timeline say which path, why, and why not the other', async () => {
  const wish = order('asked first', { max_price: '1.00' });
  const quote = await customer.sluice.quotes.create(wish);
  expect(quote).toMatchObject({
    path: 'evolink-sandbox',
    reason: expect.stringContaining('the cheapest of 2'),
  });
  expect(quote.alternatives).toMatchObject([
    { path: 'kling-sandbox', rejected_because: expect.stringContaining('takes over') },
  ]);
  const task = await ended('asked first');
  const timeline = await customer.sluice.tasks.timeline(task.id);
  const created = timeline.data.find(({ kind }) => kind === 'task.created');
  expect(created?.data).toMatchObject({
    path: 'evolink-sandbox',
    reason: quote.reason,
    alternatives: quote.alternatives,
  });
});

test('a lost answer stays where it may have arrived, and is bought once', async () => {
  const before = await bought();
  faults.next('create', { do: 'drop', accept: true });
  expect(await ended('lost')).toMatchObject({ stage: 'succeeded', path: 'evolink-sandbox' });
  expect(await bought()).toEqual({ evolink: before.evolink + 1, kling: before.kling });
});

test('a render that the upstream failed is begun again on the other, and paid for once, at its price', async () => {
  const before = await bought();
  faults.next('task', { do: 'fail', code: 'service_error' });
  const task = await ended('fails there');
  expect(task).toMatchObject({ stage: 'succeeded', path: 'kling-sandbox', charge: { amount: '0.42' } });
  expect(await bought()).toEqual({ evolink: before.evolink + 1, kling: before.kling + 1 });
  const timeline = await customer.sluice.tasks.timeline(task.id);
  expect(timeline.data.filter(({ kind }) => kind === 'hold.settled')).toHaveLength(1);
});

test.each<[string, Partial<CreateGeneration>]>([
  ['the order wants no second try', { routing: { rerun: false } }],
  ['the client allows no more than the cheaper one', { max_price: '0.40' }],
  ['the task is pinned', { path: 'evolink-sandbox' }],
])('it ends there, free of charge, when %s', async (_, particular) => {
  const before = await bought();
  faults.next('task', { do: 'fail', code: 'service_error' });
  const task = await ended('fails for good', particular);
  expect(task).toMatchObject({ stage: 'failed', charge: { amount: '0.00' } });
  expect(await bought()).toEqual({ evolink: before.evolink + 1, kling: before.kling });
});

test('refused for want of money: the other takes it at once, and this one is not asked again', async () => {
  const before = await bought();
  // Until it is cleared, so that nothing hangs on how soon the rest of the path is over: a probe is refused as well.
  faults.next('create', { do: 'refuse', status: 402, code: 'insufficient_quota' }, PLANTED);
  const sinceMs = performance.now();
  expect(await ended('refused')).toMatchObject({ stage: 'succeeded', path: 'kling-sandbox' });
  const { health } = await story().operator.paths.get('evolink-sandbox');
  expect(health).toBe('wallet_empty');
  const quote = await customer.sluice.quotes.create(order('next', { max_price: '1.00' }));
  expect(quote).toMatchObject({ path: 'kling-sandbox', reason: expect.stringContaining('does not rest') });
  for (const prompt of ['goes straight there', 'and so do others', 'and the last one']) {
    expect(await ended(prompt)).toMatchObject({ stage: 'succeeded', path: 'kling-sandbox' });
  }
  expect(await bought()).toEqual({ evolink: before.evolink, kling: before.kling + 4 });
  const [planted] = faults.pending();
  const refusals = PLANTED - (planted?.times ?? 0);
  faults.clear('create');
  expect(refusals).toBeGreaterThanOrEqual(1);
  // One at first, and then one probe after each rest, which is no shorter than a minute.
  expect(refusals).toBeLessThanOrEqual(1 + Math.floor((performance.now() - sinceMs) / 60_000));
});

test('the books balance', () => checkBooks(story().operator));
