/**
 * A vendor that refuses one model to the account and serves the others: the model rests on that path and is tried again
 * by itself, what can goes elsewhere, and whoever looks is told which and why.
 */
import { beforeEach, expect, test } from 'vitest';
import { addPath, admitAll, orderOne } from '../http/testing/life.ts';
import { useRig } from '../http/testing/rig.ts';
import { submitAttempt } from './3-submit.ts';

const rig = useRig();
const FORBIDDEN = { code: 1103, message: 'no permission for this model' };
const O3 = { model: 'kling-o3' };

let first = '';
let second = '';
let count = 0;
let key = '';
/** Where the vendor of the first path refuses what is sent. */
let refuses: string[] = [];

beforeEach(async () => {
  count += 1;
  refuses = ['/text-to-video/kling-3.0'];
  first = `first-${count}`;
  second = `second-${count}`;
  await rig().database.query({ name: '', text: `UPDATE paths SET state = 'retired'` });
  await addPath(rig(), first);
  ({ key } = await rig().account());
  rig().upstream.answer = ({ url }) => {
    const refused = url.includes('first') && refuses.some((path) => url.endsWith(path));
    const answer = refused
      ? FORBIDDEN
      : { code: 0, message: 'SUCCEED', data: { id: `up_${Math.random()}`, status: 'submitted' } };
    return {
      kind: 'answered',
      status: refused ? 403 : 200,
      headers: {},
      body: Buffer.from(JSON.stringify(answer)),
      finalUrl: url,
    };
  };
  const body = { base_url: 'https://first.kling.test' };
  await rig().ask('PATCH', `/v1/paths/${first}`, { key: rig().operatorKey, body });
});

/** Admits what can go and sends it; answers the paths that were tried, by task. */
async function round(): Promise<Record<string, string>> {
  const { context, clock } = rig();
  const tried: Record<string, string> = {};
  for (const admitted of await admitAll(rig())) {
    tried[admitted.taskId] = admitted.pathName;
    await submitAttempt(context, { ...admitted, leasedAtMonotonicMs: clock.monotonic() });
  }
  return tried;
}

async function shown(name = first) {
  return (await rig().ask('GET', `/v1/paths/${name}`, { key: rig().operatorKey })).body;
}

async function restOf(family: string, name = first) {
  const { limits } = await shown(name);
  return limits.find((limit: { family: string }) => limit.family === family).resting;
}

async function state(taskId: string): Promise<string> {
  return (await rig().ask('GET', `/v1/tasks/${taskId}`, { key })).body.stage;
}

test('the other models of the path go on, and it is said which rests, why, and until when', async () => {
  const video3 = await orderOne(rig(), key);
  const o3 = await orderOne(rig(), key, O3);
  expect(await round()).toEqual({ [video3]: first, [o3]: first });
  expect([await state(video3), await state(o3)]).toEqual(['queued', 'rendering']);
  const path = await shown();
  expect(path.health).toBe('ok');
  const until = new Date(rig().clock.now() + 20_000).toISOString();
  expect(await restOf('kling-v3')).toEqual({ detail: expect.stringContaining('1103'), until });
  expect(await restOf('kling-v3-omni')).toBeNull();
  const more = await orderOne(rig(), key, O3);
  expect(await round()).toEqual({ [more]: first });
  const alerts = await rig().ask('GET', '/v1/alerts', { key: rig().operatorKey });
  const about = alerts.body.data.filter(({ subject }: { subject: string }) => subject === first);
  expect(about).toEqual([expect.objectContaining({ code: 'model_refused', severity: 'warning' })]);
});

test('one goes ahead when the rest is over; it is refused and the rest doubles, or taken and all go', async () => {
  await orderOne(rig(), key);
  await round();
  const waiting = [await orderOne(rig(), key), await orderOne(rig(), key)];
  expect(await round()).toEqual({});
  rig().clock.advance(20_000);
  expect(Object.keys(await round())).toHaveLength(1);
  const { until } = await restOf('kling-v3');
  expect(Date.parse(until) - rig().clock.now()).toBe(40_000);
  refuses = [];
  rig().clock.advance(40_000);
  expect(Object.keys(await round())).toHaveLength(1);
  expect(await restOf('kling-v3')).toBeNull();
  expect(Object.keys(await round())).toHaveLength(2);
  expect(await Promise.all(waiting.map(state))).toEqual(['rendering', 'rendering']);
});

test('what the other path can do goes there, and new orders are sent there first', async () => {
  await addPath(rig(), second);
  const pinned = { path: first };
  const refused = await orderOne(rig(), key, pinned);
  await round();
  const next = await orderOne(rig(), key);
  expect(await round()).toEqual({ [next]: second });
  const o3 = await orderOne(rig(), key, O3);
  expect((await round())[o3]).toBe(first);
  expect(await state(refused)).toBe('queued');
});

test('whoever resumes the path or gives it another credential has it tried at once', async () => {
  const taskId = await orderOne(rig(), key);
  await round();
  refuses = [];
  const body = { state: 'active' };
  await rig().ask('PATCH', `/v1/paths/${first}`, { key: rig().operatorKey, body });
  expect(await restOf('kling-v3')).toBeNull();
  expect(await round()).toEqual({ [taskId]: first });
  expect(await state(taskId)).toBe('rendering');
});
