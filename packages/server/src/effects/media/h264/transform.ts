/** Inverse transforms (ITU-T H.264, 8.5.10 to 8.5.13): from scaled coefficients to samples. */
import type { Plane } from './picture.ts';

/** Adds the picture of a 4x4 block of coefficients, which are used up, to the samples at `at`. */
export function addBlock4x4(plane: Plane, at: number, block: Int32Array, from: number): void {
  if (isEmpty(block, from)) return;
  const { samples, stride } = plane;
  for (let row = from; row < from + 16; row += 4) {
    const a = block[row] ?? 0;
    const b = block[row + 1] ?? 0;
    const c = block[row + 2] ?? 0;
    const d = block[row + 3] ?? 0;
    const even = a + c;
    const odd = a - c;
    const small = (b >> 1) - d;
    const large = b + (d >> 1);
    block[row] = even + large;
    block[row + 1] = odd + small;
    block[row + 2] = odd - small;
    block[row + 3] = even - large;
  }
  for (let x = 0; x < 4; x += 1) {
    const top = from + x;
    const a = block[top] ?? 0;
    const b = block[top + 4] ?? 0;
    const c = block[top + 8] ?? 0;
    const d = block[top + 12] ?? 0;
    const even = a + c;
    const odd = a - c;
    const small = (b >> 1) - d;
    const large = b + (d >> 1);
    const to = at + x;
    samples[to] = clip((samples[to] ?? 0) + ((even + large + 32) >> 6));
    samples[to + stride] = clip((samples[to + stride] ?? 0) + ((odd + small + 32) >> 6));
    samples[to + 2 * stride] = clip((samples[to + 2 * stride] ?? 0) + ((odd - small + 32) >> 6));
    samples[to + 3 * stride] = clip((samples[to + 3 * stride] ?? 0) + ((even - large + 32) >> 6));
  }
}

/** Most blocks of a picture are as predicted. */
function isEmpty(block: Int32Array, from: number): boolean {
  for (let nth = from; nth < from + 16; nth += 1) if (block[nth] !== 0) return false;
  return true;
}

const line = new Int32Array(8);

/** The same for an 8x8 block. */
export function addBlock8x8(plane: Plane, at: number, block: Int32Array, from: number): void {
  const { samples, stride } = plane;
  for (let row = 0; row < 8; row += 1) {
    const start = from + 8 * row;
    transformLine(block, start, 1);
    for (let nth = 0; nth < 8; nth += 1) block[start + nth] = line[nth] ?? 0;
  }
  for (let x = 0; x < 8; x += 1) {
    transformLine(block, from + x, 8);
    for (let y = 0; y < 8; y += 1) {
      const to = at + y * stride + x;
      samples[to] = clip((samples[to] ?? 0) + (((line[y] ?? 0) + 32) >> 6));
    }
  }
}

/** One row (step 1) or column (step 8) into `line`. */
function transformLine(block: Int32Array, start: number, step: number): void {
  const c0 = block[start] ?? 0;
  const c1 = block[start + step] ?? 0;
  const c2 = block[start + 2 * step] ?? 0;
  const c3 = block[start + 3 * step] ?? 0;
  const c4 = block[start + 4 * step] ?? 0;
  const c5 = block[start + 5 * step] ?? 0;
  const c6 = block[start + 6 * step] ?? 0;
  const c7 = block[start + 7 * step] ?? 0;
  const e0 = c0 + c4;
  const e2 = c0 - c4;
  const e4 = (c2 >> 1) - c6;
  const e6 = c2 + (c6 >> 1);
  const o1 = c5 - c3 - c7 - (c7 >> 1);
  const o3 = c1 + c7 - c3 - (c3 >> 1);
  const o5 = c7 - c1 + c5 + (c5 >> 1);
  const o7 = c3 + c5 + c1 + (c1 >> 1);
  const f0 = e0 + e6;
  const f2 = e2 + e4;
  const f4 = e2 - e4;
  const f6 = e0 - e6;
  const f1 = o1 + (o7 >> 2);
  const f3 = o3 + (o5 >> 2);
  const f5 = (o3 >> 2) - o5;
  const f7 = o7 - (o1 >> 2);
  line[0] = f0 + f7;
  line[1] = f2 + f5;
  line[2] = f4 + f3;
  line[3] = f6 + f1;
  line[4] = f6 - f1;
  line[5] = f4 - f3;
  line[6] = f2 - f5;
  line[7] = f0 - f7;
}

/** 4x4 Hadamard in place, for the luma DC levels of a large block. */
export function spreadDc4x4(block: Int32Array): void {
  for (let turn = 0; turn < 2; turn += 1) {
    const step = turn === 0 ? 1 : 4;
    for (let nth = 0; nth < 4; nth += 1) {
      const start = turn === 0 ? 4 * nth : nth;
      const a = block[start] ?? 0;
      const b = block[start + step] ?? 0;
      const c = block[start + 2 * step] ?? 0;
      const d = block[start + 3 * step] ?? 0;
      block[start] = a + b + c + d;
      block[start + step] = a + b - c - d;
      block[start + 2 * step] = a - b - c + d;
      block[start + 3 * step] = a - b + c - d;
    }
  }
}

/** 2x2 Hadamard in place, for chroma DC. */
export function spreadDc2x2(block: Int32Array): void {
  const a = block[0] ?? 0;
  const b = block[1] ?? 0;
  const c = block[2] ?? 0;
  const d = block[3] ?? 0;
  block[0] = a + b + c + d;
  block[1] = a - b + c - d;
  block[2] = a + b - c - d;
  block[3] = a - b - c + d;
}

function clip(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}
