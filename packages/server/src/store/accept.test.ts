import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AcceptAnswer, type AcceptStore, acceptStore, type NewRequest } from './accept.ts';
import { HOLD_MICROS as HOLD, bodyHash as hex, newRequest, type RequestOptions } from './testing/orders.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
let store: AcceptStore;
let account: string;

beforeAll(() => {
  store = acceptStore(testDatabase().database);
});

beforeEach(async () => {
  account = (await rows.account({ balance: 10n * HOLD })).id;
});

function request(with_: Partial<RequestOptions> = {}): NewRequest {
  return newRequest(rows, { account, ...with_ });
}

const accept = async (one: NewRequest, nowMs = T0, open: string[] = []): Promise<AcceptAnswer> => {
  const [answer] = await store.accept([one], nowMs, MINUTE, open);
  if (answer === undefined) throw new Error('no answer');
  return answer;
};
const codeOf = (answer: AcceptAnswer) => (answer.kind === 'refused' ? answer.refusal.code : answer.kind);
const idsOf = (answer: AcceptAnswer) => (answer.kind === 'refused' ? [] : answer.taskIds);
const tasksOf = (accountId: string) =>
  rows.query<{ id: string }>('SELECT id FROM tasks WHERE account_id = $1', [accountId]);
const balanceOf = async (accountId: string) =>
  (await rows.query('SELECT * FROM balances WHERE account_id = $1', [accountId]))[0];

test('a task, its order, its hold, its event and its lane are written together', async () => {
  const wish = request();
  expect(await accept(wish)).toEqual({ kind: 'created', taskIds: [wish.tasks[0]?.id] });
  const id = String(wish.tasks[0]?.id);
  expect(await rows.one('tasks', id)).toMatchObject({
    state: 'queued',
    account_id: account,
    version: 1,
    hold_micros: HOLD,
    charge_micros: null,
    expires_at: T0 + 60 * MINUTE,
    answered: false,
    created_at: T0,
  });
  expect(await rows.query('SELECT "order" FROM task_orders WHERE task_id = $1', [id])).toEqual([
    { order: { model: 'kling-3.0', prompt: 'a river' } },
  ]);
  expect(
    await rows.query('SELECT account, micros FROM postings WHERE task_id = $1 ORDER BY position', [id]),
  ).toEqual([
    { account: `liabilities:customers:${account}:available`, micros: HOLD },
    { account: `liabilities:customers:${account}:held`, micros: -HOLD },
  ]);
  expect(await rows.query('SELECT type, data FROM events WHERE task_id = $1', [id])).toEqual([
    { type: 'task.created', data: { id } },
  ]);
  expect(await rows.query('SELECT active FROM lanes WHERE account_id = $1', [account])).toEqual([
    { active: true },
  ]);
  expect(await balanceOf(account)).toMatchObject({ posted_micros: 10n * HOLD, held_micros: HOLD });
});

describe('with an Idempotency-Key', () => {
  test('the same body is answered with the same task, another body is refused', async () => {
    const first = request({ requestKey: 'k', requestHash: hex('body') });
    const again = request({ requestKey: 'k', requestHash: hex('body') });
    const other = request({ requestKey: 'k', requestHash: hex('other') });
    const created = await accept(first);
    expect(await accept(again, T0 + 30 * 24 * 60 * MINUTE)).toEqual({
      kind: 'replayed',
      taskIds: idsOf(created),
    });
    expect(codeOf(await accept(other))).toBe('idempotency_mismatch');
    expect(await tasksOf(account)).toHaveLength(1);
    expect(await balanceOf(account)).toMatchObject({ held_micros: HOLD });
  });

  test('fifty callers at once make one task', async () => {
    const database = testDatabase().database;
    const body = { requestKey: 'raced', requestHash: hex('raced') };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => acceptStore(database).accept([request(body)], T0, MINUTE)),
    );
    const kinds = answers.flat().map((answer) => answer.kind);
    expect(kinds.filter((kind) => kind === 'created')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'replayed')).toHaveLength(49);
    expect(new Set(answers.flat().flatMap(idsOf)).size).toBe(1);
    expect(await tasksOf(account)).toHaveLength(1);
    expect(await balanceOf(account)).toMatchObject({ held_micros: HOLD });
  });

  test('fifty callers with two bodies make one task; the other body is refused', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        accept(request({ requestKey: 'two', requestHash: hex(index % 2 === 0 ? 'a' : 'b') })),
      ),
    );
    const codes = answers.map(codeOf);
    expect(codes.filter((code) => code === 'created')).toHaveLength(1);
    expect(codes.filter((code) => code === 'replayed')).toHaveLength(24);
    expect(codes.filter((code) => code === 'idempotency_mismatch')).toHaveLength(25);
  });

  test('a batch is found again as a whole', async () => {
    const batch = { requestKey: 'b', requestHash: hex('b'), count: 3, batchId: rows.next('batch') };
    const created = await accept(request(batch));
    const again = await accept(request({ ...batch, batchId: rows.next('batch') }));
    expect(again).toEqual({ kind: 'replayed', taskIds: idsOf(created) });
    expect(idsOf(created)).toHaveLength(3);
  });

  test('what was refused left nothing behind, so the same key can be tried again', async () => {
    const poor = (await rows.account({ balance: 0n })).id;
    const wish = { account: poor, requestKey: 'later', requestHash: hex('later') };
    expect(codeOf(await accept(request(wish)))).toBe('insufficient_balance');
    await rows.query('UPDATE balances SET posted_micros = $2 WHERE account_id = $1', [poor, HOLD]);
    expect(codeOf(await accept(request(wish)))).toBe('created');
  });

  test('a name of the account is one request whichever of its keys says it, also in one transaction', async () => {
    const named = { requestKey: 'n', requestKeyOf: 'account' as const, requestHash: hex('body') };
    const by = (keyId: string, more: Partial<RequestOptions> = {}) => request({ ...named, keyId, ...more });
    const [first, second] = [`key_${account}`, await rows.key({ account })];
    const [made, joined] = await store.accept([by(first), by(second)], T0, MINUTE);
    expect(made?.kind).toBe('created');
    expect(joined).toEqual({ kind: 'replayed', taskIds: made && idsOf(made) });
    expect(await accept(by(second))).toEqual(joined);
    expect(codeOf(await accept(by(second, { requestHash: hex('else') })))).toBe('idempotency_mismatch');
    expect(await store.repeated(by(second), T0, MINUTE)).toEqual(joined);
    // The same text as an Idempotency-Key of one key is another name.
    expect(codeOf(await accept(request({ requestKey: 'n', requestHash: hex('x'), keyId: second })))).toBe(
      'created',
    );
    const stranger = (await rows.account({ balance: HOLD })).id;
    expect(codeOf(await accept(newRequest(rows, { account: stranger, ...named })))).toBe('created');
  });
});

describe('without a key', () => {
  const body = () => ({ requestHash: hex(rows.next('same')) });

  test.each([
    ['its answer was lost', { answered: false, marked: false, laterMs: 1_000, open: false }, 'replayed'],
    ['its answer was delivered', { answered: true, marked: false, laterMs: 1_000, open: false }, 'created'],
    [
      'delivered, but marked as a repeat',
      { answered: true, marked: true, laterMs: 1_000, open: false },
      'replayed',
    ],
    ['its answer is on its way', { answered: false, marked: false, laterMs: 1_000, open: true }, 'created'],
    [
      'on its way, but marked as a repeat',
      { answered: false, marked: true, laterMs: 1, open: true },
      'replayed',
    ],
    [
      'lost, but longer ago than joins reach',
      { answered: false, marked: false, laterMs: MINUTE, open: false },
      'created',
    ],
  ])('an equal request after one: %s', async (_what, { answered, marked, laterMs, open }, expected) => {
    const same = body();
    const first = await accept(request(same));
    if (answered) await store.markAnswered(idsOf(first));
    const second = await accept(request({ ...same, marked }), T0 + laterMs, open ? [...idsOf(first)] : []);
    expect(codeOf(second)).toBe(expected);
    expect(await tasksOf(account)).toHaveLength(expected === 'created' ? 2 : 1);
  });

  test('a marked repeat beside an unmarked wish in one transaction joins alone', async () => {
    const same = body();
    const first = await accept(request(same));
    await store.markAnswered(idsOf(first));
    const both = await store.accept([request({ ...same, marked: true }), request(same)], T0 + 1, MINUTE);
    expect(both.map(codeOf)).toEqual(['replayed', 'created']);
  });

  test('a request with a key is never joined to one without, nor to that of another key', async () => {
    const same = body();
    await accept(request(same));
    const otherKey = await rows.key({ account });
    const keyed = await accept(request({ ...same, requestKey: 'k' }));
    const foreign = await accept(request({ ...same, keyId: otherKey }));
    expect([keyed.kind, foreign.kind]).toEqual(['created', 'created']);
  });
});

describe('money', () => {
  test('a balance for 10: 100 parallel creates, exactly 10 tasks', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => accept(request())));
    const codes = answers.map(codeOf);
    expect(codes.filter((code) => code === 'created')).toHaveLength(10);
    expect(codes.filter((code) => code === 'insufficient_balance')).toHaveLength(90);
    expect(await balanceOf(account)).toMatchObject({ held_micros: 10n * HOLD, posted_micros: 10n * HOLD });
  });

  test('the same in batches of seven per transaction', async () => {
    const batches = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.accept(
          Array.from({ length: 7 }, () => request()),
          T0,
          MINUTE,
        ),
      ),
    );
    const codes = batches.flat().map(codeOf);
    expect(codes.filter((code) => code === 'created')).toHaveLength(10);
  });

  test('a credit limit is spent to the last micro and no further', async () => {
    const indebted = (await rows.account({ balance: 0n, credit: HOLD })).id;
    expect(codeOf(await accept(request({ account: indebted, hold: HOLD + 1n })))).toBe(
      'insufficient_balance',
    );
    expect(codeOf(await accept(request({ account: indebted })))).toBe('created');
    expect(codeOf(await accept(request({ account: indebted, hold: 1n })))).toBe('insufficient_balance');
  });

  test('a batch is accepted whole or not at all', async () => {
    const batch = request({ count: 11, batchId: rows.next('batch') });
    expect(codeOf(await accept(batch))).toBe('insufficient_balance');
    expect(await tasksOf(account)).toEqual([]);
    expect(await balanceOf(account)).toMatchObject({ held_micros: 0n });
  });

  test('a key budget is shared by parallel creates and starts again with its period', async () => {
    const keyId = await rows.key({ account, budget: 3n * HOLD, period: 'day' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(request({ keyId }))));
    const codes = answers.map(codeOf);
    expect(codes.filter((code) => code === 'created')).toHaveLength(3);
    expect(codes.filter((code) => code === 'key_budget_exhausted')).toHaveLength(5);
    expect(codeOf(await accept(request({ keyId }), T0 + 24 * 60 * MINUTE))).toBe('created');
    expect(await rows.one('api_keys', keyId)).toMatchObject({
      budget_used_micros: HOLD,
      budget_since: Date.UTC(2026, 0, 16),
    });
  });

  test('what is overspent is refused by the database itself', async () => {
    const overspend = rows.query('UPDATE balances SET held_micros = $2 WHERE account_id = $1', [
      account,
      10n * HOLD + 1n,
    ]);
    await expect(overspend).rejects.toThrow(/balances_check/);
  });
});

test('a suspended account, a full queue and a missing account are refused', async () => {
  const suspended = (await rows.account({ status: 'suspended' })).id;
  const full = (await rows.account({ maxQueued: 2 })).id;
  expect(codeOf(await accept(request({ account: suspended })))).toBe('account_suspended');
  expect(codeOf(await accept(request({ account: full, count: 2 })))).toBe('created');
  expect(codeOf(await accept(request({ account: full })))).toBe('queue_full');
  expect(codeOf(await accept(request({ account: 'acct_none' })))).toBe('not_found');
});

test('requests of many accounts in one transaction, many transactions at once: no deadlock', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, async () => (await rows.account()).id));
  const shuffled = (turn: number) => ids.map((_, index) => ids[(index * 5 + turn) % ids.length] ?? '');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      store.accept(
        shuffled(turn).map((id) => request({ account: id, family: turn % 2 ? 'kling' : 'kling-o' })),
        T0,
        MINUTE,
      ),
    ),
  );
  expect(new Set(answers.flat().map(codeOf))).toEqual(new Set(['created']));
  for (const id of ids) expect(await tasksOf(id)).toHaveLength(20);
});
