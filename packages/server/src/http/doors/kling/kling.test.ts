/** Kling's door by the requests that its documents show; its clients sit in e2e. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { addPath, liveOn } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

async function ready() {
  const rig = use();
  await addPath(rig);
  return { ...rig, ...(await rig.account()) };
}

function tokenOf(secret: string, claims: object, head: object = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(head)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const T2V = { prompt: 'A paper boat', settings: { resolution: '720p', duration: 5, multi_shot: false } };

test('the present generation: created, asked by both ids, finished, in its own words', async () => {
  const rig = await ready();
  const { ask, key } = rig;
  const body = { ...T2V, options: { external_task_id: 'job-42', watermark_info: { enabled: false } } };
  const made = await ask('POST', '/kling/text-to-video/kling-3.0', { key, body });
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject({ code: 0, message: 'SUCCEED', request_id: expect.any(String) });
  expect(made.body.data).toEqual({
    id: expect.stringMatching(/^task_/),
    status: 'submitted',
    create_time: rig.clock.now(),
    update_time: rig.clock.now(),
    external_id: 'job-42',
  });
  const { id } = made.body.data;
  await liveOn(rig, id);
  const byId = await ask('GET', `/kling/tasks?task_ids=${id},task_0`, { key });
  expect(byId.body.data).toMatchObject([
    {
      id,
      status: 'succeeded',
      message: '',
      external_id: 'job-42',
      outputs: [
        {
          type: 'video',
          id: expect.any(String),
          url: expect.stringContaining('https://'),
          duration: expect.any(String),
        },
      ],
      billing: [{ charge_type: 'cash', cash_type: 'balance', amount: expect.any(String), currency: 'USD' }],
    },
  ]);
  expect((await ask('GET', '/kling/tasks?external_task_ids=job-42,none', { key })).body.data).toEqual(
    byId.body.data,
  );
  const listed = await ask('POST', '/kling/tasks', {
    key,
    body: { limit: 1, filters: [{ key: 'status', values: ['succeeded'] }] },
  });
  expect(listed.body.data).toMatchObject({ result: [{ id }], count: 1, has_more: false });
  const legacy = await ask('GET', '/kling/v1/videos/text2video/job-42', { key });
  expect(legacy.body.data).toMatchObject({
    task_id: id,
    task_status: 'succeed',
    task_info: { external_task_id: 'job-42' },
    task_result: { videos: [{ duration: expect.any(String) }] },
  });
  const stranger = await rig.account();
  expect((await ask('GET', `/kling/tasks?task_ids=${id}`, { key: stranger.key })).body.data).toEqual([]);
});

test('an external id orders once: equal again is the same task, anything else is refused in its words', async () => {
  const { ask, key, id: account, operatorKey } = await ready();
  const body = { ...T2V, options: { external_task_id: 'once' } };
  const first = await ask('POST', '/kling/text-to-video/kling-3.0', { key, body });
  const again = await ask('POST', '/kling/text-to-video/kling-3.0', { key, body });
  expect(again.body.data.id).toBe(first.body.data.id);
  const refusal = { code: 1201, message: 'External_task_id once already exists' };
  const other = await ask('POST', '/kling/text-to-video/kling-3.0', {
    key,
    body: { ...body, prompt: 'else' },
  });
  expect(other.status).toBe(400);
  expect(other.body).toEqual({ ...refusal, request_id: expect.any(String) });
  const made = await ask('POST', '/v1/keys', { key: operatorKey, body: { name: 'second', account } });
  const second = await ask('POST', '/kling/text-to-video/kling-3.0', { key: made.body.key, body });
  expect(second.body.data.id).toBe(first.body.data.id);
  const older = await ask('POST', '/kling/v1/videos/text2video', {
    key: made.body.key,
    body: { model_name: 'kling-v3', prompt: 'else', external_task_id: 'once' },
  });
  expect(older.body).toMatchObject(refusal);
});

test('two keys that send one new external id in the same moment order one task', async () => {
  const { ask, key, id: account, operatorKey } = await ready();
  const made = await ask('POST', '/v1/keys', { key: operatorKey, body: { name: 'second', account } });
  const keys = [key, made.body.key];
  const ids = Array.from({ length: 8 }, (_, index) => `race-${index}`);
  const send = (external: string, by: string) =>
    ask('POST', '/kling/text-to-video/kling-3.0', {
      key: by,
      body: { ...T2V, options: { external_task_id: external } },
    });
  const answers = await Promise.all(ids.flatMap((external) => keys.map((by) => send(external, by))));
  expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 0));
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(ids.length);
  expect((await ask('GET', '/v1/tasks?limit=50', { key })).body.data).toHaveLength(ids.length);
  const asked = await ask('GET', `/kling/tasks?external_task_ids=${ids.join(',')}`, { key });
  expect(asked.body.data.map((task: { external_id: string }) => task.external_id).sort()).toEqual(ids);
  const listed = await ask('POST', '/kling/tasks', { key, body: {} });
  expect(listed.body.data.result.map((task: { external_id: string }) => task.external_id).sort()).toEqual(
    ids,
  );
  const stranger = await use().account();
  const theirs = await send('race-0', stranger.key);
  expect(answers.map(({ body }) => body.data.id)).not.toContain(theirs.body.data.id);
});

const FRAME = `image:1280x720${'.'.repeat(64)}`;

test.each([
  [
    'image-to-video/kling-3.0',
    {
      contents: [
        { type: 'prompt', text: '@hero walks, @Zhang waits' },
        { type: 'first_frame', url: Buffer.from(FRAME).toString('base64'), id: 'hero' },
        { type: 'last_frame', url: 'https://media.example/end.png' },
        { type: 'element', element_id: '893605946402811985', id: 'Zhang' },
      ],
      settings: { resolution: '1080p', audio: 'native', aspect_ratio: 'ignored', multi_shot: false },
    },
    {
      model: 'kling-3.0',
      mode: 'image-to-video',
      quality: '1080p',
      sound: 'on',
      prompt: '@image_1 walks, @element_1 waits',
    },
  ],
  [
    'omni-video/kling-3.0-omni',
    {
      contents: [
        { type: 'prompt', text: 'Replace the car in @video_1 with the bike from @image_1' },
        { type: 'refer_image', url: 'https://media.example/bike.png', id: 'image_1' },
        { type: 'base_video', url: 'https://media.example/street.mp4', id: 'video_1' },
      ],
      settings: { resolution: '1080p', audio: 'original', multi_shot: false },
    },
    { model: 'kling-o3', mode: 'video-edit', sound: 'original', duration: null },
  ],
  [
    'motion-control/kling-3.0',
    {
      contents: [
        { type: 'image', url: 'https://media.example/dancer.png' },
        { type: 'video', url: 'https://media.example/dance.mp4' },
      ],
      settings: { character_orientation: 'video' },
    },
    { model: 'kling-motion-control', mode: 'motion-control', sound: 'original' },
  ],
  [
    'v1/videos/image2video',
    {
      model_name: 'kling-v3',
      image: 'https://media.example/a.png',
      image_tail: '',
      prompt: 'it moves',
      mode: 'pro',
      sound: 'off',
      duration: '10',
      cfg_scale: 0.5,
      callback_url: '',
      external_task_id: '',
    },
    { model: 'kling-3.0', mode: 'image-to-video', quality: '1080p', duration: 10 },
  ],
  [
    'v1/videos/text2video',
    {
      model_name: 'kling-v3',
      multi_shot: 'true',
      shot_type: 'customize',
      multi_prompt: [
        { index: 1, prompt: 'It sets off', duration: '2' },
        { index: 2, prompt: 'It returns', duration: '3' },
      ],
      duration: '5',
    },
    { model: 'kling-3.0', mode: 'text-to-video', duration: 5 },
  ],
  [
    'v1/videos/omni-video',
    {
      model_name: 'kling-v3-omni',
      prompt: 'like <<<image_1>>>',
      image_list: [{ image_url: 'https://media.example/a.png' }],
      mode: 'std',
      aspect_ratio: '9:16',
    },
    { model: 'kling-o3', mode: 'reference-to-video', quality: '720p', aspect_ratio: '9:16' },
  ],
  [
    'v1/videos/motion-control',
    {
      model_name: 'kling-v3',
      image_url: 'https://media.example/a.png',
      video_url: 'https://media.example/a.mp4',
      character_orientation: 'image',
      mode: 'std',
      keep_original_sound: 'no',
    },
    { model: 'kling-motion-control', mode: 'motion-control', sound: 'off' },
  ],
])('%s is read as its documents have it', async (path, body, expected) => {
  const { ask, key } = await ready();
  const made = await ask('POST', `/kling/${path}`, { key, body });
  expect(made.body).toMatchObject({ code: 0 });
  const id = made.body.data.id ?? made.body.data.task_id;
  expect((await ask('GET', `/v1/tasks/${id}`, { key })).body).toMatchObject(expected);
});

test('element ids of the older generation keep all their digits', async () => {
  const { app, ask, key, context } = await ready();
  const sent = `{"model_name":"kling-v3","prompt":"x","image":"https://media.example/a.png",
    "element_list":[{"element_id":893605946402811985}]}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await app.inject({
    method: 'POST',
    url: '/kling/v1/videos/image2video',
    headers,
    payload: sent,
  });
  const row = await context.store.reads.task(answer.json().data.task_id, null);
  expect(JSON.stringify(row?.order)).toContain('"893605946402811985"');
  expect((await ask('GET', '/kling/v1/videos/image2video?pageSize=1', { key })).body.data).toHaveLength(1);
  expect((await ask('GET', '/kling/v1/videos/text2video', { key })).body.data).toEqual([]);
});

test('AccessKey and SecretKey: tokens open the older generation, within their time, and end with the key', async () => {
  const rig = await ready();
  const { ask, key, keyId, clock, operatorKey } = rig;
  const pair = await ask('GET', '/v1/signing-secret', { key });
  expect(pair.body.access_key).toBe(keyId);
  const now = Math.floor(clock.now() / 1000);
  const claims = { iss: keyId, exp: now + 1800, nbf: now - 5 };
  const list = async (token: string, url = '/kling/v1/videos/text2video') => {
    const { status, body } = await ask('GET', url, { key: token });
    return [status, body.code];
  };
  const secret = pair.body.secret_key;
  expect(await list(tokenOf(secret, claims))).toEqual([200, 0]);
  expect(await list(tokenOf(secret, { ...claims, nbf: now + 60 }))).toEqual([401, 1003]);
  expect(await list(tokenOf(secret, { ...claims, exp: now }))).toEqual([401, 1004]);
  expect(await list(tokenOf(secret, { iss: keyId }))).toEqual([401, 1004]);
  expect(await list(tokenOf('another secret', claims))).toEqual([401, 1002]);
  expect(await list(tokenOf(secret, { ...claims, iss: 'key_0' }))).toEqual([401, 1002]);
  expect(await list(tokenOf(secret, claims, { alg: 'none' }))).toEqual([401, 1002]);
  expect(await list(tokenOf(secret, claims), '/kling/tasks?task_ids=task_1')).toEqual([401, 1002]);
  await ask('DELETE', `/v1/keys/${keyId}`, { key: operatorKey });
  expect(await list(tokenOf(secret, claims))).toEqual([401, 1002]);
});

const NAMELESS = { status: 401, code: 1001, url: '/kling/text-to-video/kling-3.0', body: T2V };

test.each([
  ['no key', { ...NAMELESS, anonymous: true }],
  ['an unknown model', { ...NAMELESS, url: '/kling/text-to-video/kling-v1', status: 404, code: 1203 }],
  ['an unknown path', { ...NAMELESS, url: '/kling/v1/videos/effects', status: 404, code: 1203 }],
  ['a bad value', { ...NAMELESS, body: { ...T2V, settings: { duration: 99 } }, status: 400, code: 1201 }],
  [
    'a switch of the account',
    {
      ...NAMELESS,
      body: { ...T2V, options: { watermark_info: { enabled: true } } },
      status: 400,
      code: 1201,
    },
  ],
  [
    'what no model here can do',
    {
      url: '/kling/v1/videos/text2video',
      body: { model_name: 'kling-v3', prompt: 'x', camera_control: { type: 'simple' } },
      status: 400,
      code: 1201,
    },
  ],
])(
  '%s is refused by its error table, and nothing is ordered',
  async (_, asked: { url: string; body: object; status: number; code: number; anonymous?: boolean }) => {
    const { ask, key } = await ready();
    const answer = await ask('POST', asked.url, { ...(asked.anonymous ? {} : { key }), body: asked.body });
    expect([answer.status, answer.body.code]).toEqual([asked.status, asked.code]);
    expect(answer.body).toEqual({
      code: asked.code,
      message: expect.any(String),
      request_id: expect.any(String),
    });
    expect((await ask('GET', '/v1/tasks', { key })).body.data).toEqual([]);
  },
);

test('an empty balance is 1102, a legacy id that nobody knows 1201, 21 ids 1201', async () => {
  const { ask, account } = use();
  const { key } = await account({ topUp: '0' });
  const poor = await ask('POST', '/kling/text-to-video/kling-3.0', { key, body: T2V });
  expect([poor.status, poor.body]).toMatchObject([
    429,
    { code: 1102, message: 'Account balance not enough' },
  ]);
  const none = await ask('GET', '/kling/v1/videos/text2video/task_1', { key });
  expect([none.status, none.body]).toMatchObject([
    400,
    { code: 1201, message: 'Task not found by id/external id: task_1' },
  ]);
  const ids = Array.from({ length: 21 }, (_, index) => `t${index}`).join(',');
  const many = await ask('GET', `/kling/tasks?task_ids=${ids}`, { key });
  expect([many.status, many.body]).toMatchObject([
    400,
    { code: 1201, message: 'task_ids and external_task_ids cannot exceed 20 in total' },
  ]);
});
