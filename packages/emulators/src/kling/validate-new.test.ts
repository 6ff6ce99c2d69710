import { describe, expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { sampleImage } from '../media/samples.ts';
import type { KlingOrder, Library } from './order.ts';
import type { Read } from './read.ts';
import { newCreatePaths } from './routes-new.ts';
import { defaultSettings, type KlingSettings } from './settings.ts';
import { validateNew } from './validate-new.ts';

const library: Library = {
  element: (id) =>
    id.startsWith('char') ? 'video_character_elements' : id.startsWith('pic') ? 'multi_image_elements' : null,
  voice: (id) => id === 'voice-1',
};

const prompt = { type: 'prompt', text: 'words' };
const first = { type: 'first_frame', url: 'https://media.test/a.png' };
const last = { type: 'last_frame', url: 'https://media.test/b.png' };
const feature = { type: 'feature_video', url: 'https://media.test/f.mp4', id: 'video_1' };
const base = { type: 'base_video', url: 'https://media.test/b.mp4', id: 'video_1' };
const image = { type: 'image', url: 'https://media.test/i.png' };
const video = { type: 'video', url: 'https://media.test/m.mp4' };
const voice = { type: 'voice', voice_id: 'voice-1', id: 'v1' };
const refer = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({
    type: 'refer_image',
    url: 'https://media.test/r.png',
    id: `r_${at}x`,
  }));
const element = (kind: 'char' | 'pic', count: number): JsonObject[] =>
  Array.from({ length: count }, (_, at) => ({
    type: 'element',
    element_id: `${kind}${at}`,
    id: `${kind}_${at}e`,
  }));

function check(path: string, body: Json, settings: Partial<KlingSettings> = {}): Read<KlingOrder> {
  return validateNew(path, body, library, { ...defaultSettings, ...settings });
}

function verdict(path: string, body: Json, settings: Partial<KlingSettings> = {}): string {
  const result = check(path, body, settings);
  return result.ok ? 'ok' : `${result.refusal.code} ${result.refusal.message}`;
}

function bodyFor(path: string, settings: JsonObject): JsonObject {
  if (path.startsWith('/text')) return { prompt: 'words', settings };
  if (path.startsWith('/image')) return { contents: [first], settings };
  if (path.startsWith('/omni')) return { contents: [prompt], settings };
  return { contents: [image, video], settings: { character_orientation: 'image', ...settings } };
}

describe('settings of each path', () => {
  const expected: { [path: string]: { k4: boolean; seconds: number[]; audio: string[]; prompt: number } } = {
    '/text-to-video/kling-3.0-turbo': { k4: false, seconds: [3, 15], audio: [], prompt: 3072 },
    '/image-to-video/kling-3.0-turbo': { k4: false, seconds: [3, 15], audio: [], prompt: 2500 },
    '/text-to-video/kling-3.0': { k4: true, seconds: [3, 15], audio: ['native', 'off'], prompt: 3072 },
    '/image-to-video/kling-3.0': { k4: true, seconds: [3, 15], audio: ['native', 'off'], prompt: 3072 },
    '/omni-video/kling-3.0-omni': { k4: true, seconds: [3, 15], audio: ['native', 'off'], prompt: 3072 },
    '/omni-video/kling-o1': { k4: false, seconds: [3, 10], audio: ['off'], prompt: 2500 },
    '/motion-control/kling-3.0': { k4: false, seconds: [], audio: ['original', 'off'], prompt: 2500 },
    '/motion-control/kling-2.6': { k4: false, seconds: [], audio: ['original', 'off'], prompt: 2500 },
    '/text-to-video/kling-2.6': { k4: false, seconds: [5, 5], audio: ['off'], prompt: 2500 },
    '/image-to-video/kling-2.6': { k4: false, seconds: [5, 5], audio: ['off'], prompt: 2500 },
    '/text-to-video/kling-2.5-turbo': { k4: false, seconds: [5, 5], audio: [], prompt: 2500 },
    '/image-to-video/kling-2.5-turbo': { k4: false, seconds: [5, 5], audio: [], prompt: 2500 },
  };
  test('every path is in the table', () => {
    expect(Object.keys(expected).sort()).toEqual(newCreatePaths().sort());
  });

  test.each(Object.entries(expected))('%s', (path, { k4, seconds, audio, prompt: most }) => {
    for (const resolution of ['720p', '1080p'])
      expect(verdict(path, bodyFor(path, { resolution }))).toBe('ok');
    const model = path.split('/')[2];
    expect(verdict(path, bodyFor(path, { resolution: '4k' }))).toBe(
      k4 ? 'ok' : `1201 4k mode is not supported by the current model: ${model}`,
    );
    expect(verdict(path, bodyFor(path, { resolution: '480p' }))).toMatch(/^1201 settings\.resolution/);
    const [shortest, longest] = seconds;
    if (shortest !== undefined && longest !== undefined) {
      expect(verdict(path, bodyFor(path, { duration: shortest }))).toBe('ok');
      expect(verdict(path, bodyFor(path, { duration: longest }))).toBe('ok');
      expect(verdict(path, bodyFor(path, { duration: shortest - 1 }))).toMatch(/^1201 settings\.duration/);
      expect(verdict(path, bodyFor(path, { duration: longest + 1 }))).toMatch(/^1201 settings\.duration/);
      expect(verdict(path, bodyFor(path, { duration: '5' }))).toBe(
        '1201 settings.duration: must be an integer',
      );
    }
    for (const word of audio) expect(verdict(path, bodyFor(path, { audio: word }))).toBe('ok');
    const promptText = (length: number): Json => {
      const body = bodyFor(path, {});
      if (body.prompt !== undefined) return { ...body, prompt: 'x'.repeat(length) };
      const parts = Array.isArray(body.contents) ? body.contents : [];
      const others = parts.filter((part) => !isObject(part) || part.type !== 'prompt');
      return { ...body, contents: [{ type: 'prompt', text: 'x'.repeat(length) }, ...others] };
    };
    expect(verdict(path, promptText(most))).toBe('ok');
    expect(verdict(path, promptText(most + 1))).toContain(`size must be between 0 and ${most}`);
  });

  test('the recorded text of a prompt that is too long', () => {
    const body = { contents: [{ type: 'prompt', text: 'x'.repeat(3073) }] };
    expect(verdict('/omni-video/kling-3.0-omni', body)).toBe(
      '1201 contents[0].text: size must be between 0 and 3072',
    );
  });

  test('unknown fields are ignored', () => {
    const body = { prompt: 'a', seed: 7, settings: { camera: 'x' }, options: { more: 1 } };
    expect(verdict('/text-to-video/kling-3.0', body)).toBe('ok');
  });

  test('empty texts count as not given', () => {
    const body = { prompt: 'a', options: { callback_url: '', external_task_id: '' } };
    const result = check('/text-to-video/kling-3.0', body);
    expect(result).toMatchObject({ ok: true, value: { callbackUrl: null, externalId: null } });
  });
});

describe('2.6 and 2.5', () => {
  const two6 = '/image-to-video/kling-2.6';
  const two5 = '/image-to-video/kling-2.5-turbo';
  const cases: [string, string, JsonObject[], JsonObject, boolean][] = [
    ['native sound at 720p', two6, [first], { audio: 'native' }, false],
    ['native sound at 1080p', two6, [first], { audio: 'native', resolution: '1080p' }, true],
    ['both frames at 720p', two6, [first, last], {}, false],
    ['both frames at 1080p', two6, [first, last], { resolution: '1080p' }, true],
    ['both frames with sound', two6, [first, last], { resolution: '1080p', audio: 'native' }, false],
    ['a voice without sound', two6, [first, voice], { resolution: '1080p' }, false],
    ['a voice with sound', two6, [first, voice], { resolution: '1080p', audio: 'native' }, true],
    [
      'an unknown voice',
      two6,
      [first, { ...voice, voice_id: 'x' }],
      { resolution: '1080p', audio: 'native' },
      false,
    ],
    ['a voice elsewhere', two5, [first, voice], {}, false],
    ['2.5: both frames at 720p', two5, [first, last], {}, false],
    ['2.5: both frames at 1080p', two5, [first, last], { resolution: '1080p' }, true],
    ['a last frame alone', two5, [last], { resolution: '1080p' }, false],
    ['an element', two5, [first, ...element('pic', 1)], {}, false],
  ];
  test.each(cases)('%s', (_name, path, contents, settings, fine) => {
    expect(verdict(path, { contents, settings }) === 'ok').toBe(fine);
  });
  test('text to video: native sound needs 1080p', () => {
    const path = '/text-to-video/kling-2.6';
    expect(verdict(path, { prompt: 'a', settings: { audio: 'native' } })).toMatch(/^1201/);
    expect(verdict(path, { prompt: 'a', settings: { audio: 'native', resolution: '1080p' } })).toBe('ok');
  });
});

describe('3.0 image to video and motion', () => {
  const i2v = '/image-to-video/kling-3.0';
  const turbo = '/image-to-video/kling-3.0-turbo';
  const motion3 = '/motion-control/kling-3.0';
  const motion2 = '/motion-control/kling-2.6';
  const cases: [string, string, JsonObject[], JsonObject, boolean][] = [
    ['three elements', i2v, [first, ...element('pic', 3)], {}, true],
    ['four elements', i2v, [first, ...element('pic', 4)], {}, false],
    ['an element without id', i2v, [first, { type: 'element', element_id: 'pic0' }], {}, false],
    ['an unknown element', i2v, [first, { type: 'element', element_id: 'x', id: 'e' }], {}, false],
    ['a last frame', i2v, [first, last], {}, true],
    ['turbo has no last frame', turbo, [first, last], {}, false],
    ['no first frame', i2v, [prompt], {}, false],
    ['two first frames', i2v, [first, first], {}, false],
    ['motion without orientation', motion3, [image, video], {}, false],
    ['motion without video', motion3, [image], { character_orientation: 'image' }, false],
    ['motion without image', motion3, [video], { character_orientation: 'image' }, false],
    ['motion', motion3, [image, video], { character_orientation: 'image' }, true],
    [
      'an element with image orientation',
      motion3,
      [image, video, ...element('pic', 1)],
      { character_orientation: 'image' },
      false,
    ],
    [
      'an element with video orientation',
      motion3,
      [image, video, ...element('pic', 1)],
      { character_orientation: 'video' },
      true,
    ],
    [
      'two elements',
      motion3,
      [image, video, ...element('pic', 2)],
      { character_orientation: 'video' },
      false,
    ],
    [
      '2.6 knows no elements',
      motion2,
      [image, video, ...element('pic', 1)],
      { character_orientation: 'video' },
      false,
    ],
  ];
  test.each(cases)('%s', (_name, path, contents, settings, fine) => {
    expect(verdict(path, { contents, settings }) === 'ok').toBe(fine);
  });
});

describe('3.0 omni: what may stand together', () => {
  const path = '/omni-video/kling-3.0-omni';
  const cases: [string, JsonObject[], JsonObject, boolean][] = [
    ['seven pictures', [...refer(7)], {}, true],
    ['eight pictures', [...refer(8)], {}, false],
    ['pictures and picture elements: seven', [...refer(4), ...element('pic', 3)], {}, true],
    ['pictures and picture elements: eight', [...refer(5), ...element('pic', 3)], {}, false],
    ['three characters', element('char', 3), {}, true],
    ['four characters', element('char', 4), {}, false],
    ['three characters and four pictures', [...element('char', 3), ...refer(4)], {}, true],
    ['three characters and five pictures', [...element('char', 3), ...refer(5)], {}, false],
    ['a video and four pictures', [feature, ...refer(4)], {}, true],
    ['a video and five pictures', [feature, ...refer(5)], {}, false],
    ['a video and one character', [feature, ...element('char', 1)], {}, true],
    ['a video and two characters', [feature, ...element('char', 2)], {}, false],
    ['a video, a character and a picture', [feature, ...element('char', 1), ...refer(1)], {}, false],
    [
      'a video, a character and a picture element',
      [feature, ...element('char', 1), ...element('pic', 1)],
      {},
      false,
    ],
    ['two videos', [feature, { ...base, id: 'other' }], {}, false],
    ['a first frame and three elements', [first, ...element('pic', 3)], {}, true],
    ['a first frame and four elements', [first, ...element('pic', 4)], {}, false],
    ['a last frame alone', [last], {}, false],
    ['both frames', [first, last], {}, true],
    ['a feature video with sound', [feature], { audio: 'native' }, false],
    ['a feature video, single shot', [feature], { multi_shot: false }, false],
    ['a feature video, multi-shot', [feature], { multi_shot: true }, true],
    ['a base video', [base], {}, true],
    ['a base video, single shot', [base], { multi_shot: false }, true],
    ['a base video, multi-shot', [base], { multi_shot: true }, false],
    ['a base video with its own sound', [base], { audio: 'original' }, true],
    ['a base video with new sound', [base], { audio: 'native' }, false],
    ['original sound without a video', [], { audio: 'original' }, false],
    ['a base video and a first frame', [base, first], {}, false],
  ];
  test.each(cases)('%s', (_name, contents, settings, fine) => {
    expect(verdict(path, { contents: [prompt, ...contents], settings }) === 'ok').toBe(fine);
  });

  test('an aspect is needed only when that is switched on', () => {
    expect(verdict(path, { contents: [prompt] })).toBe('ok');
    expect(verdict(path, { contents: [prompt] }, { omniAspectRequired: true })).toMatch(/aspect_ratio/);
    expect(verdict(path, { contents: [prompt, first] }, { omniAspectRequired: true })).toBe('ok');
  });

  test('ids must be unique and none may lie inside another', () => {
    const ids = (one: string, other: string): Json => ({
      contents: [
        prompt,
        { type: 'refer_image', url: 'https://media.test/r.png', id: one },
        { type: 'refer_image', url: 'https://media.test/r.png', id: other },
      ],
    });
    expect(verdict(path, ids('image_1', 'image_2'))).toBe('ok');
    expect(verdict(path, ids('image_1', 'image_1'))).toMatch(/not unique/);
    expect(verdict(path, ids('image_1', 'image_10'))).toMatch(/is contained/);
  });

  test('a base video decides the length', () => {
    const result = check(path, { contents: [prompt, base], settings: { duration: 9 } });
    expect(result).toMatchObject({ ok: true, value: { seconds: null } });
  });
});

describe('o1: what may stand together', () => {
  const path = '/omni-video/kling-o1';
  const cases: [string, JsonObject[], JsonObject, boolean][] = [
    ['a character', element('char', 1), {}, false],
    ['seven', [...refer(4), ...element('pic', 3)], { duration: 7 }, true],
    ['eight', [...refer(5), ...element('pic', 3)], {}, false],
    ['a video and four', [feature, ...refer(4)], {}, true],
    ['a video and five', [feature, ...refer(5)], {}, false],
    ['both frames and a picture', [first, last, ...refer(1)], {}, false],
    ['both frames and an element', [first, last, ...element('pic', 1)], {}, false],
    ['only a first frame, 5 s', [first], { duration: 5 }, true],
    ['only a first frame, 7 s', [first], { duration: 7 }, false],
    ['text alone, 7 s', [], { duration: 7 }, true],
    ['a feature video and a first frame', [feature, first], { duration: 7 }, true],
    ['a feature video and a last frame', [feature, first, last], {}, false],
    ['a base video and a first frame', [base, first], {}, false],
    ['native sound', [], { audio: 'native' }, false],
  ];
  test.each(cases)('%s', (_name, contents, settings, fine) => {
    expect(verdict(path, { contents: [prompt, ...contents], settings }) === 'ok').toBe(fine);
  });
  test('text alone takes 5 or 10 s when that is switched on', () => {
    const body = { contents: [prompt], settings: { duration: 7 } };
    expect(verdict(path, body, { o1TextFiveOrTen: true })).toMatch(/settings\.duration/);
  });
});

describe('multi-shot text', () => {
  const path = '/text-to-video/kling-3.0';
  const cases: [string, string, JsonObject, boolean][] = [
    ['adds up', 'shot 1, 2, a door; shot 2, 3, a room;', { duration: 5 }, true],
    ['does not add up', 'shot 1, 2, a door; shot 2, 2, a room;', { duration: 5 }, false],
    ['a seventh shot', 'shot 7, 5, a door;', { duration: 5 }, false],
    ['no time', 'shot 1, 0, a door; shot 2, 5, b;', { duration: 5 }, false],
    ['512 letters', `shot 1, 5, ${'x'.repeat(512)};`, { duration: 5 }, true],
    ['513 letters', `shot 1, 5, ${'x'.repeat(513)};`, { duration: 5 }, false],
    ['is an ordinary prompt with multi_shot off', 'shot 1, 2, a door;', { multi_shot: false }, true],
    ['an ordinary prompt adds up to nothing', 'a shot of a door', {}, true],
  ];
  test.each(cases)('%s', (_name, words, settings, fine) => {
    expect(verdict(path, { prompt: words, settings }) === 'ok').toBe(fine);
  });
});

describe('media', () => {
  const path = '/image-to-video/kling-3.0';
  const withUrl = (url: string): Json => ({ contents: [{ type: 'first_frame', url }] });
  const base64 = (width: number, height: number): string =>
    Buffer.from(sampleImage({ width, height }).bytes).toString('base64');
  const cases: [string, string, boolean][] = [
    ['an address', 'https://media.test/a.png', true],
    ['raw base64', base64(300, 300), true],
    ['a data address', `data:image/png;base64,${base64(300, 300)}`, false],
    ['base64 of something else', Buffer.from('plain words').toString('base64'), false],
    ['299 px', base64(299, 400), false],
    ['1 to 2.5', base64(300, 750), true],
    ['flatter than 1 to 2.5', base64(300, 752), false],
  ];
  test.each(cases)('%s', (_name, url, fine) => {
    expect(verdict(path, withUrl(url)) === 'ok').toBe(fine);
  });
  test('a video is an address only', () => {
    const body = { contents: [prompt, { type: 'base_video', url: 'AAAA', id: 'v' }] };
    expect(verdict('/omni-video/kling-3.0-omni', body)).toMatch(/only a URL/);
  });
});
