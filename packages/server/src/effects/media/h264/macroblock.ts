/** One macroblock: what it says of itself, its coefficients, its samples. */
import { BrokenStream, readFew } from './bits.ts';
import { chromaAc, chromaDc, type Entropy, luma4x4, luma8x8, lumaAc, lumaDc } from './entropy.ts';
import { countsPerMacroblock, large, type Place, type Plane, raw, small } from './picture.ts';
import { type Around, predict4x4, predict8x8, predictChromaDc, predictLarge } from './predict.ts';
import { scan4x4, scan8x8 } from './scaling.ts';
import { addBlock4x4, addBlock8x8, spreadDc2x2, spreadDc4x4 } from './transform.ts';

/** The qp so far in the slice. */
export type Running = { qp: number };

/** Prediction of a 16x16 block by macroblock type, and the same modes under their chroma numbers. */
const DC_MODE = 2;
const CHROMA_MODES: readonly number[] = [DC_MODE, 1, 0, 3];

/** Table 8-13: chroma qp where it differs from luma's. */
const CHROMA_QPS: readonly number[] = [
  29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39,
];

/** Coordinates of the 4x4 blocks in decoding order. */
const BLOCK_X: readonly number[] = [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3];
const BLOCK_Y: readonly number[] = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3];

/** Scaled coefficients of the macroblock at hand: luma in raster order of blocks, then Cb and Cr. */
const luma = new Int32Array(256);
const chroma: readonly [Int32Array, Int32Array] = [new Int32Array(64), new Int32Array(64)];
const largeDc = new Int32Array(16);
const levels = new Int32Array(64);

export function decodeMacroblock(place: Place, entropy: Entropy, running: Running): void {
  const { picture, at } = place;
  const type = entropy.macroblockType(place);
  if (type > 25) throw new BrokenStream('no such macroblock');
  picture.slices[at] = place.slice.index;
  if (type === 25) {
    decodeRaw(place, entropy);
    return;
  }
  luma.fill(0);
  chroma[0].fill(0);
  chroma[1].fill(0);
  if (type === 0) decodeSmall(place, entropy, running);
  else decodeLarge(place, entropy, running, type - 1);
  if ((picture.patterns[at] ?? 0) >> 4 > 0) readChroma(place, entropy);
  buildChroma(place);
}

function decodeRaw(place: Place, entropy: Entropy): void {
  const { picture, at } = place;
  picture.kinds[at] = raw;
  picture.patterns[at] = 0x2f;
  picture.dcCoded[at] = 7;
  picture.counts.fill(16, at * countsPerMacroblock, (at + 1) * countsPerMacroblock);
  picture.modes.fill(DC_MODE, at * 16, at * 16 + 16);
  const bits = entropy.beginRaw();
  for (const plane of picture.planes) {
    const size = plane === picture.planes[0] ? 16 : 8;
    const from = sampleIndex(place, plane, size);
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) plane.samples[from + y * plane.stride + x] = readFew(bits, 8);
    }
  }
  entropy.endRaw();
}

function decodeSmall(place: Place, entropy: Entropy, running: Running): void {
  const { picture, slice, at } = place;
  picture.kinds[at] = small;
  const isEight = slice.set.transform8x8 && entropy.transform8x8(place);
  picture.transform8x8[at] = isEight ? 1 : 0;
  for (let nth = 0; nth < 16; nth += isEight ? 4 : 1) readMode(place, entropy, nth, isEight ? 2 : 1);
  picture.chromaModes[at] = chromaModeOf(place, entropy);
  const pattern = entropy.codedPattern(place);
  picture.patterns[at] = pattern;
  if (pattern > 0) readQp(place, entropy, running);
  picture.qps[at] = running.qp;
  for (let nth = 0; nth < 16; nth += isEight ? 4 : 1) {
    const x = BLOCK_X[nth] ?? 0;
    const y = BLOCK_Y[nth] ?? 0;
    if ((pattern >> (nth >> 2)) & 1) {
      if (isEight) readLuma8x8(place, entropy, x, y);
      else readLuma4x4(place, entropy, luma4x4, x, y);
    }
  }
  buildSmall(place, isEight);
}

/** The mode of a block, and of all 4x4 blocks under it (`side` in each direction). */
function readMode(place: Place, entropy: Entropy, nth: number, side: number): void {
  const { picture, at, left, up } = place;
  const x = BLOCK_X[nth] ?? 0;
  const y = BLOCK_Y[nth] ?? 0;
  const leftMode = x > 0 ? modeAt(place, at, x - 1, y) : modeAt(place, left, 3, y);
  const upMode = y > 0 ? modeAt(place, at, x, y - 1) : modeAt(place, up, x, 3);
  const isAlone = (x === 0 && left < 0) || (y === 0 && up < 0);
  const expected = isAlone ? DC_MODE : Math.min(leftMode, upMode);
  const said = entropy.predictionMode();
  const mode = said < 0 ? expected : said < expected ? said : said + 1;
  for (let row = y; row < y + side; row += 1) {
    for (let column = x; column < x + side; column += 1) picture.modes[at * 16 + row * 4 + column] = mode;
  }
}

function modeAt({ picture }: Place, at: number, x: number, y: number): number {
  return at < 0 ? DC_MODE : (picture.modes[at * 16 + y * 4 + x] ?? DC_MODE);
}

function decodeLarge(place: Place, entropy: Entropy, running: Running, type: number): void {
  const { picture, at } = place;
  picture.kinds[at] = large;
  picture.patterns[at] = (type >= 12 ? 15 : 0) | ((Math.floor(type / 4) % 3) << 4);
  picture.modes.fill(DC_MODE, at * 16, at * 16 + 16);
  picture.chromaModes[at] = chromaModeOf(place, entropy);
  readQp(place, entropy, running);
  picture.qps[at] = running.qp;
  const dc = readLargeDc(place, entropy);
  for (let nth = 0; nth < 16; nth += 1) {
    const x = BLOCK_X[nth] ?? 0;
    const y = BLOCK_Y[nth] ?? 0;
    if (type >= 12) readLuma4x4(place, entropy, lumaAc, x, y);
    luma[(y * 4 + x) * 16] = dc[y * 4 + x] ?? 0;
  }
  const [plane] = picture.planes;
  const from = sampleIndex(place, plane, 16);
  predictLarge(plane, from, 16, type % 4, aroundWhole(place));
  for (let block = 0; block < 16; block += 1) {
    addBlock4x4(plane, from + (block >> 2) * 4 * plane.stride + (block & 3) * 4, luma, block * 16);
  }
}

function chromaModeOf(place: Place, entropy: Entropy): number {
  const mode = entropy.chromaMode(place);
  if (mode > 3) throw new BrokenStream('no such chroma prediction');
  return mode;
}

function readQp(place: Place, entropy: Entropy, running: Running): void {
  running.qp = (running.qp + entropy.qpDelta(place) + 104) % 52;
}

/** DC levels of a large block, transformed and scaled, in raster order of its 4x4 blocks. */
function readLargeDc(place: Place, entropy: Entropy): Int32Array {
  levels.fill(0);
  entropy.residual(place, { category: lumaDc, component: 0, x: 0, y: 0 }, levels);
  const dc = largeDc;
  for (let nth = 0; nth < 16; nth += 1) dc[scan4x4[nth] ?? 0] = levels[nth] ?? 0;
  spreadDc4x4(dc);
  const qp = place.picture.qps[place.at] ?? 0;
  const factor = place.slice.factors.fours[0][qp % 6]?.[0] ?? 0;
  const shift = Math.floor(qp / 6);
  for (let nth = 0; nth < 16; nth += 1) dc[nth] = scaled((dc[nth] ?? 0) * factor, shift - 6);
  return dc;
}

/** Shifts left, or right with rounding. */
function scaled(value: number, shift: number): number {
  return shift >= 0 ? value << shift : (value + (1 << (-shift - 1))) >> -shift;
}

function readLuma4x4(place: Place, entropy: Entropy, category: number, x: number, y: number): void {
  levels.fill(0);
  if (entropy.residual(place, { category, component: 0, x, y }, levels) === 0) return;
  const qp = place.picture.qps[place.at] ?? 0;
  const factors = place.slice.factors.fours[0][qp % 6];
  if (factors) scale4x4(levels, category === lumaAc ? 1 : 0, factors, qp, luma, (y * 4 + x) * 16);
}

/** `first`: 1 when the DC level comes by another way. */
function scale4x4(
  from: Int32Array,
  first: number,
  factors: Int32Array,
  qp: number,
  to: Int32Array,
  start: number,
): void {
  const shift = Math.floor(qp / 6) - 4;
  for (let nth = first; nth < 16; nth += 1) {
    const level = from[nth - first] ?? 0;
    if (level === 0) continue;
    const at = scan4x4[nth] ?? 0;
    to[start + at] = scaled(level * (factors[at] ?? 0), shift);
  }
}

function readLuma8x8(place: Place, entropy: Entropy, x: number, y: number): void {
  levels.fill(0);
  if (entropy.residual(place, { category: luma8x8, component: 0, x, y }, levels) === 0) return;
  const qp = place.picture.qps[place.at] ?? 0;
  const factors = place.slice.factors.eight[qp % 6];
  const start = (y + (x >> 1)) * 64;
  for (let nth = 0; nth < 64; nth += 1) {
    const level = levels[nth] ?? 0;
    if (level === 0) continue;
    const at = scan8x8[nth] ?? 0;
    luma[start + at] = scaled(level * (factors?.[at] ?? 0), Math.floor(qp / 6) - 6);
  }
}

function buildSmall(place: Place, isEight: boolean): void {
  const { picture, at } = place;
  const [plane] = picture.planes;
  const from = sampleIndex(place, plane, 16);
  for (let nth = 0; nth < 16; nth += isEight ? 4 : 1) {
    const x = BLOCK_X[nth] ?? 0;
    const y = BLOCK_Y[nth] ?? 0;
    const to = from + y * 4 * plane.stride + x * 4;
    const mode = picture.modes[at * 16 + y * 4 + x] ?? DC_MODE;
    const around = aroundBlock(place, nth, x, y, isEight);
    if (isEight) {
      predict8x8(plane, to, mode, around);
      addBlock8x8(plane, to, luma, (y + (x >> 1)) * 64);
    } else {
      predict4x4(plane, to, mode, around);
      addBlock4x4(plane, to, luma, (y * 4 + x) * 16);
    }
  }
}

/** Blocks in decoding order whose upper right neighbour comes after them. */
const LATE_4X4: readonly number[] = [3, 11];

function aroundBlock(place: Place, nth: number, x: number, y: number, isEight: boolean): Around {
  const left = place.left >= 0;
  const up = place.up >= 0;
  const isRightmost = x + (isEight ? 2 : 1) === 4;
  const inside = !isRightmost && (isEight || !LATE_4X4.includes(nth));
  const above = isRightmost ? place.upRight >= 0 : up;
  return {
    left: x > 0 || left,
    up: y > 0 || up,
    upRight: y > 0 ? inside : above,
    upLeft: x > 0 ? y > 0 || up : y > 0 ? left : place.upLeft >= 0,
  };
}

function aroundWhole(place: Place): Around {
  return { left: place.left >= 0, up: place.up >= 0, upRight: place.upRight >= 0, upLeft: place.upLeft >= 0 };
}

function readChroma(place: Place, entropy: Entropy): void {
  const { picture, at, slice } = place;
  const hasAc = (picture.patterns[at] ?? 0) >> 4 === 2;
  for (const component of [1, 2] as const) {
    const coefficients = chroma[component - 1] ?? chroma[0];
    const qp = chromaQp(picture.qps[at] ?? 0, slice.set.chromaQpOffsets[component - 1] ?? 0);
    const factors = slice.factors.fours[component][qp % 6];
    levels.fill(0);
    entropy.residual(place, { category: chromaDc, component, x: 0, y: 0 }, levels);
    spreadDc2x2(levels);
    for (let nth = 0; nth < 4; nth += 1) {
      coefficients[nth * 16] = (((levels[nth] ?? 0) * (factors?.[0] ?? 0)) << Math.floor(qp / 6)) >> 5;
    }
  }
  if (!hasAc) return;
  for (const component of [1, 2] as const) {
    const coefficients = chroma[component - 1] ?? chroma[0];
    const qp = chromaQp(picture.qps[at] ?? 0, slice.set.chromaQpOffsets[component - 1] ?? 0);
    const factors = slice.factors.fours[component][qp % 6];
    for (let nth = 0; nth < 4; nth += 1) {
      levels.fill(0);
      entropy.residual(place, { category: chromaAc, component, x: nth & 1, y: nth >> 1 }, levels);
      if (factors) scale4x4(levels, 1, factors, qp, coefficients, nth * 16);
    }
  }
}

function buildChroma(place: Place): void {
  const { picture, at } = place;
  const mode = CHROMA_MODES[picture.chromaModes[at] ?? 0] ?? DC_MODE;
  const around = aroundWhole(place);
  for (const component of [1, 2] as const) {
    const plane = picture.planes[component];
    const from = sampleIndex(place, plane, 8);
    if (mode === DC_MODE) predictChromaDc(plane, from, around);
    else predictLarge(plane, from, 8, mode, around);
    const coefficients = chroma[component - 1] ?? chroma[0];
    for (let nth = 0; nth < 4; nth += 1) {
      addBlock4x4(plane, from + (nth >> 1) * 4 * plane.stride + (nth & 1) * 4, coefficients, nth * 16);
    }
  }
}

export function chromaQp(qp: number, offset: number): number {
  const index = Math.min(51, Math.max(0, qp + offset));
  return index < 30 ? index : (CHROMA_QPS[index - 30] ?? 39);
}

function sampleIndex(place: Place, plane: Plane, size: number): number {
  return place.y * size * plane.stride + place.x * size;
}
