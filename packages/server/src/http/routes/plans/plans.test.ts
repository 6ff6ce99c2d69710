import { expect, test } from 'vitest';
import { realThreads } from '../../../effects/threads/real.ts';
import { createPlans } from '../../../lifecycle/operate/plans.ts';
import { addPath, liveOn, orderOne, PATH } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const rig = useRig();
const KLING = {
  name: 'direct',
  provider: 'kling',
  credential: { api_key: 'api-key-kling-test' },
  check: false,
};
const CLIP = { model: 'kling-3.0', seconds: 5, resolution: '720p', sound: 'off', share: 1 };
const STEADY = { kind: 'described', tasks_per_hour: 30, mix: [CLIP], days: 1 };

/** With the real thread: it must neither need nor hold up this one. */
async function withPlans(): Promise<Rig> {
  const opened = rig();
  await opened.ask('POST', '/v1/paths', { key: opened.operatorKey, body: { ...KLING, limits: { '*': 5 } } });
  const threads = realThreads({ plan: new URL('../../../runtime/plan-thread.mjs', import.meta.url) });
  opened.context.plans = createPlans(opened.context, threads);
  return opened;
}

async function done({ ask, operatorKey: key }: Rig, id: string) {
  for (;;) {
    const { body } = await ask('GET', `/v1/plans/${id}`, { key });
    if (body.status !== 'waiting' && body.status !== 'running') return body;
    // A thread of the machine works on it: there is nothing to wait on but its row.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a plan is made, worked on beside the gateway, read, printed and forgotten', async () => {
  const opened = await withPlans();
  const { ask, operatorKey: key } = opened;
  const body = { name: 'A day', workload: STEADY, search: false, seeds: 2 };
  const made = await ask('POST', '/v1/plans', { key, body });
  expect(made.status).toBe(202);
  expect(made.body).toMatchObject({ object: 'plan', name: 'A day', result: null });
  const plan = await done(opened, made.body.id);
  expect(plan).toMatchObject({ status: 'done', progress: 1, error: null });
  expect(Object.keys(plan.result.validations)).toHaveLength(5);
  const subjects = plan.result.assumptions.map(({ subject }: { subject: string }) => subject);
  expect(subjects).toContain('answers of direct');
  const page = await ask('GET', `/v1/plans/${plan.id}/report`, { key });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.text).toContain('A day');
  const { body: listed } = await ask('GET', '/v1/plans', { key });
  expect(listed.data.map(({ id }: { id: string }) => id)).toContain(plan.id);
  expect((await ask('DELETE', `/v1/plans/${plan.id}`, { key })).body.deleted).toBe(true);
  expect((await ask('GET', `/v1/plans/${plan.id}`, { key })).status).toBe(404);
});

test('a trace is replayed line by line', async () => {
  const opened = await withPlans();
  const csv = 'at,seconds,account\n0,5,shop\n30,10,shop\n60,5,studio\n';
  const workload = { kind: 'trace', csv, clip: CLIP };
  const body = { workload, search: false, seeds: 1, paths: [{ path: 'direct' }] };
  const made = await opened.ask('POST', '/v1/plans', { key: opened.operatorKey, body });
  expect(made.status).toBe(202);
  const { result } = await done(opened, made.body.id);
  expect(result.base.overall.tasks.mean).toBe(3);
  expect(result.base.accounts.map(({ account }: { account: string }) => account)).toEqual(['shop', 'studio']);
});

test.each([
  ['a column that is none', { csv: 'at,color\n0,red\n', clip: CLIP }, 'workload.csv'],
  ['a time that is none', { csv: 'at\nsoon\n', clip: CLIP }, 'workload.csv'],
  ['no model anywhere', { csv: 'at\n0\n' }, 'workload.clip.model'],
])('a trace is refused for %s', async (_, trace, field) => {
  const { ask, operatorKey: key } = await withPlans();
  const answer = await ask('POST', '/v1/plans', { key, body: { workload: { kind: 'trace', ...trace } } });
  expect(answer.status).toBe(422);
  expect(answer.body.error.field).toBe(field);
});

const history = (more = {}) => ({ workload: { kind: 'history', days: 7, ...more }, search: false, seeds: 1 });

test('history is refused where nothing was ordered', async () => {
  const { ask, operatorKey: key } = await withPlans();
  const answer = await ask('POST', '/v1/plans', { key, body: history() });
  expect(answer.body.error).toMatchObject({ code: 'not_found' });
});

test('what was ordered here is replayed; what is left out is told with its reason', async () => {
  const opened = await withPlans();
  const { ask, operatorKey: key, account, clock, database } = opened;
  await addPath(opened);
  const [shop, studio] = [await account(), await account()];
  await ask('PATCH', `/v1/accounts/${studio.id}`, { key, body: { weight: 3 } });
  const on = { path: KLING.name };
  const wishes = [
    [shop, {}],
    [studio, { duration: 10 }],
    [shop, { model: 'kling-o1' }],
    [studio, {}],
    [shop, {}],
  ] as const;
  for (const [who, wish] of wishes) {
    await liveOn(opened, await orderOne(opened, who.key, { ...on, ...wish }));
    clock.advance(3 * 3_600_000);
  }
  // Ordered where nothing is bought, and of a model that has gone.
  await orderOne(opened, shop.key, { path: PATH });
  const gone = await orderOne(opened, shop.key, on);
  const rename = `UPDATE task_orders SET "order" = jsonb_set("order", '{model}', '"kling-0.9"') WHERE task_id = $1`;
  await database.query({ name: '', text: rename }, [gone]);

  const made = await ask('POST', '/v1/plans', { key, body: { ...history(), paths: [{ path: 'direct' }] } });
  const { result } = await done(opened, made.body.id);
  const told = JSON.stringify(result.assumptions, null, 1);
  const said = (subject: string) =>
    result.assumptions.find((each: { subject: string }) => each.subject === subject)?.value;
  expect(said('traffic'), told).toMatch(
    /^5 orders of the last 7 days, from 2026-11-22 .* to 2026-11-23 .* UTC: 3 kinds of clip, 2 accounts$/,
  );
  expect(said('orders left out'), told).toBe(
    '2 of 7: 1 in the sandbox, 1 of kling-0.9, which is no longer sold here',
  );
  expect(result.base.overall.tasks.mean).toBe(5);
  const accounts = result.base.accounts.map(
    ({ account: id, tasks }: { account: string; tasks: { mean: number } }) => [id, tasks.mean],
  );
  expect(new Map(accounts)).toEqual(
    new Map([
      [shop.id, 3],
      [studio.id, 2],
    ]),
  );
  expect(result.base.clips.map(({ clip }: { clip: string }) => clip).sort()).toHaveLength(3);
  // Twelve hours lie between the first order and the last.
  expect(result.simulated.days).toBeCloseTo(13 / 24, 1);

  const twice = await ask('POST', '/v1/plans', {
    key,
    body: { ...history({ scale: 2 }), paths: [{ path: 'direct' }] },
  });
  expect((await done(opened, twice.body.id)).result.base.overall.tasks.mean).toBe(10);
  const none = await ask('POST', '/v1/plans', { key, body: history({ days: 1 }) });
  expect((await done(opened, none.body.id)).result.base.overall.tasks.mean).toBeGreaterThan(0);
});

test('a big plan does not hold up the gateway', async () => {
  const opened = await withPlans();
  const { ask, operatorKey: key } = opened;
  const big = { ...STEADY, tasks_per_hour: 400, days: 14 };
  const made = await ask('POST', '/v1/plans', { key, body: { workload: big, seeds: 20, search: false } });
  let answers = 0;
  let plan = made.body;
  while (plan.status === 'waiting' || plan.status === 'running') {
    plan = (await ask('GET', `/v1/plans/${plan.id}`, { key })).body;
    answers += 1;
    // Seen at work: this thread was free all the while.
    if (answers >= 50 && plan.status === 'running') break;
  }
  expect(answers).toBeGreaterThanOrEqual(50);
  expect((await ask('DELETE', `/v1/plans/${plan.id}`, { key })).body.deleted).toBe(true);
  opened.context.plans.stop();
}, 60_000);
