/** Slice headers (ITU-T H.264, 7.3.3). Null for slices that need other pictures: those are not for a poster. */
import { type Bits, readBit, readBits, readSe, readUe } from './bits.ts';
import type { PictureSet, Sequence } from './params.ts';
import type { DeblockRules } from './picture.ts';

export type SliceHeader = {
  first: number;
  set: PictureSet;
  sequence: Sequence;
  qp: number;
  deblock: DeblockRules;
};

const INTRA_SLICES: readonly number[] = [2, 7];
const INSTANT_REFRESH = 5;

export function readSliceHeader(
  bits: Bits,
  nalHeader: number,
  sets: ReadonlyMap<number, PictureSet>,
  sequences: ReadonlyMap<number, Sequence>,
): SliceHeader | null {
  const isRefresh = (nalHeader & 0x1f) === INSTANT_REFRESH;
  const first = readUe(bits);
  if (!INTRA_SLICES.includes(readUe(bits))) return null;
  const set = sets.get(readUe(bits));
  const sequence = set && sequences.get(set.sequenceId);
  if (!set || !sequence) return null;
  readBits(bits, sequence.frameNumberBits);
  // Single fields and pairs of macroblocks from two fields are for interlaced pictures.
  if (!sequence.framesOnly && (sequence.adaptiveFields || readBit(bits) === 1)) return null;
  if (isRefresh) readUe(bits);
  skipOrder(bits, sequence, set);
  // A second coding of what was already coded.
  if (set.redundantCounts && readUe(bits) > 0) return null;
  if (nalHeader >> 5 !== 0) skipMarking(bits, isRefresh);
  const qp = set.initialQp + readSe(bits);
  return { first, set, sequence, qp, deblock: readDeblock(bits, set) };
}

function skipOrder(bits: Bits, sequence: Sequence, set: PictureSet): void {
  if (sequence.orderType === 0) {
    readBits(bits, sequence.orderBits);
    if (set.orderPresent) readSe(bits);
  } else if (sequence.orderType === 1 && !sequence.orderDeltaAlwaysZero) {
    readSe(bits);
    if (set.orderPresent) readSe(bits);
  }
}

/** What becomes of pictures kept for reference: nothing to us. */
function skipMarking(bits: Bits, isRefresh: boolean): void {
  if (isRefresh) {
    readBits(bits, 2);
    return;
  }
  if (readBit(bits) === 0) return;
  for (let operation = readUe(bits); operation !== 0; operation = readUe(bits)) {
    if (operation !== 5) readUe(bits);
    if (operation === 3) readUe(bits);
  }
}

function readDeblock(bits: Bits, set: PictureSet): DeblockRules {
  if (!set.deblockingControl) return { off: false, withinSlice: false, alphaOffset: 0, betaOffset: 0 };
  const kind = readUe(bits);
  if (kind === 1) return { off: true, withinSlice: false, alphaOffset: 0, betaOffset: 0 };
  return {
    off: false,
    withinSlice: kind === 2,
    alphaOffset: readSe(bits) * 2,
    betaOffset: readSe(bits) * 2,
  };
}
