import { describe, expect, test } from 'vitest';
import { chargeFor, creditsOf, dollarsOf, unitsOf } from './credits.ts';
import type { EvolinkOrder } from './validate.ts';

const order = (change: Partial<EvolinkOrder>): EvolinkOrder => ({
  model: 'kling-v3-text-to-video',
  prompt: '',
  quality: '720p',
  sound: false,
  aspect: null,
  seconds: 5,
  images: [],
  videos: [],
  callbackUrl: null,
  ...change,
});

describe('what an order costs, in credits', () => {
  test.each<[string, Partial<EvolinkOrder>, number, number]>([
    ['3.0, 720p', {}, 5, 27],
    ['3.0, 720p with sound', { sound: true }, 5, 40.5],
    ['3.0, 1080p', { quality: '1080p' }, 5, 36.018],
    ['3.0, 1080p with sound', { quality: '1080p', sound: true }, 5, 54],
    ['3.0, 4k, with or without sound', { quality: '4k', sound: true }, 5, 135],
    ['O3, 1080p with sound', { model: 'kling-o3-text-to-video', quality: '1080p', sound: true }, 5, 45.009],
    [
      'turbo, 1080p, always with sound',
      { model: 'kling-v3-turbo-text-to-video', quality: '1080p', sound: true },
      5,
      45,
    ],
    ['an edit of O3 with kept sound, 4.4 s', { model: 'kling-o3-video-edit', sound: true }, 4.4, 32.4],
    ['an edit of O1, 4.041 s', { model: 'kling-o1-video-edit' }, 4.041, 48.6],
    ['an edit of O1 that is too short', { model: 'kling-o1-video-edit' }, 1, 36],
    ['motion control 3.0 with kept sound', { model: 'kling-v3-motion-control', sound: true }, 10, 81.648],
    ['motion control 2.6, 1080p', { model: 'kling-v2.6-motion-control', quality: '1080p' }, 10, 72],
  ])('%s', (_about, change, seconds, credits) => {
    expect(creditsOf(chargeFor(order(change), seconds))).toBe(credits);
  });

  test('in ten-thousandths, and in dollars at 68 credits', () => {
    expect([unitsOf('8.1648'), dollarsOf(unitsOf('68'))]).toEqual([81_648n, 1]);
  });
});
