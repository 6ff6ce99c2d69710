import { CreateGeneration } from '@sluice/contract';
import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../catalogue/catalogue.ts';
import { readCatalogueFiles } from '../../effects/catalogue/read.ts';
import { checkInputs, lengthRange, type MediaFacts, readOrder, withMeasuredInputs } from '../order.ts';

const catalogue = loadCatalogue(readCatalogueFiles());

function ordered(body: object) {
  const read = readOrder(CreateGeneration.parse(body), catalogue);
  if (!read.ok) throw new Error(JSON.stringify(read.refusal));
  return read;
}

const picture: MediaFacts = { format: 'png', bytes: 1000, width: 1024, height: 768, seconds: null };
const video: MediaFacts = {
  format: 'mp4',
  bytes: 1000,
  width: 1280,
  height: 720,
  seconds: 6.5,
  framesPerSecond: 30,
};
const motion = (orientation: string, rest: object = {}) => ({
  model: 'kling-motion-control',
  image_urls: ['file:a'],
  video_urls: ['file:b'],
  model_params: { character_orientation: orientation },
  ...rest,
});
const edit = { model: 'kling-o3-video-edit', prompt: 'x', video_url: 'file:b' };

describe('measured inputs', () => {
  test.each<[string, object, string, Partial<MediaFacts>, string | null]>([
    ['a good picture', { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' }, 'image_1', {}, null],
    [
      'jpg is jpeg',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { format: 'JPG' },
      null,
    ],
    [
      'webp',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { format: 'webp' },
      'image_start',
    ],
    [
      'too many bytes',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { bytes: 52_428_801 },
      'image_start',
    ],
    [
      'too small',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { width: 299 },
      'image_start',
    ],
    [
      'too wide',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { width: 2000, height: 700 },
      'image_start',
    ],
    [
      'unknown size',
      { model: 'kling-3.0', prompt: 'x', image_start: 'file:a' },
      'image_1',
      { width: null, height: null },
      null,
    ],
    [
      'a reference',
      { model: 'kling-o3', prompt: 'x', image_urls: ['file:a'] },
      'image_1',
      { height: 20 },
      'image_urls',
    ],
  ])('%s', (_, body, name, facts, field) => {
    const { order, model } = ordered(body);
    const refusal = checkInputs(order, model, { [name]: { ...picture, ...facts } });
    expect(refusal?.field ?? null).toBe(field);
  });

  test.each<[string, object, Partial<MediaFacts>, string | null]>([
    ['a good edit', edit, {}, null],
    ['a picture as video', edit, { format: 'png' }, 'video_url'],
    ['too many pixels', edit, { width: 4000, height: 2200 }, 'video_url'],
    ['too few frames', edit, { framesPerSecond: 15 }, 'video_url'],
    ['too long', edit, { seconds: 15.6 }, 'video_url'],
    ['just long enough', edit, { seconds: 15.5 }, null],
    ['motion by video, 30 s', motion('video'), { seconds: 30 }, null],
    ['motion by video, longer', motion('video'), { seconds: 30.1 }, 'video_urls'],
    ['motion by image, 12 s', motion('image'), { seconds: 12 }, 'input_seconds'],
    ['stated 5 s, measured 12 s', motion('image', { input_seconds: 5 }), { seconds: 12 }, 'input_seconds'],
  ])('%s', (_, body, facts, field) => {
    const { order, model } = ordered(body);
    const refusal = checkInputs(order, model, { video_1: { ...video, ...facts } });
    expect(refusal?.field ?? null).toBe(field);
  });

  test('no facts, no complaint', () => {
    const { order, model } = ordered(edit);
    expect(checkInputs(order, model, {})).toBeNull();
  });
});

describe('lengths', () => {
  test('a measured length beats a stated one', () => {
    const { order } = ordered({ ...edit, input_seconds: 4 });
    expect(withMeasuredInputs(order, {}).inputSeconds).toBe(4);
    expect(withMeasuredInputs(order, { video_1: video }).inputSeconds).toBe(6.5);
  });

  test('a reference does not set the length of the clip, but it is measured too', () => {
    const { order, model } = ordered({
      model: 'kling-o3-reference-to-video',
      prompt: 'x',
      video_url: 'file:b',
    });
    const measured = withMeasuredInputs(order, { video_1: video });
    expect(measured).toEqual({ ...order, inputSeconds: 6.5 });
    expect(lengthRange(measured, model)).toEqual(lengthRange(order, model));
    expect(withMeasuredInputs(order, { video_1: { ...video, seconds: null } })).toEqual(order);
  });

  test.each([
    [
      { model: 'kling-3.0', prompt: 'x', duration: 9 },
      { min: 9, max: 9 },
    ],
    [
      { ...edit, input_seconds: 7.5 },
      { min: 7.5, max: 7.5 },
    ],
    [edit, { min: 3, max: 15.5 }],
    [
      { model: 'kling-o1-video-edit', prompt: 'x', video_url: 'file:b' },
      { min: 3, max: 10 },
    ],
    [motion('video'), { min: 3, max: 30 }],
    [motion('image'), { min: 3, max: 10 }],
  ])('%j lasts %j', (body, range) => {
    const { order, model } = ordered(body);
    expect(lengthRange(order, model)).toEqual(range);
  });
});
