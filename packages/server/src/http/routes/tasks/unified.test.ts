/**
 * The unified routed API, field for field: what its documents show is asked of this API, and each documented field is
 * in our answer with its type and, where words are listed, with one of its words.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { addPath, liveOn, liveWhole } from '../../testing/life.ts';
import { useRig } from '../../testing/rig.ts';

const use = useRig();

type Document = { name: string; status: number; body: Record<string, unknown> };

const FOLDER = new URL('../../../providers/evolink/fixtures/', import.meta.url);

async function documents(file: string): Promise<Map<string, Document>> {
  const found: Document[] = JSON.parse(await readFile(fileURLToPath(new URL(file, FOLDER)), 'utf8'));
  return new Map(found.map((document) => [document.name, document]));
}

/** Paths of the document that our answer lacks, or has with another type. */
function missing(document: unknown, ours: unknown, path = ''): string[] {
  if (document === null) return [];
  if (Array.isArray(document)) {
    if (!Array.isArray(ours)) return [`${path}: no list`];
    return document.length > 0 && ours.length > 0 ? missing(document[0], ours[0], `${path}[0]`) : [];
  }
  if (typeof document !== 'object') return typeof ours === typeof document ? [] : [`${path}: ${typeof ours}`];
  if (typeof ours !== 'object' || ours === null) return [`${path}: no object`];
  const fields = ours as Record<string, unknown>;
  return Object.entries(document).flatMap(([name, value]) => missing(value, fields[name], `${path}.${name}`));
}

async function ready() {
  const rig = use();
  await addPath(rig);
  return { ...rig, ...(await rig.account()) };
}

/** The example of its text-to-video page, with all that the page lists. */
const CREATE = {
  model: 'kling-v3-text-to-video',
  prompt: 'A cat plays the piano',
  negative_prompt: '',
  duration: 5,
  aspect_ratio: '16:9',
  quality: '720p',
  sound: 'off',
  model_params: { multi_shot: false, watermark_info: { enabled: false } },
  callback_url: 'https://your-domain.com/webhooks/video-task-completed',
};

test('create, query and credits have every documented field', async () => {
  const rig = await ready();
  const { ask, key } = rig;
  const creates = await documents('creates.json');
  const tasks = await documents('tasks.json');
  const made = await ask('POST', '/v1/videos/generations', { key, body: CREATE });
  expect(made.status).toBeLessThan(300);
  expect(missing(creates.get('created')?.body, made.body)).toEqual([]);
  expect(made.body.status).toBe('pending');
  expect(
    missing(tasks.get('task-pending')?.body, (await ask('GET', `/v1/tasks/${made.body.id}`, { key })).body),
  ).toEqual([]);
  await liveOn(rig, made.body.id);
  const done = await ask('GET', `/v1/tasks/${made.body.id}`, { key });
  // When it has ended there is nothing left to estimate; there it repeats what it said at first.
  expect(missing(tasks.get('task-completed')?.body, done.body)).toEqual([
    '.task_info.estimated_time: object',
  ]);
  expect(done.body.task_info.estimated_time).toBeNull();
  expect(done.body).toMatchObject({
    status: 'completed',
    progress: 100,
    results: [expect.stringMatching(/^https:/)],
  });
  expect(done.body.result_data).toEqual([{ url: done.body.results[0], type: 'video' }]);
  const credits = await ask('GET', '/v1/credits', { key });
  expect(missing((await documents('credits.json')).get('credits')?.body, credits.body)).toEqual([]);
  const used = Number(done.body.charge.amount);
  expect(credits.body.data.user.used_credits).toBeCloseTo(used, 6);
  expect(credits.body.data.token).toMatchObject({ used_credits: used, unlimited_credits: true });
});

test('a replay is flagged as there, and another order under the same key is refused', async () => {
  const { ask, key } = await ready();
  const headers = { 'idempotency-key': 'unified-1' };
  const first = await ask('POST', '/v1/videos/generations', { key, body: CREATE, headers });
  const again = await ask('POST', '/v1/videos/generations', { key, body: CREATE, headers });
  expect(again.body.id).toBe(first.body.id);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(again.headers['idempotency-replayed']).toBe('true');
});

test('refusals have its shape, under the HTTP class that it documents', async () => {
  const { ask, key } = await ready();
  const poor = await use().account({ topUp: '0' });
  const refusals = await documents('refusals.json');
  const shape = refusals.get('refused-insufficient-user-quota')?.body;
  const refused = [
    [402, await ask('POST', '/v1/videos/generations', { key: poor.key, body: CREATE })],
    [401, await ask('GET', '/v1/tasks/x', { key: 'sk-evo-unknown' })],
    [404, await ask('GET', '/v1/tasks/task-unified-0-none', { key })],
    [422, await ask('POST', '/v1/videos/generations', { key, body: { ...CREATE, duration: 99 } })],
  ] as const;
  for (const [status, answer] of refused) {
    expect(answer.status).toBe(status);
    expect(missing(shape, answer.body)).toEqual([]);
  }
  const [, , , invalid] = refused;
  expect(invalid[1].body.error).toMatchObject({ type: 'invalid_request_error', param: 'duration' });
});

test.each([
  'kling-v3-text-to-video',
  'kling-v3-image-to-video',
  'kling-v3-turbo-text-to-video',
  'kling-v3-turbo-image-to-video',
  'kling-v3-motion-control',
  'kling-v2.6-motion-control',
  'kling-o3-text-to-video',
  'kling-o3-image-to-video',
  'kling-o3-reference-to-video',
  'kling-o3-video-edit',
  'kling-o1-image-to-video',
  'kling-o1-video-edit',
])('%s is a name here', (name) => {
  expect(use().context.catalogue.model(name)).toBeTruthy();
});

test('models are listed as there: an id and an object each', async () => {
  const { ask, key } = await ready();
  await liveWhole(use(), key);
  const { body } = await ask('GET', '/v1/models', { key });
  expect(body.object).toBe('list');
  for (const model of body.data) expect(model).toMatchObject({ id: expect.any(String), object: 'model' });
});
