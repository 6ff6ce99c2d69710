import { afterEach, beforeEach, expect, test } from 'vitest';
import { addPath, ORDER } from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import type { StatsStore } from '../store/stats.ts';
import { BESIDE_AN_ORDER_MS } from './beside.ts';

const rig = useRig();

let stats: StatsStore;
let key: string;

beforeEach(async () => {
  stats = { ...rig().context.store.stats };
  await addPath(rig());
  ({ key } = await rig().account());
  // What was read by the last test is too old by now.
  rig().clock.advance(3_600_000);
  rig().logs.length = 0;
});
afterEach(() => void Object.assign(rig().context.store.stats, stats));

const order = (body: object = ORDER) => rig().ask('POST', '/v1/videos/generations', { key, body });
const warnings = () => rig().logs.filter(({ level }) => level === 'warn');

async function told(taskId: string): Promise<unknown> {
  const statement = { name: '', text: 'SELECT promise FROM task_orders WHERE task_id = $1' };
  return (await rig().database.query(statement, [taskId])).rows[0]?.promise;
}

test.each(['lanes', 'slots', 'ages', 'orderedLately', 'handled', 'aheadInLanes'] as const)(
  'an order is taken although what it would be told cannot be read: %s',
  async (read) => {
    const fails = () => Promise.reject(new Error('canceling statement due to timeout'));
    Object.assign(rig().context.store.stats, { [read]: fails });
    const first = await order();
    const second = await order();
    expect([first.status, second.status]).toEqual([202, 202]);
    const promises = [await told(first.body.id), await told(second.body.id)];
    if (read === 'aheadInLanes') expect(promises).toMatchObject([{ kind: 'range' }, { kind: 'range' }]);
    else expect(promises).toEqual([null, null]);
    expect([first.body.wait, second.body.wait, first.body.task_info.estimated_time]).toEqual([
      null,
      null,
      null,
    ]);
    const said = warnings().map(({ message }) => message);
    expect(new Set(said).size, 'each is said once').toBe(said.length);
    expect(said.join()).toContain('canceling statement due to timeout');

    Object.assign(rig().context.store.stats, stats);
    const shown = await rig().ask('GET', `/v1/tasks/${second.body.id}`, { key });
    expect(shown.body.wait).toMatchObject({ basis: 'declared' });
    const third = await order();
    expect(await told(third.body.id)).toMatchObject({ kind: 'range' });
    expect(third.body.wait).toMatchObject({ position: expect.any(Number) });
  },
);

test('an order does not wait for a database that is slow to say when it would start', async () => {
  const { clock, context } = rig();
  const asked = signals(2);
  const never = () => {
    asked.next();
    return new Promise<never>(() => {});
  };
  // For what is kept with the orders, and for what the answer tells.
  Object.assign(context.store.stats, { slots: never, aheadInLanes: never });
  const many = rig().ask('POST', '/v1/tasks/batch', { key, body: { tasks: [ORDER, ORDER, ORDER] } });
  for (const once of asked.all) {
    await once;
    clock.advance(BESIDE_AN_ORDER_MS);
    await clock.turn();
    clock.advance(0);
  }
  const { status, body } = await many;
  expect(status).toBe(202);
  const ids: string[] = body.data.map(({ id }: { id: string }) => id);
  expect(await Promise.all(ids.map(told))).toEqual([null, null, null]);
  expect(warnings().map(({ message }) => message)).toContainEqual(
    expect.stringContaining('no answer within'),
  );
});

/** Promises that are kept one after the other. */
function signals(count: number): { all: Promise<void>[]; next(): void } {
  const waiting: (() => void)[] = [];
  const all = Array.from({ length: count }, () => new Promise<void>((resolve) => waiting.push(resolve)));
  return { all, next: () => waiting.shift()?.() };
}
