/**
 * Decodes one H.264 picture that needs no other: the first of a clip, which is all that a poster takes. Written out
 * because no decoder for the High profile (which vendors deliver) comes from npm alone under a permissive licence.
 * It does Baseline, Main and High with 8-bit 4:2:0 frames, both entropy codings, 8x8 transforms, scaling lists
 * and deblocking; for anything else it answers null.
 *
 * What runs for each block or sample makes no closures, tuples or objects. Measured: tsx gives each named closure its
 * name by `defineProperty` at run time, which alone was a quarter of the time that a picture took.
 */
import { BrokenStream, payloadBits } from './bits.ts';
import { createCabac } from './cabac.ts';
import { createCavlc } from './cavlc.ts';
import { deblock } from './deblock.ts';
import { decodeMacroblock } from './macroblock.ts';
import { type PictureSet, readPictureSet, readSequence, type Sequence } from './params.ts';
import { createPicture, type Picture, placeAt, type SliceFacts } from './picture.ts';
import { factorsOf } from './scaling.ts';
import { readSliceHeader, type SliceHeader } from './slice.ts';

/** Planes at full size, luma then Cb and Cr at half, with the part of them that is shown. */
export type Still = {
  width: number;
  height: number;
  left: number;
  top: number;
  planes: Picture['planes'];
  matrix: number;
  fullRange: boolean;
};

type Sets = { sequences: Map<number, Sequence>; pictures: Map<number, PictureSet> };

/** `config`: the clip's avcC record. `sample`: its first picture, NAL units behind their lengths. */
export function decodeStill(config: Uint8Array, sample: Uint8Array): Still | null {
  try {
    const { lengthBytes, units } = readConfig(config);
    return decodeUnits([...units, ...splitSample(sample, lengthBytes)]);
  } catch (error) {
    if (error instanceof BrokenStream) return null;
    throw error;
  }
}

function decodeUnits(units: readonly Uint8Array[]): Still | null {
  const sets: Sets = { sequences: new Map(), pictures: new Map() };
  const slices: SliceFacts[] = [];
  let picture: Picture | null = null;
  for (const unit of units) {
    const header = unit[0] ?? 0;
    switch (header & 0x1f) {
      case 7:
        if (!keepSequence(unit, sets)) return null;
        break;
      case 8:
        if (!keepPictureSet(unit, sets)) return null;
        break;
      case 1:
      case 5: {
        const bits = payloadBits(unit);
        const slice = readSliceHeader(bits, header, sets.pictures, sets.sequences);
        if (slice === null) return null;
        picture ??= createPicture(slice.sequence);
        slices.push(decodeSlice(picture, slice, bits, slices.length));
        break;
      }
      default:
    }
  }
  // A macroblock that nobody decoded would be a grey hole.
  if (picture === null || picture.slices.includes(-1)) return null;
  deblock(picture, slices);
  return asStill(picture);
}

function keepSequence(unit: Uint8Array, sets: Sets): boolean {
  const sequence = readSequence(unit);
  if (sequence) sets.sequences.set(sequence.id, sequence);
  return sequence !== null;
}

function keepPictureSet(unit: Uint8Array, sets: Sets): boolean {
  const set = readPictureSet(unit, sets.sequences);
  if (set) sets.pictures.set(set.id, set);
  return set !== null;
}

function decodeSlice(
  picture: Picture,
  header: SliceHeader,
  bits: ReturnType<typeof payloadBits>,
  index: number,
): SliceFacts {
  const { first, set, qp, deblock: rules } = header;
  if (qp < 0 || qp > 51) throw new BrokenStream('no such quantiser');
  const factors = factorsOf(set.scaling ?? header.sequence.scaling);
  const slice: SliceFacts = { index, first, qp, set, factors, deblock: rules };
  const entropy = set.arithmetic ? createCabac(bits, qp) : createCavlc(bits);
  const running = { qp };
  for (let at = first; ; at += 1) {
    if (at >= picture.slices.length || picture.slices[at] !== -1)
      throw new BrokenStream('too many macroblocks');
    decodeMacroblock(placeAt(picture, slice, at), entropy, running);
    if (!entropy.goesOn()) return slice;
  }
}

function asStill(picture: Picture): Still | null {
  const { widthInBlocks, heightInBlocks, crop, matrix, fullRange } = picture.sequence;
  const width = widthInBlocks * 16 - crop.left - crop.right;
  const height = heightInBlocks * 16 - crop.top - crop.bottom;
  if (width <= 0 || height <= 0) return null;
  return { width, height, left: crop.left, top: crop.top, planes: picture.planes, matrix, fullRange };
}

/** ISO/IEC 14496-15, 5.3.3.1: the length of lengths, then sequence and picture sets. */
function readConfig(config: Uint8Array): { lengthBytes: number; units: Uint8Array[] } {
  const lengthBytes = ((config[4] ?? 0) & 3) + 1;
  const units: Uint8Array[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (config[at] ?? 0) & mask;
    at += 1;
    for (let nth = 0; nth < count; nth += 1) {
      const length = ((config[at] ?? 0) << 8) | (config[at + 1] ?? 0);
      if (at + 2 + length > config.length) throw new BrokenStream('cut parameter sets');
      units.push(config.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { lengthBytes, units };
}

function splitSample(sample: Uint8Array, lengthBytes: number): Uint8Array[] {
  const units: Uint8Array[] = [];
  for (let at = 0; at + lengthBytes <= sample.length; ) {
    let length = 0;
    for (let nth = 0; nth < lengthBytes; nth += 1) length = length * 256 + (sample[at + nth] ?? 0);
    at += lengthBytes;
    if (at + length > sample.length) throw new BrokenStream('cut picture');
    units.push(sample.subarray(at, at + length));
    at += length;
  }
  return units;
}
