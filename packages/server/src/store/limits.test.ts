import { beforeEach, describe, expect, test } from 'vitest';
import { effectiveLimit, limitAfterRefusal, newLimit } from '../decide/limits.ts';
import { type LimitStore, limitStore } from './limits.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const family = 'kling';
const DAY = 86_400_000;
let path: string;
let store: LimitStore;

beforeEach(async () => {
  store = limitStore(testDatabase().database);
  path = await rows.path();
});

const historyOf = async (sinceMs = 0) =>
  (await store.changes(path, sinceMs, 100)).map((row) => [
    row.reason,
    row.configured_before,
    row.learned_before,
    row.configured,
    row.learned,
    row.occupied,
  ]);

test('a change sees the slots of this moment, is written once, and leaves a line of history', async () => {
  await rows.limit(path, family, { learned: 5, probing: true });
  const { id: account } = await rows.account();
  for (const state of ['sending', 'accepted', 'accepted'] as const) {
    await rows.running(account, state, { task: { family, pathNames: [path] }, attempt: { family, path } });
  }
  const seen: unknown[] = [];
  const refuse = (nowMs: number) =>
    store.change({ pathName: path, family }, { reason: 'refused', nowMs }, (limit, slots) => {
      seen.push(slots);
      return limitAfterRefusal(limit, slots.accepted, nowMs);
    });
  await refuse(T0);
  expect(seen).toMatchObject([{ occupied: 3, accepted: 2 }]);
  expect(await rows.query('SELECT * FROM limits WHERE path_name = $1', [path])).toMatchObject([
    { learned: 2, probing: false, refusals: 1n, last_refusal_at: T0, raise_at: T0 + 2 * MINUTE },
  ]);
  // It teaches the same number once more: a refusal more, but no change.
  await refuse(T0 + MINUTE);
  expect(await historyOf()).toEqual([['refused', null, 5, null, 2, 3]]);
  await store.change({ pathName: 'nowhere', family }, { reason: 'refused', nowMs: T0 }, () => {
    throw new Error('there is nothing to change');
  });
});

test('are made once; the history begins there', async () => {
  const limit = { pathName: path, family, ...newLimit(null) };
  await store.ensure([limit], T0);
  await rows.query('UPDATE limits SET learned = 7 WHERE path_name = $1', [path]);
  await store.ensure([limit], T0 + MINUTE);
  expect(await rows.query('SELECT learned FROM limits WHERE path_name = $1', [path])).toEqual([
    { learned: 7 },
  ]);
  expect(await historyOf()).toEqual([['begun', null, null, null, 2, null]]);
});

test('a history of some time says what held when it began, and the oldest of it is forgotten', async () => {
  await store.ensure([{ pathName: path, family, ...newLimit(null) }], T0 - 200 * DAY);
  const learn = (learned: number, nowMs: number) =>
    store.change({ pathName: path, family }, { reason: 'accepted', nowMs }, (limit) => ({
      ...limit,
      learned,
    }));
  await learn(3, T0 - 100 * DAY);
  await learn(4, T0 - 30 * DAY);
  await learn(5, T0);
  expect((await historyOf(T0 - DAY)).map(([, , , , learned]) => learned)).toEqual([5, 4]);
  expect((await historyOf(T0)).map(([, , , , learned]) => learned)).toEqual([5]);
  expect((await historyOf()).map(([, , , , learned]) => learned)).toEqual([5, 4]);
});

describe('the configured limit', () => {
  const limitOf = async () => {
    const [row] = await rows.query<{ configured: number | null; learned: number | null; probing: boolean }>(
      'SELECT configured, learned, probing FROM limits WHERE path_name = $1',
      [path],
    );
    if (!row) throw new Error('no limit');
    return row;
  };

  test.each([
    ['a new one', null, 5, { configured: 5, learned: null, probing: false }, 5],
    ['none', null, null, { configured: null, learned: 2, probing: true }, 2],
    [
      'over one that is being probed',
      { learned: 4, probing: true },
      9,
      { configured: 9, learned: null, probing: false },
      9,
    ],
    ['over what refusals taught', { learned: 3 }, 9, { configured: 9, learned: 3, probing: false }, 3],
    [
      'taken back, nothing learned',
      { configured: 9 },
      null,
      { configured: null, learned: 2, probing: true },
      2,
    ],
    [
      'taken back, something learned',
      { configured: 9, learned: 3 },
      null,
      { configured: null, learned: 3, probing: false },
      3,
    ],
    [
      'none over one that is being probed',
      { learned: 4, probing: true },
      null,
      { configured: null, learned: 4, probing: true },
      4,
    ],
  ])('%s', async (_what, before, configured, expected, effective) => {
    if (before) await rows.limit(path, family, before);
    await store.setConfigured({ pathName: path, family }, configured, T0);
    expect(await limitOf()).toEqual(expected);
    expect(effectiveLimit(await limitOf())).toBe(effective);
    const [last] = await store.changes(path, 0, 1);
    const { configured: set, learned } = expected;
    const was: { configured?: number; learned?: number } | null = before;
    const changed = set !== (was?.configured ?? null) || learned !== (was?.learned ?? null);
    if (changed) expect(last).toMatchObject({ reason: 'set', configured: set, learned });
    // The same once more is no change.
    await store.setConfigured({ pathName: path, family }, configured, T0 + MINUTE);
    expect((await store.changes(path, 0, 9)).length).toBe(changed ? 1 : 0);
  });
});
