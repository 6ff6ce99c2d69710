import type { Order } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { billableBody } from '../conformance/building.ts';
import { lost, play } from '../conformance/play.ts';
import type { PathContext, SubmitIds } from '../contract.ts';
import { evolink } from './adapter.ts';
import { inputOf, orderOf, shotsFor } from './testing/orders.ts';
import { ids, pathOf } from './testing/subject.ts';

const path = pathOf(evolink);
const bodyOf = (
  change: Partial<Order>,
  given: { path: PathContext; ids: SubmitIds } = { path, ids },
): unknown =>
  JSON.parse(billableBody(play(evolink.submit(given.path, orderOf(change), given.ids), lost).requests));

const motion: Partial<Order> = {
  model: 'kling-motion-control',
  mode: 'motion-control',
  prompt: '',
  seconds: null,
  aspectRatio: null,
  sound: 'original',
  orientation: 'video',
  inputs: [inputOf('motion_image'), inputOf('motion_video'), inputOf('element')],
};

describe('bodies', () => {
  test('text on 3.0: everything that sets price or look is written out', () => {
    expect(bodyOf({ negativePrompt: 'fog' })).toEqual({
      model: 'kling-v3-text-to-video',
      prompt: 'A paper boat on a rainy street',
      negative_prompt: 'fog',
      duration: 5,
      aspect_ratio: '16:9',
      quality: '720p',
      sound: 'off',
      model_params: { multi_shot: false, watermark_info: { enabled: false } },
      callback_url: ids.callbackUrl,
    });
  });

  test('customised shots: text lengths, counted from one, no prompt beside them', () => {
    const body = bodyOf({ multiShot: 'custom', shots: shotsFor(5) });
    expect(body).not.toHaveProperty('prompt');
    expect(body).toMatchObject({
      model_params: {
        multi_shot: true,
        shot_type: 'customize',
        multi_prompt: [
          { index: 1, prompt: 'The boat sets off', duration: '2' },
          { index: 2, prompt: 'A gust turns it', duration: '3' },
        ],
      },
    });
  });

  test('frames and an element on 3.0; the other way of addressing an input becomes theirs', () => {
    const inputs = [inputOf('first_frame'), inputOf('last_frame'), inputOf('element')];
    const prompt = 'Let @element_1 wave at a@element_1.example, as <<<element_1>>> does';
    expect(bodyOf({ mode: 'image-to-video', aspectRatio: null, inputs, prompt })).toMatchObject({
      prompt: 'Let <<<element_1>>> wave at a@element_1.example, as <<<element_1>>> does',
      image_start: 'https://media.example/image_1.png',
      image_end: 'https://media.example/image_2.png',
      model_params: { element_list: [{ element_id: '893605946402811985' }] },
    });
  });

  test('O1 takes its frames as a list, first frame first', () => {
    const inputs = [inputOf('last_frame'), inputOf('first_frame')];
    const body = bodyOf({ model: 'kling-o1', mode: 'image-to-video', aspectRatio: null, inputs });
    expect(body).toEqual({
      model: 'kling-o1-image-to-video',
      prompt: 'A paper boat on a rainy street',
      duration: 5,
      image_urls: ['https://media.example/image_1.png', 'https://media.example/image_2.png'],
      callback_url: ids.callbackUrl,
    });
  });

  test('motion control: lists of one, sound and element among the parameters', () => {
    expect(bodyOf(motion)).toEqual({
      model: 'kling-v3-motion-control',
      quality: '720p',
      image_urls: ['https://media.example/image_1.png'],
      video_urls: ['https://media.example/video_1.mp4'],
      model_params: {
        character_orientation: 'video',
        keep_sound: true,
        element_list: [{ element_id: '893605946402811985' }],
        watermark_info: { enabled: false },
      },
      callback_url: ids.callbackUrl,
    });
  });

  test('an edit of O3 keeps the sound of its video when that was ordered', () => {
    const inputs = [inputOf('base_video'), inputOf('reference_image')];
    const edit: Partial<Order> = {
      model: 'kling-o3',
      mode: 'video-edit',
      seconds: null,
      aspectRatio: null,
      inputs,
    };
    expect(bodyOf({ ...edit, sound: 'original' })).toMatchObject({
      video_url: 'https://media.example/video_1.mp4',
      keep_original_sound: true,
      image_urls: ['https://media.example/image_3.png'],
    });
    expect(bodyOf({ ...edit, sound: 'off' })).toMatchObject({ keep_original_sound: false });
  });
});

describe('references on O3', () => {
  const reference: Partial<Order> = { model: 'kling-o3', mode: 'reference-to-video' };

  test('beside a video: its sound is refused in so many words, for it would be kept', () => {
    const inputs = [inputOf('reference_video'), inputOf('reference_image'), inputOf('element')];
    expect(bodyOf({ ...reference, multiShot: 'auto', inputs })).toEqual({
      model: 'kling-o3-reference-to-video',
      prompt: 'A paper boat on a rainy street',
      duration: 5,
      aspect_ratio: '16:9',
      quality: '720p',
      keep_original_sound: false,
      image_urls: ['https://media.example/image_3.png'],
      video_url: 'https://media.example/video_1.mp4',
      model_params: {
        element_list: [{ element_id: '893605946402811985' }],
        watermark_info: { enabled: false },
      },
      callback_url: ids.callbackUrl,
    });
  });

  test('pictures alone go to the model for frames, which needs none', () => {
    expect(bodyOf({ ...reference, inputs: [inputOf('reference_image')] })).toMatchObject({
      model: 'kling-o3-image-to-video',
      image_urls: ['https://media.example/image_3.png'],
      sound: 'off',
      model_params: { multi_shot: false },
    });
  });
});

describe('the callback address', () => {
  const plain = { ...ids, callbackUrl: 'http://127.0.0.1:8080/callbacks/main/tok' };
  const long = { ...ids, callbackUrl: `https://gateway.example/${'x'.repeat(2048)}` };
  const none = { ...ids, callbackUrl: null };

  test.each([
    ['without TLS', plain],
    ['too long', long],
    ['that there is none of', none],
  ])('%s is left out, so that the order is not refused', (_about, given) => {
    expect(bodyOf({}, { path, ids: given })).not.toHaveProperty('callback_url');
  });

  test('an upstream on this machine may call back without TLS', () => {
    const local = { ...path, baseUrl: 'http://127.0.0.1:4000' };
    expect(bodyOf({}, { path: local, ids: plain })).toHaveProperty('callback_url', plain.callbackUrl);
  });
});
