import { CreateGeneration, Order } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../effects/catalogue/read.ts';
import { readOrder } from './order.ts';

const catalogue = loadCatalogue(readCatalogueFiles());
type Body = z.input<typeof CreateGeneration>;

const PNG = 'https://media.example/a.png';
const PNG2 = 'https://media.example/b.png';
const MP4 = 'https://media.example/a.mp4';
const element = (id: string) => ({ element_id: id });
const elements = (count: number) => Array.from({ length: count }, (_, index) => element(String(index + 1)));
const images = (count: number) => Array.from({ length: count }, (_, index) => `file:image_${index}`);

/** Bodies pass through the wire shape first, as they do in production. */
const readBody = (body: Body) => readOrder(CreateGeneration.parse(body), catalogue);

function accepted(body: Body): Order {
  const read = readBody(body);
  if (!read.ok) throw new Error(`refused: ${JSON.stringify(read.refusal)}`);
  expect(Order.parse(read.order)).toEqual(read.order);
  return read.order;
}

function refused(body: Body) {
  const read = readBody(body);
  if (read.ok) throw new Error(`accepted: ${JSON.stringify(read.order)}`);
  expect(read.refusal.message).toBeTruthy();
  expect(read.refusal.fix).toBeTruthy();
  return read.refusal;
}

describe('defaults', () => {
  test('a bare prompt becomes the cheapest plain clip of the model', () => {
    expect(accepted({ model: 'kling-3.0', prompt: 'a pier at dawn' })).toEqual({
      model: 'kling-3.0',
      mode: 'text-to-video',
      prompt: 'a pier at dawn',
      negativePrompt: null,
      seconds: 5,
      inputSeconds: null,
      aspectRatio: '16:9',
      resolution: '720p',
      sound: 'off',
      multiShot: 'off',
      shots: [],
      orientation: null,
      watermark: false,
      inputs: [],
    });
  });

  test('the turbo always has sound', () => {
    expect(accepted({ model: 'kling-3.0-turbo', prompt: 'x' }).sound).toBe('on');
    expect(refused({ model: 'kling-3.0-turbo', prompt: 'x', sound: 'off' })).toMatchObject({
      field: 'sound',
      allowed: ['on'],
    });
  });

  test('motion control follows its video: no length, no aspect, its sound', () => {
    const order = accepted({
      model: 'kling-v3-motion-control',
      image_urls: [PNG],
      video_urls: [MP4],
      model_params: { character_orientation: 'video' },
    });
    expect(order).toMatchObject({
      model: 'kling-motion-control',
      mode: 'motion-control',
      prompt: '',
      seconds: null,
      inputSeconds: null,
      aspectRatio: null,
      sound: 'original',
      orientation: 'video',
      inputs: [
        { role: 'motion_image', url: PNG, name: 'image_1' },
        { role: 'motion_video', url: MP4, name: 'video_1' },
      ],
    });
  });
});

describe('the mode', () => {
  const cases: [string, Body, string][] = [
    ['nothing but words', { model: 'kling-o3', prompt: 'x' }, 'text-to-video'],
    ['a first frame', { model: 'kling-o3', prompt: 'x', image_start: PNG }, 'image-to-video'],
    [
      'a first frame and references',
      { model: 'kling-o3', prompt: 'x', image_start: PNG, image_urls: [PNG2] },
      'image-to-video',
    ],
    ['references', { model: 'kling-o3', prompt: 'x', image_urls: [PNG] }, 'reference-to-video'],
    ['elements', { model: 'kling-o1', prompt: 'x', element_list: [element('7')] }, 'reference-to-video'],
    [
      'images for a model without references',
      { model: 'kling-3.0', prompt: 'x', image_urls: [PNG] },
      'image-to-video',
    ],
    [
      'a video for motion control',
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_urls: [MP4],
        model_params: { character_orientation: 'image' },
      },
      'motion-control',
    ],
    [
      'a video whose sound is kept',
      { model: 'kling-o3', prompt: 'x', video_url: MP4, keep_original_sound: true },
      'video-edit',
    ],
    [
      'a video and an ordered length',
      { model: 'kling-o3', prompt: 'x', video_url: MP4, duration: 8 },
      'reference-to-video',
    ],
    [
      'a video and a first frame',
      { model: 'kling-o1', prompt: 'x', video_url: MP4, image_start: PNG },
      'reference-to-video',
    ],
    ['a list of videos', { model: 'kling-o1', prompt: 'x', video_urls: [MP4] }, 'video-edit'],
    [
      'said by the client',
      { model: 'kling-o3', mode: 'video-edit', prompt: 'x', video_url: MP4 },
      'video-edit',
    ],
    ['said by the name', { model: 'kling-o3-video-edit', prompt: 'x', video_url: MP4 }, 'video-edit'],
    [
      'said by the name',
      { model: 'kling-o3-reference-to-video', prompt: 'x', video_url: MP4 },
      'reference-to-video',
    ],
    [
      'said twice alike',
      { model: 'kling-o1-video-edit', mode: 'video-edit', prompt: 'x', video_urls: [MP4] },
      'video-edit',
    ],
    [
      'routed O3 image-to-video with references only',
      { model: 'kling-o3-image-to-video', prompt: 'x', image_urls: [PNG] },
      'reference-to-video',
    ],
    [
      'routed O1 image-to-video, whose images are frames',
      { model: 'kling-o1-image-to-video', prompt: 'x', image_urls: [PNG] },
      'image-to-video',
    ],
  ];
  test.each(cases)('%s: %j → %s', (_, body, mode) => {
    expect(accepted(body).mode).toBe(mode);
  });

  test('a video that could serve two modes is a question, not a guess', () => {
    expect(refused({ model: 'kling-o3', prompt: 'x', video_url: MP4 })).toMatchObject({
      field: 'mode',
      allowed: ['reference-to-video', 'video-edit'],
    });
  });

  test.each<[Body, string, string]>([
    [{ model: 'kling-3.0', mode: 'video-edit', prompt: 'x' }, 'invalid_input', 'mode'],
    [{ model: 'kling-o3-video-edit', mode: 'text-to-video', prompt: 'x' }, 'unsupported_combination', 'mode'],
    [{ model: 'kling-3.0', prompt: 'x', video_url: MP4 }, 'invalid_input', 'video_url'],
    [{ model: 'kling-2.6', prompt: 'x', video_urls: [MP4] }, 'invalid_input', 'video_urls'],
    [{ model: 'kling-v1', prompt: 'x' }, 'unknown_model', 'model'],
  ])('%j is refused: %s at %s', (body, code, field) => {
    expect(refused(body)).toMatchObject({ code, field });
  });

  test('an unknown model is answered with the known ones', () => {
    expect(refused({ model: 'kling-v1', prompt: 'x' }).allowed).toContain('kling-o3');
  });
});

describe('inputs', () => {
  test('images are numbered over frames, then references, as the routed multi-shot example counts', () => {
    const order = accepted({
      model: 'kling-o3-image-to-video',
      image_start: PNG,
      image_urls: [PNG2],
      duration: 10,
      aspect_ratio: '16:9',
      quality: '1080p',
      model_params: {
        multi_shot: true,
        shot_type: 'customize',
        multi_prompt: [
          { index: 1, prompt: '<<<image_1>>> sits in a park', duration: '5' },
          { index: 2, prompt: 'cut to the street of <<<image_2>>>', duration: '5' },
        ],
      },
    });
    expect(order.inputs).toEqual([
      { role: 'first_frame', url: PNG, name: 'image_1' },
      { role: 'reference_image', url: PNG2, name: 'image_2' },
    ]);
    expect(order).toMatchObject({ multiShot: 'custom', seconds: 10, aspectRatio: '16:9', prompt: '' });
  });

  test('under O1’s routed name image_urls are first and last frame', () => {
    const order = accepted({ model: 'kling-o1-image-to-video', prompt: 'x', image_urls: [PNG, PNG2] });
    expect(order.inputs.map((input) => input.role)).toEqual(['first_frame', 'last_frame']);
    const body = { model: 'kling-o1-image-to-video', prompt: 'x' };
    expect(refused({ ...body, image_urls: images(3) }).field).toBe('image_urls');
    expect(refused({ ...body, image_urls: [PNG], image_start: PNG2 }).code).toBe('unsupported_combination');
  });

  test('elements keep their long ids as text, from either place', () => {
    const id = '893605946402811985';
    const body = { model: 'kling-o3', prompt: '@element_1 walks' };
    const expected = [{ role: 'element', elementId: id, name: 'element_1' }];
    expect(accepted({ ...body, element_list: [element(id)] }).inputs).toEqual(expected);
    expect(accepted({ ...body, model_params: { element_list: [element(id)] } }).inputs).toEqual(expected);
    const both = { ...body, element_list: [element(id)], model_params: { element_list: [element(id)] } };
    expect(refused(both)).toMatchObject({ code: 'unsupported_combination', field: 'element_list' });
  });

  test.each<[Body, string]>([
    [{ model: 'kling-3.0', mode: 'image-to-video', prompt: 'x' }, 'image_start'],
    [{ model: 'kling-3.0', prompt: 'x', image_end: PNG }, 'image_start'],
    [{ model: 'kling-3.0-turbo', prompt: 'x', image_start: PNG, image_end: PNG2 }, 'image_end'],
    [{ model: 'kling-3.0', mode: 'text-to-video', prompt: 'x', image_start: PNG }, 'image_start'],
    [
      { model: 'kling-3.0', prompt: 'x', image_start: PNG, element_list: elements(4) },
      'element_list[3].element_id',
    ],
    [{ model: 'kling-o3', mode: 'video-edit', prompt: 'x' }, 'video_url'],
    [{ model: 'kling-o3', mode: 'video-edit', prompt: 'x', video_urls: [MP4, MP4] }, 'video_urls[1]'],
    [{ model: 'kling-o3', mode: 'video-edit', prompt: 'x', video_url: MP4, image_start: PNG }, 'image_start'],
    [
      { model: 'kling-motion-control', image_urls: [PNG], model_params: { character_orientation: 'video' } },
      'video_urls',
    ],
    [{ model: 'kling-o3', prompt: 'x', image_urls: images(8) }, 'image_urls[7]'],
  ])('%j: wrong count, refused at %s', (body, field) => {
    expect(refused(body)).toMatchObject({ code: 'invalid_input', field });
  });

  test.each([
    'ftp://media.example/a.png',
    'data:image/png;base64,AAAA',
    '/etc/passwd',
    'file:///etc/passwd',
    'file:../../x',
    'https://user:secret@media.example/a.png',
    'javascript:alert(1)',
  ])('the address %s is refused', (url) => {
    const read = refused({ model: 'kling-3.0', prompt: 'x', image_start: url });
    expect(read).toMatchObject({ code: 'input_unreachable', field: 'image_start' });
    expect(read.message).not.toContain('secret');
  });
});

describe('options', () => {
  test.each<[Body, string, unknown]>([
    [{ model: 'kling-3.0', prompt: 'x', duration: 16 }, 'duration', undefined],
    [{ model: 'kling-2.6', prompt: 'x', duration: 7 }, 'duration', [5, 10]],
    [{ model: 'kling-o1', prompt: 'x', duration: 7 }, 'duration', [5, 10]],
    [{ model: 'kling-2.6', prompt: 'x', quality: '4k' }, 'quality', ['720p', '1080p']],
    [{ model: 'kling-3.0', prompt: 'x', aspect_ratio: '4:3' }, 'aspect_ratio', ['16:9', '9:16', '1:1']],
    [{ model: 'kling-3.0', prompt: 'x', image_start: PNG, aspect_ratio: '1:1' }, 'aspect_ratio', []],
    [{ model: 'kling-o1', prompt: 'x', sound: 'on' }, 'sound', ['off']],
    [{ model: 'kling-3.0', prompt: 'x', keep_original_sound: true }, 'keep_original_sound', [false]],
    [{ model: 'kling-3.0', prompt: 'x'.repeat(3073) }, 'prompt', { max: 3072 }],
    [{ model: 'kling-o1', prompt: 'x'.repeat(2501) }, 'prompt', { max: 2500 }],
    [{ model: 'kling-3.0', prompt: '  \n ' }, 'prompt', undefined],
    [{ model: 'kling-3.0' }, 'prompt', undefined],
    [{ model: 'kling-o1', prompt: 'x', negative_prompt: 'rain' }, 'negative_prompt', undefined],
    [{ model: 'kling-3.0', prompt: 'x', input_seconds: 4 }, 'input_seconds', undefined],
    [{ model: 'kling-o3', mode: 'video-edit', prompt: 'x', video_url: MP4, duration: 5 }, 'duration', []],
    [
      { model: 'kling-o3', mode: 'video-edit', prompt: 'x', video_url: MP4, input_seconds: 16 },
      'input_seconds',
      { min: 3, max: 15.5 },
    ],
    [
      { model: 'kling-motion-control', image_urls: [PNG], video_urls: [MP4] },
      'model_params.character_orientation',
      ['image', 'video'],
    ],
    [
      { model: 'kling-3.0', prompt: 'x', model_params: { character_orientation: 'image' } },
      'model_params.character_orientation',
      [],
    ],
  ])('%j is refused at %s', (body, field, allowed) => {
    const refusal = refused(body);
    expect(refusal).toMatchObject({ code: 'invalid_input', field });
    if (allowed !== undefined) expect(refusal.allowed).toEqual(allowed);
  });

  test.each<[Body, Partial<Order>]>([
    [
      { model: 'kling-3.0', prompt: 'x', sound: 'on', quality: '4k', duration: 15 },
      { sound: 'on', resolution: '4k', seconds: 15 },
    ],
    [{ model: 'kling-3.0', prompt: 'x', negative_prompt: 'rain' }, { negativePrompt: 'rain' }],
    [{ model: 'kling-o1', prompt: 'x', negative_prompt: '' }, { negativePrompt: null }],
    [
      { model: 'kling-3.0', prompt: 'x', model_params: { watermark_info: { enabled: true } } },
      { watermark: true },
    ],
    [{ model: 'kling-3.0', prompt: 'x', keep_original_sound: false }, { sound: 'off' }],
    [
      { model: 'kling-o3-video-edit', prompt: 'x', video_url: MP4 },
      { sound: 'off', seconds: null },
    ],
    [
      { model: 'kling-o3-video-edit', prompt: 'x', video_url: MP4, keep_original_sound: true, sound: 'off' },
      { sound: 'original' },
    ],
    [
      { model: 'kling-o3-video-edit', prompt: 'x', video_url: MP4, input_seconds: 7.5 },
      { inputSeconds: 7.5 },
    ],
    [
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_urls: [MP4],
        model_params: { character_orientation: 'image', keep_sound: false },
      },
      { sound: 'off' },
    ],
    [
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_url: MP4,
        model_params: { character_orientation: 'image' },
      },
      { sound: 'original' },
    ],
  ])('%j → %j', (body, expected) => {
    expect(accepted(body)).toMatchObject(expected);
  });

  test('fields that say the same twice must agree', () => {
    const edit = { model: 'kling-o3-video-edit', prompt: 'x', video_url: MP4 };
    for (const body of [
      { ...edit, keep_original_sound: true, model_params: { keep_sound: false } },
      { ...edit, keep_original_sound: true, sound: 'on' as const },
      { ...edit, video_urls: [MP4] },
    ]) {
      expect(refused(body).code).toBe('unsupported_combination');
    }
  });
});

describe('combination rules', () => {
  const reference: Body = { model: 'kling-o3-reference-to-video', prompt: 'x' };
  test.each<[string, Body, string]>([
    [
      'references and elements ≤ 7',
      { ...reference, image_urls: images(4), element_list: elements(4) },
      'image_urls',
    ],
    [
      '≤ 4 beside a video',
      { ...reference, video_url: MP4, image_urls: images(3), element_list: elements(2) },
      'image_urls',
    ],
    [
      '≤ 4 in an edit',
      {
        model: 'kling-o1-video-edit',
        prompt: 'x',
        video_urls: [MP4],
        image_urls: images(3),
        element_list: elements(2),
      },
      'image_urls',
    ],
    ['a reference is needed', { ...reference }, 'image_urls'],
    ['a last frame is never alone', { ...reference, image_urls: [PNG], image_end: PNG }, 'image_start'],
    ['a reference video is silent', { ...reference, video_url: MP4, sound: 'on' }, 'sound'],
    [
      'a reference video is cut by the model',
      { ...reference, video_url: MP4, model_params: { multi_shot: false } },
      'model_params.multi_shot',
    ],
    [
      'O1 with one frame alone',
      { model: 'kling-o1', prompt: 'x', image_start: PNG, duration: 7 },
      'duration',
    ],
    [
      'O1 with two frames and references',
      { model: 'kling-o1', prompt: 'x', image_start: PNG, image_end: PNG, image_urls: [PNG] },
      'image_urls',
    ],
    [
      'O1 keeps the sound of a video only',
      {
        model: 'kling-o1',
        mode: 'reference-to-video',
        prompt: 'x',
        image_urls: [PNG],
        keep_original_sound: true,
      },
      'keep_original_sound',
    ],
    ['2.6 with sound', { model: 'kling-2.6', prompt: 'x', sound: 'on' }, 'quality'],
    [
      '2.6 with a last frame',
      { model: 'kling-2.6', prompt: 'x', image_start: PNG, image_end: PNG },
      'quality',
    ],
    [
      '2.6 with a last frame and sound',
      { model: 'kling-2.6', prompt: 'x', image_start: PNG, image_end: PNG, quality: '1080p', sound: 'on' },
      'sound',
    ],
    [
      '2.5 turbo with a last frame',
      { model: 'kling-2.5-turbo', prompt: 'x', image_start: PNG, image_end: PNG },
      'quality',
    ],
    [
      'motion control with an element',
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_urls: [MP4],
        model_params: { character_orientation: 'image', element_list: elements(1) },
      },
      'model_params.character_orientation',
    ],
    [
      'motion control by image, too long',
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_urls: [MP4],
        input_seconds: 12,
        model_params: { character_orientation: 'image' },
      },
      'input_seconds',
    ],
    [
      'a long negative prompt',
      { model: 'kling-3.0', prompt: 'x', negative_prompt: 'x'.repeat(2501) },
      'negative_prompt',
    ],
  ])('%s', (_, body, field) => {
    expect(refused(body)).toMatchObject({ code: 'unsupported_combination', field });
  });

  test.each<[string, Body, Partial<Order>]>([
    ['seven references', { ...reference, image_urls: images(4), element_list: elements(3) }, {}],
    [
      'a reference video chooses the model’s own cut',
      { ...reference, video_url: MP4, image_urls: images(4) },
      { multiShot: 'auto' },
    ],
    [
      'O1 with a frame and a reference may last 7 s',
      { model: 'kling-o1', prompt: 'x', image_start: PNG, image_urls: [PNG2], duration: 7 },
      { seconds: 7 },
    ],
    [
      'O1 with both frames may last 7 s',
      { model: 'kling-o1', prompt: 'x', image_start: PNG, image_end: PNG, duration: 7 },
      { seconds: 7 },
    ],
    [
      '2.6 with sound at 1080p',
      { model: 'kling-2.6', prompt: 'x', sound: 'on', quality: '1080p' },
      { sound: 'on' },
    ],
    [
      'motion control by video, 12 s',
      {
        model: 'kling-motion-control',
        image_urls: [PNG],
        video_urls: [MP4],
        input_seconds: 12,
        model_params: { character_orientation: 'video', element_list: elements(1) },
      },
      { inputSeconds: 12 },
    ],
  ])('%s', (_, body, expected) => {
    expect(accepted(body)).toMatchObject(expected);
  });
});
