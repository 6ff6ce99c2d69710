/** How attempts end: with their task, bill, asset and event in one statement; and what is learned of their renders. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Note } from './submit.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';
import { type Ended, type TrackStore, trackStore } from './track.ts';

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
