import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { acceptStore } from './accept.ts';
import { type AdmissionStore, type Admitted, admissionStore } from './admission.ts';
import type { Database } from './database.ts';
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

test('an accept that races its lane falling asleep is never lost', async () => {
  const path = await rows.path();
  await rows.limit(path, family, { configured: 1_000 });
  const { id: account } = await rows.account();
  const accept = acceptStore(testDatabase().database);
  const created: string[] = [];
  const admitted: string[] = [];
  let accepting = true;
  const accepts = (async () => {
    for (let round = 0; round < 150; round += 1) {
      const request = newRequest(rows, { account, family, pathNames: [path] });
      const [answer] = await accept.accept([request], T0, MINUTE);
      if (answer?.kind === 'created') created.push(...answer.taskIds);
      await endSome(5);
    }
    accepting = false;
  })();
  const admissions = nodes.map(async ({ store }) => {
    while (accepting) admitted.push(...(await admit(store)).map((each) => each.taskId));
  });
  await Promise.all([accepts, ...admissions]);
  for (const { store } of nodes) admitted.push(...(await admit(store)).map((each) => each.taskId));
  expect(created).toHaveLength(150);
  expect(admitted.toSorted()).toEqual(created.toSorted());
});

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
