/** The AI Gateway's protocol by plain requests: start and status; its real client sits in e2e. */
import { expect, test } from 'vitest';
import { addPath, liveOn } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();
const MODEL = { 'ai-model-id': 'klingai/kling-v3.0-t2v' };
const START = '/ai-gateway/video-model/start';
const ORDER = { prompt: 'a paper boat', duration: 5, resolution: '1280x720' };

async function ready() {
  const rig = use();
  await addPath(rig);
  return { ...rig, ...(await rig.account()) };
}

test('starts, tells that it waits, and gives the clip with its price', async () => {
  const rig = await ready();
  const { ask, key } = rig;
  const made = await ask('POST', START, { key, headers: MODEL, body: ORDER });
  expect(made).toMatchObject({
    status: 200,
    body: { operation: { taskId: expect.stringMatching(/^task_/) } },
  });
  const { operation } = made.body;
  const look = () =>
    ask('POST', '/ai-gateway/video-model/status', { key, headers: MODEL, body: { operation } });
  expect((await look()).body.status).toBe('pending');
  await liveOn(rig, operation.taskId);
  expect((await look()).body).toMatchObject({
    status: 'completed',
    videos: [{ type: 'url', url: expect.stringMatching(/^https:/), mediaType: 'video/mp4' }],
    providerMetadata: { sluice: { charge: expect.stringMatching(/^\d+\.\d+$/) } },
  });
});

test.each([
  [
    'several clips in one call',
    MODEL,
    { ...ORDER, n: 2 },
    400,
    { code: 'invalid_input', param: { field: 'n' } },
  ],
  ['an unknown model', { 'ai-model-id': 'klingai/kling-v9' }, ORDER, 404, { type: 'model_not_found' }],
  ['a length of no model here', MODEL, { ...ORDER, duration: 99 }, 400, { type: 'invalid_request_error' }],
])('%s: refused in its words, and nothing is ordered', async (_, headers, body, status, error) => {
  const { ask, key } = await ready();
  const answer = await ask('POST', START, { key, headers, body });
  expect(answer.status).toBe(status);
  expect(answer.body.error).toMatchObject({ ...error, message: expect.any(String) });
  expect((await ask('GET', '/v1/tasks', { key })).body.data).toEqual([]);
});
