/** Wallets as a vendor tells them, over a real database: what is kept, what is told, and what stops. */
import { beforeEach, expect, test } from 'vitest';
import { useRig } from '../http/testing/rig.ts';
import type { UpstreamWallet } from '../providers/contract.ts';
import { watchPaths } from './watch.ts';

const rig = useRig();
const PATH = 'kling-watched';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let units = 1_000;
let silent = false;
let binding = false;

beforeEach(async () => {
  const { ask, operatorKey, upstream, database } = rig();
  units = 1_000;
  silent = false;
  binding = false;
  upstream.answer = () =>
    silent
      ? { kind: 'not_sent', reason: 'connect_refused', detail: 'nobody there' }
      : {
          kind: 'answered',
          status: 200,
          headers: {},
          finalUrl: '',
          body: Buffer.from(JSON.stringify(pack(units))),
        };
  const body = { name: PATH, provider: 'kling', credential: { api_key: 'k-0123456789' }, check: false };
  await ask('POST', '/v1/paths', { key: operatorKey, body });
  await database.query({
    name: 'test_watch_fresh',
    text: `UPDATE paths SET wallet = NULL, wallet_state = 'ok', health = 'ok', health_until = NULL, watch_at = 'epoch'`,
  });
  await rig().context.paths.refresh(0, true);
});

function pack(remaining: number) {
  const soon = rig().clock.now() + 30 * 24 * HOUR;
  const one = {
    resource_pack_name: 'Video-1000Units-5Con-1Months',
    resource_pack_id: 'p1',
    resource_pack_type: 'decreasing_total',
    total_quantity: 1_000,
    remaining_quantity: remaining,
    purchase_time: 1_700_000_000_000,
    effective_time: 1_700_000_000_000,
    invalid_time: soon,
    status: 'online',
  };
  return { code: 0, message: 'SUCCEED', data: { code: 0, msg: 'ok', resource_pack_subscribe_infos: [one] } };
}

async function look(afterMs = 5 * MINUTE): Promise<void> {
  rig().clock.advance(afterMs);
  await watchPaths(withBinding());
}

/** Kling's packs are not all that pays; the wallet of other vendors is. */
function withBinding() {
  const { context } = rig();
  if (!binding) return context;
  const run: typeof context.drive.run = async (exchange, at, signal) => {
    const driven = await context.drive.run(exchange, at, signal);
    const { outcome } = driven;
    if (typeof outcome === 'object' && outcome !== null && 'wallet' in outcome) {
      const { paysOtherwise: _other, ...wallet } = outcome.wallet as UpstreamWallet;
      return { ...driven, outcome: { ...outcome, wallet } };
    }
    return driven;
  };
  return { ...context, drive: { ...context.drive, run } };
}

async function path() {
  return (await rig().ask('GET', `/v1/paths/${PATH}`, { key: rig().operatorKey })).body;
}

async function alarms(): Promise<unknown[]> {
  const found = await rig().database.query(
    {
      name: 'test_watch_alarms',
      text: `SELECT data FROM events WHERE type = 'path.alarm' AND data->>'path' = $1 ORDER BY number`,
    },
    [PATH],
  );
  return found.rows.map((row) => (row as { data: unknown }).data);
}

test('a wallet is read every five minutes, and its pace and end are told', async () => {
  await look();
  expect(await path()).toMatchObject({ wallet: { remaining: '1000.00', pace_per_day: null } });
  expect(await watchPaths(rig().context)).toBe(0);
  for (let turn = 0; turn < 12; turn += 1) {
    units -= 1;
    await look();
  }
  const { wallet } = await path();
  expect(wallet).toMatchObject({ remaining: '988.00', pace_per_day: '288.00' });
  expect(Date.parse(wallet.runs_out_at) - rig().clock.now()).toBeCloseTo((988 / 12) * HOUR, -4);
});

test('one that runs out within a day raises one alarm', async () => {
  const before = (await alarms()).length;
  units = 100;
  await look();
  for (let turn = 0; turn < 8; turn += 1) {
    units -= 1;
    await look(15 * MINUTE);
  }
  expect((await alarms()).slice(before)).toEqual([
    expect.objectContaining({ health: 'wallet_low', detail: expect.stringContaining('within a day') }),
  ]);
});

test('an empty one takes nothing more until it is filled, unless something else pays', async () => {
  await look();
  units = 0;
  await look();
  expect(await path()).toMatchObject({ health: 'ok' });
  units = 1_000;
  await look();
  binding = true;
  units = 0;
  await look();
  expect(await path()).toMatchObject({ health: 'wallet_empty' });
  await look();
  expect(await path()).toMatchObject({ health: 'wallet_empty' });
  units = 500;
  await look();
  expect(await path()).toMatchObject({ health: 'ok' });
});

test('a path that was unreachable is well as soon as it answers a free question', async () => {
  silent = true;
  await look();
  const { changeHealth } = rig().context.store.paths;
  await changeHealth(PATH, () => ({
    health: 'unavailable',
    untilMs: rig().clock.now() + HOUR,
    strikes: 9,
    detail: null,
  }));
  await look(15_000);
  expect(await path()).toMatchObject({ health: 'unavailable' });
  silent = false;
  await look(15_000);
  expect(await path()).toMatchObject({ health: 'ok' });
});
