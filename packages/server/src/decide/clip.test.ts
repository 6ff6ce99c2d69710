import type { Order } from '@sluice/contract';
import { expect, test } from 'vitest';
import { type ClipFacts, clipFlags } from './clip.ts';

const ORDER: Order = {
  model: 'kling-3.0',
  mode: 'text-to-video',
  prompt: 'a river',
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
};
const CLIP: ClipFacts = {
  durationSeconds: 5.041,
  width: 1280,
  height: 720,
  videoCodec: 'avc',
  audioCodec: null,
};

test.each([
  ['as ordered', {}, {}, []],
  ['half a second short', {}, { durationSeconds: 4.5 }, []],
  ['shorter', {}, { durationSeconds: 4.49 }, ['short']],
  ['half a second long', {}, { durationSeconds: 5.5 }, []],
  ['longer', {}, { durationSeconds: 5.51 }, ['long']],
  ['as long as its input', { seconds: null }, { durationSeconds: 17 }, []],
  ['a little smaller', {}, { width: 1152, height: 648 }, []],
  ['smaller', {}, { width: 960, height: 540 }, ['small']],
  ['upright', { aspectRatio: '9:16' }, { width: 720, height: 1280 }, []],
  ['upright, ordered wide', {}, { width: 720, height: 1280 }, ['aspect']],
  ['square, ordered square', { aspectRatio: '1:1' }, { width: 960, height: 960 }, []],
  ['of its input’s aspect', { aspectRatio: null }, { width: 1000, height: 700 }, []],
  ['near the aspect', {}, { width: 1280, height: 704 }, []],
  ['1080p', { resolution: '1080p' as const }, { width: 1920, height: 1080 }, []],
  ['720p, ordered 1080p', { resolution: '1080p' as const }, {}, ['small']],
  ['1080p, ordered 4k', { resolution: '4k' as const }, { width: 1920, height: 1080 }, ['small']],
  ['silent, ordered with sound', { sound: 'on' as const }, {}, ['silent']],
  ['with sound', { sound: 'on' as const }, { audioCodec: 'aac' }, []],
  ['with sound, ordered silent', {}, { audioCodec: 'aac' }, []],
  [
    'everything wrong',
    { sound: 'on' as const },
    { durationSeconds: 1, width: 100, height: 100 },
    ['short', 'small', 'aspect', 'silent'],
  ],
])('%s', (_what, order, clip, flags) => {
  expect(clipFlags({ ...ORDER, ...order }, { ...CLIP, ...clip })).toEqual(flags);
});
