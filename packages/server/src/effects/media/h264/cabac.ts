/** Syntax by binary arithmetic codes (ITU-T H.264, 9.3). */
import { type Bits, BrokenStream, readBit, readBits, readFew } from './bits.ts';
import { intraContexts, lpsRanges, statesAfterLps } from './cabac-tables.ts';
import { type Block, chromaDc, type Entropy, luma8x8, lumaDc } from './entropy.ts';
import { countIndex, leftCount, type Place, small, upCount } from './picture.ts';

const CONTEXTS = 436;

/** First contexts by block category. */
const FLAG_BASES: readonly number[] = [85, 89, 93, 97, 101];
const SIGNIFICANT_BASES: readonly number[] = [105, 120, 134, 149, 152, 402];
const LAST_BASES: readonly number[] = [166, 181, 195, 210, 213, 417];
const LEVEL_BASES: readonly number[] = [227, 237, 247, 257, 266, 426];
const BLOCK_LENGTHS: readonly number[] = [16, 15, 16, 4, 15, 64];

/** Table 9-43, frame pictures: context by position in an 8x8 block. */
const SIGNIFICANT_8X8 = Uint8Array.from([
  0, 1, 2, 3, 4, 5, 5, 4, 4, 3, 3, 4, 4, 4, 5, 5, 4, 4, 4, 4, 3, 3, 6, 7, 7, 7, 8, 9, 10, 9, 8, 7, 7, 6, 11,
  12, 13, 11, 6, 7, 8, 9, 14, 10, 9, 8, 6, 11, 12, 13, 11, 6, 9, 14, 10, 9, 11, 12, 13, 11, 14, 10, 12,
]);
const LAST_8X8 = Uint8Array.from([
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3,
  3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8,
]);
/** The same for smaller blocks, and for the four chroma DC levels. */
const IN_ORDER = Uint8Array.from({ length: 16 }, (_, at) => at);
const CHROMA_DC = Uint8Array.from([0, 1, 2]);

const lps = Uint8Array.from(lpsRanges);
const afterLps = Uint8Array.from(statesAfterLps);

type Engine = {
  bits: Bits;
  range: number;
  offset: number;
  states: Uint8Array;
  symbols: Uint8Array;
};

function createEngine(bits: Bits, qp: number): Engine {
  const states = new Uint8Array(CONTEXTS);
  const symbols = new Uint8Array(CONTEXTS);
  for (const [first, pairs] of intraContexts) {
    for (const [nth, pair] of pairs.split(' ').entries()) {
      const [m = 0, n = 0] = pair.split(',').map(Number);
      const state = Math.min(126, Math.max(1, ((m * Math.min(51, Math.max(0, qp))) >> 4) + n));
      symbols[first + nth] = state > 63 ? 1 : 0;
      states[first + nth] = state > 63 ? state - 64 : 63 - state;
    }
  }
  bits.at = (bits.at + 7) & ~7;
  return { bits, range: 510, offset: readBits(bits, 9), states, symbols };
}

function decision(engine: Engine, context: number): number {
  const state = engine.states[context] ?? 0;
  const symbol = engine.symbols[context] ?? 0;
  const lpsRange = lps[state * 4 + ((engine.range >> 6) & 3)] ?? 0;
  engine.range -= lpsRange;
  let decided = symbol;
  if (engine.offset >= engine.range) {
    engine.offset -= engine.range;
    engine.range = lpsRange;
    decided = 1 - symbol;
    if (state === 0) engine.symbols[context] = decided;
    engine.states[context] = afterLps[state] ?? 0;
  } else if (state < 62) {
    engine.states[context] = state + 1;
  }
  if (engine.range < 256) widen(engine);
  return decided;
}

/** Brings the range back to nine bits. */
function widen(engine: Engine): void {
  const count = Math.clz32(engine.range) - 23;
  engine.range <<= count;
  engine.offset = (engine.offset << count) | readFew(engine.bits, count);
}

function bypass(engine: Engine): number {
  engine.offset = (engine.offset << 1) | readBit(engine.bits);
  if (engine.offset < engine.range) return 0;
  engine.offset -= engine.range;
  return 1;
}

function terminates(engine: Engine): boolean {
  engine.range -= 2;
  if (engine.offset >= engine.range) return true;
  if (engine.range < 256) widen(engine);
  return false;
}

export function createCabac(bits: Bits, qp: number): Entropy {
  const engine = createEngine(bits, qp);
  /** Whether the macroblock before this one changed the quantiser. */
  let changedQp = false;
  return {
    macroblockType: (place) => {
      const type = readType(engine, place);
      if (type === 25) changedQp = false;
      return type;
    },
    transform8x8: ({ picture, left, up }) => {
      const neighbours =
        (left >= 0 ? (picture.transform8x8[left] ?? 0) : 0) + (up >= 0 ? (picture.transform8x8[up] ?? 0) : 0);
      return decision(engine, 399 + neighbours) === 1;
    },
    predictionMode: () => {
      if (decision(engine, 68) === 1) return -1;
      return decision(engine, 69) + 2 * decision(engine, 69) + 4 * decision(engine, 69);
    },
    chromaMode: ({ picture, left, up }) => {
      const leftIs = left >= 0 && picture.chromaModes[left] !== 0 ? 1 : 0;
      const upIs = up >= 0 && picture.chromaModes[up] !== 0 ? 1 : 0;
      if (decision(engine, 64 + leftIs + upIs) === 0) return 0;
      if (decision(engine, 67) === 0) return 1;
      return decision(engine, 67) === 0 ? 2 : 3;
    },
    codedPattern: (place) => {
      const pattern = readPattern(engine, place);
      if (pattern === 0) changedQp = false;
      return pattern;
    },
    qpDelta: () => {
      const delta = readQpDelta(engine, changedQp);
      changedQp = delta !== 0;
      return delta;
    },
    residual: (place, block, levels) => readResidual(engine, place, block, levels),
    beginRaw: () => {
      // The last of the engine's nine bits closes its part; raw samples start at the next whole byte.
      bits.at = (bits.at + 7) & ~7;
      return bits;
    },
    endRaw: () => {
      engine.range = 510;
      engine.offset = readBits(bits, 9);
    },
    goesOn: () => !terminates(engine),
  };
}

function readType(engine: Engine, { picture, left, up }: Place): number {
  const leftIs = left >= 0 && picture.kinds[left] !== small ? 1 : 0;
  const upIs = up >= 0 && picture.kinds[up] !== small ? 1 : 0;
  if (decision(engine, 3 + leftIs + upIs) === 0) return 0;
  if (terminates(engine)) return 25;
  let type = 1 + 12 * decision(engine, 6);
  if (decision(engine, 7) === 1) type += 4 + 4 * decision(engine, 8);
  type += 2 * decision(engine, 9);
  return type + decision(engine, 10);
}

function readPattern(engine: Engine, { picture, left, up }: Place): number {
  const leftPattern = left >= 0 ? (picture.patterns[left] ?? 0) : 0x0f;
  const upPattern = up >= 0 ? (picture.patterns[up] ?? 0) : 0x0f;
  let luma = 0;
  for (let block = 0; block < 4; block += 1) {
    // Is the 8x8 block beside it without coefficients?
    const leftBit = block & 1 ? (luma >> (block - 1)) & 1 : (leftPattern >> (block + 1)) & 1;
    const upBit = block & 2 ? (luma >> (block - 2)) & 1 : (upPattern >> (block + 2)) & 1;
    luma |= decision(engine, 73 + (1 - leftBit) + 2 * (1 - upBit)) << block;
  }
  const leftChroma = left >= 0 ? leftPattern >> 4 : 0;
  const upChroma = up >= 0 ? upPattern >> 4 : 0;
  const any = decision(engine, 77 + (leftChroma !== 0 ? 1 : 0) + (upChroma !== 0 ? 2 : 0));
  if (any === 0) return luma;
  const all = decision(engine, 81 + (leftChroma === 2 ? 1 : 0) + (upChroma === 2 ? 2 : 0));
  return luma | ((1 + all) << 4);
}

function readQpDelta(engine: Engine, changedBefore: boolean): number {
  let count = 0;
  let context = 60 + (changedBefore ? 1 : 0);
  while (decision(engine, context) === 1) {
    context = count === 0 ? 62 : 63;
    count += 1;
    if (count > 104) throw new BrokenStream('no such quantiser');
  }
  return count % 2 === 1 ? (count + 1) / 2 : -count / 2;
}

function readResidual(engine: Engine, place: Place, block: Block, levels: Int32Array): number {
  if (block.category !== luma8x8) {
    const isCoded = decision(engine, (FLAG_BASES[block.category] ?? 0) + flagContext(place, block)) === 1;
    if (!isCoded) return 0;
  }
  const total = readLevels(engine, block.category, levels);
  noteCoded(place, block, total);
  return total;
}

/** Two bits: whether the block to the left and the one above have coefficients. */
function flagContext(place: Place, block: Block): number {
  const { picture, left, up } = place;
  if (block.category === lumaDc || block.category === chromaDc) {
    const bit = block.category === lumaDc ? 0 : block.component;
    const leftCoded = left < 0 ? 1 : ((picture.dcCoded[left] ?? 0) >> bit) & 1;
    return leftCoded + 2 * (up < 0 ? 1 : ((picture.dcCoded[up] ?? 0) >> bit) & 1);
  }
  // -1 (no neighbour) counts as coded in an intra macroblock.
  const leftIs = leftCount(place, block.component, block.x, block.y) !== 0 ? 1 : 0;
  return leftIs + (upCount(place, block.component, block.x, block.y) !== 0 ? 2 : 0);
}

function noteCoded(place: Place, block: Block, total: number): void {
  const { picture, at } = place;
  switch (block.category) {
    case lumaDc:
      picture.dcCoded[at] = (picture.dcCoded[at] ?? 0) | 1;
      return;
    case chromaDc:
      picture.dcCoded[at] = (picture.dcCoded[at] ?? 0) | (1 << block.component);
      return;
    case luma8x8:
      for (let nth = 0; nth < 4; nth += 1) {
        picture.counts[countIndex(place, 0, block.x + (nth & 1), block.y + (nth >> 1))] = total;
      }
      return;
    default:
      picture.counts[countIndex(place, block.component, block.x, block.y)] = total;
  }
}

const positions = new Uint8Array(64);

function readLevels(engine: Engine, category: number, levels: Int32Array): number {
  const length = BLOCK_LENGTHS[category] ?? 16;
  const significant = SIGNIFICANT_BASES[category] ?? 0;
  const last = LAST_BASES[category] ?? 0;
  const steps = category === luma8x8 ? SIGNIFICANT_8X8 : category === chromaDc ? CHROMA_DC : IN_ORDER;
  const lastSteps = category === luma8x8 ? LAST_8X8 : steps;
  let total = 0;
  let at = 0;
  for (; at < length - 1; at += 1) {
    if (decision(engine, significant + (steps[at] ?? 0)) === 0) continue;
    positions[total] = at;
    total += 1;
    if (decision(engine, last + (lastSteps[at] ?? 0)) === 1) break;
  }
  // Nothing said that an earlier one was the last: then the last one of all is.
  if (at === length - 1) {
    positions[total] = at;
    total += 1;
  }
  readValues(engine, category, levels, total);
  return total;
}

function readValues(engine: Engine, category: number, levels: Int32Array, total: number): void {
  const base = LEVEL_BASES[category] ?? 0;
  const mostGreater = category === chromaDc ? 3 : 4;
  let ones = 0;
  let greater = 0;
  for (let nth = total - 1; nth >= 0; nth -= 1) {
    let size = 1;
    if (decision(engine, base + (greater > 0 ? 0 : Math.min(4, 1 + ones))) === 1) {
      const context = base + 5 + Math.min(mostGreater, greater);
      size = 2;
      while (size < 15 && decision(engine, context) === 1) size += 1;
      if (size === 15) size += readEscape(engine);
      greater += 1;
    } else {
      ones += 1;
    }
    levels[positions[nth] ?? 0] = bypass(engine) === 1 ? -size : size;
  }
}

/** Exp-Golomb of order 0 in bypass bits. */
function readEscape(engine: Engine): number {
  let order = 0;
  let value = 0;
  while (bypass(engine) === 1) {
    value += 2 ** order;
    order += 1;
    if (order > 20) throw new BrokenStream('no such level');
  }
  while (order > 0) {
    order -= 1;
    value += bypass(engine) * 2 ** order;
  }
  return value;
}
