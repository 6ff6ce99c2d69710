/**
 * Makes a clip: an MP4 of the asked length and frame size with a moving picture whose colours follow
 * the seed.
 */
import { parameterSets, writeHeldPicture, writeKeyPicture, writeMovedPicture } from './h264.ts';
import { pictureRate, writeMovie } from './movie.ts';
import { createScene } from './scene.ts';

export type ClipOrder = {
  width: number;
  height: number;
  /** Number of pictures, at 24 a second. */
  pictures: number;
  sound: boolean;
  seed: string;
  /** One picture, held: a few kilobytes and a millisecond, for runs that make thousands of clips. */
  still?: boolean;
};

export type ClipMaker = { make(order: ClipOrder): Uint8Array };

/**
 * The vendor delivers one picture more than ordered: 3 s came as 3.041 (live, 2026-09), which is 73 pictures.
 */
export function picturesFor(seconds: number): number {
  return Math.round(seconds * pictureRate) + 1;
}

/** Length as the vendor writes it: seconds with three decimals, cut and not rounded ("5.041"). */
export function secondsText(pictures: number): string {
  return (Math.floor((pictures * 1000) / pictureRate) / 1000).toString();
}

export function makeClip(order: ClipOrder): Uint8Array {
  if (order.width % 2 !== 0 || order.height % 2 !== 0) throw new Error('frame sides must be even');
  const scene = createScene(order, order.seed);
  const pictures: Uint8Array[] = [];
  const keyPictures: number[] = [];
  let before = scene.centre(0);
  for (let number = 0; number < order.pictures; number++) {
    const centre = scene.centre(number / order.pictures);
    const sinceKey = order.still === true ? number : number % pictureRate;
    if (sinceKey === 0) {
      keyPictures.push(number);
      pictures.push(writeKeyPicture(scene, centre, number / pictureRate));
    } else if (order.still === true) {
      pictures.push(writeHeldPicture(scene, sinceKey));
    } else {
      pictures.push(writeMovedPicture(scene, before, centre, sinceKey));
    }
    before = centre;
  }
  const sets = parameterSets(order.width, order.height);
  return writeMovie({
    ...sets,
    width: order.width,
    height: order.height,
    pictures,
    keyPictures,
    silence: order.sound,
  });
}

/** Keeps the clips made last, up to a number of bytes: one clip is often read in several ranges. */
export function createClipMaker(capacityBytes = 64 * 1024 * 1024): ClipMaker {
  const kept = new Map<string, Uint8Array>();
  let keptBytes = 0;
  return {
    make(order) {
      const key = JSON.stringify([
        order.width,
        order.height,
        order.pictures,
        order.sound,
        order.seed,
        order.still === true,
      ]);
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
        return found;
      }
      const made = makeClip(order);
      kept.set(key, made);
      keptBytes += made.length;
      for (const [oldest, bytes] of kept) {
        if (keptBytes <= capacityBytes || kept.size === 1) break;
        kept.delete(oldest);
        keptBytes -= bytes.length;
      }
      return made;
    },
  };
}
