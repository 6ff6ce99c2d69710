import { CreatePlan } from '@sluice/contract';
import { createKling } from '@sluice/emulators';
import { expect, test } from 'vitest';
import { useRig } from '../http/testing/rig.ts';
import { planJob } from '../lifecycle/operate/plan-job.ts';
import { drawn, ORIGIN, type Played, play, words } from '../lifecycle/testing/played.ts';
import { runPlan } from './run.ts';

const rig = useRig();
const KEY = 'key-0123456789abcdef0123';
const PATH = 'planned';
const SLOTS = 4;
const ORDER = { model: 'kling-3.0', prompt: 'a boat', duration: 5, quality: '720p', sound: 'off' };
const DAY_MS = 86_400_000;

/** Seconds of the orders: what the gateway is to have learned from, and what is planned for: a burst, then a flow. */
const LEARNING = Array.from({ length: 24 }, (_, index) => index * 20);
const TRACE = [
  ...Array.from({ length: 16 }, (_, index) => index),
  ...Array.from({ length: 40 }, (_, index) => 60 + index * 17 + ((index * 7) % 11)),
];

const ORDERED =
  'SELECT a.sent_at, a.cost_micros, t.created_at, t.finished_at FROM tasks t ' +
  'JOIN attempts a ON a.id = t.attempt_id WHERE t.account_id = $1';

/** Orders at these seconds from now on until all are stored: the mean wait for a slot, and what the vendor took. */
async function live(
  played: Played,
  seconds: readonly number[],
): Promise<{ waitSeconds: number; cost: number }> {
  const { ask, account, clock, database } = rig();
  const { key, id } = await account({ topUp: '1000' });
  const startMs = clock.now();
  for (const second of seconds) {
    const atMs = startMs + second * 1000;
    await played.until(async () => clock.now() >= atMs, DAY_MS, atMs);
    const answer = await ask('POST', '/v1/videos/generations', { key, body: ORDER });
    if (answer.status !== 202) throw new Error(answer.text);
  }
  const rowsOf = async () => (await database.query({ name: '', text: ORDERED }, [id])).rows;
  const over = async () => {
    const rows = await rowsOf();
    return rows.length === seconds.length && rows.every((row) => row.finished_at !== null);
  };
  await played.until(over, DAY_MS);
  const rows = await rowsOf();
  const waits = rows.map((row) => Number(row.sent_at) - Number(row.created_at));
  return {
    waitSeconds: waits.reduce((sum, ms) => sum + ms, 0) / waits.length / 1000,
    cost: rows.reduce((sum, row) => sum + Number(row.cost_micros) / 1e6, 0),
  };
}

test('a plan of a trace says what the gateway does with it, wait and cost within a tenth', async () => {
  const { ask, operatorKey, clock } = rig();
  const vendor = createKling({
    clock,
    random: drawn('against'),
    publicUrl: ORIGIN,
    accounts: [
      { apiKeys: [KEY], packs: [{ name: 'Video', type: 'video', units: '1000', concurrency: SLOTS }] },
    ],
    timing: { queueMs: 500, renderBaseMs: 55_000, renderMsPerSecond: 1_000, jitter: 0.2, callbackMs: 100 },
    outputs: { clips: words },
  });
  const path = {
    name: PATH,
    provider: 'kling',
    base_url: ORIGIN,
    sandbox: true,
    check: false,
    limits: { '*': SLOTS },
  };
  await ask('POST', '/v1/paths', { key: operatorKey, body: { ...path, credential: { api_key: KEY } } });
  const played = play(rig(), vendor);
  await live(played, LEARNING);

  const workload = {
    kind: 'trace',
    csv: ['at', ...TRACE].join('\n'),
    clip: {
      model: ORDER.model,
      seconds: ORDER.duration,
      resolution: ORDER.quality,
      sound: ORDER.sound,
      share: 1,
    },
  };
  const request = CreatePlan.parse({ workload, paths: [{ path: PATH }], search: false, seeds: 10 });
  const planned = await planJob(played.context, request);
  if (planned.kind === 'refused') throw new Error(JSON.stringify(planned.refusal));
  const { base, simulated } = runPlan(planned.job, () => {});
  const really = await live(played, TRACE);

  const { mean: wait } = base.overall.wait.mean;
  const cost = Number(base.cost_per_day.mean) * simulated.days;
  const told = JSON.stringify({ wait, cost, really });
  expect(really.waitSeconds, told).toBeGreaterThan(60);
  expect(wait / really.waitSeconds, told).toBeGreaterThan(0.9);
  expect(wait / really.waitSeconds, told).toBeLessThan(1.1);
  expect(cost / really.cost, told).toBeGreaterThan(0.9);
  expect(cost / really.cost, told).toBeLessThan(1.1);
}, 240_000);
