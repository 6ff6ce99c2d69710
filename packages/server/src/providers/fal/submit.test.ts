/** What is sent: ids, fields and headers, and which addresses of the answer are believed. */
import { describe, expect, test } from 'vitest';
import { lost, play } from '../conformance/play.ts';
import type { SubmitIds, UpstreamRequest } from '../contract.ts';
import { fal } from './adapter.ts';
import { requestId } from './testing/callbacks.ts';
import { inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { startMs } from './testing/stage.ts';
import { ids, paths } from './testing/subject.ts';

type Change = Parameters<typeof orderOf>[0];

function sent(change: Change, path = paths.main, with_: SubmitIds = ids): UpstreamRequest {
  const [request] = play(fal.submit(path, orderOf(change), with_), lost).requests;
  if (!request) throw new Error('nothing was sent');
  return request;
}

function input(change: Change): unknown {
  return JSON.parse(sent(change).body ?? '');
}

const prompt = 'A paper boat on a rainy street';
const at = (name: string) => `https://media.example/${name}.png`;
const four = { model: 'kling-4.0', sound: 'on' } as const;

describe('ids', () => {
  test.each<[Change, string]>([
    [{ resolution: '720p' }, 'fal-ai/kling-video/v3/standard/text-to-video'],
    [{ resolution: '4k' }, 'fal-ai/kling-video/v3/4k/text-to-video'],
    [{ model: 'kling-3.0-turbo', sound: 'on' }, 'fal-ai/kling-video/v3/turbo/pro/text-to-video'],
    [{ model: 'kling-2.6' }, 'fal-ai/kling-video/v2.6/pro/text-to-video'],
    [
      { model: 'kling-o1', mode: 'image-to-video', aspectRatio: null, inputs: [inputOf('first_frame')] },
      'fal-ai/kling-video/o1/image-to-video',
    ],
    [
      { model: 'kling-o3', mode: 'reference-to-video', inputs: [inputOf('reference_image')] },
      'fal-ai/kling-video/o3/pro/reference-to-video',
    ],
    [
      {
        model: 'kling-o3',
        mode: 'reference-to-video',
        multiShot: 'auto',
        inputs: [inputOf('reference_video')],
      },
      'fal-ai/kling-video/o3/pro/video-to-video/reference',
    ],
    [{ ...four, resolution: '720p' }, 'kling/v4/text-to-video'],
  ])('%j', (change, id) => {
    expect(sent(change).url.split('?')[0]).toBe(`/${id}`);
  });
});

describe('inputs', () => {
  test.each<[string, Change, unknown]>([
    [
      '3.0 from text: the length is text, sound is written out',
      {},
      { prompt, duration: '5', aspect_ratio: '16:9', generate_audio: false },
    ],
    [
      '3.0 in shots: no prompt beside them, and the whole length',
      { multiShot: 'custom', shots: shotsFor(5), sound: 'on', negativePrompt: 'fog' },
      {
        multi_prompt: [
          { prompt: 'The boat sets off', duration: '2' },
          { prompt: 'A gust turns it', duration: '3' },
        ],
        shot_type: 'customize',
        duration: '5',
        negative_prompt: 'fog',
        aspect_ratio: '16:9',
        generate_audio: true,
      },
    ],
    [
      '3.0 cut by the model',
      { multiShot: 'auto' },
      { prompt, shot_type: 'intelligent', duration: '5', aspect_ratio: '16:9', generate_audio: false },
    ],
    [
      '4.0: the length is a number, the resolution a field, and sound is never mentioned',
      four,
      { prompt, duration: 5, resolution: '1080p', aspect_ratio: '16:9' },
    ],
    [
      '4.0 in shots: their sum is the length',
      { ...four, multiShot: 'custom', shots: shotsFor(5) },
      {
        multi_prompt: [
          { prompt: 'The boat sets off', duration: 2 },
          { prompt: 'A gust turns it', duration: 3 },
        ],
        resolution: '1080p',
        aspect_ratio: '16:9',
      },
    ],
    [
      '4.0 with frames in between',
      {
        ...four,
        mode: 'image-to-video',
        seconds: 30,
        aspectRatio: null,
        inputs: [
          inputOf('first_frame'),
          inputOf('last_frame'),
          inputOf('middle_frame', 'image_3'),
          inputOf('middle_frame', 'image_4'),
        ],
      },
      {
        prompt,
        duration: 30,
        start_image_url: at('image_1'),
        end_image_url: at('image_2'),
        middle_image_urls: [at('image_3'), at('image_4')],
        resolution: '1080p',
        aspect_ratio: 'auto',
      },
    ],
    [
      'references by their names',
      {
        model: 'kling-o3',
        mode: 'reference-to-video',
        prompt: '<<<image_2>>> meets @image_1, not @image_10',
        inputs: [inputOf('reference_image', 'image_1'), inputOf('reference_image', 'image_2')],
      },
      {
        prompt: '@Image2 meets @Image1, not @image_10',
        duration: '5',
        image_urls: [at('image_1'), at('image_2')],
        aspect_ratio: '16:9',
        generate_audio: false,
      },
    ],
    [
      'frames of O1 by their names',
      {
        model: 'kling-o1',
        mode: 'image-to-video',
        aspectRatio: null,
        prompt: 'from <<<image_1>>> to <<<image_2>>>',
        inputs: [inputOf('first_frame'), inputOf('last_frame')],
      },
      {
        prompt: 'from @Image1 to @Image2',
        duration: '5',
        start_image_url: at('image_1'),
        end_image_url: at('image_2'),
      },
    ],
    [
      'motion control',
      {
        model: 'kling-motion-control',
        mode: 'motion-control',
        seconds: null,
        aspectRatio: null,
        prompt: '',
        sound: 'original',
        orientation: 'video',
        inputs: [inputOf('motion_image'), inputOf('motion_video')],
      },
      {
        image_url: at('image_1'),
        video_url: 'https://media.example/video_1.mp4',
        character_orientation: 'video',
        keep_original_sound: true,
      },
    ],
  ])('%s', (_, change, expected) => {
    expect(input(change)).toEqual(expected);
  });
});

describe('headers', () => {
  test('the start deadline, the life of media and one execution are asked for', () => {
    expect(sent({}).headers).toEqual({
      authorization: `Key ${paths.main.credential.api_key}`,
      'content-type': 'application/json',
      'x-fal-request-timeout': '1800',
      'x-fal-object-lifecycle-preference': '{"expiration_duration_seconds":604800}',
      'x-fal-no-retry': '1',
    });
  });

  test('settings change what is stored and run again', () => {
    const { headers } = sent({}, paths.admin);
    expect(headers['x-fal-store-io']).toBe('0');
    expect(headers['x-fal-no-retry']).toBeUndefined();
  });

  test.each([
    [startMs + 90_500, '90'],
    [startMs + 10_000_000, '1800'],
    [startMs - 5_000, '2'],
  ])('to start before %d means %s s', (startBeforeMs, seconds) => {
    const { headers } = sent({}, paths.main, { ...ids, startBeforeMs });
    expect(headers['x-fal-request-timeout']).toBe(seconds);
  });

  test('the callback travels in the query, and not at all where there is none', () => {
    expect(sent({}).url).toContain(`?fal_webhook=${encodeURIComponent(ids.callbackUrl)}`);
    expect(sent({}, paths.main, { ...ids, callbackUrl: null }).url).not.toContain('?');
  });
});

/** Where a request is asked for after an answer that named these addresses. */
function askedAt(change: Change, told: object, baseUrl: string = fal.defaultBaseUrl): string | undefined {
  const path = { ...paths.main, baseUrl };
  const text = JSON.stringify({ request_id: requestId, status: 'IN_QUEUE', ...told });
  const { outcome } = play(fal.submit(path, orderOf(change), ids), {
    kind: 'answered',
    status: 200,
    headers: {},
    text,
  });
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  const stored = { attemptId: 'a', correlationId: 'c', handle: outcome.handle };
  return play(fal.observe(path, [stored]), lost).requests[0]?.url;
}

function addresses(base: string, id: string = requestId) {
  const response_url = `${base}/requests/${id}`;
  return { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
}

describe('addresses', () => {
  const built = `/fal-ai/kling-video/requests/${requestId}/status`;

  test('those of the answer are used as they are', () => {
    const told = addresses('https://queue.fal.run/somewhere/else/entirely');
    expect(askedAt({}, told)).toBe(told.status_url);
  });

  test.each([
    ['another host', addresses('https://queue.fal.run.evil.example/fal-ai/kling-video')],
    ['another scheme', addresses('http://queue.fal.run/fal-ai/kling-video')],
    ['another port', addresses('https://queue.fal.run:8443/fal-ai/kling-video')],
    ['a name before the host', addresses('https://key@queue.fal.run/fal-ai/kling-video')],
    ['another request', addresses('https://queue.fal.run/fal-ai/kling-video', 'ffffffff-2c3a')],
    ['no address at all', {}],
    ['nonsense', { status_url: 'x', response_url: '//', cancel_url: '' }],
  ])('the key does not go to %s', (_, told) => {
    expect(askedAt({}, told)).toBe(built);
  });

  test('4.0 lies under its own two segments', () => {
    expect(askedAt(four, {})).toBe(`/kling/v4/requests/${requestId}/status`);
  });

  test('a base URL that was changed since takes the address over', () => {
    const told = addresses('https://queue.fal.run/fal-ai/kling-video');
    expect(askedAt({}, told, 'https://gateway.example/fal')).toBe(built);
  });
});
