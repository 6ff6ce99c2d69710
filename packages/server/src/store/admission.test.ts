import { beforeEach, describe, expect, test } from 'vitest';
import { type AdmissionStore, type Admitted, admissionStore } from './admission.ts';
import { submitStore } from './submit.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);

/** Everything of one test lives in a family of its own. */
let family: string;
let path: string;
let store: AdmissionStore;

beforeEach(async () => {
  store = admissionStore(testDatabase().database);
  family = rows.next('family');
  path = await rows.path();
});

function admit(most = 100, nowMs = T0, from = store): Promise<Admitted[]> {
  return from.admit({
    family,
    nowMs,
    most,
    lease: rows.next('lease'),
    sendByMs: nowMs + 2 * MINUTE,
    draw: () => ({
      attemptId: rows.next('att'),
      callbackToken: rows.next('token'),
      eventId: rows.next('evt'),
    }),
  });
}

async function queue(accountId: string, count: number, with_ = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await rows.task({ account: accountId, family, pathNames: [path], ...with_ }));
  }
  return ids;
}

const occupied = async (pathName = path) =>
  (
    await rows.query(
      `SELECT id FROM attempts WHERE path_name = $1 AND family = $2 AND state IN ('sending', 'unknown', 'accepted')`,
      [pathName, family],
    )
  ).length;

describe('one admission', () => {
  test('tells the start to endpoints that asked for it in our words, once', async () => {
    await rows.limit(path, family, { configured: 2 });
    const { id: account } = await rows.account();
    const endpoint = async (types: string[], format: string): Promise<string> => {
      const id = rows.next('ep');
      await rows.query(
        `INSERT INTO endpoints (id, account_id, url, types, description, secret_sealed, status, created_at, format)
         VALUES ($1, $2, 'https://hooks.example/', $3, '', '', 'enabled', now(), $4)`,
        [id, account, types, format],
      );
      return id;
    };
    const asked = await endpoint(['task.started', 'task.completed'], 'sluice');
    await endpoint(['task.completed'], 'sluice');
    await endpoint(['task.started'], 'openai');
    const [taskId] = await queue(account, 1);
    await admit();
    expect(
      await rows.query(
        `SELECT d.endpoint_id, d.task_id, d.format, d.state, e.type FROM deliveries d JOIN events e ON e.id = d.event_id
         WHERE d.account_id = $1`,
        [account],
      ),
    ).toEqual([
      { endpoint_id: asked, task_id: taskId, format: 'sluice', state: 'waiting', type: 'task.started' },
    ]);
  });

  test('writes the attempt ahead, moves the task, tells its start once', async () => {
    await rows.limit(path, family, { configured: 2 });
    const { id: account } = await rows.account();
    const [first, second] = await queue(account, 3, { startBy: T0 + MINUTE, expiresAt: T0 + MINUTE });
    const admitted = await admit();
    expect(admitted.map((each) => each.taskId)).toEqual([first, second]);
    const [attempt] = admitted;
    expect(await rows.one('attempts', String(attempt?.attemptId))).toMatchObject({
      task_id: first,
      state: 'sending',
      lease: attempt?.lease,
      number: 1,
      path_name: path,
      sends: 1,
      correlation_id: attempt?.attemptId,
      callback_token: attempt?.callbackToken,
      ask_at: T0 + 2 * MINUTE,
      sent_at: T0,
    });
    expect(await rows.one('tasks', String(first))).toMatchObject({
      state: 'running',
      version: 2,
      attempts: 1,
      attempt_id: attempt?.attemptId,
      path_name: path,
      // Started: from here on only the deadline ends it.
      expires_at: T0 + 60 * MINUTE,
      started_at: T0,
    });
    expect(await rows.query('SELECT type FROM events WHERE task_id = $1', [first])).toEqual([
      { type: 'task.started' },
    ]);
    expect(await admit()).toEqual([]);
  });

  test.each([
    ['nothing waits', async () => {}],
    ['the task may not start yet', () => queueOne({ notBefore: T0 + 1 })],
    ['its time is over', () => queueOne({ expiresAt: T0 })],
    ['its path is paused', () => queueOne({}, `UPDATE paths SET state = 'paused' WHERE name = $1`)],
    [
      'its path rests',
      () =>
        queueOne({}, `UPDATE paths SET health = 'throttled', health_until = '2026-02-01' WHERE name = $1`),
    ],
    ['it wants another path', () => queueOne({ pathNames: ['elsewhere'] })],
    [
      'its account is suspended',
      () =>
        queueOne(
          {},
          `UPDATE accounts SET status = 'suspended'
           WHERE id IN (SELECT account_id FROM tasks WHERE path_names = ARRAY[$1])`,
        ),
    ],
  ])('admits nothing when %s', async (_why, arrange) => {
    await rows.limit(path, family, { configured: 2 });
    await arrange();
    expect(await admit()).toEqual([]);
    expect(await occupied()).toBe(0);
  });

  async function queueOne(with_: object, also?: string): Promise<void> {
    await queue((await rows.account()).id, 1, with_);
    if (also) await rows.query(also, [path]);
  }

  test('unknown and sending attempts keep their slots, ended ones do not', async () => {
    await rows.limit(path, family, { configured: 4 });
    const { id: account } = await rows.account();
    for (const state of ['sending', 'unknown', 'accepted', 'failed', 'refused', 'abandoned'] as const) {
      await rows.running(account, state, {
        task: { family, pathNames: [path] },
        attempt: { family, path },
      });
    }
    await queue(account, 3);
    expect(await admit()).toHaveLength(1);
  });

  test('the learned limit counts where it is lower than the configured one', async () => {
    await rows.limit(path, family, { configured: 9, learned: 1 });
    await queue((await rows.account()).id, 3);
    expect(await admit()).toHaveLength(1);
  });

  test('after a rest one probe goes ahead, and no second before it was answered', async () => {
    await rows.limit(path, family, { configured: 5 });
    await rows.query(
      `UPDATE paths SET health = 'unavailable', health_until = '2026-01-01', health_strikes = 1 WHERE name = $1`,
      [path],
    );
    await queue((await rows.account()).id, 5);
    const [probe] = await admit();
    expect(probe).toBeDefined();
    expect(await admit()).toEqual([]);
    expect(await admit()).toEqual([]);
    await submitStore(testDatabase().database).recordAccepted(
      [
        {
          attemptId: String(probe?.attemptId),
          upstreamId: 'up',
          handle: {},
          askAtMs: T0,
          note: { at: '', kind: '', summary: '', data: {} },
        },
      ],
      T0,
    );
    expect(await admit()).toHaveLength(1);
    await rows.query(`UPDATE paths SET health = 'ok', health_until = NULL WHERE name = $1`, [path]);
    expect(await admit()).toHaveLength(3);
  });

  test('a task goes to the first of its paths that has a free slot', async () => {
    const other = await rows.path();
    await rows.limit(path, family, { configured: 1 });
    await rows.limit(other, family, { configured: 2 });
    await queue((await rows.account()).id, 4, { pathNames: [path, other] });
    const admitted = await admit();
    expect(admitted.map((each) => each.pathName).sort()).toEqual([path, other, other].sort());
  });

  test('priority first, then age', async () => {
    await rows.limit(path, family, { configured: 9 });
    const { id: account } = await rows.account();
    const [low] = await queue(account, 1, { priority: -1 });
    const [old, young] = await queue(account, 2);
    const [high] = await queue(account, 1, { priority: 1 });
    for (const expected of [high, old, young, low]) {
      expect((await admit(1)).map((each) => each.taskId)).toEqual([expected]);
    }
  });
});

describe('what cannot go does not stand before what can', () => {
  test.each([1, 3])('tasks of a full path, with %i slots free elsewhere', async (slots) => {
    const full = await rows.path();
    await rows.limit(full, family, { configured: 1 });
    await rows.limit(path, family, { configured: slots });
    const { id: account } = await rows.account();
    await queue(account, 40, { pathNames: [full] });
    await queue(account, 3);
    const admitted = [...(await admit()), ...(await admit())];
    expect(admitted.map((each) => each.pathName).toSorted()).toEqual(
      [full, ...Array(slots).fill(path)].toSorted(),
    );
  });

  test('tasks of a key at its cap', async () => {
    await rows.limit(path, family, { configured: 1 });
    const { id: account, key } = await rows.account();
    const capped = await rows.key({ account, maxInFlight: 1 });
    const elsewhere = await rows.path();
    await rows.running(account, 'accepted', { task: { key: capped, pathNames: [elsewhere] } });
    await queue(account, 30, { key: capped });
    const [free] = await queue(account, 1, { key });
    expect((await admit()).map((each) => each.taskId)).toEqual([free]);
  });

  test('two hundred accounts that wait for a full path', async () => {
    const full = await rows.path();
    await rows.limit(full, family, { configured: 1 });
    await rows.limit(path, family, { configured: 1 });
    const blocker = await rows.account();
    await rows.running(blocker.id, 'accepted', {
      task: { family, pathNames: [full] },
      attempt: { family, path: full },
    });
    await blockedAccounts(210, full);
    const late = await rows.account({ id: rows.next('zz') });
    const [task] = await queue(late.id, 1);
    expect((await admit()).map((each) => each.taskId)).toEqual([task]);
  });

  async function blockedAccounts(count: number, pathName: string): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const { id } = await rows.account();
      await rows.task({ account: id, family, pathNames: [pathName] });
    }
  }
});

describe('a family is worth a transaction', () => {
  const at = (nowMs: number): Promise<boolean> =>
    store.familiesWaiting(nowMs).then((families) => families.includes(family));

  test('while a path has room, whether by the configured or by the learned limit', async () => {
    const { id: account } = await rows.account();
    await rows.limit(path, family, { configured: 2, learned: 1 });
    expect(await at(T0)).toBe(false);
    await queue(account, 3);
    expect(await at(T0)).toBe(true);
    await admit();
    expect([await occupied(), await at(T0)]).toEqual([1, false]);
    await rows.query(`UPDATE limits SET learned = NULL WHERE family = $1`, [family]);
    expect(await at(T0)).toBe(true);
    await admit();
    expect([await occupied(), await at(T0)]).toEqual([2, false]);
    await rows.query(`UPDATE limits SET configured = NULL WHERE family = $1`, [family]);
    expect(await at(T0)).toBe(true);
  });

  test('when its limit may be raised, and not while its only path is paused', async () => {
    const { id: account } = await rows.account();
    await rows.limit(path, family, { learned: 1 });
    await queue(account, 2);
    await admit();
    await rows.query(`UPDATE limits SET raise_at = $2 WHERE family = $1`, [family, new Date(T0 + MINUTE)]);
    expect([await at(T0), await at(T0 + MINUTE)]).toEqual([false, true]);
    await rows.query(`UPDATE paths SET state = 'paused' WHERE name = $1`, [path]);
    expect(await at(T0 + MINUTE)).toBe(false);
  });
});

describe('caps', () => {
  test('of an account and of a key bind over all families and paths', async () => {
    await rows.limit(path, family, { configured: 9 });
    const { id: account } = await rows.account({ maxInFlight: 3 });
    const capped = await rows.key({ account, maxInFlight: 1 });
    await rows.running(account, 'accepted', { task: { family: 'another', pathNames: [path] } });
    await queue(account, 4, { key: capped });
    expect(await admit()).toHaveLength(1);
    await queue(account, 4);
    expect(await admit()).toHaveLength(1);
    expect(await admit()).toHaveLength(0);
  });

  test('hold when two families of one account are admitted at once', async () => {
    const { id: account } = await rows.account({ maxInFlight: 2 });
    const families = [family, rows.next('family')];
    for (const each of families) {
      await rows.limit(path, each, { configured: 9 });
      for (let index = 0; index < 5; index += 1) {
        await rows.task({ account, family: each, pathNames: [path] });
      }
    }
    for (let round = 0; round < 20; round += 1) {
      const admitted = await Promise.all(
        families.map((each) => {
          family = each;
          return admit();
        }),
      );
      const running = await rows.query(`SELECT id FROM tasks WHERE account_id = $1 AND state = 'running'`, [
        account,
      ]);
      expect(running.length).toBeLessThanOrEqual(2);
      expect(admitted.flat().length).toBeGreaterThan(0);
      await rows.query(`UPDATE tasks SET state = 'queued', attempt_id = NULL WHERE account_id = $1`, [
        account,
      ]);
      await rows.query(`UPDATE attempts SET state = 'refused' WHERE account_id = $1`, [account]);
    }
  });
});

describe('limits', () => {
  test('a learned limit that binds is tried one higher after its quiet time', async () => {
    await rows.limit(path, family, { learned: 1 });
    await rows.query('UPDATE limits SET raise_at = $2 WHERE path_name = $1', [path, new Date(T0)]);
    await queue((await rows.account()).id, 3);
    expect(await admit(9, T0 - 1)).toHaveLength(1);
    expect(await admit(9, T0 - 1)).toHaveLength(0);
    expect(await admit(9, T0)).toHaveLength(1);
    expect(await admit(9, T0 + 1)).toHaveLength(0);
    const changes = await rows.query(
      'SELECT reason, learned_before, learned, occupied FROM limit_changes WHERE path_name = $1',
      [path],
    );
    expect(changes).toEqual([{ reason: 'quiet', learned_before: 1, learned: 2, occupied: 1 }]);
  });
});
