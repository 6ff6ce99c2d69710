/**
 * Writes a picture as baseline JPEG (ITU-T T.81) with colours at half resolution, as clips have them. Written out,
 * because jpeg-js took three times as long and left 65,000 small arrays behind for each picture.
 */

/** Samples around 0 (black -128, white 127), row by row; the colours have half as many each way, rounded up. */
export type JpegPicture = {
  width: number;
  height: number;
  planes: readonly [luma: Float32Array, cb: Float32Array, cr: Float32Array];
};

/** Annex K: the quantisers for quality 50, row by row; the codes by their lengths, and what they stand for. */
const LUMA_STEPS =
  '16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 ' +
  '18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99';
const COLOUR_STEPS =
  '17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 ' +
  '99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99';
const DC_VALUES = '000102030405060708090a0b';
const LUMA_AC_VALUES =
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435' +
  '363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798' +
  '999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4' +
  'f5f6f7f8f9fa';
const COLOUR_AC_VALUES =
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a' +
  '35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a9293949596' +
  '9798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4' +
  'f5f6f7f8f9fa';

/** Codes by value: how long, and their bits. `head` is the table as the file carries it. */
type Codes = { lengths: Uint8Array; bits: Uint16Array; head: Uint8Array };

const lumaDc = codesOf('00010501010101010100000000000000', DC_VALUES);
const colourDc = codesOf('00030101010101010101010000000000', DC_VALUES);
const lumaAc = codesOf('0002010303020403050504040000017d', LUMA_AC_VALUES);
const colourAc = codesOf('00020102040403040705040400010277', COLOUR_AC_VALUES);

/** From the place in the order of the file to the place in the block, row by row. */
const zigzag = zigzagOrder();
/** The cosine transform of a line of eight, by output and the first four inputs; the others mirror them. */
const cosines = Float64Array.from({ length: 32 }, (_, at) => {
  const u = at >> 2;
  return (Math.cos(((2 * (at & 3) + 1) * u * Math.PI) / 16) * (u === 0 ? Math.SQRT1_2 : 1)) / 2;
});

/** No block takes more, even if each of its bytes had to be told from a marker. */
const MOST_BLOCK_BYTES = 512;
const ZERO_RUN = 0xf0;
const END_OF_BLOCK = 0;

type Sink = { bytes: Uint8Array; length: number; pending: number; pendingBits: number };

export function writeJpeg({ width, height, planes }: JpegPicture, quality: number): Uint8Array {
  const steps = [stepsOf(LUMA_STEPS, quality), stepsOf(COLOUR_STEPS, quality)] as const;
  const sink: Sink = { bytes: new Uint8Array(65_536), length: 0, pending: 0, pendingBits: 0 };
  writeHead(sink, width, height, steps);
  const [colourWidth, colourHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  const before = new Int32Array(3);
  for (let y = 0; y < height; y += 16) {
    for (let x = 0; x < width; x += 16) {
      reserve(sink, 6 * MOST_BLOCK_BYTES);
      for (let nth = 0; nth < 4; nth += 1) {
        loadBlock(planes[0], width, height, x + (nth & 1) * 8, y + (nth >> 1) * 8);
        before[0] = writeBlock(sink, steps[0], before[0] ?? 0, lumaDc, lumaAc);
      }
      for (let colour = 1; colour < 3; colour += 1) {
        loadBlock(planes[colour] ?? planes[1], colourWidth, colourHeight, x >> 1, y >> 1);
        before[colour] = writeBlock(sink, steps[1], before[colour] ?? 0, colourDc, colourAc);
      }
    }
  }
  // Ones up to the whole byte, then the end.
  putBits(sink, 0x7f, 7);
  sink.pendingBits = 0;
  writeBytes(sink, [0xff, 0xd9]);
  return sink.bytes.slice(0, sink.length);
}

function writeHead(
  sink: Sink,
  width: number,
  height: number,
  steps: readonly [Uint8Array, Uint8Array],
): void {
  writeBytes(sink, [0xff, 0xd8]);
  // JFIF 1.1, pixels as wide as high.
  writeSegment(sink, 0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  for (const [nth, table] of steps.entries()) {
    writeSegment(sink, 0xdb, [nth, ...Array.from(zigzag, (at) => table[at] ?? 1)]);
  }
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  writeSegment(sink, 0xc0, [8, ...size, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  for (const [place, codes] of [lumaDc, lumaAc, colourDc, colourAc].entries()) {
    writeSegment(sink, 0xc4, [((place & 1) << 4) | (place >> 1), ...codes.head]);
  }
  writeSegment(sink, 0xda, [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
}

function writeSegment(sink: Sink, marker: number, content: readonly number[]): void {
  const length = content.length + 2;
  writeBytes(sink, [0xff, marker, length >> 8, length & 0xff, ...content]);
}

function writeBytes(sink: Sink, bytes: readonly number[]): void {
  reserve(sink, bytes.length);
  sink.bytes.set(bytes, sink.length);
  sink.length += bytes.length;
}

function reserve(sink: Sink, more: number): void {
  if (sink.length + more <= sink.bytes.length) return;
  const larger = new Uint8Array(2 * sink.bytes.length + more);
  larger.set(sink.bytes.subarray(0, sink.length));
  sink.bytes = larger;
}

const block = new Float64Array(64);

/** Beyond the picture its last column and row go on. */
function loadBlock(plane: Float32Array, width: number, height: number, left: number, top: number): void {
  for (let y = 0; y < 8; y += 1) {
    const row = Math.min(top + y, height - 1) * width;
    for (let x = 0; x < 8; x += 1) block[y * 8 + x] = plane[row + Math.min(left + x, width - 1)] ?? 0;
  }
}

/** Answers the block's mean level, which the next one is told from. */
function writeBlock(sink: Sink, steps: Uint8Array, dcBefore: number, dcCodes: Codes, acCodes: Codes): number {
  for (let line = 0; line < 8; line += 1) transformLine(line * 8, 1);
  for (let line = 0; line < 8; line += 1) transformLine(line, 8);
  const dc = Math.round((block[0] ?? 0) / (steps[0] ?? 1));
  putLevel(sink, dcCodes, 0, dc - dcBefore);
  let zeros = 0;
  for (let nth = 1; nth < 64; nth += 1) {
    const at = zigzag[nth] ?? 0;
    const level = Math.round((block[at] ?? 0) / (steps[at] ?? 1));
    if (level === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) putCode(sink, acCodes, ZERO_RUN);
    putLevel(sink, acCodes, zeros, level);
    zeros = 0;
  }
  if (zeros > 0) putCode(sink, acCodes, END_OF_BLOCK);
  return dc;
}

const sums = new Float64Array(4);
const differences = new Float64Array(4);

/** One row (step 1) or column (step 8) of the block in place. */
function transformLine(start: number, step: number): void {
  for (let n = 0; n < 4; n += 1) {
    const near = block[start + n * step] ?? 0;
    const far = block[start + (7 - n) * step] ?? 0;
    sums[n] = near + far;
    differences[n] = near - far;
  }
  for (let u = 0; u < 8; u += 1) {
    const halves = (u & 1) === 0 ? sums : differences;
    block[start + u * step] =
      (halves[0] ?? 0) * (cosines[u * 4] ?? 0) +
      (halves[1] ?? 0) * (cosines[u * 4 + 1] ?? 0) +
      (halves[2] ?? 0) * (cosines[u * 4 + 2] ?? 0) +
      (halves[3] ?? 0) * (cosines[u * 4 + 3] ?? 0);
  }
}

/** A level behind so many zeros: the code of both sizes, then the level's own bits. */
function putLevel(sink: Sink, codes: Codes, zeros: number, level: number): void {
  const size = 32 - Math.clz32(Math.abs(level));
  putCode(sink, codes, (zeros << 4) | size);
  if (size > 0) putBits(sink, level < 0 ? level + (1 << size) - 1 : level, size);
}

function putCode(sink: Sink, { bits, lengths }: Codes, value: number): void {
  putBits(sink, bits[value] ?? 0, lengths[value] ?? 0);
}

function putBits(sink: Sink, value: number, count: number): void {
  sink.pending = (sink.pending << count) | value;
  sink.pendingBits += count;
  while (sink.pendingBits >= 8) {
    sink.pendingBits -= 8;
    const byte = (sink.pending >> sink.pendingBits) & 0xff;
    sink.bytes[sink.length] = byte;
    sink.length += 1;
    if (byte !== 0xff) continue;
    // A zero behind it: no marker.
    sink.bytes[sink.length] = 0;
    sink.length += 1;
  }
  sink.pending &= (1 << sink.pendingBits) - 1;
}

function stepsOf(atQuality50: string, quality: number): Uint8Array {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Uint8Array.from(atQuality50.split(' '), (step) =>
    Math.min(255, Math.max(1, Math.floor((Number(step) * percent + 50) / 100))),
  );
}

/** Annex C: `counts` of codes by length, one byte each, and their values in order. */
function codesOf(counts: string, values: string): Codes {
  const head = Buffer.from(counts + values, 'hex');
  const codes: Codes = { lengths: new Uint8Array(256), bits: new Uint16Array(256), head };
  let at = 16;
  let code = 0;
  for (let length = 1; length <= 16; length += 1) {
    for (let nth = 0; nth < (head[length - 1] ?? 0); nth += 1) {
      const value = head[at] ?? 0;
      codes.lengths[value] = length;
      codes.bits[value] = code;
      code += 1;
      at += 1;
    }
    code <<= 1;
  }
  return codes;
}

/** Along the diagonals, up and down in turn. */
function zigzagOrder(): Uint8Array {
  const order = Array.from({ length: 64 }, (_, at) => at);
  const rank = (at: number): number => {
    const [row, column] = [at >> 3, at & 7];
    const diagonal = row + column;
    return diagonal * 8 + (diagonal % 2 === 0 ? column : row);
  };
  return Uint8Array.from(order.sort((a, b) => rank(a) - rank(b)));
}
