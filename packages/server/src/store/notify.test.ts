import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DeliveryRecord, type NotifyStore, notifyStore } from './notify.ts';
import { createRows, MINUTE, T0 } from './testing/rows.ts';
import { useTestDatabase } from './testing/test-database.ts';

const testDatabase = useTestDatabase();
const rows = createRows(() => testDatabase().database);
const NOW = T0 + 10_000;
const FIVE_DAYS = 5 * 24 * 60 * MINUTE;
let store: NotifyStore;
let account: string;

beforeAll(() => {
  store = notifyStore(testDatabase().database);
});
beforeEach(async () => {
  await rows.query(`UPDATE deliveries SET state = 'exhausted' WHERE state = 'waiting'`);
  account = (await rows.account()).id;
});

async function endpoint(with_: Record<string, unknown> = {}): Promise<string> {
  const id = rows.next('ep');
  await rows.insert('endpoints', {
    id,
    account_id: account,
    url: `https://client.example/${id}`,
    types: ['task.completed'],
    description: '',
    secret_sealed: `sealed:${id}`,
    status: 'enabled',
    created_at: new Date(T0),
    ...with_,
  });
  return id;
}

async function delivery(
  endpointId: string | null,
  dueAt = T0,
  url = 'https://client.example/cb',
): Promise<string> {
  const id = rows.next('dlv');
  const event = rows.next('evt');
  await rows.insert('events', {
    id: event,
    account_id: account,
    type: 'task.completed',
    data: { n: 1 },
    created_at: new Date(T0),
  });
  await rows.insert('deliveries', {
    id,
    endpoint_id: endpointId,
    account_id: account,
    event_id: event,
    event_type: 'task.completed',
    url,
    state: 'waiting',
    due_at: new Date(dueAt),
    created_at: new Date(T0),
  });
  return id;
}

async function deliveries(endpointId: string, count: number, dueAt = T0): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await delivery(endpointId, dueAt + index));
  return ids;
}

const claim = (with_: { nowMs?: number; most?: number; lease?: string; perReceiver?: number } = {}) => {
  const { nowMs = NOW, most = 32, lease = rows.next('lease'), perReceiver = 8 } = with_;
  return store.claimDeliveries({ nowMs, most, lease, untilMs: nowMs + MINUTE, mostPerReceiver: perReceiver });
};
const record = (id: string, lease: string, with_: Partial<DeliveryRecord> = {}, nowMs = NOW) =>
  store.recordDeliveries(
    [
      {
        id,
        lease,
        state: 'delivered',
        dueAtMs: null,
        gone: false,
        log: {
          at: new Date(nowMs).toISOString(),
          status: 200,
          outcome: 'delivered',
          duration_ms: 3,
          response: 'ok',
        },
        ...with_,
      },
    ],
    nowMs,
    nowMs - FIVE_DAYS,
  );
const deliveryOf = (id: string) => rows.one<Record<string, unknown>>('deliveries', id);

describe('claims', () => {
  test('tell everything that the request needs, with the secret of the endpoint', async () => {
    const receiver = await endpoint({ previous_secret_sealed: 'old', previous_until: new Date(NOW + 1) });
    const id = await delivery(receiver, T0, 'https://client.example/hook');
    const [row] = await claim();
    expect(row).toMatchObject({
      id,
      endpoint_id: receiver,
      account_id: account,
      event_type: 'task.completed',
      event_data: { n: 1 },
      event_at: T0,
      url: 'https://client.example/hook',
      tries: 1,
      secret_sealed: `sealed:${receiver}`,
      previous_secret_sealed: 'old',
      previous_until: NOW + 1,
      secret_of: receiver,
    });
  });

  test('for the callback address of a task, the secret of its account', async () => {
    await delivery(null);
    expect(await claim()).toMatchObject([{ secret_sealed: `sealed:${account}`, secret_of: account }]);
  });

  test('only what is due, oldest first, and not what somebody else is at', async () => {
    const receiver = await endpoint();
    const [old, young] = await deliveries(receiver, 2);
    await delivery(receiver, NOW + 1);
    expect((await claim({ most: 1 })).map((row) => row.id)).toEqual([old]);
    expect((await claim({ most: 9 })).map((row) => row.id)).toEqual([young]);
    expect(await claim({ nowMs: NOW })).toEqual([]);
    // The first two leases are over then, and the third delivery is due.
    expect(await claim({ nowMs: NOW + MINUTE })).toHaveLength(3);
  });

  test('no receiver has more than its share under way, over all claims', async () => {
    const slow = await endpoint();
    const ids = await deliveries(slow, 20);
    const other = await deliveries(await endpoint(), 2, T0 + 1_000);
    const first = await claim();
    expect(first.map((row) => row.id).toSorted()).toEqual([...ids.slice(0, 8), ...other].toSorted());
    expect(await claim()).toEqual([]);
    await record(String(ids[0]), first.length > 0 ? await leaseOf(String(ids[0])) : '');
    expect((await claim()).map((row) => row.id)).toEqual([ids[8]]);
  });

  test('two addresses are two receivers', async () => {
    for (let index = 0; index < 4; index += 1)
      await delivery(null, T0, `https://client.example/${index % 2}`);
    expect(await claim({ perReceiver: 1 })).toHaveLength(2);
  });

  test('the backlog of one receiver does not stand before the others', async () => {
    const flooded = await endpoint();
    await rows.query(
      `INSERT INTO events (id, account_id, type, data, created_at)
       SELECT 'evt_flood_' || n, $1, 'task.completed', '{}', $2 FROM generate_series(1, 1000) n`,
      [account, new Date(T0)],
    );
    await rows.query(
      `INSERT INTO deliveries (id, endpoint_id, account_id, event_id, event_type, url, state, due_at, created_at)
       SELECT 'dlv_flood_' || n, $1, $2, 'evt_flood_' || n, 'task.completed', 'u', 'waiting', $3, $3
       FROM generate_series(1, 1000) n`,
      [flooded, account, new Date(T0 - MINUTE)],
    );
    const other = await delivery(await endpoint());
    expect((await claim()).map((row) => row.id)).toContain(other);
  });

  test('nodes never claim the same delivery', async () => {
    for (let index = 0; index < 4; index += 1) await deliveries(await endpoint(), 5);
    const claims = await Promise.all(Array.from({ length: 5 }, () => claim({ most: 6 })));
    const ids = claims.flat().map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    await claim();
    expect(await claim()).toEqual([]);
  });

  async function leaseOf(id: string): Promise<string> {
    return String((await deliveryOf(id)).lease);
  }
});

describe('answers', () => {
  test('delivered', async () => {
    const receiver = await endpoint({ failing_since: new Date(T0) });
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    expect(await record(id, 'a')).toEqual([{ id: receiver, account_id: account, status: 'enabled' }]);
    expect(await deliveryOf(id)).toMatchObject({
      state: 'delivered',
      lease: null,
      ended_at: NOW,
      attempts: [{ status: 200, outcome: 'delivered' }],
    });
    expect(await rows.one('endpoints', receiver)).toMatchObject({ failing_since: null });
  });

  test('again: waits for its time, and its endpoint counts as failing from the first time on', async () => {
    const receiver = await endpoint();
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    await record(id, 'a', { state: 'waiting', dueAtMs: NOW + 5_000 });
    expect(await deliveryOf(id)).toMatchObject({
      state: 'waiting',
      lease: null,
      due_at: NOW + 5_000,
      ended_at: null,
    });
    expect(await rows.one('endpoints', receiver)).toMatchObject({ failing_since: NOW, status: 'enabled' });
    await claim({ lease: 'b', nowMs: NOW + 5_000 });
    await record(id, 'b', { state: 'waiting', dueAtMs: NOW + 9_000 }, NOW + 5_000);
    expect(await deliveryOf(id)).toMatchObject({ tries: 2, attempts: [{}, {}] });
    expect(await rows.one('endpoints', receiver)).toMatchObject({ failing_since: NOW });
  });

  test('exhausted', async () => {
    const receiver = await endpoint();
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    await record(id, 'a', { state: 'exhausted' });
    expect(await deliveryOf(id)).toMatchObject({ state: 'exhausted', ended_at: NOW });
    expect(await rows.one('endpoints', receiver)).toMatchObject({ status: 'enabled' });
  });

  test.each([
    ['nothing but failures for five days', NOW - FIVE_DAYS, {}, 'nothing but failures for five days'],
    ['410 Gone', null, { gone: true }, 'the receiver answered 410 Gone'],
  ])('%s disables the endpoint', async (_what, since, with_, reason) => {
    const receiver = await endpoint({ failing_since: since === null ? null : new Date(since) });
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    const touched = await record(id, 'a', { state: 'exhausted', ...with_ });
    expect(touched).toEqual([{ id: receiver, account_id: account, status: 'disabled' }]);
    expect(await rows.one('endpoints', receiver)).toMatchObject({ disabled_reason: reason });
  });

  test('not quite five days do not', async () => {
    const receiver = await endpoint({ failing_since: new Date(NOW - FIVE_DAYS + 1) });
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    await record(id, 'a', { state: 'waiting', dueAtMs: NOW + 1 });
    expect(await rows.one('endpoints', receiver)).toMatchObject({ status: 'enabled' });
  });

  test('with a stale lease change nothing, not even the endpoint', async () => {
    const receiver = await endpoint();
    const id = await delivery(receiver);
    await claim({ lease: 'a' });
    await claim({ lease: 'b', nowMs: NOW + MINUTE });
    const before = [await deliveryOf(id), await rows.one('endpoints', receiver)];
    expect(await record(id, 'a', { state: 'exhausted', gone: true })).toEqual([]);
    expect([await deliveryOf(id), await rows.one('endpoints', receiver)]).toEqual(before);
  });

  test('of a callback address touch no endpoint', async () => {
    const id = await delivery(null);
    await claim({ lease: 'a' });
    expect(await record(id, 'a')).toEqual([]);
    expect(await deliveryOf(id)).toMatchObject({ state: 'delivered' });
  });
});
