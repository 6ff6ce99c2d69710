/**
 * Rows that two processes write at once are locked by both in one order, whatever the planner thinks. One of them is
 * made to read the table as it lies, which here is the other way round: before the order was a matter of the
 * statements, the two waited for each other in a circle.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { realClock } from '../effects/clock/real.ts';
import { acceptStore } from './accept.ts';
import { admissionStore } from './admission.ts';
import type { Database } from './database.ts';
import { notifyStore } from './notify.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { openTestDatabase } from './testing/server.ts';
import { useTestDatabase } from './testing/test-database.ts';
import { trackStore } from './track.ts';
import { webhookStore } from './webhooks.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);

/** A process that reads the table as it lies, one that goes by the index, and somebody in the way of both. */
let asItLies: Database;
let byIndex: Database;
let inTheWay: Database;
/** A circle that the server had to break: the statement is repeated, so nobody else notices. */
let repeats = 0;

const NO_INDEX = ['indexscan', 'bitmapscan', 'indexonlyscan', 'nestloop'];
const NO_TABLE = ['seqscan', 'hashjoin', 'mergejoin', 'bitmapscan'];

function open(without: readonly string[]): Database {
  const { url } = testDatabase();
  const options = encodeURIComponent(without.map((name) => `-c enable_${name}=off`).join(' '));
  const sleep: typeof realClock.sleep = (ms, signal) => {
    // What waits for a connection can be called off; what is about to be repeated cannot.
    if (signal === undefined) repeats += 1;
    return realClock.sleep(ms, signal);
  };
  return openTestDatabase(`${url}${url.includes('?') ? '&' : '?'}options=${options}`, {
    max: 2,
    clock: { ...realClock, sleep },
  });
}

beforeAll(() => {
  asItLies = open(NO_INDEX);
  byIndex = open(NO_TABLE);
  inTheWay = openTestDatabase(testDatabase().url, { max: 1 });
});
afterAll(async () => {
  for (const database of [asItLies, byIndex, inTheWay]) await database.close();
});

let account: string;
let family: string;
let path: string;

beforeEach(async () => {
  repeats = 0;
  account = (await rows.account()).id;
  family = rows.next('family');
  path = await rows.path();
});

/** Three ids in their order, for rows that are to be written in the opposite one. */
function idsOf(prefix: string): [string, string, string] {
  return [rows.next(prefix), rows.next(prefix), rows.next(prefix)];
}

async function untilWaiting(count: number, over: () => boolean = () => false): Promise<void> {
  const waiting = () =>
    rows.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  while (!over() && (await waiting()).length < count);
}

/** Both begin while somebody holds a row that both want: each has what comes before it by then. */
async function collide(
  table: string,
  row: string,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<void> {
  let both: Promise<unknown> = Promise.resolve();
  await inTheWay.transaction(async (tx) => {
    await tx.query({ name: '', text: `SELECT id FROM ${table} WHERE id = $1 FOR UPDATE` }, [row]);
    const first = one();
    await untilWaiting(1);
    let through = false;
    const second = other().then(() => {
      through = true;
    });
    both = Promise.all([first, second]);
    await untilWaiting(2, () => through);
  });
  await both;
}

const LOG = { at: '', status: 200, outcome: 'delivered', duration_ms: 1, response: null };

async function queued(): Promise<[string, string, string]> {
  const ids = idsOf('task');
  for (const id of ids.toReversed()) await rows.task({ id, account, family, pathNames: [path] });
  return ids;
}

test('two notes that answers were delivered', async () => {
  const ids = await queued();
  await collide(
    'tasks',
    ids[1],
    () => acceptStore(asItLies).markAnswered(ids),
    () => acceptStore(byIndex).markAnswered(ids),
  );
  expect(repeats).toBe(0);
  const { length } = await rows.query('SELECT id FROM tasks WHERE id = ANY($1) AND answered', [ids]);
  expect(length).toBe(3);
});

test('a note that answers were delivered, and the admission of the same tasks', async () => {
  const ids = await queued();
  await rows.limit(path, family, { configured: 3 });
  const request = {
    family,
    nowMs: T0,
    most: 50,
    lease: rows.next('lease'),
    sendByMs: T0 + MINUTE,
    draw: () => ({
      attemptId: rows.next('att'),
      callbackToken: rows.next('token'),
      eventId: rows.next('evt'),
    }),
  };
  await collide(
    'tasks',
    ids[1],
    () => acceptStore(asItLies).markAnswered(ids),
    () => admissionStore(byIndex).admit(request),
  );
  expect(repeats).toBe(0);
  const all = await rows.query('SELECT id FROM tasks WHERE id = ANY($1) AND answered AND state = $2', [
    ids,
    'running',
  ]);
  expect(all).toHaveLength(3);
});

test('two reports on attempts that are still under way', async () => {
  const ids = idsOf('att');
  const task = { pathNames: [path], family };
  for (const id of ids.toReversed()) {
    await rows.running(account, 'accepted', { task, attempt: { id, lease: 'a' } });
  }
  const still = (database: Database) =>
    trackStore(database).recordStill(
      ids.map((attemptId) => ({
        attemptId,
        lease: 'a',
        askAtMs: T0 + MINUTE,
        word: 'processing',
        progress: 40,
        misses: 0,
        note: null,
      })),
      T0,
    );
  await collide(
    'attempts',
    ids[1],
    () => still(asItLies),
    () => still(byIndex),
  );
  expect(repeats).toBe(0);
});

test('an endpoint that is deleted while one of its deliveries is reported', async () => {
  const endpoint = rows.next('ep');
  await rows.insert('endpoints', {
    id: endpoint,
    account_id: account,
    url: 'https://client.example/hook',
    types: ['task.completed'],
    description: '',
    secret_sealed: 'sealed',
    status: 'enabled',
    created_at: new Date(T0),
  });
  const [held, reported] = idsOf('dlv');
  for (const id of [held, reported]) {
    const event = rows.next('evt');
    const what = { account_id: account, created_at: new Date(T0) };
    await rows.insert('events', { id: event, type: 'task.completed', data: {}, ...what });
    await rows.insert('deliveries', {
      id,
      endpoint_id: endpoint,
      event_id: event,
      event_type: 'task.completed',
      url: 'https://client.example/hook',
      state: 'waiting',
      lease: 'a',
      due_at: new Date(T0),
      ...what,
    });
  }
  const report = {
    id: reported,
    lease: 'a',
    state: 'delivered',
    dueAtMs: null,
    log: LOG,
    gone: false,
  } as const;
  await collide(
    'deliveries',
    held,
    () => webhookStore(asItLies).deleteEndpoint(endpoint, null, T0),
    () => notifyStore(byIndex).recordDeliveries([report], T0, 0),
  );
  expect(repeats).toBe(0);
  const ended = await rows.query<{ state: string }>(
    'SELECT state FROM deliveries WHERE endpoint_id = $1 ORDER BY id',
    [endpoint],
  );
  expect(ended.map(({ state }) => state)).toEqual(['exhausted', 'delivered']);
});
