/** Syntax by variable-length codes (ITU-T H.264, 9.1 and 9.2). */
import {
  type Bits,
  BrokenStream,
  hasMore,
  peek16,
  readBit,
  readBits,
  readSe,
  readUe,
  skipBits,
} from './bits.ts';
import {
  chromaDcTotalZerosCodes,
  coefficientTokenCodes,
  runBeforeCodes,
  totalZerosCodes,
} from './cavlc-tables.ts';
import { type Block, chromaAc, chromaDc, type Entropy, luma8x8, lumaAc } from './entropy.ts';
import { countIndex, leftCount, type Place, upCount } from './picture.ts';

/** By the next 16 bits: symbol and length of its code as `symbol << 5 | length`; 0 where there is none. */
type CodeBook = Uint16Array;

function codeBook(codes: readonly string[]): CodeBook {
  const book = new Uint16Array(65_536);
  for (const [symbol, code] of codes.entries()) {
    if (code === '-') continue;
    const first = Number.parseInt(code.padEnd(16, '0'), 2);
    book.fill((symbol << 5) | code.length, first, first + 2 ** (16 - code.length));
  }
  return book;
}

/** Symbols are `total << 2 | trailing ones`. */
function tokenBook(rows: readonly string[]): CodeBook {
  return codeBook(rows.flatMap((row) => [...row.split(' '), '-', '-', '-'].slice(0, 4)));
}

const tokenBooks = coefficientTokenCodes.map(tokenBook);
const totalZerosBooks = totalZerosCodes.map((row) => codeBook(row.split(' ')));
const chromaDcTotalZerosBooks = chromaDcTotalZerosCodes.map((row) => codeBook(row.split(' ')));
const runBeforeBooks = runBeforeCodes.map((row) => codeBook(row.split(' ')));

/** Table 9-4: from code number to coded block pattern for intra macroblocks. */
const PATTERNS: readonly number[] = [
  47, 31, 15, 0, 23, 27, 29, 30, 7, 11, 13, 14, 39, 43, 45, 46, 16, 3, 5, 10, 12, 19, 21, 26, 28, 35, 37, 42,
  44, 1, 2, 4, 8, 17, 18, 20, 24, 6, 9, 22, 25, 32, 33, 34, 36, 40, 38, 41,
];
/** Coefficients of a block by category. */
const BLOCK_LENGTHS: readonly number[] = [16, 15, 16, 4, 15, 16];

export function createCavlc(bits: Bits): Entropy {
  return {
    macroblockType: () => readUe(bits),
    transform8x8: () => readBit(bits) === 1,
    predictionMode: () => (readBit(bits) === 1 ? -1 : readBits(bits, 3)),
    chromaMode: () => readUe(bits),
    codedPattern: () => {
      const pattern = PATTERNS[readUe(bits)];
      if (pattern === undefined) throw new BrokenStream('no such block pattern');
      return pattern;
    },
    qpDelta: () => readSe(bits),
    residual: (place, block, levels) => readResidual(bits, place, block, levels),
    beginRaw: () => {
      bits.at = (bits.at + 7) & ~7;
      return bits;
    },
    endRaw: () => undefined,
    goesOn: () => hasMore(bits),
  };
}

function readSymbol(bits: Bits, book: CodeBook | undefined): number {
  const entry = book?.[peek16(bits)] ?? 0;
  if (entry === 0) throw new BrokenStream('no such code');
  skipBits(bits, entry & 31);
  return entry >> 5;
}

function readResidual(bits: Bits, place: Place, block: Block, levels: Int32Array): number {
  if (block.category === luma8x8) return readInterleaved(bits, place, block, levels);
  const length = BLOCK_LENGTHS[block.category] ?? 16;
  const token = readToken(bits, place, block);
  const total = token >> 2;
  if (total > length) throw new BrokenStream('too many coefficients');
  if (total > 0) readLevels(bits, block, levels, { total, trailingOnes: token & 3, length });
  // The DC levels of a macroblock are nobody's neighbours.
  const isNeighbour = block.category === lumaAc || block.category === chromaAc || block.category === 2;
  if (isNeighbour) place.picture.counts[countIndex(place, block.component, block.x, block.y)] = total;
  return total;
}

const part = new Int32Array(16);

/** An 8x8 block is four 4x4 blocks of every fourth coefficient. */
function readInterleaved(bits: Bits, place: Place, block: Block, levels: Int32Array): number {
  let sum = 0;
  for (let nth = 0; nth < 4; nth += 1) {
    part.fill(0);
    const corner = { category: 2, component: 0, x: block.x + (nth & 1), y: block.y + (nth >> 1) };
    sum += readResidual(bits, place, corner, part);
    for (let at = 0; at < 16; at += 1) levels[4 * at + nth] = part[at] ?? 0;
  }
  return sum;
}

function readToken(bits: Bits, place: Place, block: Block): number {
  if (block.category === chromaDc) return readSymbol(bits, tokenBooks[3]);
  const left = leftCount(place, block.component, block.x, block.y);
  const up = upCount(place, block.component, block.x, block.y);
  const expected = left >= 0 && up >= 0 ? (left + up + 1) >> 1 : Math.max(left, 0) + Math.max(up, 0);
  if (expected < 2) return readSymbol(bits, tokenBooks[0]);
  if (expected < 4) return readSymbol(bits, tokenBooks[1]);
  if (expected < 8) return readSymbol(bits, tokenBooks[2]);
  const fixed = readBits(bits, 6);
  return fixed === 3 ? 0 : (((fixed >> 2) + 1) << 2) | (fixed & 3);
}

type Token = { total: number; trailingOnes: number; length: number };

const values = new Int32Array(16);

function readLevels(bits: Bits, block: Block, levels: Int32Array, token: Token): void {
  let suffixLength = token.total > 10 && token.trailingOnes < 3 ? 1 : 0;
  for (let nth = 0; nth < token.total; nth += 1) {
    if (nth < token.trailingOnes) {
      values[nth] = readBit(bits) === 1 ? -1 : 1;
      continue;
    }
    const level = readLevel(bits, suffixLength, nth === token.trailingOnes && token.trailingOnes < 3);
    values[nth] = level;
    if (suffixLength === 0) suffixLength = 1;
    if (Math.abs(level) > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength += 1;
  }
  let zerosLeft = readTotalZeros(bits, block, token);
  let at = token.total + zerosLeft - 1;
  for (let nth = 0; nth < token.total; nth += 1) {
    levels[at] = values[nth] ?? 0;
    const isLast = nth === token.total - 1;
    const run = zerosLeft > 0 && !isLast ? readSymbol(bits, runBeforeBooks[Math.min(zerosLeft, 7) - 1]) : 0;
    zerosLeft -= run;
    if (zerosLeft < 0) throw new BrokenStream('more zeros than there are');
    at -= run + 1;
  }
}

function readLevel(bits: Bits, suffixLength: number, raised: boolean): number {
  let prefix = 0;
  while (readBit(bits) === 0) {
    prefix += 1;
    if (prefix > 25) throw new BrokenStream('no such level');
  }
  let code = Math.min(15, prefix) << suffixLength;
  const suffixBits = prefix === 14 && suffixLength === 0 ? 4 : prefix >= 15 ? prefix - 3 : suffixLength;
  if (suffixBits > 0) code += readBits(bits, suffixBits);
  if (prefix >= 15 && suffixLength === 0) code += 15;
  if (prefix >= 16) code += (1 << (prefix - 3)) - 4096;
  if (raised) code += 2;
  return code % 2 === 0 ? (code + 2) >> 1 : (-code - 1) >> 1;
}

function readTotalZeros(bits: Bits, block: Block, token: Token): number {
  if (token.total >= token.length) return 0;
  const books = block.category === chromaDc ? chromaDcTotalZerosBooks : totalZerosBooks;
  const zeros = readSymbol(bits, books[token.total - 1]);
  if (token.total + zeros > token.length) throw new BrokenStream('more zeros than there are');
  return zeros;
}
