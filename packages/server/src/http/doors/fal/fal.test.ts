/** The queue door by plain requests; its real client sits in e2e. */
import { expect, test } from 'vitest';
import { addPath, liveOn } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();
const ENDPOINT = 'fal-ai/kling-video/v3/standard/text-to-video';
const ROOT = '/fal/fal-ai/kling-video/requests';
const INPUT = { prompt: 'a paper boat', duration: '5' };

async function ready() {
  const rig = use();
  await addPath(rig);
  const account = await rig.account();
  return { ...rig, ...account, headers: { authorization: `Key ${account.key}` } };
}

test('submits, tells the state with logs, gives the result', async () => {
  const rig = await ready();
  const { ask, headers } = rig;
  const made = await ask('POST', `/fal/${ENDPOINT}`, { headers, body: INPUT });
  const { request_id: id } = made.body;
  expect([made.status, made.headers['x-fal-request-id']]).toEqual([200, id]);
  expect(made.body).toMatchObject({
    status: 'IN_QUEUE',
    status_url: expect.stringContaining(`${ROOT}/${id}/status`),
    response_url: expect.stringContaining(`${ROOT}/${id}`),
    cancel_url: expect.stringContaining(`${ROOT}/${id}/cancel`),
  });
  const early = await ask('GET', `${ROOT}/${id}`, { headers });
  expect([early.status, early.body]).toEqual([400, { detail: 'Request is still in progress' }]);
  await liveOn(rig, id);
  const status = await ask('GET', `${ROOT}/${id}/status?logs=1`, { headers });
  expect(status.body).toMatchObject({ status: 'COMPLETED', logs: [{ message: expect.any(String) }, {}] });
  const result = await ask('GET', `${ROOT}/${id}`, { headers });
  expect(result.body).toEqual({
    video: {
      url: expect.stringMatching(/^https:/),
      content_type: 'video/mp4',
      file_name: `${id}.mp4`,
      file_size: expect.any(Number),
    },
  });
});

test('cancels what waits, and says when it is too late', async () => {
  const { ask, headers } = await ready();
  const made = await ask('POST', `/fal/${ENDPOINT}`, { headers, body: INPUT });
  const at = `${ROOT}/${made.body.request_id}`;
  const cancel = () => ask('PUT', `${at}/cancel`, { headers });
  expect(await cancel()).toMatchObject({ status: 202, body: { status: 'CANCELLATION_REQUESTED' } });
  expect((await ask('GET', at, { headers })).status).toBe(499);
  expect(await cancel()).toMatchObject({ status: 400, body: { status: 'ALREADY_COMPLETED' } });
  const none = await ask('PUT', `${ROOT}/task_0/cancel`, { headers });
  expect([none.status, none.body]).toEqual([404, { status: 'NOT_FOUND' }]);
});

test.each([
  ['no key', ENDPOINT, INPUT, 401, {}],
  ['an unknown endpoint', 'fal-ai/kling-video/v9', INPUT, 404, {}],
  ['a wrong length', ENDPOINT, { ...INPUT, duration: '99' }, 422, { loc: ['body', 'duration'] }],
  ['an input of no model here', ENDPOINT, { ...INPUT, seed: 7 }, 422, { loc: ['body', 'seed'] }],
])('%s is refused in its words, and nothing is ordered', async (name, endpoint, body, status, item) => {
  const { ask, key, headers } = await ready();
  const answer = await ask('POST', `/fal/${endpoint}`, name === 'no key' ? { body } : { headers, body });
  expect(answer.status).toBe(status);
  if (status === 422) expect(answer.body.detail).toMatchObject([item]);
  else expect(answer.body).toEqual({ detail: expect.any(String) });
  expect((await ask('GET', '/v1/tasks', { key })).body.data).toEqual([]);
});
