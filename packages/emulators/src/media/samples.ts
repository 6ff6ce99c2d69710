/** Small inputs for orders that need media: a picture and a motion reference clip, made on the spot. */
import { makeClip, picturesFor } from './clip.ts';
import { makePng } from './png.ts';

export type Sample = { bytes: Uint8Array; contentType: string; width: number; height: number };

export function sampleImage(options: { width?: number; height?: number; seed?: string } = {}): Sample {
  const { width = 768, height = 768, seed = 'sample' } = options;
  return { bytes: makePng({ width, height }, seed), contentType: 'image/png', width, height };
}

/** Long and large enough for motion control (3 s, sides of 340 px) and for a reference video (700 px). */
export function sampleVideo(
  options: { width?: number; height?: number; seconds?: number; seed?: string } = {},
): Sample & { seconds: number } {
  const { width = 720, height = 1280, seconds = 4, seed = 'sample' } = options;
  const bytes = makeClip({ width, height, pictures: picturesFor(seconds), sound: false, seed });
  return { bytes, contentType: 'video/mp4', width, height, seconds };
}
