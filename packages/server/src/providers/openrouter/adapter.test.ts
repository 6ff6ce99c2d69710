import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { exercise } from '../conformance/exercise.ts';
import { answer, lost, observed, play } from '../conformance/play.ts';
import { notTaken } from '../conformance/taken.ts';
import { openRouter } from './adapter.ts';
import { inputOf, orderOf } from './testing/orders.ts';
import { apiKey, managementKey } from './testing/stage.ts';
import { ids, main, openRouterSubject } from './testing/subject.ts';

const subject = openRouterSubject();

describe('OpenRouter sits the exam', () => {
  for (const { name, run } of exercise(subject)) test(name, run);
});

describe('the create request', () => {
  test('says everything that has a default elsewhere', () => {
    const inputs = [inputOf('first_frame'), inputOf('last_frame')];
    const order = orderOf({ mode: 'image-to-video', aspectRatio: null, inputs });
    expect(JSON.parse(billableBody(play(openRouter.submit(main, order, ids), lost).requests))).toEqual({
      model: 'kwaivgi/kling-v3.0-std',
      prompt: order.prompt,
      duration: 5,
      resolution: '720p',
      generate_audio: false,
      frame_images: ['first_frame', 'last_frame'].map((kind) => ({
        type: 'image_url',
        image_url: { url: `https://media.example/${kind}.png` },
        frame_type: kind,
      })),
      callback_url: ids.callbackUrl,
    });
  });

  test('1080p needs the id of its tier, which is not confirmed', () => {
    const order = orderOf({ resolution: '1080p' });
    expect(openRouter.supports(order, { ...main, settings: {} })).toMatchObject({
      ok: false,
      field: 'quality',
    });
    const { requests } = play(openRouter.submit(main, order, ids), lost);
    expect(JSON.parse(billableBody(requests)).model).toBe('kwaivgi/kling-v3.0-pro');
  });
});

describe('links', () => {
  const done = (links: object) =>
    observed(subject, 'main', answer(JSON.stringify({ id: 'job-abc123', status: 'completed', ...links })))
      .outputs[0];
  const proxy = 'https://openrouter.ai/api/v1/videos/job-abc123/content?index=0';

  test('signed ones come first and say when they die', () => {
    const signed = 'https://cdn.example/a.mp4?X-Amz-Date=20261122T100000Z&X-Amz-Expires=3600';
    const expiresAtMs = Date.parse('2026-11-22T11:00:00Z');
    expect(done({ urls: [signed], unsigned_urls: [proxy] })).toMatchObject({ url: signed, expiresAtMs });
    expect(done({ unsigned_urls: ['/api/v1/videos/job-abc123/content?index=0'] })).toMatchObject({
      url: proxy,
    });
    expect(done({ unsigned_urls: ['//elsewhere.example/a.mp4', 'x:y'] })).toBeUndefined();
  });

  test('only the vendor’s own origin gets the key', () => {
    expect(openRouter.downloadHeaders(main, proxy)).toEqual({ authorization: `Bearer ${apiKey}` });
    for (const url of [
      'https://openrouter.ai.evil.example/api/v1/videos/x',
      'http://openrouter.ai/api/v1/videos/x',
      'https://openrouter.ai:8443/api/v1/videos/x',
      'https://openrouter.ai/elsewhere/clip.mp4',
      'https://cdn.example/api/v1/a.mp4',
    ]) {
      expect(openRouter.downloadHeaders(main, url)).toEqual({});
    }
  });
});

test('a fee beside a key of one’s own is no cost of the clip', () => {
  const job = { id: 'job-abc123', status: 'completed', urls: ['https://cdn.example/a.mp4'] };
  const usage = { cost: 0.01, is_byok: true };
  expect(observed(subject, 'main', answer(JSON.stringify({ ...job, usage }))).cost).toBeNull();
});

describe('the balance', () => {
  const ask = (path: typeof main, body: object) =>
    play(openRouter.balance(path), answer(JSON.stringify(body)));
  test('is what is left of the credits, read with the management key only', () => {
    const { requests, outcome } = ask(main, { data: { total_credits: 25.5, total_usage: 0.126 } });
    expect(requests).toMatchObject([
      { url: '/credits', headers: { authorization: `Bearer ${managementKey}` } },
    ]);
    expect(outcome).toMatchObject({ kind: 'wallet', wallet: { unit: 'USD', remainingMicros: 25_374_000n } });
  });

  test('without one is the limit of the key, if it has one', () => {
    const plain = { ...main, credential: { api_key: apiKey } };
    expect(ask(plain, { data: { limit_remaining: null } }).outcome).toEqual({
      kind: 'unsupported',
      credentialOk: true,
    });
    const { requests, outcome } = ask(plain, { data: { limit_remaining: 4.2 } });
    expect(requests).toMatchObject([{ url: '/key' }]);
    expect(outcome).toMatchObject({ kind: 'wallet', wallet: { remainingMicros: 4_200_000n } });
  });
});

test('the emulator takes every declared order', async () => {
  expect(await notTaken(subject)).toEqual([]);
});
