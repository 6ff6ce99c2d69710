/** Smoothing across block edges (ITU-T H.264, 8.7), as it is for pictures that are predicted from themselves only. */
import { chromaQp } from './macroblock.ts';
import type { Picture, Plane, SliceFacts } from './picture.ts';

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

type Edge = {
  plane: Plane;
  at: number;
  /** From sample to sample across the edge, and along it. */
  across: number;
  along: number;
  length: number;
  isOuter: boolean;
  isChroma: boolean;
  qp: number;
};

export function deblock(picture: Picture, slices: readonly SliceFacts[]): void {
  for (let at = 0; at < picture.slices.length; at += 1) {
    const slice = slices[picture.slices[at] ?? -1];
    if (!slice || slice.deblock.off) continue;
    deblockMacroblock(picture, slice, at);
  }
}

function deblockMacroblock(picture: Picture, slice: SliceFacts, at: number): void {
  const width = picture.sequence.widthInBlocks;
  const [x, y] = [at % width, Math.floor(at / width)];
  const mayCross = (other: number): boolean =>
    !slice.deblock.withinSlice || picture.slices[other] === picture.slices[at];
  for (const isVertical of [true, false]) {
    const other = isVertical ? at - 1 : at - width;
    const hasOuter = (isVertical ? x > 0 : y > 0) && mayCross(other);
    for (const [component, plane] of picture.planes.entries()) {
      const size = component === 0 ? 16 : 8;
      const step = component === 0 && picture.transform8x8[at] === 0 ? 4 : size / 2;
      const from = y * size * plane.stride + x * size;
      const [across, along] = isVertical ? [1, plane.stride] : [plane.stride, 1];
      for (let offset = hasOuter ? 0 : step; offset < size; offset += step) {
        const isOuter = offset === 0;
        const qp = edgeQp(picture, slice, component, at, isOuter ? other : at);
        const isChroma = component > 0;
        const edge = {
          plane,
          at: from + offset * across,
          across,
          along,
          length: size,
          isOuter,
          isChroma,
          qp,
        };
        smoothEdge(edge, slice);
      }
    }
  }
}

function edgeQp(picture: Picture, slice: SliceFacts, component: number, at: number, other: number): number {
  const [here, there] = [picture.qps[at] ?? 0, picture.qps[other] ?? 0];
  if (component === 0) return (here + there + 1) >> 1;
  const offset = slice.set.chromaQpOffsets[component - 1] ?? 0;
  return (chromaQp(here, offset) + chromaQp(there, offset) + 1) >> 1;
}

function smoothEdge(edge: Edge, { deblock: rules }: SliceFacts): void {
  const indexA = Math.min(51, Math.max(0, edge.qp + rules.alphaOffset)) - FIRST;
  const indexB = Math.min(51, Math.max(0, edge.qp + rules.betaOffset)) - FIRST;
  const [alpha, beta] = [ALPHAS[indexA] ?? 0, BETAS[indexB] ?? 0];
  if (alpha === 0 || beta === 0) return;
  const { samples } = edge.plane;
  const { across } = edge;
  for (let nth = 0; nth < edge.length; nth += 1) {
    const q = edge.at + nth * edge.along;
    const [p0, p1] = [samples[q - across] ?? 0, samples[q - 2 * across] ?? 0];
    const [q0, q1] = [samples[q] ?? 0, samples[q + across] ?? 0];
    const isEdge = Math.abs(p0 - q0) < alpha && Math.abs(p1 - p0) < beta && Math.abs(q1 - q0) < beta;
    if (!isEdge) continue;
    if (edge.isChroma) smoothChroma(samples, q, across, edge.isOuter, LIMITS[indexA] ?? 0);
    else if (edge.isOuter) smoothStrong(samples, q, across, alpha, beta);
    else smoothNormal(samples, q, across, beta, LIMITS[indexA] ?? 0);
  }
}

function smoothChroma(samples: Uint8Array, q: number, across: number, isOuter: boolean, limit: number): void {
  const [p0, p1] = [samples[q - across] ?? 0, samples[q - 2 * across] ?? 0];
  const [q0, q1] = [samples[q] ?? 0, samples[q + across] ?? 0];
  if (isOuter) {
    samples[q - across] = (2 * p1 + p0 + q1 + 2) >> 2;
    samples[q] = (2 * q1 + q0 + p1 + 2) >> 2;
    return;
  }
  const delta = clamp(((q0 - p0) * 4 + (p1 - q1) + 4) >> 3, limit + 1);
  samples[q - across] = clip(p0 + delta);
  samples[q] = clip(q0 - delta);
}

function smoothStrong(samples: Uint8Array, q: number, across: number, alpha: number, beta: number): void {
  const p = q - across;
  const [p0, p1, p2] = [samples[p] ?? 0, samples[p - across] ?? 0, samples[p - 2 * across] ?? 0];
  const [q0, q1, q2] = [samples[q] ?? 0, samples[q + across] ?? 0, samples[q + 2 * across] ?? 0];
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
  const [p0, p1, p2] = [samples[p] ?? 0, samples[p - across] ?? 0, samples[p - 2 * across] ?? 0];
  const [q0, q1, q2] = [samples[q] ?? 0, samples[q + across] ?? 0, samples[q + 2 * across] ?? 0];
  const [nearP, nearQ] = [Math.abs(p2 - p0) < beta, Math.abs(q2 - q0) < beta];
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
