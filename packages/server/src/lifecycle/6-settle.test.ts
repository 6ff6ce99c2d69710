import { beforeEach, expect, test } from 'vitest';
import {
  acceptUpstream,
  addPath,
  admitOne,
  endUpstream,
  orderOne,
  storeClips,
} from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import { settleTasks } from './6-settle.ts';

const rig = useRig();
let key: string;
let accountId: string;

beforeEach(async () => {
  await addPath(rig());
  ({ key, id: accountId } = await rig().account());
});

/** Tasks whose clips are stored, so that nothing is left but to settle them. */
async function settling(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const id = await orderOne(rig(), key, { prompt: `clip ${nth}` });
    const { attemptId } = await admitOne(rig(), id);
    await acceptUpstream(rig(), attemptId);
    await endUpstream(rig(), attemptId);
    ids.push(id);
    rig().clock.advance(10);
  }
  await storeClips(rig());
  return ids;
}

const sql = (text: string, values: unknown[] = []) => rig().database.query({ name: '', text }, values);
const stateOf = async (id: string) =>
  (await sql('SELECT state FROM tasks WHERE id = $1', [id])).rows[0]?.state;
const heldOf = async () =>
  (await sql('SELECT held_micros FROM balances WHERE account_id = $1', [accountId])).rows[0]?.held_micros;

const POISONS: [string, (id: string) => Promise<() => Promise<unknown>>][] = [
  [
    'whose price cannot be read',
    async (id) => {
      const { rows } = await sql('SELECT price, route FROM task_orders WHERE task_id = $1', [id]);
      await sql(`UPDATE task_orders SET price = '{}', route = route - 'prices' WHERE task_id = $1`, [id]);
      const { price, route } = rows[0] ?? {};
      return () =>
        sql('UPDATE task_orders SET price = $2, route = $3 WHERE task_id = $1', [
          id,
          JSON.stringify(price),
          JSON.stringify(route),
        ]);
    },
  ],
  [
    'whose end the database refuses',
    async (id) => {
      await sql(
        `INSERT INTO events (id, account_id, task_id, type, data, created_at)
         VALUES ('evt_poison', $2, $1, 'task.failed', '{}', now())`,
        [id, accountId],
      );
      return () => sql(`DELETE FROM events WHERE id = 'evt_poison'`);
    },
  ],
];

test.each(POISONS)(
  'a task %s holds up nobody, and is settled when it was repaired',
  async (_what, poison) => {
    const [bad = '', ...good] = await settling(4);
    const repair = await poison(bad);
    const before = rig().logs.length;
    expect(await settleTasks(rig().context, 2)).toBeLessThanOrEqual(2);
    while ((await settleTasks(rig().context, 2)) > 0);
    expect(await Promise.all(good.map(stateOf))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await stateOf(bad)).toBe('settling');
    expect(await heldOf()).toBeGreaterThan(0n);
    const complaints = rig()
      .logs.slice(before)
      .filter(({ level }) => level === 'error');
    expect(complaints).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('a task cannot be settled'),
        fields: { task: bad },
      }),
    ]);
    await repair();
    expect(await settleTasks(rig().context, 10)).toBe(0);
    rig().clock.advance(60_000);
    expect(await settleTasks(rig().context, 10)).toBe(1);
    expect([await stateOf(bad), await heldOf()]).toEqual(['succeeded', 0n]);
    expect(await rig().context.store.stats.ledgerDrift()).toEqual({ drift: 0n, total: 0n });
  },
);

test('an outage is no fault of a task: nothing is put off', async () => {
  const [id = ''] = await settling(1);
  const { context } = rig();
  const away = Object.assign(new Error('the database system is shutting down'), { code: '57P01' });
  const settle = { ...context.store.settle, settle: () => Promise.reject(away) };
  await expect(settleTasks({ ...context, store: { ...context.store, settle } }, 10)).rejects.toThrow(away);
  expect(await settleTasks(context, 10)).toBe(1);
  expect(await stateOf(id)).toBe('succeeded');
});
