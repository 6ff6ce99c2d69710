import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Note, type SubmitStore, submitStore } from './submit.ts';
import { type AttemptState, createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';
import { type IncomingCallback, type TrackStore, trackStore } from './track.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const NOW = T0 + 10_000;
let store: SubmitStore;
let track: TrackStore;
let account: string;
let path: string;

beforeAll(() => {
  store = submitStore(testDatabase().database);
  track = trackStore(testDatabase().database);
});
beforeEach(async () => {
  account = (await rows.account()).id;
  path = await rows.path();
});

const note = (kind: string): Note => ({ at: new Date(NOW).toISOString(), kind, summary: kind, data: {} });
const taskOf = (id: string) => rows.one<Record<string, unknown>>('tasks', id);
const attemptOf = (id: string) => rows.one<Record<string, unknown>>('attempts', id);
const running = (state: AttemptState, with_: Parameters<typeof rows.running>[2] = {}) =>
  rows.running(account, state, { ...with_, task: { pathNames: [path], ...with_.task } });

const reports = {
  accepted: (attemptId: string) =>
    store.recordAccepted(
      [
        {
          attemptId,
          upstreamId: 'up-1',
          handle: { id: 'up-1' },
          askAtMs: NOW + 5_000,
          note: note('accepted'),
        },
      ],
      NOW,
    ),
  requeued: (attemptId: string, lease = 'lease-1') =>
    store.recordRequeued(
      [
        {
          attemptId,
          lease,
          notBeforeMs: NOW + 1_000,
          reason: 'no slot',
          kind: 'no_slot',
          note: note('requeued'),
        },
      ],
      NOW,
    ),
  refused: (attemptId: string, lease = 'lease-1') =>
    store.recordRefused(
      [
        {
          attemptId,
          lease,
          code: 'input_rejected',
          message: 'too dark',
          upstreamCode: '1201',
          kind: 'bad_input',
          note: note('refused'),
        },
      ],
      NOW,
    ),
  unknown: (attemptId: string, lease = 'lease-1') =>
    store.recordUnknown(
      [{ attemptId, lease, askAtMs: NOW + 2_000, reason: 'reset', note: note('unknown') }],
      NOW,
    ),
};

describe('accepted', () => {
  test.each(['sending', 'unknown', 'abandoned'] as const)(
    'is true for an attempt that is %s',
    async (state) => {
      const { task, attempt } = await running(state);
      expect(await reports.accepted(attempt)).toEqual([
        { attemptId: attempt, pathName: path, family: 'kling' },
      ]);
      expect(await attemptOf(attempt)).toMatchObject({
        state: 'accepted',
        upstream_id: 'up-1',
        handle: { id: 'up-1' },
        lease: null,
        ask_at: NOW + 5_000,
        accepted_at: NOW,
        ended_at: null,
        reason: null,
        history: [note('accepted')],
      });
      expect(await taskOf(task)).toMatchObject({ state: 'running', version: 2 });
    },
  );

  test.each(['accepted', 'refused', 'succeeded', 'failed', 'canceled', 'expired'] as const)(
    'changes nothing about an attempt that is %s',
    async (state) => {
      const { attempt } = await running(state);
      const before = await attemptOf(attempt);
      expect(await reports.accepted(attempt)).toEqual([]);
      expect(await attemptOf(attempt)).toEqual(before);
    },
  );

  test.each(['settling', 'failed', 'succeeded', 'canceled'] as const)(
    'late, for a task that is %s: the slot is taken, the task is left alone',
    async (state) => {
      const { task, attempt } = await running('unknown', { task: { state } });
      const before = await taskOf(task);
      expect(await reports.accepted(attempt)).toHaveLength(1);
      expect(await taskOf(task)).toEqual(before);
    },
  );

  test('after a callback came during the send, the first poll is due at once', async () => {
    const { attempt } = await running('sending');
    await callback(attempt);
    expect(await attemptOf(attempt)).toMatchObject({ poked: true, ask_at: T0 + MINUTE });
    await reports.accepted(attempt);
    expect(await attemptOf(attempt)).toMatchObject({ ask_at: NOW });
  });
});

describe('found by its looks alone', () => {
  const alike = (attemptId: string, upstreamId = 'up-alike') =>
    store.recordAccepted(
      [{ attemptId, upstreamId, handle: {}, askAtMs: NOW, note: note('found'), alike: true }],
      NOW,
    );

  test.each([
    ['nothing is like it', null, 'up-other', 1],
    ['another attempt has it', 'accepted', 'up-alike', 0],
    ['another attempt had it', 'succeeded', 'up-alike', 0],
    ['another attempt has another one', 'accepted', 'up-other', 1],
    ['an order like it is being sent', 'sending', null, 0],
    ['an order like it is in doubt', 'unknown', null, 0],
    ['an order like it was refused', 'refused', null, 1],
  ] as const)('%s', async (_when, state, upstreamId, taken) => {
    const { attempt } = await running('unknown');
    if (state !== null) {
      const other = await running(state);
      await rows.query('UPDATE attempts SET upstream_id = $2 WHERE id = $1', [other.attempt, upstreamId]);
    }
    expect(await alike(attempt)).toHaveLength(taken);
    expect(await attemptOf(attempt)).toMatchObject({ state: taken === 1 ? 'accepted' : 'unknown' });
  });

  test('an order like it that was sent at another time, or another order, is no obstacle', async () => {
    const { attempt } = await running('unknown');
    await running('unknown', { attempt: { sentAt: T0 - 6 * MINUTE } });
    const other = await running('unknown');
    await rows.query(`UPDATE attempts SET shape = 'kling-3.0/text-to-video/720p/10' WHERE id = $1`, [
      other.attempt,
    ]);
    expect(await alike(attempt)).toHaveLength(1);
  });
});

describe('requeued', () => {
  test('the task waits again, its lane awake, and start_by binds again', async () => {
    const startBy = T0 + 5 * MINUTE;
    const { task, attempt } = await running('sending', { task: { startBy, expiresAt: T0 + 60 * MINUTE } });
    await rows.query('UPDATE lanes SET active = false WHERE account_id = $1', [account]);
    await reports.requeued(attempt);
    expect(await attemptOf(attempt)).toMatchObject({ state: 'refused', reason: 'no slot', ended_at: NOW });
    expect(await taskOf(task)).toMatchObject({
      state: 'queued',
      attempt_id: null,
      path_name: null,
      not_before: NOW + 1_000,
      expires_at: startBy,
      version: 2,
      attempts: 1,
    });
    expect(await rows.query('SELECT active FROM lanes WHERE account_id = $1', [account])).toEqual([
      { active: true },
    ]);
  });

  test('a cancelled task ends instead', async () => {
    const { task, attempt } = await running('sending', { task: { cancelRequestedAt: T0 } });
    await reports.requeued(attempt);
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'canceled',
      error_code: 'canceled',
      due_at: NOW,
    });
  });

  test('a task that ended meanwhile stays ended', async () => {
    const { task, attempt } = await running('sending', { task: { state: 'failed' } });
    await reports.requeued(attempt);
    expect(await taskOf(task)).toMatchObject({ state: 'failed', version: 1 });
    expect(await attemptOf(attempt)).toMatchObject({ state: 'refused' });
  });
});

test('refused for good: the task is to be settled as failed', async () => {
  const { task, attempt } = await running('sending');
  await reports.refused(attempt);
  expect(await attemptOf(attempt)).toMatchObject({ state: 'refused', reason: 'too dark', ended_at: NOW });
  expect(await taskOf(task)).toMatchObject({
    state: 'settling',
    outcome: 'failed',
    error_code: 'input_rejected',
    error_message: 'too dark',
    error_upstream_code: '1201',
    due_at: NOW,
  });
});

test('unknown: slot and hold stay, a lookup is due', async () => {
  const { task, attempt } = await running('sending');
  await reports.unknown(attempt);
  expect(await attemptOf(attempt)).toMatchObject({ state: 'unknown', lease: null, ask_at: NOW + 2_000 });
  expect(await taskOf(task)).toMatchObject({ state: 'running', attempt_id: attempt });
});

describe('a report with a stale lease changes nothing', () => {
  test.each(['requeued', 'refused', 'unknown'] as const)('%s', async (report) => {
    const { task, attempt } = await running('sending');
    const before = [await attemptOf(attempt), await taskOf(task)];
    await reports[report](attempt, 'lease-0');
    expect([await attemptOf(attempt), await taskOf(task)]).toEqual(before);
  });

  test.each(['requeued', 'refused', 'unknown'] as const)(
    '%s, after the send was presumed lost',
    async (report) => {
      const { task, attempt } = await running('sending', { attempt: { askAt: T0 } });
      expect(await store.presumeLost(path, NOW, 10, note('lost'))).toBe(1);
      const before = [await attemptOf(attempt), await taskOf(task)];
      await reports[report](attempt);
      expect([await attemptOf(attempt), await taskOf(task)]).toEqual(before);
      expect(before[0]).toMatchObject({ state: 'unknown', lease: null });
    },
  );

  test('look again, resend, abandon', async () => {
    const { attempt } = await running('unknown', { attempt: { lease: 'lease-2' } });
    const before = await attemptOf(attempt);
    const common = { attemptId: attempt, lease: 'lease-1', note: note('stale') };
    await store.recordLookAgain([{ ...common, askAtMs: NOW, misses: 3 }]);
    expect(await store.recordResending([{ ...common, nextLease: 'x', sendByMs: NOW }], NOW)).toEqual([]);
    expect(await store.recordAbandoned([{ ...common, reason: 'gone' }], NOW)).toBe(0);
    expect(await attemptOf(attempt)).toEqual(before);
  });
});

describe('presumed lost', () => {
  test('only sends whose window is over, of this path, at most so many', async () => {
    const over = [
      await running('sending', { attempt: { askAt: NOW } }),
      await running('sending', { attempt: { askAt: NOW - 1 } }),
    ];
    const open = await running('sending', { attempt: { askAt: NOW + 1 } });
    expect(await store.presumeLost(path, NOW, 1, note('lost'))).toBe(1);
    expect(await store.presumeLost(path, NOW, 9, note('lost'))).toBe(1);
    expect(await store.presumeLost(path, NOW, 9, note('lost'))).toBe(0);
    for (const { attempt } of over) {
      expect(await attemptOf(attempt)).toMatchObject({ state: 'unknown', history: [note('lost')] });
    }
    expect(await attemptOf(open.attempt)).toMatchObject({ state: 'sending', lease: 'lease-1' });
  });
});

describe('lookups', () => {
  const claim = (lease: string, nowMs = NOW) =>
    store.claimLookups(path, { nowMs, most: 10, lease, untilMs: nowMs + MINUTE });

  test('presume lost, look up, send again, look up, abandon, wait again', async () => {
    const { task, attempt } = await running('sending', { attempt: { askAt: T0 } });
    await store.presumeLost(path, NOW, 10, note('lost'));
    expect(await claim('a')).toMatchObject([
      { id: attempt, task_id: task, misses: 0, asks: 1, sends: 1, sent_at: T0, unwanted: false },
    ]);
    expect(await claim('b')).toEqual([]);
    await store.recordLookAgain([{ attemptId: attempt, lease: 'a', askAtMs: NOW + 5_000, misses: 1 }]);
    expect(await claim('b', NOW + 4_999)).toEqual([]);
    expect(await claim('b', NOW + 5_000)).toMatchObject([{ misses: 1, asks: 2 }]);
    const resend = {
      attemptId: attempt,
      lease: 'b',
      nextLease: 'c',
      sendByMs: NOW + MINUTE,
      note: note('again'),
    };
    expect(await store.recordResending([resend], NOW + 5_000)).toEqual([attempt]);
    expect(await attemptOf(attempt)).toMatchObject({
      state: 'sending',
      lease: 'c',
      sends: 2,
      sent_at: NOW + 5_000,
      ask_at: NOW + MINUTE,
      misses: 0,
    });
    await reports.unknown(attempt, 'c');
    const [again] = await claim('d', NOW + MINUTE);
    expect(again).toMatchObject({ sends: 2 });
    const abandon = { attemptId: attempt, lease: 'd', reason: 'never accepted', note: note('abandoned') };
    expect(await store.recordAbandoned([abandon], NOW + MINUTE)).toBe(1);
    expect(await attemptOf(attempt)).toMatchObject({ state: 'abandoned', ended_at: NOW + MINUTE });
    expect(await taskOf(task)).toMatchObject({ state: 'queued', attempt_id: null, not_before: null });
  });

  test.each([
    ['its task ended', { state: 'failed' as const }],
    ['its task is settling', { state: 'settling' as const }],
    ['its task asked to be cancelled', { cancelRequestedAt: T0 }],
    ['its task has another attempt', { attemptId: 'att_other' }],
  ])('an attempt is unwanted when %s, and is not sent again', async (_why, task) => {
    const ids = await running('unknown', { task, attempt: { askAt: T0 } });
    if ('attemptId' in task) {
      await rows.query('UPDATE tasks SET attempt_id = $2 WHERE id = $1', [ids.task, 'att_other']);
    }
    expect(await claim('a')).toMatchObject([{ id: ids.attempt, unwanted: true }]);
    const resend = { attemptId: ids.attempt, lease: 'a', nextLease: 'b', sendByMs: NOW, note: note('again') };
    expect(await store.recordResending([resend], NOW)).toEqual([]);
    expect(await attemptOf(ids.attempt)).toMatchObject({ state: 'unknown', sends: 1 });
  });

  test.each([
    ['cancelled', { cancelRequestedAt: T0 }, { state: 'settling', outcome: 'canceled', due_at: NOW }],
    ['failed', { state: 'failed' as const }, { state: 'failed', version: 1 }],
    ['running', {}, { state: 'queued', attempt_id: null }],
  ])('abandoning the attempt of a %s task', async (_what, task, expected) => {
    const ids = await running('unknown', { task });
    const abandon = { attemptId: ids.attempt, lease: null, reason: 'by hand', note: note('abandoned') };
    expect(await store.recordAbandoned([abandon], NOW)).toBe(1);
    expect(await taskOf(ids.task)).toMatchObject(expected);
    expect(await store.recordAbandoned([abandon], NOW)).toBe(0);
  });

  test('a callback makes an unknown attempt due at once', async () => {
    const { attempt } = await running('unknown', { attempt: { askAt: NOW + 10 * MINUTE } });
    expect(await claim('a')).toEqual([]);
    await callback(attempt);
    expect(await claim('a')).toHaveLength(1);
  });

  test('a lookup is told what a callback said the attempt became, a verified one first', async () => {
    const { attempt } = await running('unknown', { attempt: { askAt: T0 } });
    expect(await claim('a')).toMatchObject([{ called: null }]);
    await callback(attempt, { upstreamId: 'up-1', handle: { v: 1 }, verified: false });
    await callback(attempt, { upstreamId: 'up-2', handle: { v: 2 }, verified: true });
    await callback(attempt);
    await store.recordLookAgain([{ attemptId: attempt, lease: 'a', askAtMs: NOW + MINUTE, misses: 0 }]);
    expect(await claim('b')).toMatchObject([{ called: { upstream_id: 'up-2', handle: { v: 2 } } }]);
  });

  test('a callback for an attempt that was given up opens its question again', async () => {
    const { task, attempt } = await running('unknown', { attempt: { askAt: NOW + 10 * MINUTE } });
    const abandon = { attemptId: attempt, lease: null, reason: 'no sign of it', note: note('abandoned') };
    await store.recordAbandoned([abandon], NOW);
    await callback(attempt);
    expect(await attemptOf(attempt)).toMatchObject({ state: 'unknown', ended_at: null, misses: 0 });
    expect(await claim('a')).toMatchObject([{ id: attempt, unwanted: true }]);
    // Its task waits for another attempt meanwhile; what this one costs will stand in suspense.
    expect(await taskOf(task)).toMatchObject({ state: 'queued', attempt_id: null });
  });

  test('a callback during the lookup makes the next one due at once, and only the next', async () => {
    const { attempt } = await running('unknown', { attempt: { askAt: T0 } });
    await claim('a');
    await callback(attempt);
    expect(await claim('b')).toEqual([]);
    await store.recordLookAgain([{ attemptId: attempt, lease: 'a', askAtMs: NOW + MINUTE, misses: 1 }]);
    expect(await claim('b')).toHaveLength(1);
    await store.recordLookAgain([{ attemptId: attempt, lease: 'b', askAtMs: NOW + MINUTE, misses: 2 }]);
    expect(await claim('c')).toEqual([]);
  });

  test('two nodes never look up the same attempt', async () => {
    const ids = new Set<string>();
    for (let index = 0; index < 30; index += 1) {
      ids.add((await running('unknown', { attempt: { askAt: T0 } })).attempt);
    }
    const claims = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((lease) => claim(lease)));
    const claimed = claims.flat().map((row) => row.id);
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.every((id) => ids.has(id))).toBe(true);
  });
});

async function callback(attempt: string, said: Partial<IncomingCallback> = {}): Promise<void> {
  await track.recordCallback(
    {
      id: rows.next('cb'),
      pathName: path,
      token: `token-${attempt}`,
      deliveryId: null,
      verified: true,
      word: 'succeed',
      underWay: false,
      body: '{}',
      upstreamId: null,
      handle: null,
      ...said,
    },
    NOW,
  );
}
