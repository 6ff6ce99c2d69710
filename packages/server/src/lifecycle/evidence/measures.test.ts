import { createKling } from '@sluice/emulators';
import { expect, test } from 'vitest';
import { useRig } from '../../http/testing/rig.ts';
import { drawn, ORIGIN, play, words } from '../testing/played.ts';

const rig = useRig();
const KEY = 'key-0123456789abcdef0123';
const LIMIT = 4;

test('a path with traffic shows its limit, its waits, its callbacks and the true price', async () => {
  const { ask, operatorKey, account, clock, database } = rig();
  const vendor = createKling({
    clock,
    random: drawn('measured'),
    publicUrl: ORIGIN,
    accounts: [
      { apiKeys: [KEY], packs: [{ name: 'Video', type: 'video', units: '1000', concurrency: LIMIT }] },
    ],
    timing: { queueMs: 500, renderBaseMs: 55_000, renderMsPerSecond: 1_000, jitter: 0.2, callbackMs: 100 },
    outputs: { clips: words },
  });
  vendor.faults.next('task', { do: 'fail' }, 1);
  const path = { name: 'measured', provider: 'kling', base_url: ORIGIN, sandbox: true, check: false };
  await ask('POST', '/v1/paths', { key: operatorKey, body: { ...path, credential: { api_key: KEY } } });
  const { key } = await account();
  const order = { model: 'kling-3.0', prompt: 'a boat', duration: 5, quality: '720p', sound: 'off' };
  const count = LIMIT + 4;
  for (let left = count; left > 0; left -= 1)
    await ask('POST', '/v1/videos/generations', { key, body: order });
  const played = play(rig(), vendor);
  const open = { name: '', text: 'SELECT 1 FROM tasks WHERE finished_at IS NULL LIMIT 1' };
  await played.until(async () => (await database.query(open, [])).count === 0, 3_600_000);

  const { body } = await ask('GET', '/v1/paths/measured/measures?window=24h', { key: operatorKey });
  const told = JSON.stringify(body, null, 1);
  expect(body.most_in_flight, told).toBe(LIMIT);
  expect(body.refusals[0].kind, told).toBe('no_slot');
  const [hour] = body.hours;
  expect(hour.limits, told).toMatchObject([{ family: 'kling-v3', least: 2 }]);
  expect(hour.limits[0].most, told).toBeGreaterThanOrEqual(LIMIT);
  const history = await ask('GET', '/v1/paths/measured/limits?window=24h', { key: operatorKey });
  const changes = history.body.data
    .filter(({ family }: { family: string }) => family === 'kling-v3')
    .reverse();
  const shown = JSON.stringify(changes, null, 1);
  expect(changes[0], shown).toMatchObject({ reason: 'begun', before: null, learned: 2, effective: 2 });
  expect(changes[1], shown).toMatchObject({ reason: 'accepted', before: { learned: 2 }, learned: 3 });
  const refused = changes.find(({ reason }: { reason: string }) => reason === 'refused');
  expect(refused, shown).toMatchObject({ before: { learned: LIMIT + 1 }, learned: LIMIT });
  // Each begins where the one before ended.
  for (const [index, change] of changes.slice(1).entries()) {
    expect(change.before.learned, shown).toBe(changes[index].learned);
  }
  expect(body.ends, told).toMatchObject({ succeeded: count - 1, failed: 1 });
  // The vendor dates its ends, so what came between them and us is known.
  expect(body.detection_lag_ms.count, told).toBe(count);
  expect(body.detection_lag_ms.most, told).toBeLessThan(5_000);
  expect(body.callbacks, told).toMatchObject({ expected: count, arrived: count });
  expect(body.callbacks.delay_ms.most, told).toBeLessThan(5_000);
  const [render] = body.renders;
  expect(render, told).toMatchObject({ model: 'kling-3.0', seconds: 5, rendered: count - 1, failed: 1 });
  expect(render.render_ms.p50, told).toBeGreaterThan(50_000);
  expect(render.render_ms.most, told).toBeLessThan(80_000);
  expect(body.length.ratio, told).toBeCloseTo(1, 1);
  expect(Number(body.money.per_delivered_second), told).toBeGreaterThan(0.05);
  expect(body.money.delivered_seconds, told).toBeCloseTo((count - 1) * 5, 0);

  const { body: dossier } = await ask('GET', '/v1/paths/measured/dossier', { key: operatorKey });
  const facts = dossier.checks.flatMap((check: { facts: unknown[] }) => check.facts);
  const price = facts.find(({ fact }: { fact: string }) => fact === 'delivered_price');
  expect(price.standing).toMatchObject({ grade: 'measured', value: body.money.per_delivered_second });
  expect(price.standing.note).toContain(`${body.money.cost} USD for`);
}, 60_000);
