/** What the two ways of coding (CAVLC and CABAC) have in common: the questions that a macroblock asks. */
import type { Bits } from './bits.ts';
import type { Place } from './picture.ts';

/** ctxBlockCat of ITU-T H.264, table 9-42. */
export const lumaDc = 0;
export const lumaAc = 1;
export const luma4x4 = 2;
export const chromaDc = 3;
export const chromaAc = 4;
export const luma8x8 = 5;

/** One block of levels: its category, colour component and place in units of 4x4 blocks. */
export type Block = { category: number; component: number; x: number; y: number };

export type Entropy = {
  /** 0: small prediction blocks; 1 to 24: one large one; 25: raw samples. */
  macroblockType(place: Place): number;
  transform8x8(place: Place): boolean;
  /** -1: as predicted; else the mode among the others. */
  predictionMode(): number;
  chromaMode(place: Place): number;
  codedPattern(place: Place): number;
  qpDelta(place: Place): number;
  /** Levels in scan order into `levels`, which is all zeros; returns how many there are. */
  residual(place: Place, block: Block, levels: Int32Array): number;
  /** Bits from which raw samples are read, and back. */
  beginRaw(): Bits;
  endRaw(): void;
  /** After each macroblock: does the slice go on? */
  goesOn(): boolean;
};
