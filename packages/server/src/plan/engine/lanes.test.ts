import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slotsToFill } from '../../decide/admission.ts';
import { healthyPath } from '../../decide/health.ts';
import { newLimit } from '../../decide/limits.ts';
import { acceptStore } from '../../store/accept.ts';
import { admissionStore } from '../../store/admission.ts';
import { submitStore } from '../../store/submit.ts';
import { newRequest } from '../../store/testing/orders.ts';
import { createRows, MINUTE, T0 } from '../../store/testing/rows.ts';
import { useTestDatabase } from '../../store/testing/test-database.ts';
import { createLanes } from './lanes.ts';

/**
 * The queues of the planner and those of PostgreSQL, side by side: the same orders, ends and refusals in the same
 * order must lead to the same admissions on the same paths, and to the same virtual times, whatever happens.
 */

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);

type Step =
  | { kind: 'order'; account: number; route: number; slotMs: number }
  | { kind: 'admit'; most: number }
  | { kind: 'end'; nth: number }
  | { kind: 'requeue'; nth: number; pauseMs: number }
  | { kind: 'wait'; ms: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('order' as const),
        account: fc.nat(3),
        route: fc.nat(2),
        slotMs: fc.integer({ min: 1, max: 300_000 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('admit' as const), most: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), nth: fc.nat(20) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('requeue' as const),
        nth: fc.nat(20),
        pauseMs: fc.integer({ min: 1, max: 5_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

const ACCOUNTS = [
  { weight: 1, maxInFlight: null },
  { weight: 3, maxInFlight: null },
  { weight: 1, maxInFlight: 2 },
  { weight: 7, maxInFlight: 1 },
];

/** A family, two paths and four accounts, in both worlds. */
async function bothWorlds() {
  const database = testDatabase().database;
  const name = rows.next('family');
  const paths = [await rows.path(), await rows.path()];
  const slots = [3, 2];
  for (const [index, path] of paths.entries())
    await rows.limit(path, name, { configured: slots[index] ?? 1 });
  const accounts: { id: string; key: string }[] = [];
  for (const each of ACCOUNTS) accounts.push(await rows.account(each));
  const [first = '', second = ''] = paths;
  const routes = [{ pathNames: [first, second] }, { pathNames: [second] }, { pathNames: [second, first] }];
  const tasks: { id: string; slotMs: number; notBeforeMs: number; account: number; route: number }[] = [];
  const lanes = createLanes(
    accounts.map(({ id }, index) => ({ name: id, ...(ACCOUNTS[index] ?? { weight: 1, maxInFlight: null }) })),
    routes,
    {
      number: (task) => task,
      slotMs: (task) => tasks[task]?.slotMs ?? 0,
      notBeforeMs: (task) => tasks[task]?.notBeforeMs ?? 0,
    },
  );
  const running: { task: number; path: number; attemptId: string; lease: string }[] = [];
  return { database, name, paths, slots, accounts, routes, tasks, lanes, running, nowMs: T0 };
}

type Worlds = Awaited<ReturnType<typeof bothWorlds>>;

async function order(
  worlds: Worlds,
  { account, route, slotMs }: Extract<Step, { kind: 'order' }>,
): Promise<void> {
  const { database, name, accounts, routes, tasks, lanes, nowMs } = worlds;
  const owner = accounts[account];
  if (!owner) return;
  const pathNames = routes[route]?.pathNames ?? [];
  const request = newRequest(rows, { account: owner.id, family: name, pathNames });
  const wanted = request.tasks.map((task) => ({ ...task, slotMs, expiresAtMs: nowMs + 600 * MINUTE }));
  await acceptStore(database).accept([{ ...request, tasks: wanted }], nowMs, MINUTE, []);
  tasks.push({ id: wanted[0]?.id ?? '', slotMs, notBeforeMs: Number.NEGATIVE_INFINITY, account, route });
  lanes.join(tasks.length - 1, account, route);
}

async function admitBoth(worlds: Worlds, most: number): Promise<void> {
  const { database, name, paths, slots, tasks, lanes, running, nowMs } = worlds;
  const lease = rows.next('lease');
  const inDatabase = await admissionStore(database).admit({
    family: name,
    nowMs,
    most,
    lease,
    sendByMs: nowMs + MINUTE,
    draw: () => ({
      attemptId: rows.next('att'),
      callbackToken: rows.next('token'),
      eventId: rows.next('evt'),
    }),
  });
  const free = paths.map((pathName, index) => {
    const occupied = running.filter(({ path }) => path === index).length;
    const limit = newLimit(slots[index] ?? 1);
    const room = slotsToFill(limit, { occupied, sending: 0 }, healthyPath, nowMs);
    return { pathName, free: Math.min(room, most) };
  });
  const runningOf = (account: number) =>
    running.filter(({ task }) => tasks[task]?.account === account).length;
  const inMemory = lanes.round(free, most, nowMs, runningOf);
  const told = (all: { id: string; pathName: string }[]) =>
    all.map(({ id, pathName }) => `${id} on ${pathName}`).sort();
  expect(told(inMemory.map(({ task, pathName }) => ({ id: tasks[task]?.id ?? '', pathName })))).toEqual(
    told(inDatabase.map(({ taskId: id, pathName }) => ({ id, pathName }))),
  );
  for (const { taskId, pathName, attemptId } of inDatabase) {
    const task = tasks.findIndex(({ id }) => id === taskId);
    running.push({ task, path: paths.indexOf(pathName), attemptId, lease });
  }
}

async function end({ running, tasks, nowMs }: Worlds, nth: number): Promise<void> {
  const [gone] = running.splice(nth % Math.max(1, running.length), 1);
  if (!gone) return;
  const at = new Date(nowMs);
  await rows.query(`UPDATE attempts SET state = 'failed', ended_at = $2 WHERE id = $1`, [gone.attemptId, at]);
  const taskId = tasks[gone.task]?.id;
  await rows.query(`UPDATE tasks SET state = 'settling', due_at = $2 WHERE id = $1`, [taskId, at]);
}

async function requeue(worlds: Worlds, nth: number, pauseMs: number): Promise<void> {
  const { database, running, tasks, lanes, nowMs } = worlds;
  const [gone] = running.splice(nth % Math.max(1, running.length), 1);
  const task = gone && tasks[gone.task];
  if (!task) return;
  const note = { at: new Date(nowMs).toISOString(), lane: 'upstream', kind: 'x', summary: 'x', data: {} };
  const { attemptId, lease } = gone;
  const notBeforeMs = nowMs + pauseMs;
  const requeued = { attemptId, lease, notBeforeMs, reason: 'no slot', kind: 'no_slot', note };
  await submitStore(database).recordRequeued([requeued], nowMs);
  task.notBeforeMs = notBeforeMs;
  lanes.rejoin(gone.task, task.account, task.route);
}

async function play(sequence: readonly Step[]): Promise<void> {
  const worlds = await bothWorlds();
  for (const step of sequence) {
    if (step.kind === 'order') await order(worlds, step);
    else if (step.kind === 'admit') await admitBoth(worlds, step.most);
    else if (step.kind === 'end') await end(worlds, step.nth);
    else if (step.kind === 'requeue') await requeue(worlds, step.nth, step.pauseMs);
    else worlds.nowMs += step.ms;
  }
  // Whatever is left, one after the other: the order of all that waits is the same.
  worlds.nowMs += 10_000;
  for (let round = 0; round < 2 * worlds.tasks.length && worlds.lanes.waiting() > 0; round += 1) {
    await admitBoth(worlds, 1);
    await end(worlds, 0);
  }
}

test('the same admissions as PostgreSQL, whatever is ordered, ends and is refused', {
  timeout: 300_000,
}, async () => {
  await fc.assert(fc.asyncProperty(steps, play), { numRuns: 12, endOnFailure: true });
});
