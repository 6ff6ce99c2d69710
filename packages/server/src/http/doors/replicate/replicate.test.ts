/** The predictions door by plain requests; its real client sits in e2e. */
import { expect, test } from 'vitest';
import { claimDeliveries, deliver } from '../../../lifecycle/7-notify.ts';
import { addPath, liveOn } from '../../testing/life.ts';
import { type Rig, useRig } from '../../testing/rig.ts';

const use = useRig();
const MODEL = 'kwaivgi/kling-v3-video';
const CREATE = `/replicate/v1/models/${MODEL}/predictions`;
const input = (prompt: string) => ({ prompt, duration: 5, mode: 'standard' });
const HOOK = 'https://hooks.example/replicate';

async function ready() {
  const rig = use();
  await addPath(rig);
  return { ...rig, ...(await rig.account()) };
}

test('creates, shows, lists, and cancels what waits', async () => {
  const rig = await ready();
  const { ask, key } = rig;
  const headers = { authorization: `Token ${key}` };
  const made = await ask('POST', CREATE, { headers, body: { input: input('a paper boat') } });
  expect(made.status).toBe(201);
  const { id } = made.body;
  expect(made.body).toMatchObject({
    id: expect.stringMatching(/^task_/),
    model: MODEL,
    version: 'hidden',
    status: 'starting',
    input: input('a paper boat'),
    output: null,
    error: null,
    completed_at: null,
    urls: { get: expect.stringContaining(`/replicate/v1/predictions/${id}`) },
  });
  await liveOn(rig, id);
  const done = await ask('GET', `/replicate/v1/predictions/${id}`, { key });
  expect(done.body).toMatchObject({ id, status: 'succeeded', output: expect.stringMatching(/^https:/) });
  expect(done.body.metrics.predict_time).toBeGreaterThan(0);
  const other = await ask('POST', '/replicate/v1/predictions', {
    key,
    body: { version: `${MODEL}:abc`, input: input('another') },
  });
  const listed = await ask('GET', '/replicate/v1/predictions', { key });
  expect(listed.body.results.map((each: { id: string }) => each.id)).toEqual([other.body.id, id]);
  const cancelled = await ask('POST', `/replicate/v1/predictions/${other.body.id}/cancel`, { key });
  expect([cancelled.status, cancelled.body.status]).toEqual([200, 'canceled']);
  const late = await ask('POST', `/replicate/v1/predictions/${id}/cancel`, { key });
  expect([late.status, late.body.status]).toEqual([200, 'succeeded']);
});

test.each([
  ['no key', { body: { input: input('x') }, anonymous: true }, 401, { title: 'Unauthenticated' }],
  [
    'no model',
    { url: '/replicate/v1/models/a/b/predictions', body: { input: input('x') } },
    404,
    { status: 404 },
  ],
  [
    'a wrong length',
    { body: { input: { ...input('x'), duration: 99 } } },
    422,
    { invalid_fields: [{ field: 'input.duration' }] },
  ],
  [
    'an input of no model here',
    { body: { input: { ...input('x'), seed: 1 } } },
    422,
    { invalid_fields: [{ field: 'input.seed' }] },
  ],
  ['a wrong filter', { body: { input: input('x'), webhook_events_filter: ['end'] } }, 422, { status: 422 }],
])(
  '%s is refused in its words, and nothing is ordered',
  async (_, asked: { url?: string; body: object; anonymous?: boolean }, status, body) => {
    const { ask, key } = await ready();
    const with_ = asked.anonymous ? { body: asked.body } : { key, body: asked.body };
    const answer = await ask('POST', asked.url ?? CREATE, with_);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(body);
    expect((await ask('GET', '/v1/tasks', { key })).body.data).toEqual([]);
  },
);

/** What is due now, as it arrives. */
async function arrived(rig: Rig): Promise<{ id: string; status: string }[]> {
  const bodies: { id: string; status: string }[] = [];
  const { answer } = rig.upstream;
  rig.upstream.answer = ({ body, url }) => {
    bodies.push(JSON.parse(String(body)));
    return { kind: 'answered', status: 200, headers: {}, body: new Uint8Array(), finalUrl: url };
  };
  const { lease, deliveries } = await claimDeliveries(rig.context, 50);
  for (const delivery of deliveries) await deliver(rig.context, lease, delivery);
  rig.upstream.answer = answer;
  return bodies;
}

test.each([
  ['no filter', undefined, ['succeeded', 'succeeded']],
  ['start', ['start'], ['succeeded']],
  ['completed', ['completed'], ['succeeded']],
  ['start and completed', ['start', 'completed'], ['succeeded', 'succeeded']],
  ['logs', ['logs'], []],
])('a filter of %s: as many webhooks, each telling how it is by then', async (_, events, statuses) => {
  const rig = await ready();
  const body = { input: input('told'), webhook: HOOK, webhook_events_filter: events };
  const made = await rig.ask('POST', CREATE, { key: rig.key, body });
  expect(made.status).toBe(201);
  await liveOn(rig, made.body.id);
  const told = await arrived(rig);
  expect(told.map(({ id, status }) => [id, status])).toEqual(
    statuses.map((status) => [made.body.id, status]),
  );
});
