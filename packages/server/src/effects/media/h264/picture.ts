/** The picture under construction, and what its macroblocks tell their neighbours. */
import type { PictureSet, Sequence } from './params.ts';
import type { Factors } from './scaling.ts';

export type Plane = { samples: Uint8Array; stride: number };

/** What a macroblock is made of. */
export const small = 0;
export const large = 1;
export const raw = 2;

/** Blocks per macroblock whose coefficients are counted: 16 luma in raster order, then 4 Cb, then 4 Cr. */
export const countsPerMacroblock = 24;

export type Picture = {
  sequence: Sequence;
  planes: readonly [luma: Plane, cb: Plane, cr: Plane];
  /** Slice by macroblock; -1 while it is not decoded. */
  slices: Int32Array;
  /** `small` (4x4 or 8x8 prediction), `large` (16x16) or `raw`. */
  kinds: Uint8Array;
  transform8x8: Uint8Array;
  qps: Uint8Array;
  /** Coded block pattern: luma in bits 0 to 3, chroma 0 to 2 above. */
  patterns: Uint8Array;
  chromaModes: Uint8Array;
  /** Coefficients by block, for the contexts of the neighbours. */
  counts: Uint8Array;
  /** Bit 0: luma DC coded, bits 1 and 2: chroma DC coded. */
  dcCoded: Uint8Array;
  /** Prediction mode by 4x4 block. */
  modes: Uint8Array;
};

export type DeblockRules = { off: boolean; withinSlice: boolean; alphaOffset: number; betaOffset: number };

export type SliceFacts = {
  index: number;
  first: number;
  qp: number;
  set: PictureSet;
  factors: Factors;
  deblock: DeblockRules;
};

/** Where the decoder is. Neighbours are -1 when there is none in this slice. */
export type Place = {
  picture: Picture;
  slice: SliceFacts;
  at: number;
  x: number;
  y: number;
  left: number;
  up: number;
  upRight: number;
  upLeft: number;
};

export function createPicture(sequence: Sequence): Picture {
  const { widthInBlocks: across, heightInBlocks: down } = sequence;
  const count = across * down;
  const plane = (side: number): Plane => ({
    samples: new Uint8Array(count * side * side),
    stride: across * side,
  });
  return {
    sequence,
    planes: [plane(16), plane(8), plane(8)],
    slices: new Int32Array(count).fill(-1),
    kinds: new Uint8Array(count),
    transform8x8: new Uint8Array(count),
    qps: new Uint8Array(count),
    patterns: new Uint8Array(count),
    chromaModes: new Uint8Array(count),
    counts: new Uint8Array(count * countsPerMacroblock),
    dcCoded: new Uint8Array(count),
    modes: new Uint8Array(count * 16),
  };
}

export function placeAt(picture: Picture, slice: SliceFacts, at: number): Place {
  const across = picture.sequence.widthInBlocks;
  const x = at % across;
  const y = (at - x) / across;
  return {
    picture,
    slice,
    at,
    x,
    y,
    left: x > 0 ? inSlice(picture, slice, at - 1) : -1,
    up: y > 0 ? inSlice(picture, slice, at - across) : -1,
    upRight: y > 0 && x + 1 < across ? inSlice(picture, slice, at - across + 1) : -1,
    upLeft: y > 0 && x > 0 ? inSlice(picture, slice, at - across - 1) : -1,
  };
}

function inSlice(picture: Picture, slice: SliceFacts, other: number): number {
  return picture.slices[other] === slice.index ? other : -1;
}

/** Where a component's counts start, and how many blocks it has in a row. */
const COUNT_BASES: readonly number[] = [0, 16, 20];

export function countIndex(place: Place, component: number, x: number, y: number): number {
  const width = component === 0 ? 4 : 2;
  return place.at * countsPerMacroblock + (COUNT_BASES[component] ?? 0) + y * width + x;
}

/** The count of the block to the left, -1 when there is none. */
export function leftCount(place: Place, component: number, x: number, y: number): number {
  const width = component === 0 ? 4 : 2;
  if (x > 0) return place.picture.counts[countIndex(place, component, x - 1, y)] ?? 0;
  if (place.left < 0) return -1;
  const base = place.left * countsPerMacroblock + (COUNT_BASES[component] ?? 0);
  return place.picture.counts[base + y * width + width - 1] ?? 0;
}

/** The count of the block above, -1 when there is none. */
export function upCount(place: Place, component: number, x: number, y: number): number {
  const width = component === 0 ? 4 : 2;
  if (y > 0) return place.picture.counts[countIndex(place, component, x, y - 1)] ?? 0;
  if (place.up < 0) return -1;
  const base = place.up * countsPerMacroblock + (COUNT_BASES[component] ?? 0);
  return place.picture.counts[base + (width - 1) * width + x] ?? 0;
}
