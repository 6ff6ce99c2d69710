import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { release, settle as settleHold } from '../decide/postings.ts';
import {
  type CancelFacts,
  type CancelStep,
  type Settlement,
  type SettleStore,
  type SettlingTask,
  settleStore,
} from './settle.ts';
import { statsStore } from './stats.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const NOW = T0 + 10_000;
const HOLD = 420_000n;
let store: SettleStore;
let account: string;
let path: string;

beforeAll(() => {
  store = settleStore(testDatabase().database);
});
beforeEach(async () => {
  account = (await rows.account({ balance: 100n * HOLD })).id;
  path = await rows.path();
});

const taskOf = (id: string) => rows.one<Record<string, unknown>>('tasks', id);
const balanceOf = async () =>
  (await rows.query('SELECT posted_micros, held_micros FROM balances WHERE account_id = $1', [account]))[0];

function decideWith(chargeMicros: bigint) {
  return (tasks: readonly SettlingTask[]): Settlement[] =>
    tasks.map((task) => settlementOf(task, chargeMicros));
}

function settlementOf(task: SettlingTask, chargeMicros: bigint): Settlement {
  const owner = { accountId: task.account_id, taskId: task.id, currency: task.currency, model: task.model };
  const succeeded = task.outcome === 'succeeded';
  const booking = succeeded
    ? settleHold(owner, task.hold_micros, chargeMicros)
    : release(owner, task.hold_micros, task.outcome);
  const type = { succeeded: 'task.completed', failed: 'task.failed', canceled: 'task.cancelled' }[
    task.outcome
  ];
  const receivers = [
    ...(task.endpoints ?? []).map(({ id, url }) => ({ endpointId: id, url })),
    ...(task.callback_url === null ? [] : [{ endpointId: null, url: task.callback_url }]),
  ];
  return {
    taskId: task.id,
    accountId: task.account_id,
    keyId: task.key_id,
    createdAtMs: task.created_at,
    version: task.version + 1,
    outcome: task.outcome,
    holdMicros: task.hold_micros,
    chargeMicros: succeeded ? chargeMicros : 0n,
    currency: task.currency,
    ledger: {
      id: rows.next('ltx'),
      kind: succeeded ? 'settle' : 'release',
      reference: booking.reference,
      postings: booking.postings,
      note: booking.note,
    },
    event: { id: rows.next('evt'), type, data: { id: task.id } },
    deliveries: receivers.map((receiver) => ({ id: rows.next('dlv'), format: 'sluice', ...receiver })),
  };
}

const settle = (with_: { charge?: bigint; taskId?: string | null; most?: number; nowMs?: number } = {}) =>
  store.settle(
    {
      nowMs: with_.nowMs ?? NOW,
      most: with_.most ?? 1_000,
      taskId: with_.taskId ?? null,
      againAtMs: NOW + MINUTE,
    },
    decideWith(with_.charge ?? 300_000n),
  );

async function endpoint(
  accountId: string,
  with_: { status?: string; deletedAt?: Date | null } = {},
): Promise<string> {
  const id = rows.next('ep');
  await rows.insert('endpoints', {
    id,
    account_id: accountId,
    url: `https://client.example/${id}`,
    types: ['task.completed', 'task.failed'],
    description: '',
    secret_sealed: 'sealed',
    status: with_.status ?? 'enabled',
    created_at: new Date(T0),
    deleted_at: with_.deletedAt ?? null,
  });
  return id;
}

describe('settle', () => {
  test('a success is charged, its rest returned, told once, and delivered to every receiver', async () => {
    const receivers = [await endpoint(account), await endpoint(account)];
    await endpoint(account, { status: 'disabled' });
    await endpoint(account, { deletedAt: new Date(T0) });
    const { task } = await rows.saving(account, {
      state: 'stored',
      task: { pathNames: [path], state: 'settling', callbackUrl: 'https://client.example/callback' },
    });
    let seen: SettlingTask | undefined;
    const [settlement] = await store.settle(
      { nowMs: NOW, most: 9, taskId: task, againAtMs: NOW + MINUTE },
      (tasks) => {
        [seen] = tasks;
        return decideWith(300_000n)(tasks);
      },
    );
    expect(seen).toMatchObject({
      id: task,
      outcome: 'succeeded',
      version: 1,
      hold_micros: HOLD,
      currency: 'USD',
      delivered_seconds: 5,
      assets: [{ kind: 'video', bytes: 1_000, sha256: 'ab', delete_at: null }],
      metadata: { shot: '7' },
    });
    expect(settlement).toMatchObject({ taskId: task, outcome: 'succeeded' });
    expect(await taskOf(task)).toMatchObject({
      state: 'succeeded',
      version: 2,
      charge_micros: 300_000n,
      finished_at: NOW,
      due_at: null,
    });
    expect(
      await rows.query('SELECT account, micros FROM postings WHERE reference = $1', [`end:${task}`]),
    ).toEqual([
      { account: `liabilities:customers:${account}:held`, micros: HOLD },
      { account: 'income:video:kling-3.0', micros: -300_000n },
      { account: `liabilities:customers:${account}:available`, micros: -120_000n },
    ]);
    expect(await balanceOf()).toEqual({ posted_micros: 100n * HOLD - 300_000n, held_micros: 0n });
    expect(await rows.query('SELECT type FROM events WHERE task_id = $1', [task])).toEqual([
      { type: 'task.completed' },
    ]);
    const deliveries = await rows.query<{ endpoint_id: string | null; url: string }>(
      `SELECT endpoint_id, url, state, due_at, event_type FROM deliveries WHERE task_id = $1 ORDER BY endpoint_id`,
      [task],
    );
    expect(deliveries.map((delivery) => delivery.endpoint_id)).toEqual([...receivers, null]);
    expect(deliveries[2]).toMatchObject({
      url: 'https://client.example/callback',
      state: 'waiting',
      due_at: NOW,
      event_type: 'task.completed',
    });
  });

  test.each(['failed', 'canceled'] as const)('a task that %s costs nothing', async (outcome) => {
    const task = await rows.task({ account, state: 'settling', outcome });
    await settle({ taskId: task });
    expect(await taskOf(task)).toMatchObject({ state: outcome, charge_micros: 0n, finished_at: NOW });
    expect(await balanceOf()).toEqual({ posted_micros: 100n * HOLD, held_micros: 0n });
  });

  test('only what is due, only one task when it is named, at most so many', async () => {
    const later = await rows.task({ account, state: 'settling' });
    await rows.query('UPDATE tasks SET due_at = $2 WHERE id = $1', [later, new Date(NOW + 1)]);
    const one = await rows.task({ account, state: 'settling' });
    const other = await rows.task({ account, state: 'settling' });
    expect(await settle({ taskId: later })).toEqual([]);
    expect((await settle({ taskId: other })).map((end) => end.taskId)).toEqual([other]);
    expect((await settle({ most: 1 })).map((end) => end.taskId)).toEqual([one]);
    expect(await settle()).toEqual([]);
    expect((await settle({ nowMs: NOW + 1 })).map((end) => end.taskId)).toEqual([later]);
  });

  test('three settlers at once: each task is settled once, and balances equal postings', async () => {
    const others = [account, (await rows.account()).id, (await rows.account()).id];
    for (let round = 0; round < 8; round += 1) {
      const ids: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const owner = others[index % others.length] ?? account;
        const outcome = index % 4 === 0 ? 'failed' : 'succeeded';
        ids.push(await rows.task({ account: owner, state: 'settling', outcome }));
      }
      const settled = await Promise.all([settle(), settle({ most: 5 }), settle({ most: 7 })]);
      await settle();
      const first = settled.flat().map((end) => end.taskId);
      expect(new Set(first).size).toBe(first.length);
      const ends = await rows.query(
        `SELECT t.id FROM tasks t JOIN ledger_transactions l ON l.reference = 'end:' || t.id
         JOIN events e ON e.task_id = t.id AND e.type IN ('task.completed', 'task.failed')
         WHERE t.id = ANY($1) AND t.state IN ('succeeded', 'failed')`,
        [ids],
      );
      expect(ends).toHaveLength(ids.length);
    }
    expect(await statsStore(testDatabase().database).ledgerDrift()).toEqual({ drift: 0n, total: 0n });
  });

  test('a decision that throws leaves the task to be settled', async () => {
    const task = await rows.task({ account, state: 'settling' });
    const broken = store.settle({ nowMs: NOW, most: 9, taskId: task, againAtMs: NOW + MINUTE }, () => {
      throw new Error('bug');
    });
    await expect(broken).rejects.toThrow('bug');
    expect(await taskOf(task)).toMatchObject({ state: 'settling' });
    expect(await settle({ taskId: task })).toHaveLength(1);
  });

  test('a charge above its hold is refused by the database', async () => {
    const task = await rows.task({ account, state: 'settling', holdMicros: 10n });
    const greedy = store.settle({ nowMs: NOW, most: 9, taskId: task, againAtMs: NOW + MINUTE }, (tasks) =>
      tasks.map((each) => ({ ...settlementOf(each, 0n), chargeMicros: 11n })),
    );
    await expect(greedy).rejects.toThrow(/tasks_check/);
    expect(await taskOf(task)).toMatchObject({ state: 'settling' });
    await settle({ charge: 0n });
  });

  test('a key gets back of its budget what was taken in this period, and no more', async () => {
    const key = await rows.key({ account, budget: 10n * HOLD, used: 3n * HOLD, since: T0 });
    const old = await rows.task({ account, key, state: 'settling', createdAt: T0 - 1 });
    const fresh = await rows.task({ account, key, state: 'settling', createdAt: T0 });
    const failed = await rows.task({ account, key, state: 'settling', outcome: 'failed', createdAt: T0 + 1 });
    expect((await settle()).map((end) => end.taskId).toSorted()).toEqual([old, fresh, failed]);
    expect(await rows.one('api_keys', key)).toMatchObject({
      budget_used_micros: 3n * HOLD - (HOLD - 300_000n) - HOLD,
    });
  });
});

describe('the book', () => {
  const oneEntry = () =>
    rows.ledger('adjustment', rows.next('ref'), account, null, [
      ['equity:corrections', 5n],
      [`liabilities:customers:${account}:available`, -5n],
    ]);

  test.each([
    ['does not sum to zero', [5n, -4n], /sums_to_zero|check/],
    ['has one posting', [0n], /check/],
  ])('refuses a transaction that %s', async (_what, amounts, message) => {
    const entry = rows.ledger(
      'adjustment',
      rows.next('ref'),
      account,
      null,
      amounts.map((micros, index) => [`a:${index}`, micros]),
    );
    await expect(entry).rejects.toThrow(message);
  });

  test('refuses amounts without accounts', async () => {
    await oneEntry();
    const lame = rows.query(
      `INSERT INTO ledger_transactions (id, kind, reference, currency, posting_accounts, posting_micros, at)
       VALUES ($1, 'cost', $1, 'USD', '{a}', '{1,-1}', now())`,
      [rows.next('ltx')],
    );
    await expect(lame).rejects.toThrow(/check/);
  });

  test.each([
    `UPDATE ledger_transactions SET note = 'better'`,
    `DELETE FROM ledger_transactions`,
    `UPDATE ledger_transactions SET posting_micros = '{0,0}' WHERE false`,
  ])('cannot be changed: %s', async (text) => {
    await expect(rows.query(text)).rejects.toThrow(/append-only/);
  });

  test('knows one hold, one end and one bill of each', async () => {
    const task = await rows.task({ account, state: 'failed' });
    const again = rows.ledger('settle', `end:${task}`, account, task, [
      ['a', 1n],
      ['b', -1n],
    ]);
    await expect(again).rejects.toThrow(/reference/);
  });
});

describe('cancel', () => {
  const decide =
    (seen: CancelFacts[]) =>
    (facts: CancelFacts): CancelStep => {
      seen.push(facts);
      return facts.state === 'queued' ? 'end_now' : facts.state === 'running' ? 'request' : 'leave';
    };

  test('a queued task is to be settled as cancelled', async () => {
    const task = await rows.task({ account });
    const seen: CancelFacts[] = [];
    await store.cancel(task, account, NOW, decide(seen));
    expect(seen).toEqual([{ state: 'queued', outcome: null, pathName: null, attempt: null }]);
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'canceled',
      error_code: 'canceled',
      due_at: NOW,
      cancel_requested_at: NOW,
      version: 2,
    });
  });

  test.each(['sending', 'unknown', 'accepted'] as const)(
    'with an attempt that is %s it is a wish',
    async (state) => {
      const { task, attempt } = await rows.running(account, state, { task: { pathNames: [path] } });
      const seen: CancelFacts[] = [];
      await store.cancel(task, account, NOW, decide(seen));
      await store.cancel(task, account, NOW + 1, decide(seen));
      expect(seen[0]).toMatchObject({
        state: 'running',
        pathName: path,
        attempt: { id: attempt, state, correlationId: attempt },
      });
      expect(await taskOf(task)).toMatchObject({ state: 'running', cancel_requested_at: NOW, version: 2 });
    },
  );

  test.each(['saving', 'settling', 'succeeded', 'failed', 'canceled'] as const)(
    '%s is left alone',
    async (state) => {
      const task = await rows.task({ account, state });
      const before = await taskOf(task);
      expect(await store.cancel(task, account, NOW, decide([]))).toMatchObject({ step: 'leave' });
      expect(await taskOf(task)).toEqual(before);
    },
  );

  test('another account’s task does not exist', async () => {
    const task = await rows.task({ account });
    const { id: stranger } = await rows.account();
    expect(await store.cancel(task, stranger, NOW, decide([]))).toBeNull();
    expect(await store.cancel('task_none', account, NOW, decide([]))).toBeNull();
    expect(await taskOf(task)).toMatchObject({ state: 'queued' });
  });
});

describe('expire', () => {
  const late = { startBy: null, finishBy: null, deadlineAt: NOW, expiresAt: NOW };

  test.each([
    [
      'queued past start_by',
      'queued',
      null,
      { ...late, startBy: NOW, deadlineAt: NOW + 1 },
      'start_by_missed',
    ],
    [
      'queued past finish_by',
      'queued',
      null,
      { ...late, finishBy: NOW, deadlineAt: NOW + 1 },
      'finish_by_missed',
    ],
    ['queued past both', 'queued', null, { ...late, startBy: NOW - 1, finishBy: NOW }, 'start_by_missed'],
    ['queued past its deadline', 'queued', null, late, 'deadline_exceeded'],
    ['rendering past finish_by', 'running', 'accepted', { ...late, finishBy: NOW }, 'finish_by_missed'],
    ['rendering past its deadline', 'running', 'accepted', late, 'deadline_exceeded'],
    ['rendering, long after start_by', 'running', 'accepted', { ...late, startBy: T0 }, 'deadline_exceeded'],
    ['being sent', 'running', 'sending', late, 'outcome_unknown'],
    ['lost', 'running', 'unknown', late, 'outcome_unknown'],
    ['being copied', 'saving', 'succeeded', late, 'deadline_exceeded'],
  ] as const)('%s', async (_what, state, attemptState, times, code) => {
    const task =
      attemptState === null
        ? await rows.task({ account, state, ...times })
        : (await rows.running(account, attemptState, { task: { state, pathNames: [path], ...times } })).task;
    expect(await store.expire(NOW - 1, 9)).toEqual([]);
    expect(await store.expire(NOW, 9)).toEqual([{ taskId: task, code }]);
    expect(await taskOf(task)).toMatchObject({
      state: 'settling',
      outcome: 'failed',
      error_code: code,
      due_at: NOW,
      version: 2,
    });
    await settle({ taskId: task });
  });

  test('ended tasks and other attempts than the task’s own say nothing', async () => {
    await rows.task({ account, state: 'failed', ...late });
    const { task } = await rows.running(account, 'accepted', { task: { pathNames: [path], ...late } });
    await rows.attempt({ task, account, path, number: 2, state: 'unknown' });
    expect(await store.expire(NOW, 9)).toEqual([{ taskId: task, code: 'deadline_exceeded' }]);
  });

  test('races a settler, an end and a cancel: every task ends once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const task = await rows.task({ account, ...late, expiresAt: T0 });
      await Promise.all([
        store.expire(NOW, 9),
        store.cancel(task, account, NOW, () => 'end_now'),
        settle(),
        store.expire(NOW + MINUTE, 9),
      ]);
      await settle({ nowMs: NOW + MINUTE });
      const { state } = await taskOf(task);
      expect(['failed', 'canceled']).toContain(state);
    }
    expect(await balanceOf()).toEqual({ posted_micros: 100n * HOLD, held_micros: 0n });
  });
});
