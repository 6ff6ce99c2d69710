import { describe, expect, test } from 'vitest';
import { type Json, type JsonObject, readJson } from '../json.ts';
import type { Library, Product } from './order.ts';
import { defaultSettings, type KlingSettings } from './settings.ts';
import { validateLegacy } from './validate-legacy.ts';

const library: Library = {
  element: (id) =>
    id.startsWith('1') ? 'video_character_elements' : id.startsWith('2') ? 'multi_image_elements' : null,
  voice: (id) => id === 'voice-1',
};

function verdict(product: Product, body: Json, settings: Partial<KlingSettings> = {}): string {
  const result = validateLegacy(product, body, library, { ...defaultSettings, ...settings });
  return result.ok ? 'ok' : result.refusal.message;
}

const v3 = { model_name: 'kling-v3', prompt: 'a' };
const v26 = { model_name: 'kling-v2-6', prompt: 'a' };
const v25 = { model_name: 'kling-v2-5-turbo', prompt: 'a' };
const image = 'https://media.test/a.png';

describe('models', () => {
  test.each(['kling-v1', 'kling-v1-5', 'kling-v1-6', 'kling-v2-master', 'kling-v2-1', 'kling-v2-1-master'])(
    '%s is withdrawn',
    (name) => {
      expect(verdict('text2video', { model_name: name, prompt: 'a' })).toBe(
        `The model '${name}' has been discontinued and is no longer available.`,
      );
    },
  );
  test('the code of a withdrawn model is a setting', () => {
    const body = { model_name: 'kling-v1', prompt: 'a' };
    for (const retiredModelCode of [1201, 1203] as const) {
      const result = validateLegacy('text2video', body, library, { ...defaultSettings, retiredModelCode });
      expect(result).toMatchObject({ ok: false, refusal: { code: retiredModelCode } });
    }
  });
  const cases: [string, Product, JsonObject, boolean][] = [
    ['no name means a withdrawn one', 'text2video', { prompt: 'a' }, false],
    ['the old field does not choose', 'text2video', { prompt: 'a', model: 'kling-v3' }, false],
    ['v3', 'text2video', v3, true],
    ['v3-omni is not for plain text', 'text2video', { ...v3, model_name: 'kling-v3-omni' }, false],
    ['omni has a default', 'omni-video', { prompt: 'a', aspect_ratio: '1:1' }, true],
    ['v3 is not for omni', 'omni-video', { ...v3, aspect_ratio: '1:1' }, false],
    ['an unknown name', 'text2video', { ...v3, model_name: 'kling-v9' }, false],
  ];
  test.each(cases)('%s', (_name, product, body, fine) => {
    expect(verdict(product, body) === 'ok').toBe(fine);
  });
});

describe('text to video', () => {
  const cases: [string, JsonObject, string | RegExp][] = [
    ['3 s on v3', { ...v3, duration: '3' }, 'ok'],
    ['15 s on v3', { ...v3, duration: '15' }, 'ok'],
    ['16 s on v3', { ...v3, duration: '16' }, /^duration/],
    ['a number as length', { ...v3, duration: 5 }, 'ok'],
    ['7 s on v2-6', { ...v26, duration: '7' }, /^duration/],
    ['10 s on v2-5-turbo', { ...v25, duration: '10' }, 'ok'],
    ['4k on v3', { ...v3, mode: '4k' }, 'ok'],
    ['4k on v2-6', { ...v26, mode: '4k' }, '4k mode is not supported by the current model: kling-v2-6'],
    ['sound on v3 std', { ...v3, sound: 'on' }, 'ok'],
    ['sound on v2-6 std', { ...v26, sound: 'on' }, /^sound/],
    ['sound on v2-6 pro', { ...v26, sound: 'on', mode: 'pro' }, 'ok'],
    ['sound on v2-5-turbo', { ...v25, sound: 'on', mode: 'pro' }, /^sound/],
    ['no prompt', { model_name: 'kling-v3' }, /^prompt/],
    ['2500 letters', { ...v3, prompt: 'x'.repeat(2500) }, 'ok'],
    ['2501 letters', { ...v3, prompt: 'x'.repeat(2501) }, 'prompt size must be between 0 and 2500'],
    ['cfg scale 1', { ...v3, cfg_scale: 1 }, 'ok'],
    ['cfg scale 1.1', { ...v3, cfg_scale: 1.1 }, 'cfgScale: must be less than or equal to 1'],
    [
      'a camera',
      { ...v3, camera_control: { type: 'simple' } },
      'Camera control is not supported by the current model',
    ],
    ['4:3', { ...v3, aspect_ratio: '4:3' }, /^aspect_ratio/],
    ['unknown fields', { ...v3, whatever: [1, { a: 2 }] }, 'ok'],
  ];
  test.each(cases)('%s', (_name, body, expected) => {
    const found = verdict('text2video', body);
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(found).toMatch(expected);
  });
  test('the length check can be switched off, and then the length is billed as given', () => {
    const settings = { ...defaultSettings, legacyDurationCheck: false };
    const result = validateLegacy('text2video', { ...v26, duration: '7' }, library, settings);
    expect(result).toMatchObject({ ok: true, value: { seconds: 7 } });
  });
});

describe('shots', () => {
  const shots = (...lengths: string[]): Json =>
    lengths.map((duration, at) => ({ index: at + 1, prompt: 'a', duration }));
  const custom = { ...v3, prompt: '', multi_shot: true, shot_type: 'customize', duration: '6' };
  const cases: [string, JsonObject, boolean][] = [
    ['add up', { ...custom, multi_prompt: shots('2', '4') }, true],
    ['as text', { ...custom, multi_shot: 'true', multi_prompt: shots('2', '4') }, true],
    ['do not add up', { ...custom, multi_prompt: shots('2', '3') }, false],
    ['are missing', custom, false],
    [
      'are seven',
      { ...custom, duration: '7', multi_prompt: shots('1', '1', '1', '1', '1', '1', '1') },
      false,
    ],
    ['have no type', { ...v3, multi_shot: true }, false],
    ['by intelligence', { ...v3, multi_shot: true, shot_type: 'intelligence' }, true],
    ['are not for v2-6', { ...v26, multi_shot: true, shot_type: 'intelligence' }, false],
    ['are off', { ...v26, multi_shot: false }, true],
  ];
  test.each(cases)('%s', (_name, body, fine) => {
    expect(verdict('text2video', body) === 'ok').toBe(fine);
  });
});

describe('image to video', () => {
  const elements = (count: number, id = 2n): Json =>
    Array.from({ length: count }, () => ({ element_id: id }));
  const cases: [string, JsonObject, boolean][] = [
    ['an image', { ...v3, image }, true],
    ['nothing', v3, false],
    ['only a tail', { ...v3, image_tail: image }, true],
    ['a tail on v2-5-turbo std', { ...v25, image, image_tail: image }, false],
    ['a tail on v2-5-turbo pro', { ...v25, image, image_tail: image, mode: 'pro' }, true],
    ['a tail on v2-6 pro with sound', { ...v26, image, image_tail: image, mode: 'pro', sound: 'on' }, false],
    ['a motion brush', { ...v3, image, static_mask: image }, false],
    ['three elements', { ...v3, image, element_list: elements(3) }, true],
    ['four elements', { ...v3, image, element_list: elements(4) }, false],
    ['elements on v2-6', { ...v26, image, element_list: elements(1) }, false],
    ['an unknown element', { ...v3, image, element_list: elements(1, 3n) }, false],
    [
      'a voice with sound',
      { ...v26, image, mode: 'pro', sound: 'on', voice_list: [{ voice_id: 'voice-1' }] },
      true,
    ],
    ['a voice without sound', { ...v26, image, mode: 'pro', voice_list: [{ voice_id: 'voice-1' }] }, false],
    ['a voice on v3', { ...v3, image, sound: 'on', voice_list: [{ voice_id: 'voice-1' }] }, false],
  ];
  test.each(cases)('%s', (_name, body, fine) => {
    expect(verdict('image2video', body) === 'ok').toBe(fine);
  });
  test('an unknown voice has its own text', () => {
    const body = { ...v26, image, mode: 'pro', sound: 'on', voice_list: [{ voice_id: 'x' }] };
    expect(verdict('image2video', body)).toBe('Voice id not found');
  });
  test('an element id is a 64-bit integer; text needs a switch', () => {
    const body = readJson(
      '{"model_name":"kling-v3","image":"https://a.test/a.png","element_list":[{"element_id":234567890123456789}]}',
    );
    expect(verdict('image2video', body ?? null)).toBe('ok');
    const asText = { ...v3, image, element_list: [{ element_id: '2' }] };
    expect(verdict('image2video', asText)).toMatch(/must be a long/);
    expect(verdict('image2video', asText, { legacyElementIdAsText: true })).toBe('ok');
  });
});

describe('omni', () => {
  const omni = { model_name: 'kling-v3-omni', prompt: 'a', aspect_ratio: '16:9' };
  const o1 = { model_name: 'kling-video-o1', prompt: 'a', aspect_ratio: '16:9' };
  const pictures = (count: number): JsonObject[] =>
    Array.from({ length: count }, () => ({ image_url: image }));
  const frame = { image_url: image, type: 'first_frame' };
  const end = { image_url: image, type: 'end_frame' };
  const video = (refer_type: string): JsonObject => ({ video_url: 'https://media.test/v.mp4', refer_type });
  const cases: [string, JsonObject, boolean][] = [
    ['no aspect', { model_name: 'kling-v3-omni', prompt: 'a' }, false],
    ['no aspect with a frame', { model_name: 'kling-v3-omni', prompt: 'a', image_list: [frame] }, true],
    ['seven pictures', { ...omni, image_list: pictures(7) }, true],
    ['eight pictures', { ...omni, image_list: pictures(8) }, false],
    ['a video and four', { ...omni, image_list: pictures(4), video_list: [video('feature')] }, true],
    ['a video and five', { ...omni, image_list: pictures(5), video_list: [video('feature')] }, false],
    ['two videos', { ...omni, video_list: [video('base'), video('feature')] }, false],
    ['a base video and a frame', { ...omni, image_list: [frame], video_list: [video('base')] }, false],
    ['a video with sound', { ...omni, sound: 'on', video_list: [video('base')] }, false],
    ['an end frame alone', { ...omni, image_list: [end] }, false],
    ['both frames', { ...omni, image_list: [frame, end] }, true],
    ['o1: sound', { ...o1, sound: 'on' }, false],
    ['o1: text alone, 7 s', { ...o1, duration: '7' }, false],
    ['o1: with a picture, 7 s', { ...o1, duration: '7', image_list: pictures(1) }, true],
    [
      'o1: frames exclude elements',
      { ...o1, image_list: [frame], element_list: [{ element_id: 2n }] },
      false,
    ],
    ['o1: no characters', { ...o1, element_list: [{ element_id: 1n }] }, false],
    [
      'multi-shot with a feature video is by intelligence',
      { ...omni, video_list: [video('feature')], multi_shot: true, shot_type: 'customize' },
      false,
    ],
  ];
  test.each(cases)('%s', (_name, body, fine) => {
    expect(verdict('omni-video', body) === 'ok').toBe(fine);
  });
  test('the mode is pro unless said otherwise', () => {
    const result = validateLegacy('omni-video', omni, library, defaultSettings);
    expect(result).toMatchObject({ ok: true, value: { resolution: '1080p' } });
  });
});

describe('motion control', () => {
  const motion = {
    mode: 'std',
    character_orientation: 'image',
    image_url: image,
    video_url: 'https://media.test/v.mp4',
  };
  const cases: [string, JsonObject, boolean][] = [
    ['the default model', motion, true],
    ['no mode', { ...motion, mode: '' }, false],
    ['no orientation', { ...motion, character_orientation: '' }, false],
    ['no picture', { ...motion, image_url: '' }, false],
    ['no video', { ...motion, video_url: '' }, false],
    ['4k', { ...motion, model_name: 'kling-v3', mode: '4k' }, false],
    ['an element on v2-6', { ...motion, element_list: [{ element_id: 2n }] }, false],
    [
      'an element on v3 with video orientation',
      {
        ...motion,
        model_name: 'kling-v3',
        character_orientation: 'video',
        element_list: [{ element_id: 2n }],
      },
      true,
    ],
  ];
  test.each(cases)('%s', (_name, body, fine) => {
    expect(verdict('motion-control', body) === 'ok').toBe(fine);
  });
});
