/**
 * Parameter sets (ITU-T H.264, 7.3.2.1 and 7.3.2.2), as far as a still picture needs them. Null for what this
 * decoder does not do: more than 8 bits a sample, colour other than 4:2:0, slice groups.
 */
import { type Bits, hasMore, payloadBits, readBit, readBits, readSe, readUe } from './bits.ts';
import { readScalingLists, type ScalingLists } from './scaling.ts';

export type Sequence = {
  id: number;
  widthInBlocks: number;
  heightInBlocks: number;
  crop: { left: number; right: number; top: number; bottom: number };
  frameNumberBits: number;
  orderType: number;
  orderBits: number;
  orderDeltaAlwaysZero: boolean;
  framesOnly: boolean;
  adaptiveFields: boolean;
  scaling: ScalingLists | null;
  /** Matrix coefficients by ITU-T H.273, 2 when not said. */
  matrix: number;
  fullRange: boolean;
};

export type PictureSet = {
  id: number;
  sequenceId: number;
  arithmetic: boolean;
  orderPresent: boolean;
  initialQp: number;
  chromaQpOffsets: readonly [cb: number, cr: number];
  deblockingControl: boolean;
  redundantCounts: boolean;
  transform8x8: boolean;
  scaling: ScalingLists | null;
};

/** Profiles whose sequence set carries the colour format and scaling lists. */
const HIGH_PROFILES: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
/** 5,120 samples a side: more than any vendor delivers, and little enough to hold. */
const MOST_BLOCKS = 320;

export function readSequence(nal: Uint8Array): Sequence | null {
  const bits = payloadBits(nal);
  const profile = readBits(bits, 8);
  readBits(bits, 16);
  const id = readUe(bits);
  let scaling: ScalingLists | null = null;
  if (HIGH_PROFILES.includes(profile)) {
    const isPlain = readUe(bits) === 1 && readUe(bits) === 0 && readUe(bits) === 0 && readBit(bits) === 0;
    if (!isPlain) return null;
    if (readBit(bits) === 1) scaling = readScalingLists(bits, 8, null);
  }
  const frameNumberBits = readUe(bits) + 4;
  const order = readOrder(bits);
  readUe(bits);
  readBit(bits);
  const widthInBlocks = readUe(bits) + 1;
  const mapUnits = readUe(bits) + 1;
  const framesOnly = readBit(bits) === 1;
  const adaptiveFields = !framesOnly && readBit(bits) === 1;
  readBit(bits);
  const heightInBlocks = mapUnits * (framesOnly ? 1 : 2);
  if (widthInBlocks > MOST_BLOCKS || heightInBlocks > MOST_BLOCKS) return null;
  const crop = readCrop(bits, framesOnly ? 2 : 4);
  const colour = readBit(bits) === 1 ? readColour(bits) : { matrix: 2, fullRange: false };
  const size = { widthInBlocks, heightInBlocks, crop, framesOnly, adaptiveFields };
  return { id, ...size, frameNumberBits, ...order, scaling, ...colour };
}

function readOrder(bits: Bits) {
  const orderType = readUe(bits);
  if (orderType === 0) return { orderType, orderBits: readUe(bits) + 4, orderDeltaAlwaysZero: true };
  if (orderType !== 1) return { orderType, orderBits: 0, orderDeltaAlwaysZero: true };
  const orderDeltaAlwaysZero = readBit(bits) === 1;
  readSe(bits);
  readSe(bits);
  const cycle = readUe(bits);
  for (let nth = 0; nth < cycle; nth += 1) readSe(bits);
  return { orderType, orderBits: 0, orderDeltaAlwaysZero };
}

function readCrop(bits: Bits, verticalUnit: number): Sequence['crop'] {
  if (readBit(bits) === 0) return { left: 0, right: 0, top: 0, bottom: 0 };
  const [left, right, top, bottom] = [readUe(bits), readUe(bits), readUe(bits), readUe(bits)];
  return { left: left * 2, right: right * 2, top: top * verticalUnit, bottom: bottom * verticalUnit };
}

/** The front part of the usability information; what follows the colour does not matter here. */
function readColour(bits: Bits): { matrix: number; fullRange: boolean } {
  const hasAspect = readBit(bits) === 1;
  // 255: the sample aspect is written out.
  if (hasAspect && readBits(bits, 8) === 255) readBits(bits, 32);
  if (readBit(bits) === 1) readBit(bits);
  if (readBit(bits) === 0) return { matrix: 2, fullRange: false };
  readBits(bits, 3);
  const fullRange = readBit(bits) === 1;
  if (readBit(bits) === 0) return { matrix: 2, fullRange };
  readBits(bits, 16);
  return { matrix: readBits(bits, 8), fullRange };
}

export function readPictureSet(nal: Uint8Array, sequences: ReadonlyMap<number, Sequence>): PictureSet | null {
  const bits = payloadBits(nal);
  const id = readUe(bits);
  const sequenceId = readUe(bits);
  const arithmetic = readBit(bits) === 1;
  const orderPresent = readBit(bits) === 1;
  if (readUe(bits) !== 0) return null;
  readUe(bits);
  readUe(bits);
  readBits(bits, 3);
  const initialQp = 26 + readSe(bits);
  readSe(bits);
  const cbOffset = readSe(bits);
  const deblockingControl = readBit(bits) === 1;
  readBit(bits);
  const redundantCounts = readBit(bits) === 1;
  let transform8x8 = false;
  let crOffset = cbOffset;
  let scaling: ScalingLists | null = null;
  if (hasMore(bits)) {
    transform8x8 = readBit(bits) === 1;
    if (readBit(bits) === 1) {
      scaling = readScalingLists(
        bits,
        6 + (transform8x8 ? 2 : 0),
        sequences.get(sequenceId)?.scaling ?? null,
      );
    }
    crOffset = readSe(bits);
  }
  const chromaQpOffsets: [number, number] = [cbOffset, crOffset];
  const flags = { arithmetic, orderPresent, deblockingControl, redundantCounts, transform8x8 };
  return { id, sequenceId, ...flags, initialQp, chromaQpOffsets, scaling };
}
