/** Smoothing across block edges (ITU-T H.264, 8.7), as it is for pictures that are predicted from themselves only. */
import { chromaQp } from './macroblock.ts';
import type { DeblockRules, Picture, SliceFacts } from './picture.ts';

/** Tables 8-16 and 8-17, from index 16 on; below it nothing is smoothed. The last is for edges inside a macroblock. */
const FIRST = 16;
const ALPHAS: readonly number[] = [
  4, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 17, 20, 22, 25, 28, 32, 36, 40, 45, 50, 56, 63, 71, 80, 90, 101, 113,
  127, 144, 162, 182, 203, 226, 255, 255,
];
const BETAS: readonly number[] = [
  2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16,
  16, 17, 17, 18, 18,
];
const LIMITS: readonly number[] = [
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20,
  23, 25,
];

/** How strongly is smoothed at one quantiser; null: not at all. */
type Strength = { alpha: number; beta: number; limit: number } | null;

const QPS = 52;

export function deblock(picture: Picture, slices: readonly SliceFacts[]): void {
  const strengths = slices.map((slice) => strengthsOf(slice.deblock));
  for (let at = 0; at < picture.slices.length; at += 1) {
    const slice = slices[picture.slices[at] ?? -1];
    const byQp = slice && strengths[slice.index];
    if (!byQp || slice.deblock.off) continue;
    for (let component = 0; component < 3; component += 1) {
      deblockComponent(picture, slice, byQp, at, component);
    }
  }
}

function strengthsOf(rules: DeblockRules): Strength[] {
  return Array.from({ length: QPS }, (_, qp) => {
    const indexA = Math.min(51, Math.max(0, qp + rules.alphaOffset)) - FIRST;
    const indexB = Math.min(51, Math.max(0, qp + rules.betaOffset)) - FIRST;
    const alpha = ALPHAS[indexA] ?? 0;
    const beta = BETAS[indexB] ?? 0;
    return alpha === 0 || beta === 0 ? null : { alpha, beta, limit: LIMITS[indexA] ?? 0 };
  });
}

/** The upright edges of one macroblock from left to right, then the level ones from top to bottom. */
function deblockComponent(
  picture: Picture,
  slice: SliceFacts,
  byQp: readonly Strength[],
  at: number,
  component: number,
): void {
  const plane = picture.planes[component] ?? picture.planes[0];
  const width = picture.sequence.widthInBlocks;
  const size = component === 0 ? 16 : 8;
  const step = component === 0 && picture.transform8x8[at] === 0 ? 4 : size / 2;
  const x = at % width;
  const from = ((at - x) / width) * size * plane.stride + x * size;
  const inner = byQp[edgeQp(picture, slice, component, at, at)] ?? null;
  for (let turn = 0; turn < 2; turn += 1) {
    const other = turn === 0 ? at - 1 : at - width;
    const across = turn === 0 ? 1 : plane.stride;
    const along = turn === 0 ? plane.stride : 1;
    if ((turn === 0 ? x > 0 : other >= 0) && mayCross(picture, slice, at, other)) {
      const outer = byQp[edgeQp(picture, slice, component, at, other)] ?? null;
      if (outer) smoothOuter(plane.samples, from, across, along, size, outer);
    }
    if (!inner) continue;
    for (let offset = step; offset < size; offset += step) {
      smoothInner(plane.samples, from + offset * across, across, along, size, inner);
    }
  }
}

function mayCross(picture: Picture, slice: SliceFacts, at: number, other: number): boolean {
  return !slice.deblock.withinSlice || picture.slices[other] === picture.slices[at];
}

function edgeQp(picture: Picture, slice: SliceFacts, component: number, at: number, other: number): number {
  const here = picture.qps[at] ?? 0;
  const there = picture.qps[other] ?? 0;
  if (component === 0) return (here + there + 1) >> 1;
  const offset = slice.set.chromaQpOffsets[component - 1] ?? 0;
  return (chromaQp(here, offset) + chromaQp(there, offset) + 1) >> 1;
}

/** Between two macroblocks; eight samples long in chroma, whose filter reaches less far. */
function smoothOuter(
  samples: Uint8Array,
  at: number,
  across: number,
  along: number,
  length: number,
  { alpha, beta }: NonNullable<Strength>,
): void {
  const isChroma = length === 8;
  for (let nth = 0; nth < length; nth += 1) {
    const q = at + nth * along;
    if (!isEdge(samples, q, across, alpha, beta)) continue;
    if (isChroma) smoothOuterChroma(samples, q, across);
    else smoothStrong(samples, q, across, alpha, beta);
  }
}

function smoothInner(
  samples: Uint8Array,
  at: number,
  across: number,
  along: number,
  length: number,
  { alpha, beta, limit }: NonNullable<Strength>,
): void {
  const isChroma = length === 8;
  for (let nth = 0; nth < length; nth += 1) {
    const q = at + nth * along;
    if (!isEdge(samples, q, across, alpha, beta)) continue;
    if (isChroma) smoothInnerChroma(samples, q, across, limit);
    else smoothNormal(samples, q, across, beta, limit);
  }
}

/** A step that coding made, not one of the picture itself. */
function isEdge(samples: Uint8Array, q: number, across: number, alpha: number, beta: number): boolean {
  const p0 = samples[q - across] ?? 0;
  const q0 = samples[q] ?? 0;
  if (Math.abs(p0 - q0) >= alpha) return false;
  const p1 = samples[q - 2 * across] ?? 0;
  const q1 = samples[q + across] ?? 0;
  return Math.abs(p1 - p0) < beta && Math.abs(q1 - q0) < beta;
}

function smoothOuterChroma(samples: Uint8Array, q: number, across: number): void {
  const p0 = samples[q - across] ?? 0;
  const p1 = samples[q - 2 * across] ?? 0;
  const q0 = samples[q] ?? 0;
  const q1 = samples[q + across] ?? 0;
  samples[q - across] = (2 * p1 + p0 + q1 + 2) >> 2;
  samples[q] = (2 * q1 + q0 + p1 + 2) >> 2;
}

function smoothInnerChroma(samples: Uint8Array, q: number, across: number, limit: number): void {
  const p0 = samples[q - across] ?? 0;
  const p1 = samples[q - 2 * across] ?? 0;
  const q0 = samples[q] ?? 0;
  const q1 = samples[q + across] ?? 0;
  const delta = clamp(((q0 - p0) * 4 + (p1 - q1) + 4) >> 3, limit + 1);
  samples[q - across] = clip(p0 + delta);
  samples[q] = clip(q0 - delta);
}

function smoothStrong(samples: Uint8Array, q: number, across: number, alpha: number, beta: number): void {
  const p = q - across;
  const p0 = samples[p] ?? 0;
  const p1 = samples[p - across] ?? 0;
  const p2 = samples[p - 2 * across] ?? 0;
  const q0 = samples[q] ?? 0;
  const q1 = samples[q + across] ?? 0;
  const q2 = samples[q + 2 * across] ?? 0;
  const isFlat = Math.abs(p0 - q0) < (alpha >> 2) + 2;
  if (isFlat && Math.abs(p2 - p0) < beta) {
    const p3 = samples[p - 3 * across] ?? 0;
    samples[p] = (p2 + 2 * p1 + 2 * p0 + 2 * q0 + q1 + 4) >> 3;
    samples[p - across] = (p2 + p1 + p0 + q0 + 2) >> 2;
    samples[p - 2 * across] = (2 * p3 + 3 * p2 + p1 + p0 + q0 + 4) >> 3;
  } else {
    samples[p] = (2 * p1 + p0 + q1 + 2) >> 2;
  }
  if (isFlat && Math.abs(q2 - q0) < beta) {
    const q3 = samples[q + 3 * across] ?? 0;
    samples[q] = (p1 + 2 * p0 + 2 * q0 + 2 * q1 + q2 + 4) >> 3;
    samples[q + across] = (p0 + q0 + q1 + q2 + 2) >> 2;
    samples[q + 2 * across] = (2 * q3 + 3 * q2 + q1 + q0 + p0 + 4) >> 3;
  } else {
    samples[q] = (2 * q1 + q0 + p1 + 2) >> 2;
  }
}

function smoothNormal(samples: Uint8Array, q: number, across: number, beta: number, limit: number): void {
  const p = q - across;
  const p0 = samples[p] ?? 0;
  const p1 = samples[p - across] ?? 0;
  const p2 = samples[p - 2 * across] ?? 0;
  const q0 = samples[q] ?? 0;
  const q1 = samples[q + across] ?? 0;
  const q2 = samples[q + 2 * across] ?? 0;
  const nearP = Math.abs(p2 - p0) < beta;
  const nearQ = Math.abs(q2 - q0) < beta;
  const delta = clamp(((q0 - p0) * 4 + (p1 - q1) + 4) >> 3, limit + (nearP ? 1 : 0) + (nearQ ? 1 : 0));
  samples[p] = clip(p0 + delta);
  samples[q] = clip(q0 - delta);
  const middle = (p0 + q0 + 1) >> 1;
  if (nearP) samples[p - across] = p1 + clamp((p2 + middle - 2 * p1) >> 1, limit);
  if (nearQ) samples[q + across] = q1 + clamp((q2 + middle - 2 * q1) >> 1, limit);
}

function clamp(value: number, most: number): number {
  return value < -most ? -most : Math.min(value, most);
}

function clip(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}
