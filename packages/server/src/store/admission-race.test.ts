import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptStore } from './accept.ts';
import { type AdmissionStore, type Admitted, admissionStore } from './admission.ts';
import type { Database, Transaction } from './database.ts';
import { newRequest } from './testing/orders.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { openTestDatabase } from './testing/server.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const nodes: { database: Database; store: AdmissionStore }[] = [];
let family: string;

/** Several gateway processes, as far as the database can tell: each has its own connections. */
beforeAll(() => {
  for (let index = 0; index < 3; index += 1) {
    const database = openTestDatabase(testDatabase().url, { max: 3 });
    nodes.push({ database, store: admissionStore(database) });
  }
});
afterAll(async () => {
  for (const node of nodes) await node.database.close();
});

beforeEach(() => {
  family = rows.next('family');
});

function admit(store: AdmissionStore, most = 50): Promise<Admitted[]> {
  return store.admit({
    family,
    nowMs: T0,
    most,
    lease: rows.next('lease'),
    sendByMs: T0 + MINUTE,
    draw: () => ({
      attemptId: rows.next('att'),
      callbackToken: rows.next('token'),
      eventId: rows.next('evt'),
    }),
  });
}

/** Some of what runs ends, and its slot is free. */
async function endSome(count: number): Promise<void> {
  await rows.query(
    `WITH a AS (UPDATE attempts SET state = 'succeeded', ended_at = now() WHERE id IN (
       SELECT id FROM attempts WHERE family = $1 AND state = 'sending' ORDER BY id LIMIT $2) RETURNING task_id)
     UPDATE tasks SET state = 'saving' FROM a WHERE tasks.id = a.task_id`,
    [family, count],
  );
}

async function occupiedByPath(): Promise<Map<string, number>> {
  const counts = await rows.query<{ path_name: string; occupied: number }>(
    `SELECT path_name, count(*)::int AS occupied FROM attempts
     WHERE family = $1 AND state IN ('sending', 'unknown', 'accepted') GROUP BY 1`,
    [family],
  );
  return new Map(counts.map((row) => [row.path_name, row.occupied]));
}

test('three nodes, two paths: no limit is exceeded, no task is admitted twice, all are admitted', async () => {
  const limits = new Map([
    [await rows.path(), 3],
    [await rows.path(), 5],
  ]);
  const pathNames = [...limits.keys()];
  for (const [path, configured] of limits) await rows.limit(path, family, { configured });
  const accounts = [await rows.account(), await rows.account({ weight: 3 }), await rows.account()];
  const accept = acceptStore(testDatabase().database);
  for (const { id: account } of accounts) {
    await accept.accept([newRequest(rows, { account, family, count: 40, pathNames })], T0, MINUTE);
  }
  const admitted: string[] = [];
  for (let round = 0; round < 400 && admitted.length < 120; round += 1) {
    const answers = await Promise.all(nodes.map((node) => admit(node.store)));
    admitted.push(...answers.flat().map((each) => each.taskId));
    for (const [path, occupied] of await occupiedByPath()) {
      expect(occupied).toBeLessThanOrEqual(limits.get(path) ?? 0);
    }
    await endSome(1 + (round % 7));
  }
  expect(admitted).toHaveLength(120);
  expect(new Set(admitted).size).toBe(120);
  const numbers = await rows.query('SELECT DISTINCT number FROM attempts WHERE family = $1', [family]);
  expect(numbers).toEqual([{ number: 1 }]);
});

test('what two nodes spent of an account’s turn adds up', async () => {
  for (const configured of [2, 2]) await rows.limit(await rows.path(), family, { configured });
  const pathNames = (
    await rows.query<{ path_name: string }>('SELECT path_name FROM limits WHERE family = $1', [family])
  ).map((row) => row.path_name);
  const { id: account } = await rows.account();
  const accept = acceptStore(testDatabase().database);
  await accept.accept([newRequest(rows, { account, family, count: 30, pathNames })], T0, MINUTE);
  let served = 0;
  for (let round = 0; round < 60 && served < 30; round += 1) {
    const answers = await Promise.all(nodes.map((node) => admit(node.store)));
    served += answers.flat().length;
    await endSome(4);
  }
  expect(served).toBe(30);
  const [lane] = await rows.query<{ virtual_time: bigint }>(
    'SELECT virtual_time FROM lanes WHERE family = $1',
    [family],
  );
  expect(lane?.virtual_time).toBeGreaterThanOrEqual(30n * 60_000_000n);
});

test('accepts that race their lane falling asleep are never lost', async () => {
  const path = await rows.path();
  await rows.limit(path, family, { configured: 1_000 });
  const { id: account } = await rows.account();
  const accept = acceptStore(testDatabase().database);
  for (let round = 0; round < 60; round += 1) {
    const request = newRequest(rows, { account, family, pathNames: [path] });
    const admitted = await Promise.all([
      accept.accept([request], T0, MINUTE).then(() => []),
      ...nodes.map(async ({ store }) => [...(await admit(store)), ...(await admit(store))]),
    ]);
    const ids = admitted.flat().map((each) => each.taskId);
    if (ids.length === 0)
      ids.push(...(await admit(nodes[round % 3]?.store ?? fail())).map((each) => each.taskId));
    expect(ids).toEqual(request.tasks.map((task) => task.id));
    await endSome(1);
  }
});

function fail(): never {
  throw new Error('no node');
}

/** A database whose every transaction is part of one that stays open. */
function within(database: Database, tx: Transaction): Database {
  return { ...database, query: tx.query, transaction: (body) => body(tx) };
}

test('a lane is not put to sleep under an accept that is about to commit', async () => {
  const path = await rows.path();
  await rows.limit(path, family, { configured: 9 });
  const { id: account } = await rows.account();
  const [node] = nodes;
  if (!node) throw new Error('no node');
  await rows.query('INSERT INTO lanes VALUES ($1, $2, 0, true)', [family, account]);
  const { database } = testDatabase();
  await database.transaction(async (tx) => {
    const request = newRequest(rows, { account, family, pathNames: [path] });
    await acceptStore(within(database, tx)).accept([request], T0, MINUTE);
    // It sees an empty lane, and does not wait for whoever holds it.
    expect(await admit(node.store)).toEqual([]);
  });
  expect(await admit(node.store)).toHaveLength(1);
});

test('an accept under which its lane falls asleep wakes it', async () => {
  const path = await rows.path();
  await rows.limit(path, family, { configured: 9 });
  const { id: account } = await rows.account();
  const [node] = nodes;
  if (!node) throw new Error('no node');
  await rows.query('INSERT INTO lanes VALUES ($1, $2, 0, true)', [family, account]);
  let accepting: Promise<unknown> = Promise.resolve();
  await node.database.transaction(async (tx) => {
    expect(await admit(admissionStore(within(node.database, tx)))).toEqual([]);
    expect(
      await tx.query({ name: '', text: 'SELECT active FROM lanes WHERE family = $1' }, [family]),
    ).toMatchObject({
      rows: [{ active: false }],
    });
    const request = newRequest(rows, { account, family, pathNames: [path] });
    accepting = acceptStore(testDatabase().database).accept([request], T0, MINUTE);
    await blocked();
  });
  await accepting;
  expect(await admit(node.store)).toHaveLength(1);
});

/** Resolves when somebody waits for a lock. */
async function blocked(): Promise<void> {
  const waiting = () => rows.query('SELECT 1 FROM pg_locks WHERE NOT granted');
  while ((await waiting()).length === 0);
}

test('an empty lane falls asleep and wakes at the time of its family', async () => {
  const path = await rows.path();
  await rows.limit(path, family, { configured: 1_000 });
  const [sleeper, busy] = [await rows.account(), await rows.account()];
  const accept = acceptStore(testDatabase().database);
  const create = (account: string) =>
    accept.accept([newRequest(rows, { account, family, pathNames: [path] })], T0, MINUTE);
  const [store] = nodes.map((node) => node.store);
  if (!store) throw new Error('no node');
  await create(sleeper.id);
  await admit(store);
  await create(busy.id);
  await admit(store);
  const lane = async (account: string) =>
    (await rows.query('SELECT active, virtual_time FROM lanes WHERE account_id = $1', [account]))[0];
  expect(await lane(sleeper.id)).toEqual({ active: false, virtual_time: 60_000_000n });
  for (let round = 0; round < 5; round += 1) {
    await create(busy.id);
    await admit(store);
  }
  await create(sleeper.id);
  const [queue] = await rows.query<{ virtual_time: bigint }>(
    'SELECT virtual_time FROM queues WHERE family = $1',
    [family],
  );
  expect(queue?.virtual_time).toBeGreaterThan(60_000_000n);
  expect(await lane(sleeper.id)).toEqual({ active: true, virtual_time: queue?.virtual_time });
});
