import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type StatsStore, statsStore } from './stats.ts';
import { createRows, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
let store: StatsStore;
let account: string;

beforeAll(() => {
  store = statsStore(testDatabase().database);
});
beforeEach(async () => {
  account = (await rows.account()).id;
});

test('what an account is priced and routed by, and plain terms for a missing one', async () => {
  const routing = { policy: 'fastest', regions: ['eu'] };
  await rows.query('UPDATE accounts SET markup_basis_points = 1250, routing = $2 WHERE id = $1', [
    account,
    JSON.stringify(routing),
  ]);
  expect(await store.termsOf(account)).toEqual({ markupPercent: 12.5, routing, cap: null });
  expect(await store.termsOf('acct_none')).toEqual({ markupPercent: 0, routing: {}, cap: null });
  const capped = await rows.account({ maxInFlight: 3 });
  await rows.task({ account: capped.id, state: 'running' });
  await rows.task({ account: capped.id });
  expect((await store.termsOf(capped.id)).cap).toEqual({ maxInFlight: 3, running: 1 });
});

test('how renders of a family ended, by path', async () => {
  await rows.query(
    `INSERT INTO render_outcomes VALUES ('p', 'f', '{t,f,t}', now()), ('q', 'f', '{t}', now())`,
  );
  expect(Object.fromEntries(await store.outcomes('f'))).toEqual({
    p: { failed: 1, of: 3 },
    q: { failed: 0, of: 1 },
  });
  expect((await store.outcomes('other')).size).toBe(0);
});

test('render times of a path and shape', async () => {
  await rows.query(`INSERT INTO render_times VALUES ('p', 's', '{3,1,2}', now())`);
  expect(await store.renderTimes('p', 's')).toEqual([3, 1, 2]);
  expect(await store.renderTimes('p', 'other')).toEqual([]);
});

test('what waits: each active lane, and what is before a task in its own', async () => {
  const family = rows.next('family');
  const other = await rows.account({ weight: 3 });
  const suspended = await rows.account({ status: 'suspended' });
  const asleep = await rows.account();
  const queued = (accountId: string, priority = 0) => rows.task({ account: accountId, family, priority });
  const last = await queued(account, -1);
  const first = await queued(account);
  const mine = await queued(account);
  await queued(account);
  const urgent = await queued(account, 1);
  await rows.task({ account, family, state: 'running' });
  for (let index = 0; index < 4; index += 1) await queued(other.id);
  await queued(suspended.id);
  await rows.query('INSERT INTO lanes VALUES ($1, $2, 0, false)', [family, asleep.id]);
  const lanes = await store.lanes(family, 1_000);
  expect(lanes.toSorted((a, b) => (a.account_id < b.account_id ? -1 : 1))).toEqual([
    { account_id: account, weight: 1, queued: 5, high: 1, normal: 3, ...held(5), deep: false },
    { account_id: other.id, weight: 3, queued: 4, high: 0, normal: 4, ...held(4), deep: false },
  ]);
  const places = [urgent, first, mine].map((id) => ({ id, family, accountId: account, priority: 0 }));
  const low = { id: last, family, accountId: account, priority: -1 };
  const ahead = await store.aheadInLanes(
    [{ ...places[0], priority: 1 } as (typeof places)[0], ...places.slice(1), low],
    100,
  );
  expect(ahead).toEqual(
    new Map([
      [urgent, 0],
      [first, 1],
      [mine, 2],
      [last, 4],
    ]),
  );
  expect(await store.aheadInLanes([low], 3)).toEqual(new Map([[last, 3]]));
});

test('counting stops at a share of what it may cost', async () => {
  const family = rows.next('family');
  const one = await rows.account();
  for (let index = 0; index < 60; index += 1) await rows.task({ account: one.id, family });
  expect(await store.lanes(family, 10)).toEqual([
    { account_id: one.id, weight: 1, queued: 50, high: 0, normal: 50, ...held(50), deep: true },
  ]);
});

/** Each of them is expected to take a minute. */
function held(tasks: number) {
  return { slot_ms: tasks * 60_000, slot_ms_squared: tasks * 60_000 ** 2 };
}

test('slots: what is taken, what is unknown, and since when', async () => {
  const path = await rows.path();
  await rows.limit(path, 'kling', { configured: 5, learned: 4 });
  await rows.limit(path, 'idle', { learned: 2, probing: true });
  for (const [state, sentAt] of [
    ['sending', T0 + 2],
    ['unknown', T0 + 1],
    ['accepted', T0 + 3],
    ['succeeded', T0],
  ] as const) {
    await rows.running(account, state, { task: { pathNames: [path] }, attempt: { sentAt } });
  }
  const common = { path_name: path, refusals: 0, last_refusal_at: null, raise_at: null };
  expect((await store.slots()).filter((row) => row.path_name === path)).toEqual([
    {
      ...common,
      family: 'idle',
      configured: null,
      learned: 2,
      probing: true,
      occupied: 0,
      unknown: 0,
      oldest_at: null,
    },
    {
      ...common,
      family: 'kling',
      configured: 5,
      learned: 4,
      probing: false,
      occupied: 3,
      unknown: 1,
      oldest_at: T0 + 1,
    },
  ]);
});

test('counts of all tasks and of the living ones agree', async () => {
  const path = await rows.path();
  await rows.saving(account, { task: { pathNames: [path] } });
  await rows.saving(account, { task: { pathNames: [path], state: 'failed' } });
  await rows.task({ account, state: 'settling' });
  await rows.task({ account, state: 'succeeded' });
  const all = await store.taskCounts();
  const living = await store.livingTaskCounts();
  for (const state of ['queued', 'running', 'saving', 'settling']) {
    expect(living.get(state), state).toBe(all.get(state) ?? 0);
  }
  expect(living.get('saving')).toBe(1);
  expect([...living.keys()]).not.toContain('succeeded');
  expect(all.get('succeeded')).toBe(1);
});

test('drift: none where balances are the sum of their postings, the difference where they are not', async () => {
  expect(await store.ledgerDrift()).toEqual({ drift: 0n, total: 0n });
  await rows.query('UPDATE balances SET posted_micros = posted_micros + 7 WHERE account_id = $1', [account]);
  expect(await store.ledgerDrift()).toEqual({ drift: 7n, total: 0n });
  await rows.query('UPDATE balances SET held_micros = held_micros + 2 WHERE account_id = $1', [account]);
  expect(await store.ledgerDrift()).toEqual({ drift: 9n, total: 0n });
});

test('what holds slots by age, in eighths of what is expected of it', async () => {
  const path = await rows.path();
  for (const agoMs of [1_000, 8_000, 30_000, 119_000, 900_000]) {
    await rows.running(account, 'accepted', { task: { pathNames: [path] }, attempt: { sentAt: T0 - agoMs } });
  }
  const found = (await store.ages(T0)).filter((row) => row.path_name === path);
  expect(found.map(({ eighth, tasks, expected_ms }) => [eighth, tasks, expected_ms])).toEqual([
    [0, 1, 60_000],
    [1, 1, 60_000],
    [4, 1, 60_000],
    [15, 1, 60_000],
    [16, 1, 60_000],
  ]);
});

test('what came around the newest renders, beside them', async () => {
  const path = await rows.path();
  const { attempt, task } = await rows.running(account, 'succeeded', {
    task: { pathNames: [path] },
    attempt: { sentAt: T0 },
  });
  await rows.query(
    `UPDATE attempts SET accepted_at = sent_at + interval '1 s', upstream_ended_at = sent_at + interval '61 s',
            ended_at = sent_at + interval '63 s' WHERE id = $1`,
    [attempt],
  );
  await rows.query(
    `UPDATE tasks SET state = 'succeeded', outcome = 'succeeded', finished_at = $2, charge_micros = 0 WHERE id = $1`,
    [task, new Date(T0 + 68_000)],
  );
  expect(await store.handled(path)).toEqual([{ beside_ms: 8_000, slot_ms: 3_000 }]);
  await rows.query('UPDATE attempts SET upstream_ended_at = NULL WHERE id = $1', [attempt]);
  expect(await store.handled(path)).toEqual([{ beside_ms: 6_000, slot_ms: 1_000 }]);
});
