/** Scaling lists and the factors that turn levels into transform coefficients (ITU-T H.264, 8.5.6 and 8.5.9). */
import { type Bits, readBit, readSe } from './bits.ts';

/** Intra lists only, in scan order: luma, Cb and Cr for 4x4 blocks, luma for 8x8. */
export type ScalingLists = {
  fours: readonly [readonly number[], readonly number[], readonly number[]];
  eight: readonly number[];
};

/** Factors in raster order by qp % 6. */
export type Factors = {
  fours: readonly [readonly Int32Array[], readonly Int32Array[], readonly Int32Array[]];
  eight: readonly Int32Array[];
};

export const scan4x4: readonly number[] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

export const scan8x8: readonly number[] = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];

const DEFAULT_4X4: readonly number[] = [6, 13, 13, 20, 20, 20, 28, 28, 28, 28, 32, 32, 32, 37, 37, 42];
const DEFAULT_8X8: readonly number[] = [
  6, 10, 10, 13, 11, 13, 16, 16, 16, 16, 18, 18, 18, 18, 18, 23, 23, 23, 23, 23, 23, 25, 25, 25, 25, 25, 25,
  25, 27, 27, 27, 27, 27, 27, 27, 27, 29, 29, 29, 29, 29, 29, 29, 31, 31, 31, 31, 31, 31, 33, 33, 33, 33, 33,
  36, 36, 36, 36, 38, 38, 38, 40, 40, 42,
];

/** Table 8-15 and its 8x8 kin: one row per qp % 6, one column per class of position. */
const BASE_4X4: readonly (readonly number[])[] = [
  [10, 13, 16],
  [11, 14, 18],
  [13, 16, 20],
  [14, 18, 23],
  [16, 20, 25],
  [18, 23, 29],
];
const BASE_8X8: readonly (readonly number[])[] = [
  [20, 18, 32, 19, 25, 24],
  [22, 19, 35, 21, 28, 26],
  [26, 23, 42, 24, 33, 31],
  [28, 25, 45, 26, 35, 33],
  [32, 28, 51, 30, 40, 38],
  [36, 32, 58, 34, 46, 43],
];

/** `sequence`: what a list falls back to in a picture set; null in a sequence set, where it is the default list. */
export function readScalingLists(bits: Bits, count: number, sequence: ScalingLists | null): ScalingLists {
  const base: ScalingLists = sequence ?? {
    fours: [DEFAULT_4X4, DEFAULT_4X4, DEFAULT_4X4],
    eight: DEFAULT_8X8,
  };
  const lists: (readonly number[])[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    // Lists 3 to 5 and 7 are for pictures that refer to others; they only have to be read over.
    const standard = nth < 6 ? DEFAULT_4X4 : DEFAULT_8X8;
    const startsFrom = nth === 0 ? base.fours[0] : nth === 6 ? base.eight : (lists[nth - 1] ?? standard);
    lists.push(readBit(bits) === 1 ? readList(bits, nth < 6 ? 16 : 64, standard) : startsFrom);
  }
  return {
    fours: [lists[0] ?? DEFAULT_4X4, lists[1] ?? DEFAULT_4X4, lists[2] ?? DEFAULT_4X4],
    eight: lists[6] ?? base.eight,
  };
}

function readList(bits: Bits, length: number, standard: readonly number[]): readonly number[] {
  const list: number[] = [];
  let last = 8;
  let next = 8;
  for (let nth = 0; nth < length; nth += 1) {
    if (next !== 0) {
      next = (last + readSe(bits) + 256) % 256;
      if (nth === 0 && next === 0) return standard;
    }
    last = next === 0 ? last : next;
    list.push(last);
  }
  return list;
}

export function factorsOf(lists: ScalingLists | null): Factors {
  const flat4 = Array.from({ length: 16 }, () => 16);
  const flat8 = Array.from({ length: 64 }, () => 16);
  const [luma, cb, cr] = lists?.fours ?? [flat4, flat4, flat4];
  const qps = [0, 1, 2, 3, 4, 5];
  return {
    fours: [
      qps.map((qp) => factors4x4(luma, qp)),
      qps.map((qp) => factors4x4(cb, qp)),
      qps.map((qp) => factors4x4(cr, qp)),
    ],
    eight: qps.map((qp) => factors8x8(lists?.eight ?? flat8, qp)),
  };
}

function factors4x4(list: readonly number[], qp: number): Int32Array {
  const factors = new Int32Array(16);
  for (const [nth, at] of scan4x4.entries()) {
    const odd = ((at >> 2) & 1) + (at & 1);
    factors[at] = (list[nth] ?? 16) * (BASE_4X4[qp]?.[odd] ?? 0);
  }
  return factors;
}

function factors8x8(list: readonly number[], qp: number): Int32Array {
  const factors = new Int32Array(64);
  for (const [nth, at] of scan8x8.entries()) {
    factors[at] = (list[nth] ?? 16) * (BASE_8X8[qp]?.[class8x8(at >> 3, at & 7)] ?? 0);
  }
  return factors;
}

function class8x8(row: number, column: number): number {
  const [r, c] = [row & 3, column & 3];
  if (r === 0 && c === 0) return 0;
  if (r % 2 === 1 && c % 2 === 1) return 1;
  if (r === 2 && c === 2) return 2;
  if ((r === 0 && c % 2 === 1) || (c === 0 && r % 2 === 1)) return 3;
  if ((r === 0 && c === 2) || (r === 2 && c === 0)) return 4;
  return 5;
}
