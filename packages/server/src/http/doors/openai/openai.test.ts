/** The videos door by plain requests; its real client sits in e2e. */
import { expect, test } from 'vitest';
import { addPath, liveWhole } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();
const files = { name: 'test.files', text: 'SELECT count(*)::int FROM files WHERE deleted_at IS NULL' };
const ORDER = { model: 'kling-3.0', prompt: 'a paper boat', seconds: '5', size: '1280x720' };

async function ready() {
  const rig = use();
  await addPath(rig);
  return { ...rig, ...(await rig.account()) };
}

/** A form as the client writes it; a file part is given by its bytes. */
function form(fields: Record<string, string>, file?: { name: string; bytes: string; type?: string }) {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    lines.push('--edge', `content-disposition: form-data; name="${name}"`, '', value);
  }
  if (file) {
    const { name, bytes, type = 'image/jpeg' } = file;
    lines.push(
      '--edge',
      `content-disposition: form-data; name="${name}"; filename="a.jpg"`,
      `content-type: ${type}`,
    );
    lines.push('', bytes);
  }
  lines.push('--edge--', '');
  return { body: lines.join('\r\n'), headers: { 'content-type': 'multipart/form-data; boundary=edge' } };
}

test('creates by JSON and by form, in its own words', async () => {
  const { ask, key } = await ready();
  const made = await ask('POST', '/v1/videos', { key, body: ORDER });
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject({
    object: 'video',
    status: 'queued',
    seconds: '5',
    size: '1280x720',
    error: null,
  });
  const formed = await ask('POST', '/v1/videos', { key, ...form({ ...ORDER, prompt: 'another' }) });
  expect(formed.body).toMatchObject({ object: 'video', prompt: 'another', remixed_from_video_id: null });
  const read = await ask('GET', `/v1/videos/${made.body.id}`, { key });
  expect(read.body).toEqual(made.body);
  const native = await ask('GET', `/v1/tasks/${made.body.id}`, { key });
  expect(native.body).toMatchObject({
    duration: 5,
    quality: '720p',
    aspect_ratio: '16:9',
    mode: 'text-to-video',
  });
});

test('a picture becomes the first frame, and the same bytes again after a lost answer are the same wish', async () => {
  const { ask, key } = await ready();
  const file = { name: 'input_reference', bytes: `image:1280x720${'.'.repeat(50)}` };
  const first = await ask('POST', '/v1/videos', { key, ...form(ORDER, file) });
  expect(first.status).toBe(200);
  const native = await ask('GET', `/v1/tasks/${first.body.id}`, { key });
  expect(native.body.mode).toBe('image-to-video');
  const headers = { ...form(ORDER, file).headers, 'x-stainless-retry-count': '1' };
  const again = await ask('POST', '/v1/videos', { key, ...form(ORDER, file), headers });
  expect(again.body.id).toBe(first.body.id);
  const other = await ask('POST', '/v1/videos', {
    key,
    ...form(ORDER, { ...file, bytes: `${file.bytes}!` }),
    headers,
  });
  expect(other.body.id).not.toBe(first.body.id);
  // The repeat's own copy of the upload is gone again.
  const { rows } = await use().database.query(files, []);
  expect(rows).toEqual([{ count: 2 }]);
});

test.each([
  ['an unknown model', { model: 'sora-9' }, { param: 'model', code: 'invalid_value' }],
  ['no model', { model: undefined }, { param: 'model', code: 'invalid_value' }],
  ['an unknown parameter', { fps: 24 }, { param: 'fps', code: 'unknown_parameter' }],
  ['a size that is not made', { size: '1792x1024' }, { param: 'size', code: 'invalid_value' }],
  ['a length that is not made', { seconds: '99' }, { param: 'seconds', code: 'invalid_value' }],
  ['no prompt', { prompt: '' }, { param: 'prompt', code: 'invalid_value' }],
  ['a file that is not there', { input_reference: { file_id: 'file_x' } }, { param: 'input_reference' }],
  [
    'a picture that is none',
    { input_reference: { image_url: 'data:image/png;base64,AAAA' } },
    { param: 'input_reference' },
  ],
])('%s is a bad request that names the parameter', async (_, change, error) => {
  const { ask, key } = await ready();
  const answer = await ask('POST', '/v1/videos', { key, body: { ...ORDER, ...change } });
  expect(answer.body.error, answer.text).toMatchObject(error);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(416);
  const listed = await ask('GET', '/v1/videos', { key });
  expect(listed.body.data).toEqual([]);
});

test('a picture of another shape than the size is refused', async () => {
  const { ask, key } = await ready();
  const file = { name: 'input_reference', bytes: 'image:720x1280..' };
  const answer = await ask('POST', '/v1/videos', { key, ...form(ORDER, file) });
  expect(answer.body.error).toMatchObject({ param: 'size', code: 'invalid_value' });
});

test('an empty balance is a quota that the client does not ask for again', async () => {
  const { ask } = await ready();
  const { key } = await use().account({ topUp: '0' });
  const answer = await ask('POST', '/v1/videos', { key, body: ORDER });
  expect(answer.status).toBe(429);
  expect(answer.headers['x-should-retry']).toBe('false');
  expect(answer.body.error).toMatchObject({ type: 'insufficient_quota', code: 'insufficient_quota' });
});

test('whoever refuses, it is said in the words of the door', async () => {
  const { ask, key, operatorKey } = await ready();
  const { key: reader } = await use().account({ scopes: ['tasks:read'] });
  const body = ORDER;
  const answers = [
    await ask('POST', '/v1/videos', { body }),
    await ask('POST', '/v1/videos', { key: 'sk-nobody', body }),
    await ask('POST', '/v1/videos', { key: operatorKey, body }),
    await ask('POST', '/v1/videos', { key: reader, body }),
    await ask('POST', '/v1/videos', { key, body: '{', headers: { 'content-type': 'application/json' } }),
    await ask('POST', '/v1/videos', { key, body: 'x', headers: { 'content-type': 'text/plain' } }),
    await ask('PUT', '/v1/videos', { key }),
    await ask('GET', '/v1/videos/a/b/c', { key }),
    await ask('GET', '/v1/videos/%zz', { key }),
    await ask('GET', `/v1/videos/${'x'.repeat(300)}`, { key }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 403, 400, 415, 405, 404, 404, 404]);
  for (const answer of answers) {
    expect(Object.keys(answer.body.error).sort(), answer.text).toEqual(['code', 'message', 'param', 'type']);
  }
});

test("another account's video is as good as none, to the byte", async () => {
  const { ask, key } = await ready();
  const { key: stranger } = await use().account();
  const made = await ask('POST', '/v1/videos', { key, body: ORDER });
  for (const url of [`/v1/videos/${made.body.id}`, `/v1/videos/${made.body.id}/content`]) {
    const theirs = await ask('GET', url, { key: stranger });
    const none = await ask('GET', url.replace(made.body.id, `task_${'0'.repeat(32)}`), { key: stranger });
    expect([theirs.status, theirs.text]).toEqual([404, none.text]);
  }
});

test('content comes once there is a clip: whole, in ranges, and as a thumbnail', async () => {
  const { ask, key } = await ready();
  const waiting = await ask('POST', '/v1/videos', { key, body: ORDER });
  expect((await ask('GET', `/v1/videos/${waiting.body.id}/content`, { key })).status).toBe(409);
  const { taskId, assetId } = await liveWhole(use(), key);
  const native = await ask('GET', `/v1/assets/${assetId}`, { key });
  const whole = await ask('GET', `/v1/videos/${taskId}/content`, { key });
  expect(whole.text).toBe(native.text);
  const headers = { range: 'bytes=0-9' };
  const part = await ask('GET', `/v1/videos/${taskId}/content`, { key, headers });
  expect([part.status, part.text]).toEqual([206, native.text.slice(0, 10)]);
  const sheet = await ask('GET', `/v1/videos/${taskId}/content?variant=spritesheet`, { key });
  expect(sheet.body.error).toMatchObject({ param: 'variant' });
  const read = await ask('GET', `/v1/videos/${taskId}`, { key });
  expect(read.body).toMatchObject({ status: 'completed', progress: 100, size: '1280x720' });
});

test('remixes and edits by a model that edits, and does not extend', async () => {
  const rig = use();
  const { ask, key } = await ready();
  const waiting = await ask('POST', '/v1/videos', { key, body: ORDER });
  const prompt = 'the same at night';
  const early = await ask('POST', `/v1/videos/${waiting.body.id}/remix`, { key, body: { prompt } });
  expect([early.status, early.body.error.param]).toEqual([409, 'video']);
  const { taskId } = await liveWhole(rig, key);
  const remix = await ask('POST', `/v1/videos/${taskId}/remix`, { key, body: { prompt } });
  expect(remix.body).toMatchObject({
    status: 'queued',
    remixed_from_video_id: taskId,
    model: 'kling-o3',
    prompt,
  });
  expect((await ask('GET', `/v1/videos/${remix.body.id}`, { key })).body).toMatchObject(remix.body);
  const native = await ask('GET', `/v1/tasks/${remix.body.id}`, { key });
  expect(native.body).toMatchObject({ model: 'kling-o3', mode: 'video-edit', quality: '720p' });
  const edit = await ask('POST', '/v1/videos/edits', { key, ...form({ prompt, 'video[id]': taskId }) });
  expect(edit.body).toMatchObject({ status: 'queued', remixed_from_video_id: taskId });
  const clip = { name: 'video', bytes: `video:5.04:1280x720${'.'.repeat(64)}`, type: 'video/mp4' };
  const byFile = await ask('POST', '/v1/videos/edits', { key, ...form({ prompt }, clip) });
  expect(byFile.body).toMatchObject({ status: 'queued', remixed_from_video_id: null });
  const { key: stranger } = await rig.account();
  expect((await ask('POST', `/v1/videos/${taskId}/remix`, { key: stranger, body: { prompt } })).status).toBe(
    404,
  );
  const nothing = await ask('POST', '/v1/videos/edits', { key, body: { prompt } });
  expect([nothing.status, nothing.body.error.param]).toEqual([400, 'video']);
  const longer = await ask('POST', '/v1/videos/extensions', {
    key,
    body: { prompt, seconds: '4', video: { id: taskId } },
  });
  expect([longer.status, longer.body.error.message]).toEqual([400, expect.stringContaining('longer')]);
});

test('pages both ways', async () => {
  const { ask, key } = await ready();
  const ids: string[] = [];
  for (const number of [1, 2, 3]) {
    use().clock.advance(10);
    ids.push(
      (await ask('POST', '/v1/videos', { key, body: { ...ORDER, prompt: `boat ${number}` } })).body.id,
    );
  }
  const page = await ask('GET', '/v1/videos?limit=2', { key });
  expect(page.body).toMatchObject({ has_more: true, first_id: ids[2], last_id: ids[1] });
  const rest = await ask('GET', `/v1/videos?limit=2&after=${page.body.last_id}`, { key });
  expect(rest.body).toMatchObject({ has_more: false, data: [{ id: ids[0] }] });
  const up = await ask('GET', `/v1/videos?order=asc&after=${ids[0]}`, { key });
  expect(up.body.data.map((video: { id: string }) => video.id)).toEqual([ids[1], ids[2]]);
});
