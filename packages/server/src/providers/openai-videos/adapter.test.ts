import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { exercise } from '../conformance/exercise.ts';
import { answer, lost, observed, play } from '../conformance/play.ts';
import { notTaken } from '../conformance/taken.ts';
import type { PathContext } from '../contract.ts';
import { createDrive } from '../drive.ts';
import { openAiVideos } from './adapter.ts';
import { framed, inputOf, orderOf } from './testing/orders.ts';
import { apiKey, openStage } from './testing/stage.ts';
import { ids, openAiVideosSubject, paths } from './testing/subject.ts';

const subject = openAiVideosSubject();

describe('the OpenAI Videos shape sits the exam', () => {
  for (const { name, run } of exercise(subject)) test(name, run);
});

function sent(path: PathContext, change: Parameters<typeof orderOf>[0] = {}) {
  const { requests } = play(openAiVideos.submit(path, orderOf(change), ids), lost);
  return { type: requests[0]?.headers['content-type'] ?? '', body: billableBody(requests) };
}

describe('the create request', () => {
  test('is the form of the vendor’s own client by default', async () => {
    const { type, body } = sent(paths.engine, { prompt: 'naïve\r\n--sluice-att-0001 "boat"' });
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    expect(Object.fromEntries(form)).toEqual({
      model: 'kling-v3',
      prompt: 'naïve\r\n--sluice-att-0001 "boat"',
      seconds: '5',
      size: '1280x720',
    });
  });

  test('puts an address into an object, as that client does', async () => {
    const settings = { ...paths.engine.settings, first_frame_field: 'input_reference.image_url' };
    const { type, body } = sent({ ...paths.engine, settings }, framed);
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    expect(form.get('input_reference[image_url]')).toBe('https://media.example/first_frame.png');
  });

  test('is what the settings say otherwise', () => {
    const inputs = [inputOf('first_frame'), inputOf('last_frame')];
    const change = { ...framed, inputs, sound: 'on', negativePrompt: 'fog' } as const;
    const { type, body } = sent(paths.gateway, change);
    expect(type).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      model: 'kling-v3',
      prompt: 'A paper boat on a rainy street',
      duration: 5,
      width: 1280,
      height: 720,
      image: 'https://media.example/first_frame.png',
      metadata: {
        mode: 'std',
        image_tail: 'https://media.example/last_frame.png',
        sound: true,
        negative_prompt: 'fog',
      },
      n: 1,
    });
  });

  test('may say a ratio instead of a frame', () => {
    const settings = { ...paths.gateway.settings, size_style: 'aspect_ratio' };
    const body = JSON.parse(sent({ ...paths.gateway, settings }, { aspectRatio: '9:16' }).body);
    expect(body).toMatchObject({ resolution: '720p', aspect_ratio: '9:16' });
    expect(body).not.toHaveProperty('width');
  });
});

test.each<[string, Record<string, string>]>([
  ['models', {}],
  ['models', { models: 'kling-3.0' }],
  ['sizes', { models: 'a=b', sizes: '720p=1280x720' }],
  ['status_words', { models: 'a=b', status_words: 'rendering=busy' }],
  ['fixed_fields', { models: 'a=b', fixed_fields: '[1]' }],
  ['link_field', { models: 'a=b', link_field: 'a b' }],
  ['create', { models: 'a=b', create: 'xml' }],
])('a setting that makes no sense is named: %s', (field, settings) => {
  const issues = openAiVideos.settings.safeParse(settings).error?.issues ?? [];
  expect(issues.map(({ path }) => path.join('.'))).toContain(field);
  const path = { ...paths.engine, settings };
  expect(openAiVideos.supports(orderOf(), path)).toMatchObject({ ok: false, field: 'path' });
});

describe('results', () => {
  const done = { id: 'video_0123456789abcdef', status: 'completed', expires_at: 1_790_086_460, seconds: '5' };

  test('lie behind the key at the address of the server, or where the settings say', () => {
    const [output] = observed(subject, 'engine', answer(JSON.stringify(done))).outputs;
    expect(output).toEqual({
      url: 'http://10.0.0.7:8091/v1/videos/video_0123456789abcdef/content',
      expiresAtMs: 1_790_086_460_000,
      livesFromMs: null,
      seconds: 5,
    });
    const relative = { ...done, metadata: { url: '/v1/videos/x/content' } };
    const [linked] = observed(subject, 'gateway', answer(JSON.stringify(relative))).outputs;
    expect(linked?.url).toBe('https://gateway.example/v1/videos/x/content');
    expect(observed(subject, 'gateway', answer(JSON.stringify(done)))).toMatchObject({
      status: 'unrecognised',
    });
  });

  test('get the key below the server’s own address only', () => {
    const own = 'https://gateway.example/v1/videos/x/content';
    expect(openAiVideos.downloadHeaders(paths.gateway, own)).toEqual({ authorization: `Bearer ${apiKey}` });
    expect(openAiVideos.downloadHeaders(paths.gateway, 'https://cdn.gateway.example/v1/x')).toEqual({});
    expect(openAiVideos.downloadHeaders(paths.gateway, 'https://gateway.example/other')).toEqual({});
    expect(openAiVideos.downloadHeaders(paths.engine, 'http://10.0.0.7:8091/v1/videos/x/content')).toEqual(
      {},
    );
  });

  test('words of one’s own mean what the settings say', () => {
    const body = (status: string) => answer(JSON.stringify({ ...done, status }));
    expect(observed(subject, 'gateway', body('rendering')).status).toBe('running');
    expect(observed(subject, 'engine', body('rendering')).status).toBe('unrecognised');
  });
});

describe('delete as cancel', () => {
  async function cancelAfter(path: PathContext, ms: number) {
    const stage = openStage(path, path === paths.gateway);
    const drive = createDrive({
      outbound: stage.outbound,
      clock: { now: stage.nowMs, monotonic: stage.nowMs },
    });
    const created = (await drive.runSubmit(openAiVideos.submit(path, orderOf(), ids), path)).outcome;
    const handle = created.kind === 'accepted' ? created.handle : null;
    stage.advance(ms);
    const stored = { attemptId: 'a', correlationId: ids.correlationId, handle };
    const { outcome, exchanges } = await drive.run(openAiVideos.cancel(path, stored), path);
    return { outcome: outcome.kind, methods: exchanges.map(({ method }) => method) };
  }

  test('stops what has not ended, and leaves a finished clip alone', async () => {
    expect(await cancelAfter(paths.gateway, 0)).toEqual({ outcome: 'canceled', methods: ['GET', 'DELETE'] });
    expect(await cancelAfter(paths.gateway, 120_000)).toEqual({ outcome: 'too_late', methods: ['GET'] });
  });

  test('is not tried where nobody said that it works', async () => {
    expect(await cancelAfter(paths.engine, 0)).toEqual({ outcome: 'too_late', methods: [] });
  });
});

test('the emulator takes every declared order', async () => {
  expect(await notTaken(subject)).toEqual([]);
});
