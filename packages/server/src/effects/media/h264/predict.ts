/** Prediction of a block from its decoded neighbours (ITU-T H.264, 8.3). */
import { BrokenStream } from './bits.ts';
import type { Plane } from './picture.ts';

/** Which neighbours of a block may be used. */
export type Around = { left: boolean; up: boolean; upRight: boolean; upLeft: boolean };

/**
 * Neighbours of a 4x4 or 8x8 block in one row, from bottom left over the corner to top right: the corner stands
 * at `corner`, the n-th to the left at `corner - 1 - n`, the n-th above at `corner + 1 + n`.
 */
const edge = new Int32Array(25);
const plainEdge = new Int32Array(25);

export function predict4x4(plane: Plane, at: number, mode: number, around: Around): void {
  gather(plane, at, 4, around);
  predictSquare(plane, at, 4, mode, around);
}

export function predict8x8(plane: Plane, at: number, mode: number, around: Around): void {
  gather(plane, at, 8, around);
  smooth(around);
  predictSquare(plane, at, 8, mode, around);
}

function gather({ samples, stride }: Plane, at: number, size: number, around: Around): void {
  const corner = size;
  if (around.upLeft) edge[corner] = samples[at - stride - 1] ?? 0;
  if (around.left) for (let n = 0; n < size; n += 1) edge[corner - 1 - n] = samples[at + n * stride - 1] ?? 0;
  if (!around.up) return;
  for (let n = 0; n < size; n += 1) edge[corner + 1 + n] = samples[at - stride + n] ?? 0;
  const last = edge[corner + size] ?? 0;
  for (let n = size; n < 2 * size; n += 1) {
    edge[corner + 1 + n] = around.upRight ? (samples[at - stride + n] ?? 0) : last;
  }
}

function mix(a: number, b: number, c: number): number {
  return ((plainEdge[a] ?? 0) + 2 * (plainEdge[b] ?? 0) + (plainEdge[c] ?? 0) + 2) >> 2;
}

/** 8x8 blocks are predicted from neighbours that were smoothed first (8.3.2.2.1). */
function smooth({ left, up, upLeft }: Around): void {
  const corner = 8;
  plainEdge.set(edge);
  if (up) {
    const before = upLeft ? corner : corner + 1;
    edge[corner + 1] = mix(before, corner + 1, corner + 2);
    for (let n = corner + 2; n < corner + 16; n += 1) edge[n] = mix(n - 1, n, n + 1);
    edge[corner + 16] = mix(corner + 15, corner + 16, corner + 16);
  }
  if (upLeft) edge[corner] = mix(left ? corner - 1 : corner, corner, up ? corner + 1 : corner);
  if (left) {
    edge[corner - 1] = mix(upLeft ? corner : corner - 1, corner - 1, corner - 2);
    for (let n = corner - 2; n > corner - 8; n -= 1) edge[n] = mix(n + 1, n, n - 1);
    edge[corner - 8] = mix(corner - 7, corner - 8, corner - 8);
  }
}

function predictSquare(plane: Plane, at: number, size: number, mode: number, around: Around): void {
  const { left, up, upLeft } = around;
  const isPossible =
    mode === 2 ||
    ((mode === 0 || mode === 3 || mode === 7) && up) ||
    ((mode === 1 || mode === 8) && left) ||
    (left && up && upLeft);
  if (!isPossible || mode > 8) throw new BrokenStream('prediction from missing neighbours');
  const constant = mode === 2 ? averageOf(size, around) : 0;
  const { samples, stride } = plane;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      samples[at + y * stride + x] = mode === 2 ? constant : predictSample(size, mode, x, y);
    }
  }
}

function averageOf(size: number, { left, up }: Around): number {
  let sum = 0;
  for (let n = 1; n <= size; n += 1)
    sum += (up ? (edge[size + n] ?? 0) : 0) + (left ? (edge[size - n] ?? 0) : 0);
  if (left && up) return (sum + size) >> (size === 4 ? 3 : 4);
  return left || up ? (sum + size / 2) >> (size === 4 ? 2 : 3) : 128;
}

/** Two neighbours of the edge averaged: `edge[n]` and the one after it. */
function two(n: number): number {
  return ((edge[n] ?? 0) + (edge[n + 1] ?? 0) + 1) >> 1;
}

/** Three neighbours of the edge around `n`, the middle one twice. */
function three(n: number): number {
  return ((edge[n - 1] ?? 0) + 2 * (edge[n] ?? 0) + (edge[n + 1] ?? 0) + 2) >> 2;
}

function predictSample(size: number, mode: number, x: number, y: number): number {
  const corner = size;
  switch (mode) {
    case 0:
      return edge[corner + 1 + x] ?? 0;
    case 1:
      return edge[corner - 1 - y] ?? 0;
    case 3: {
      const n = corner + 2 + x + y;
      const isLast = x === size - 1 && y === size - 1;
      return isLast ? ((edge[n - 1] ?? 0) + 3 * (edge[n] ?? 0) + 2) >> 2 : three(n);
    }
    case 4:
      return three(corner + x - y);
    case 5: {
      const z = 2 * x - y;
      if (z >= 0) return z % 2 === 0 ? two(corner + (z >> 1)) : three(corner + ((z + 1) >> 1));
      return z === -1 ? three(corner) : three(corner - (y - 2 * x - 1));
    }
    case 6: {
      const z = 2 * y - x;
      if (z >= 0) return z % 2 === 0 ? two(corner - 1 - (z >> 1)) : three(corner - ((z + 1) >> 1));
      return z === -1 ? three(corner) : three(corner + (x - 2 * y - 1));
    }
    case 7: {
      const n = corner + 1 + x + (y >> 1);
      return y % 2 === 0 ? two(n) : three(n + 1);
    }
    default: {
      const z = x + 2 * y;
      const last = edge[corner - size] ?? 0;
      if (z > 2 * size - 3) return last;
      if (z === 2 * size - 3) return ((edge[corner - size + 1] ?? 0) + 3 * last + 2) >> 2;
      const n = corner - 1 - y - (x >> 1);
      return z % 2 === 0 ? two(n - 1) : three(n - 1);
    }
  }
}

/** Whole luma (16) and chroma (8) blocks. Modes as for luma: vertical, horizontal, DC, plane. */
export function predictLarge(plane: Plane, at: number, size: number, mode: number, around: Around): void {
  const { left, up, upLeft } = around;
  const isPossible =
    mode === 2 || (mode === 0 && up) || (mode === 1 && left) || (mode === 3 && left && up && upLeft);
  if (!isPossible) throw new BrokenStream('prediction from missing neighbours');
  const { samples, stride } = plane;
  for (let y = 0; y < size; y += 1) {
    const row = at + y * stride;
    if (mode === 0) samples.copyWithin(row, at - stride, at - stride + size);
    else if (mode === 1) samples.fill(samples[row - 1] ?? 0, row, row + size);
  }
  if (mode === 3) predictPlane(plane, at, size);
  if (mode === 2) fillSquare(plane, at, size, averageAround(plane, at, size, left, up));
}

/** Chroma DC: each 4x4 corner has its own, from the neighbours that touch it (8.3.4.1 to 3). */
export function predictChromaDc(plane: Plane, at: number, { left, up }: Around): void {
  for (let quarter = 0; quarter < 4; quarter += 1) {
    const x = (quarter & 1) * 4;
    const y = (quarter >> 1) * 4;
    const corner = at + y * plane.stride + x;
    const onDiagonal = x === y;
    const useUp = up && (onDiagonal || x > 0 || !left);
    const useLeft = left && (onDiagonal || y > 0 || !up);
    const sumUp = useUp ? sumAbove(plane, at - plane.stride + x, 4) : 0;
    const sumLeft = useLeft ? sumBeside(plane, at + y * plane.stride - 1, 4) : 0;
    const value =
      useUp && useLeft ? (sumUp + sumLeft + 4) >> 3 : useUp || useLeft ? (sumUp + sumLeft + 2) >> 2 : 128;
    fillSquare(plane, corner, 4, value);
  }
}

function averageAround(plane: Plane, at: number, size: number, left: boolean, up: boolean): number {
  const sum =
    (up ? sumAbove(plane, at - plane.stride, size) : 0) + (left ? sumBeside(plane, at - 1, size) : 0);
  const shift = size === 16 ? 4 : 3;
  if (left && up) return (sum + size) >> (shift + 1);
  return left || up ? (sum + size / 2) >> shift : 128;
}

function sumAbove({ samples }: Plane, from: number, count: number): number {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += samples[from + n] ?? 0;
  return sum;
}

function sumBeside({ samples, stride }: Plane, from: number, count: number): number {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += samples[from + n * stride] ?? 0;
  return sum;
}

function fillSquare({ samples, stride }: Plane, at: number, size: number, value: number): void {
  for (let row = at; row < at + size * stride; row += stride) {
    for (let x = 0; x < size; x += 1) samples[row + x] = value;
  }
}

function predictPlane({ samples, stride }: Plane, at: number, size: number): void {
  const half = size / 2;
  let h = 0;
  let v = 0;
  for (let n = 1; n <= half; n += 1) {
    h += n * ((samples[at - stride + half - 1 + n] ?? 0) - (samples[at - stride + half - 1 - n] ?? 0));
    v +=
      n *
      ((samples[at - 1 + (half - 1 + n) * stride] ?? 0) - (samples[at - 1 + (half - 1 - n) * stride] ?? 0));
  }
  const factor = size === 16 ? 5 : 34;
  const b = (factor * h + 32) >> 6;
  const c = (factor * v + 32) >> 6;
  const a = 16 * ((samples[at - 1 + (size - 1) * stride] ?? 0) + (samples[at - stride + size - 1] ?? 0));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const value = (a + b * (x - half + 1) + c * (y - half + 1) + 16) >> 5;
      samples[at + y * stride + x] = value < 0 ? 0 : Math.min(value, 255);
    }
  }
}
