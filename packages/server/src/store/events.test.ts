import { expect, test } from 'vitest';
import type { Transaction } from './database.ts';
import { BEGINNING, eventStore } from './events.ts';
import { horizon } from './sql/events.ts';
import { openTestDatabase } from './testing/server.ts';
import { createTestDatabase, useTestDatabase } from './testing/test-database.ts';

const use = useTestDatabase();

const insert = {
  name: 'test_insert_event',
  text: `INSERT INTO events (id, account_id, task_id, type, data, created_at)
         VALUES ($1, $2, $3, 'task.created', '{}', $4) RETURNING number`,
};

async function write(
  to: Pick<Transaction, 'query'>,
  id: string,
  accountId: string,
  taskId: string,
): Promise<bigint> {
  const { rows } = await to.query(insert, [id, accountId, taskId, new Date(0)]);
  return rows[0]?.number as bigint;
}

test('a reader never passes an event that was numbered earlier and commits later', async () => {
  const { database } = use();
  const store = eventStore(database);
  const start = await store.now();
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let numbered: (number: bigint) => void = () => {};
  const early = new Promise<bigint>((resolve) => {
    numbered = resolve;
  });
  const slow = database.transaction(async (tx) => {
    numbered(await write(tx, 'evt_slow', 'acc_race', 'task_1'));
    await held;
  });
  const slowNumber = await early;
  const fastNumber = await write(database, 'evt_fast', 'acc_race', 'task_2');
  expect(fastNumber).toBeGreaterThan(slowNumber);
  const during = await store.read({ of: 'account', id: 'acc_race' }, start, 100);
  expect(during.events).toEqual([]);
  release();
  await slow;
  const after = await store.read({ of: 'account', id: 'acc_race' }, during.upTo, 100);
  expect(after.events.map((event) => event.id)).toEqual(['evt_slow', 'evt_fast']);
});

test.each(['account', 'task', 'all'] as const)(
  '%s: writers are numbers, and 10 comes after 9',
  async (of) => {
    const { database } = use();
    const store = eventStore(database);
    const id = `evt_tenth_${of}`;
    await write(database, `${id}_second`, id, id);
    await write(database, `${id}_first`, id, id);
    const writers = {
      name: 'test_set_writer',
      text: 'UPDATE events SET writer = $2::text::xid8 WHERE id = $1',
    };
    await database.query(writers, [`${id}_second`, '10']);
    await database.query(writers, [`${id}_first`, '9']);
    const scope = of === 'all' ? { of } : { of, id };
    const one = await store.read(scope, BEGINNING, 1);
    expect(one.events.map((event) => event.id)).toEqual([`${id}_first`]);
    const two = await store.read(scope, one.upTo, 1);
    expect(two.events.map((event) => event.id)).toEqual([`${id}_second`]);
    await database.query({ name: 'test_forget', text: 'DELETE FROM events WHERE account_id = $1' }, [id]);
  },
);

test('a transaction in another database of the server holds nobody up', async () => {
  const { database } = use();
  const store = eventStore(database);
  const other = await createTestDatabase();
  const foreign = openTestDatabase(other.url);
  const start = await store.now();
  await foreign.transaction(async (tx) => {
    await write(tx, 'evt_foreign', 'acc_foreign', 'task_1');
    await write(database, 'evt_own', 'acc_own', 'task_1');
    const page = await store.read({ of: 'account', id: 'acc_own' }, start, 100);
    expect(page.events.map((event) => event.id)).toEqual(['evt_own']);
  });
  await foreign.close();
  await other.drop();
});

test('while there are sessions that we may not look into, readers wait for everybody', async () => {
  const { database } = use();
  const other = await createTestDatabase();
  const foreign = openTestDatabase(other.url);
  const role = `watcher_${other.name}`;
  const number = async (tx: Transaction, statement: { name: string; text: string }) =>
    BigInt(String((await tx.query(statement)).rows[0]?.writer));
  await foreign.transaction(async (held) => {
    await write(held, 'evt_foreign', 'acc_foreign', 'task_1');
    await write(database, 'evt_since', 'acc_since', 'task_1');
    await database.transaction(
      async (tx) => {
        const xmin = {
          name: 'test_xmin',
          text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS writer',
        };
        expect(await number(tx, horizon)).toBeGreaterThan(await number(tx, xmin));
        await tx.run(`CREATE ROLE ${role}; SET LOCAL ROLE ${role}`);
        expect(await number(tx, horizon)).toBe(await number(tx, xmin));
        await tx.run(`RESET ROLE; DROP ROLE ${role}`);
      },
      { isolation: 'repeatable read' },
    );
  });
  await foreign.close();
  await other.drop();
});

test('scopes see their own, and pages join without a gap', async () => {
  const { database } = use();
  const store = eventStore(database);
  for (let count = 0; count < 7; count += 1) {
    await write(database, `evt_page_${count}`, 'acc_page', count % 2 === 0 ? 'task_even' : 'task_odd');
  }
  const ids: string[] = [];
  let at = BEGINNING;
  for (;;) {
    const page = await store.read({ of: 'account', id: 'acc_page' }, at, 3);
    ids.push(...page.events.map((event) => event.id));
    at = page.upTo;
    if (!page.more) break;
  }
  expect(ids).toEqual(Array.from({ length: 7 }, (_, index) => `evt_page_${index}`));
  const even = await store.read({ of: 'task', id: 'task_even' }, BEGINNING, 100);
  expect(even.events).toHaveLength(4);
  const all = await store.read({ of: 'all' }, BEGINNING, 100);
  expect(all.events.length).toBeGreaterThanOrEqual(7);
});

test('a number is found again, and one that is gone gives the place before it', async () => {
  const { database } = use();
  const store = eventStore(database);
  const number = await write(database, 'evt_number', 'acc_number', 'task_1');
  const position = await store.positionOf(number);
  expect(position.number).toBe(number);
  expect((await store.positionOf(number + 100n)).number).toBe(number);
  const rest = await store.read({ of: 'account', id: 'acc_number' }, position, 10);
  expect(rest.events).toEqual([]);
  expect(await store.positionOf(0n)).toEqual(BEGINNING);
});

test('reading uses an index in every scope', async () => {
  const { database } = use();
  const explain = async (where: string) => {
    const text = `EXPLAIN SELECT * FROM events WHERE ${where} AND (writer, number) > ('1'::xid8, 1)
                  AND writer < '99'::xid8 ORDER BY writer, number LIMIT 10`;
    return database.transaction(async (tx) => {
      await tx.run('SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off');
      const { rows } = await tx.query({ name: `test_explain_${where.length}`, text });
      return JSON.stringify(rows);
    });
  };
  expect(await explain('true')).toContain('events_in_order');
  expect(await explain(`account_id = 'a'`)).toContain('events_by_account');
});
