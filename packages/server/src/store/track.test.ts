import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Note } from './submit.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';
import { type Ended, type PollClaim, type TrackStore, trackStore } from './track.ts';

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
const taskOf = (id: string) => rows.one<Record<string, unknown>>('tasks', id);
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

describe('the end', () => {
  const COST = ['expenses:upstream:p', 'assets:upstream:p'] as const;
  const SUSPENSE = ['expenses:suspense:p', 'assets:upstream:p'] as const;

  function ended(attemptId: string, with_: Partial<Ended> = {}): Ended {
    return {
      attemptId,
      state: 'succeeded',
      word: 'succeed',
      reason: null,
      note: note('ended'),
      cost: { unit: 'units', unitMicros: 500_000n, micros: 210_000n },
      costId: rows.next('ltx'),
      costAccounts: COST,
      suspenseAccounts: SUSPENSE,
      asset: {
        id: rows.next('asset'),
        sourceUrl: 'https://upstream.example/clip.mp4',
        sourceExpiresAtMs: NOW + MINUTE,
      },
      outcome: null,
      code: null,
      message: null,
      upstreamCode: null,
      eventId: rows.next('evt'),
      rerun: false,
      endedAtMs: NOW,
      upstreamEndedAtMs: null,
      ...with_,
    };
  }
  const failure = {
    state: 'failed',
    asset: null,
    outcome: 'failed',
    code: 'moderated',
    message: 'no',
    upstreamCode: '1301',
    cost: null,
  } as const;
  const end = (...ends: Ended[]) => store.recordEnded(ends, NOW, 'USD');
  const costsOf = (attempt: string) =>
    rows.query('SELECT account, micros FROM postings WHERE reference = $1 ORDER BY position', [
      `cost:${attempt}`,
    ]);

  describe('a render that the upstream itself failed', () => {
    const broken = { ...failure, code: 'render_failed', rerun: true };
    async function failing(order: { reruns: number; others?: readonly string[]; task?: string }) {
      const ids = await accepted();
      const { reruns, others = ['elsewhere'], task = '' } = order;
      await rows.query(`UPDATE task_orders SET reruns_most = $2 WHERE task_id = $1`, [ids.task, reruns]);
      await rows.query(`UPDATE tasks SET path_names = $2 ${task} WHERE id = $1`, [
        ids.task,
        [path, ...others],
      ]);
      await end(ended(ids.attempt, broken));
      return taskOf(ids.task);
    }

    beforeAll(async () => {
      await rows.path({ name: 'elsewhere' });
      await rows.path({ name: 'taken-out', state: 'draining' });
      await rows.path({ name: 'halted', state: 'paused' });
    });

    test('begins again on another path, and its hold stays', async () => {
      const task = await failing({ reruns: 1 });
      expect(task).toMatchObject({
        state: 'queued',
        reruns: 1,
        path_names: ['elsewhere'],
        attempt_id: null,
        path_name: null,
        outcome: null,
        error_code: null,
        due_at: null,
      });
      expect(await rows.query('SELECT active FROM lanes WHERE account_id = $1', [account])).toEqual([
        { active: true },
      ]);
    });

    test.each([
      ['the order allows none', { reruns: 0 }],
      ['no other path is left', { reruns: 1, others: [] }],
      ['no other path admits anything', { reruns: 1, others: ['taken-out', 'halted'] }],
      ['it was begun again before', { reruns: 1, task: ', reruns = 1' }],
      ['the client asked to cancel', { reruns: 1, task: `, cancel_requested_at = now()` }],
    ])('ends when %s', async (_why, order) => {
      expect(await failing(order)).toMatchObject({ state: 'settling', error_code: 'render_failed' });
    });

    test('ends when its time is over', async () => {
      const ids = await accepted();
      await rows.query('UPDATE task_orders SET reruns_most = 1, finish_by = $2 WHERE task_id = $1', [
        ids.task,
        new Date(NOW).toISOString(),
      ]);
      await rows.query('UPDATE tasks SET path_names = $2 WHERE id = $1', [ids.task, [path, 'elsewhere']]);
      await end(ended(ids.attempt, broken));
      expect(await taskOf(ids.task)).toMatchObject({ state: 'settling' });
    });

    test('is not begun again when the input was to blame', async () => {
      const ids = await accepted();
      await rows.query('UPDATE task_orders SET reruns_most = 1 WHERE task_id = $1', [ids.task]);
      await rows.query('UPDATE tasks SET path_names = $2 WHERE id = $1', [ids.task, [path, 'elsewhere']]);
      await end(ended(ids.attempt, failure));
      expect(await taskOf(ids.task)).toMatchObject({ state: 'settling', error_code: 'moderated' });
    });
  });

  test('a success: attempt, task, bill, asset and event in one', async () => {
    const { task, attempt } = await accepted();
    const report = ended(attempt);
    expect(await end(report)).toEqual([
      {
        attempt_id: attempt,
        path_name: path,
        family: 'kling',
        shape: 'kling-3.0/text-to-video/720p/5',
        state: 'succeeded',
        accepted_at: T0,
        matched: true,
      },
    ]);
    expect(await attemptOf(attempt)).toMatchObject({
      state: 'succeeded',
      progress: 100,
      ended_at: NOW,
      cost_unit: 'units',
      cost_unit_micros: 500_000n,
      cost_micros: 210_000n,
      history: [note('ended')],
    });
    expect(await taskOf(task)).toMatchObject({ state: 'saving', version: 2, outcome: null, due_at: null });
    expect(await costsOf(attempt)).toEqual([
      { account: COST[0], micros: 210_000n },
      { account: COST[1], micros: -210_000n },
    ]);
    expect(await rows.one('assets', String(report.asset?.id))).toMatchObject({
      task_id: task,
      state: 'copying',
      source_url: 'https://upstream.example/clip.mp4',
      source_expires_at: NOW + MINUTE,
      copy_at: NOW,
    });
    expect(await rows.query('SELECT type, data FROM events WHERE task_id = $1', [task])).toMatchObject([
      { type: 'task.rendered', data: { id: task, stage: 'saving', version: 2, metadata: { shot: '7' } } },
    ]);
  });

  test('a failure: the task is to be settled, nothing to copy, nothing billed', async () => {
    const { task, attempt } = await accepted();
    expect(await end(ended(attempt, failure))).toMatchObject([{ state: 'failed', matched: true }]);
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'failed',
      error_code: 'moderated',
      error_message: 'no',
      error_upstream_code: '1301',
      due_at: NOW,
    });
    expect(await costsOf(attempt)).toEqual([]);
    expect(await rows.query('SELECT id FROM assets WHERE task_id = $1', [task])).toEqual([]);
    expect(await rows.query('SELECT id FROM events WHERE task_id = $1', [task])).toEqual([]);
  });

  test('happens once: of two reports at the same time the first wins', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { task, attempt } = await accepted();
      const reports = [ended(attempt), ended(attempt, failure), ended(attempt)];
      const answers = await Promise.all(reports.map((report) => end(report)));
      expect(answers.flat()).toHaveLength(1);
      const winner = answers.findIndex((answer) => answer.length === 1);
      expect(await taskOf(task)).toMatchObject({ state: winner === 1 ? 'settling' : 'saving', version: 2 });
      expect(await costsOf(attempt)).toHaveLength(winner === 1 ? 0 : 2);
    }
  });

  test('reports about the same attempts in another order do not block each other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const ids: string[] = [];
      for (let index = 0; index < 8; index += 1) ids.push((await accepted()).attempt);
      const answers = await Promise.all([
        end(...ids.map((id) => ended(id))),
        end(...ids.toReversed().map((id) => ended(id))),
      ]);
      expect(answers.flat()).toHaveLength(8);
    }
  });

  test.each(['settling', 'failed', 'canceled'] as const)(
    'late, when the task is %s: the slot is free, the bill stands in suspense',
    async (state) => {
      const { task, attempt } = await accepted(T0, { task: { state } });
      const before = await taskOf(task);
      expect(await end(ended(attempt))).toMatchObject([{ matched: false }]);
      expect(await attemptOf(attempt)).toMatchObject({ state: 'succeeded', ended_at: NOW });
      expect(await taskOf(task)).toEqual(before);
      expect(await costsOf(attempt)).toEqual([
        { account: SUSPENSE[0], micros: 210_000n },
        { account: SUSPENSE[1], micros: -210_000n },
      ]);
      expect(await rows.query('SELECT id FROM assets WHERE task_id = $1', [task])).toEqual([]);
    },
  );

  test('an attempt that its task has given up goes to suspense, and the other one goes on', async () => {
    const { task, attempt: current } = await accepted();
    const old = await rows.attempt({ task, account, path, state: 'accepted', number: 2 });
    const answers = await end(ended(old), ended(current));
    expect(answers.map((row) => [row.attempt_id, row.matched]).toSorted()).toEqual(
      [
        [current, true],
        [old, false],
      ].toSorted(),
    );
    expect(await costsOf(old)).toMatchObject([{ account: SUSPENSE[0] }, { account: SUSPENSE[1] }]);
    expect(await rows.query('SELECT attempt_id FROM assets WHERE task_id = $1', [task])).toEqual([
      { attempt_id: current },
    ]);
  });

  test.each(['sending', 'unknown', 'refused', 'abandoned', 'succeeded'] as const)(
    'changes nothing about an attempt that is %s',
    async (state) => {
      const { attempt } = await rows.running(account, state, { task: { pathNames: [path] } });
      const before = await attemptOf(attempt);
      expect(await end(ended(attempt))).toEqual([]);
      expect(await attemptOf(attempt)).toEqual(before);
    },
  );
});

test('render times are kept, newest last, two hundred of them', async () => {
  const add = (samplesMs: number[]) =>
    store.addRenderTimes({ times: [{ pathName: path, shape: 's', samplesMs }], ends: [] }, NOW);
  const kept = async () =>
    (
      await rows.query<{ samples_ms: number[] }>('SELECT samples_ms FROM render_times WHERE path_name = $1', [
        path,
      ])
    )[0]?.samples_ms;
  await add([1, 2]);
  await add([3]);
  expect(await kept()).toEqual([1, 2, 3]);
  await add(Array.from({ length: 199 }, (_, index) => 10 + index));
  expect(await kept()).toHaveLength(200);
  expect((await kept())?.slice(0, 2)).toEqual([3, 10]);
  expect((await kept())?.at(-1)).toBe(208);
});

test('how renders ended is kept beside it, newest last', async () => {
  const add = (outcomes: boolean[]) =>
    store.addRenderTimes({ times: [], ends: [{ pathName: path, family: 'f', outcomes }] }, NOW);
  await add([true, false]);
  await add([true]);
  const kept = await rows.query('SELECT outcomes FROM render_outcomes WHERE path_name = $1', [path]);
  expect(kept).toEqual([{ outcomes: [true, false, true] }]);
});
