import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Note } from './submit.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';
import { type PollClaim, type TrackStore, trackStore } from './track.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const NOW = T0 + 10_000;
let store: TrackStore;
let account: string;
let path: string;

beforeAll(() => {
  store = trackStore(testDatabase().database);
});
beforeEach(async () => {
  account = (await rows.account()).id;
  path = await rows.path();
});

const note = (kind: string): Note => ({ at: new Date(NOW).toISOString(), kind, summary: kind, data: {} });
const attemptOf = (id: string) => rows.one<Record<string, unknown>>('attempts', id);
const accepted = (askAt = T0, with_: Parameters<typeof rows.running>[2] = {}) =>
  rows.running(account, 'accepted', {
    task: { pathNames: [path], ...with_.task },
    attempt: { askAt, ...with_.attempt },
  });

function claim(with_: Partial<PollClaim> = {}) {
  return store.claimPolls(path, {
    nowMs: NOW,
    batch: 20,
    mostBatches: 10,
    queryRate: 1,
    queryBurst: 100,
    lease: rows.next('lease'),
    untilMs: NOW + MINUTE,
    nearlyDueMs: 2_000,
    ...with_,
  });
}

const poke = (attempt: string, deliveryId: string | null = null, pathName = path, underWay = false) =>
  store.recordCallback(
    {
      id: rows.next('cb'),
      pathName,
      token: `token-${attempt}`,
      deliveryId,
      verified: true,
      word: underWay ? 'processing' : 'succeed',
      underWay,
      body: '{}',
      upstreamId: null,
      handle: null,
    },
    NOW,
  );

describe('polls', () => {
  test('tell everything that the question and its answer need', async () => {
    const { task, attempt } = await accepted();
    await rows.query(
      `INSERT INTO render_times VALUES ($1, 'kling-3.0/text-to-video/720p/5', '{1,2}', now())`,
      [path],
    );
    expect(await claim()).toEqual([
      {
        id: attempt,
        task_id: task,
        account_id: account,
        correlation_id: attempt,
        credential_version: 1,
        upstream_id: `up-${attempt}`,
        handle: { id: `up-${attempt}` },
        shape: 'kling-3.0/text-to-video/720p/5',
        expected_ms: 60_000,
        sent_at: T0,
        accepted_at: T0,
        asks: 1,
        misses: 0,
        word: null,
        progress: null,
        samples_ms: [1, 2],
        wanted: true,
        cancel_requested: false,
        order: { model: 'kling-3.0', prompt: 'a river' },
        price: expect.anything(),
      },
    ]);
  });

  test('an attempt whose task ended is still asked about, as unwanted', async () => {
    await accepted(T0, { task: { state: 'failed' } });
    expect(await claim()).toMatchObject([{ wanted: false }]);
  });

  test('nearly due attempts ride along only while the question has room, oldest first', async () => {
    const due = [await accepted(NOW - 2), await accepted(NOW)];
    const nearly = [await accepted(NOW + 1), await accepted(NOW + 2_000)];
    await accepted(NOW + 2_001);
    expect((await claim({ batch: 3 })).map((row) => row.id).toSorted()).toEqual(
      [...due, ...nearly.slice(0, 1)].map((each) => each.attempt).toSorted(),
    );
    // What is left is nearly due, but alone it is worth no question.
    expect(await claim({ batch: 3 })).toEqual([]);
    expect(await claim({ batch: 3, nowMs: NOW + 2_000 })).toHaveLength(2);
  });

  test('what is being asked about is not nearly due, only due again when its lease is over', async () => {
    await accepted();
    expect(await claim({ untilMs: NOW + 1_000 })).toHaveLength(1);
    await accepted();
    expect(await claim({ untilMs: NOW + 1_000 })).toHaveLength(1);
    expect(await claim({ nowMs: NOW + 1_000 })).toHaveLength(2);
  });

  test('the budget of the path is spent in questions, not in attempts, and refills', async () => {
    await rows.query('UPDATE paths SET query_tokens = 0, query_refilled_at = $2 WHERE name = $1', [
      path,
      new Date(NOW),
    ]);
    for (let index = 0; index < 9; index += 1) await accepted(T0 + index);
    const budget = { batch: 2, queryRate: 2, queryBurst: 3 };
    expect(await claim(budget)).toEqual([]);
    expect(await claim({ ...budget, nowMs: NOW + 499 })).toEqual([]);
    expect(await claim({ ...budget, nowMs: NOW + 500 })).toHaveLength(2);
    expect(await claim({ ...budget, nowMs: NOW + 1_000 })).toHaveLength(2);
    // Never more than the burst, however long nobody asked; and never more than is due.
    expect(await claim({ ...budget, nowMs: NOW + 50_000, untilMs: NOW + 99_000 })).toHaveLength(5);
    const [{ query_tokens: tokens } = { query_tokens: null }] = await rows.query<{ query_tokens: number }>(
      'SELECT query_tokens FROM paths WHERE name = $1',
      [path],
    );
    expect(tokens).toBe(0);
  });

  test('a clock that runs behind takes nothing away', async () => {
    await accepted();
    await claim({ batch: 1, queryBurst: 5 });
    await accepted();
    await claim({ batch: 1, queryBurst: 5, nowMs: NOW - 1_000 });
    expect(await rows.query('SELECT query_refilled_at FROM paths WHERE name = $1', [path])).toEqual([
      { query_refilled_at: NOW },
    ]);
  });

  test('nodes share the budget and never ask about the same attempt', async () => {
    for (let index = 0; index < 40; index += 1) await accepted(T0 + index);
    await rows.query('UPDATE paths SET query_tokens = 3, query_refilled_at = $2 WHERE name = $1', [
      path,
      new Date(NOW),
    ]);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claim({ batch: 5, mostBatches: 2, queryRate: 0.001 })),
    );
    const ids = claims.flat().map((row) => row.id);
    expect(ids).toHaveLength(15);
    expect(new Set(ids).size).toBe(15);
  });
});

describe('still under way', () => {
  const still = (attemptId: string, lease: string, with_ = {}) =>
    store.recordStill(
      [
        {
          attemptId,
          lease,
          askAtMs: NOW + 9_000,
          word: 'processing',
          progress: 40,
          misses: 0,
          note: note('changed'),
          ...with_,
        },
      ],
      NOW + 1_000,
    );

  test('is kept, with the word and the next question', async () => {
    const { attempt } = await accepted();
    await claim({ lease: 'a' });
    await still(attempt, 'a');
    expect(await attemptOf(attempt)).toMatchObject({
      state: 'accepted',
      lease: null,
      ask_at: NOW + 9_000,
      word: 'processing',
      progress: 40,
      history: [note('changed')],
    });
    await claim({ lease: 'b', nowMs: NOW + 9_000 });
    await still(attempt, 'b', { word: null, progress: null, note: null, misses: 2 });
    expect(await attemptOf(attempt)).toMatchObject({ word: 'processing', progress: 40, misses: 2 });
  });

  test('with a stale lease changes nothing', async () => {
    const { attempt } = await accepted();
    await claim({ lease: 'a' });
    await claim({ lease: 'b', nowMs: NOW + MINUTE });
    const before = await attemptOf(attempt);
    await still(attempt, 'a');
    expect(await attemptOf(attempt)).toEqual(before);
  });

  test('a callback during the question makes the next one due at once, and only the next', async () => {
    const { attempt } = await accepted();
    await claim({ lease: 'a' });
    await poke(attempt);
    expect(await claim()).toEqual([]);
    await still(attempt, 'a');
    expect(await claim({ lease: 'b', nowMs: NOW + 1_000 })).toHaveLength(1);
    await still(attempt, 'b');
    expect(await claim({ nowMs: NOW + 1_000 })).toEqual([]);
  });
});

describe('callbacks', () => {
  test('are kept once per delivery, and make their attempt due', async () => {
    const { attempt } = await accepted(NOW + 10 * MINUTE);
    await poke(attempt, 'd1');
    expect(await attemptOf(attempt)).toMatchObject({ ask_at: NOW, poked: true });
    await rows.query('UPDATE attempts SET poked = false WHERE id = $1', [attempt]);
    await poke(attempt, 'd1');
    expect(await attemptOf(attempt)).toMatchObject({ poked: false });
    await poke(attempt, 'd2');
    await poke(attempt, null);
    await poke(attempt, null);
    expect(await rows.query('SELECT id FROM callbacks WHERE attempt_id = $1', [attempt])).toHaveLength(4);
  });

  test('that say no more than what is known are kept, and make nothing due', async () => {
    const { attempt } = await accepted(NOW + MINUTE);
    const before = await attemptOf(attempt);
    expect(await poke(attempt, 'd1', path, true)).toBe(false);
    expect(await attemptOf(attempt)).toEqual(before);
    expect(await rows.query('SELECT id FROM callbacks WHERE attempt_id = $1', [attempt])).toHaveLength(1);
    expect(await poke(attempt, 'd2')).toBe(true);
  });

  test('that say so of an attempt whose answer is not there yet, or was lost, are news', async () => {
    for (const state of ['sending', 'unknown'] as const) {
      const { attempt } = await rows.running(account, state, { task: { pathNames: [path] } });
      expect(await poke(attempt, null, path, true)).toBe(true);
      expect(await attemptOf(attempt)).toMatchObject({ poked: true });
    }
  });

  test('with a token of another path or of nobody leave nothing', async () => {
    const { attempt } = await accepted();
    const other = await rows.path();
    await poke(attempt, 'd', other);
    await poke('nobody', 'd');
    expect(await rows.query('SELECT id FROM callbacks WHERE path_name = ANY($1)', [[path, other]])).toEqual(
      [],
    );
    expect(await store.attemptByToken(`token-${attempt}`)).toEqual({
      id: attempt,
      pathName: path,
      credentialVersion: 1,
    });
    expect(await store.attemptByToken('token-nobody')).toBeNull();
  });

  test('of an attempt that ended are kept and wake nothing', async () => {
    const { attempt } = await rows.running(account, 'failed', {
      task: { state: 'failed', pathNames: [path] },
    });
    const before = await attemptOf(attempt);
    await poke(attempt);
    expect(await attemptOf(attempt)).toEqual(before);
    expect(await rows.query('SELECT id FROM callbacks WHERE attempt_id = $1', [attempt])).toHaveLength(1);
  });

  test('whether a path has had any lately', async () => {
    const { attempt } = await accepted();
    expect(await store.pathHasCallbacks(path, NOW - 1)).toBe(false);
    await poke(attempt);
    expect(await store.pathHasCallbacks(path, NOW - 1)).toBe(true);
    expect(await store.pathHasCallbacks(path, NOW)).toBe(false);
  });
});
