import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { lost, play } from '../conformance/play.ts';
import { kling } from './adapter.ts';
import { inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { ids, paths } from './testing/subject.ts';

type Given = Parameters<typeof orderOf>[0];

function sent(path: keyof typeof paths, change: Given, callbackUrl: string | null = null) {
  const { requests, outcome } = play(
    kling.submit(paths[path], orderOf(change), { ...ids, callbackUrl }),
    lost,
  );
  expect(outcome).toMatchObject({ kind: 'unknown' });
  const request = requests[0];
  return { url: request?.url, text: billableBody(requests), body: JSON.parse(billableBody(requests)) };
}

const options = { external_task_id: 'att-0001', watermark_info: { enabled: false } };
const omniReference: Given = {
  model: 'kling-o3',
  mode: 'reference-to-video',
  prompt: 'Put <<<image_1>>> and @image_2 beside <<< element_1 >>>, mail me at x@image_1.example, @image_12',
  inputs: [
    inputOf('reference_image', 'image_1'),
    inputOf('reference_image', 'image_2'),
    inputOf('element', 'element_1'),
  ],
};

describe('new generation', () => {
  test('text to video: everything that sets price or look is written out', () => {
    expect(sent('new', {}, 'https://sluice.example/callbacks/abc')).toMatchObject({
      url: '/text-to-video/kling-3.0',
      text: JSON.stringify({
        prompt: 'A paper boat on a rainy street',
        settings: { resolution: '720p', duration: 5, aspect_ratio: '16:9', audio: 'off', multi_shot: false },
        options: { callback_url: 'https://sluice.example/callbacks/abc', ...options },
      }),
    });
  });

  test('image to video: frames without ids, an element with one, no aspect ratio', () => {
    const { url, body } = sent('new', {
      mode: 'image-to-video',
      aspectRatio: null,
      sound: 'on',
      prompt: '<<<element_1>>> walks',
      inputs: [inputOf('first_frame'), inputOf('last_frame'), inputOf('element')],
    });
    expect(url).toBe('/image-to-video/kling-3.0');
    expect(body).toEqual({
      contents: [
        { type: 'prompt', text: '@element_1 walks' },
        { type: 'first_frame', url: 'https://media.example/image_1.png' },
        { type: 'last_frame', url: 'https://media.example/image_2.png' },
        { type: 'element', element_id: '893605946402811985', id: 'element_1' },
      ],
      settings: { resolution: '720p', duration: 5, audio: 'native', multi_shot: false },
      options,
    });
  });

  test('omni: markers of both kinds become @names, other text stays', () => {
    const { url, body } = sent('new', omniReference);
    expect(url).toBe('/omni-video/kling-3.0-omni');
    expect(body.contents).toEqual([
      {
        type: 'prompt',
        text: 'Put @image_1 and @image_2 beside @element_1, mail me at x@image_1.example, @image_12',
      },
      { type: 'refer_image', url: 'https://media.example/image_1.png', id: 'image_1' },
      { type: 'refer_image', url: 'https://media.example/image_2.png', id: 'image_2' },
      { type: 'element', element_id: '893605946402811985', id: 'element_1' },
    ]);
  });

  test('an edit follows its video: no length, no frame, original sound', () => {
    const { body } = sent('new', {
      model: 'kling-o3',
      mode: 'video-edit',
      seconds: null,
      aspectRatio: null,
      sound: 'original',
      prompt: 'Make <<<video_1>>> night',
      inputs: [inputOf('base_video')],
    });
    expect(body.settings).toEqual({ resolution: '720p', audio: 'original', multi_shot: false });
    expect(body.contents).toEqual([
      { type: 'prompt', text: 'Make @video_1 night' },
      { type: 'base_video', url: 'https://media.example/video_1.mp4', id: 'video_1' },
    ]);
  });

  test('motion control without words', () => {
    const { url, body } = sent('new', {
      model: 'kling-motion-control',
      mode: 'motion-control',
      prompt: '',
      seconds: null,
      aspectRatio: null,
      sound: 'original',
      orientation: 'video',
      inputs: [inputOf('motion_image'), inputOf('motion_video')],
    });
    expect(url).toBe('/motion-control/kling-3.0');
    expect(body).toEqual({
      contents: [
        { type: 'image', url: 'https://media.example/image_1.png' },
        { type: 'video', url: 'https://media.example/video_1.mp4' },
      ],
      settings: { resolution: '720p', audio: 'original', character_orientation: 'video' },
      options,
    });
  });

  test('models without sound or multi-shot fields get none', () => {
    expect(sent('new', { model: 'kling-2.5-turbo' }).body.settings).toEqual({
      resolution: '720p',
      duration: 5,
      aspect_ratio: '16:9',
    });
    const turbo = sent('new', { model: 'kling-3.0-turbo', sound: 'on' }).body.settings;
    expect(Object.keys(turbo)).toEqual(['resolution', 'duration', 'aspect_ratio']);
  });

  test('customised shots become prompt text', () => {
    const shots = [{ prompt: 'One; two;', seconds: 2 }, ...shotsFor(5).slice(1)];
    const { body } = sent('new', { prompt: 'ignored', multiShot: 'custom', shots });
    expect(body.prompt).toBe('shot 1, 2, One, two; shot 2, 3, A gust turns it;');
    expect(body.settings.multi_shot).toBe(true);
  });

  test('a negative prompt is said in the prompt', () => {
    expect(sent('new', { negativePrompt: 'people' }).body.prompt).toBe(
      'A paper boat on a rainy street\n\nAvoid: people',
    );
  });

  test('an image in the body travels as bare base64', () => {
    const inputs = [{ ...inputOf('first_frame'), url: 'data:image/png;base64,iVBORw0KGgo=' }];
    const { body } = sent('new', { mode: 'image-to-video', aspectRatio: null, inputs });
    expect(body.contents[1]).toEqual({ type: 'first_frame', url: 'iVBORw0KGgo=' });
  });
});

describe('legacy generation', () => {
  test('text to video: flat, with texts for numbers', () => {
    expect(sent('legacy', { negativePrompt: 'people', resolution: '4k', sound: 'on' })).toMatchObject({
      url: '/v1/videos/text2video',
      text: JSON.stringify({
        model_name: 'kling-v3',
        prompt: 'A paper boat on a rainy street',
        negative_prompt: 'people',
        multi_shot: false,
        sound: 'on',
        mode: '4k',
        aspect_ratio: '16:9',
        duration: '5',
        external_task_id: 'att-0001',
        watermark_info: { enabled: false },
      }),
    });
  });

  test('first and last frame', () => {
    const { url, body } = sent('legacy', {
      model: 'kling-2.5-turbo',
      mode: 'image-to-video',
      resolution: '1080p',
      aspectRatio: null,
      inputs: [inputOf('first_frame'), inputOf('last_frame')],
    });
    expect(url).toBe('/v1/videos/image2video');
    expect(body).toEqual({
      model_name: 'kling-v2-5-turbo',
      prompt: 'A paper boat on a rainy street',
      image: 'https://media.example/image_1.png',
      image_tail: 'https://media.example/image_2.png',
      mode: 'pro',
      duration: '5',
      external_task_id: 'att-0001',
      watermark_info: { enabled: false },
    });
  });

  test('omni lists: element ids keep all their digits, names become places', () => {
    const { url, text, body } = sent('legacy', omniReference);
    expect(url).toBe('/v1/videos/omni-video');
    expect(text).toContain('"element_list":[{"element_id":893605946402811985}]');
    expect(body.prompt).toBe(
      'Put <<<image_1>>> and <<<image_2>>> beside <<<element_1>>>, mail me at x@image_1.example, @image_12',
    );
    expect(body.image_list).toEqual([
      { image_url: 'https://media.example/image_1.png' },
      { image_url: 'https://media.example/image_2.png' },
    ]);
  });

  test('omni frames come first in the list, and markers count with them', () => {
    const { body } = sent('legacy', {
      model: 'kling-o3',
      mode: 'image-to-video',
      prompt: 'From <<<image_1>>> with <<<image_3>>>',
      inputs: [inputOf('reference_image', 'image_3'), inputOf('last_frame'), inputOf('first_frame')],
    });
    expect(body.image_list).toEqual([
      { image_url: 'https://media.example/image_1.png', type: 'first_frame' },
      { image_url: 'https://media.example/image_2.png', type: 'end_frame' },
      { image_url: 'https://media.example/image_3.png' },
    ]);
    expect(body.prompt).toBe('From <<<image_1>>> with <<<image_3>>>');
  });

  test('an edit, and a feature video whose shots the model cuts', () => {
    const edit = sent('legacy', {
      model: 'kling-o1',
      mode: 'video-edit',
      seconds: null,
      aspectRatio: null,
      sound: 'original',
      inputs: [inputOf('base_video')],
    }).body;
    expect(edit.video_list).toEqual([
      { video_url: 'https://media.example/video_1.mp4', refer_type: 'base', keep_original_sound: 'yes' },
    ]);
    expect(edit).not.toHaveProperty('duration');
    expect(edit).not.toHaveProperty('sound');
    const feature = sent('legacy', {
      model: 'kling-o3',
      mode: 'reference-to-video',
      multiShot: 'auto',
      inputs: [inputOf('reference_video')],
    }).body;
    expect(feature).toMatchObject({
      multi_shot: true,
      shot_type: 'intelligence',
      sound: 'off',
      duration: '5',
    });
    expect(feature.video_list[0]).toMatchObject({ refer_type: 'feature', keep_original_sound: 'no' });
  });

  test('customised shots have fields of their own', () => {
    const { body } = sent('legacy', { multiShot: 'custom', shots: shotsFor(5) });
    expect(body).toMatchObject({
      multi_shot: true,
      shot_type: 'customize',
      multi_prompt: [
        { index: 1, prompt: 'The boat sets off', duration: '2' },
        { index: 2, prompt: 'A gust turns it', duration: '3' },
      ],
    });
    expect(body).not.toHaveProperty('prompt');
  });

  test('motion control', () => {
    const { body } = sent('legacy', {
      model: 'kling-motion-control',
      mode: 'motion-control',
      seconds: null,
      aspectRatio: null,
      orientation: 'video',
      inputs: [inputOf('motion_image'), inputOf('motion_video'), inputOf('element')],
    });
    expect(body).toMatchObject({
      model_name: 'kling-v3',
      image_url: 'https://media.example/image_1.png',
      video_url: 'https://media.example/video_1.mp4',
      keep_original_sound: 'no',
      mode: 'std',
      character_orientation: 'video',
    });
  });
});

test('a file of ours that nobody turned into an address is refused before anything is sent', () => {
  const order = orderOf({
    mode: 'image-to-video',
    aspectRatio: null,
    inputs: [{ ...inputOf('first_frame'), url: 'file:file_1' }],
  });
  for (const path of Object.values(paths)) {
    const { requests, outcome } = play(kling.submit(path, order, ids), lost);
    expect(requests).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'refused', class: 'bad_input', code: 'input_without_address' });
  }
});
