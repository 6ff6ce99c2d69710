/** Bits of a NAL unit, read from the left. Reading past the end throws: a cut or lying stream is caught by that. */

export type Bits = {
  bytes: Uint8Array /** Next bit. */;
  at: number /** One past the last bit. */;
  end: number;
};

export class BrokenStream extends Error {}

/** The payload behind the NAL header, without the bytes that keep it from looking like a start code. */
export function payloadBits(nal: Uint8Array): Bits {
  const bytes = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (let at = 1; at < nal.length; at += 1) {
    const byte = nal[at] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    bytes[length] = byte;
    length += 1;
  }
  return { bytes: bytes.subarray(0, length), at: 0, end: length * 8 };
}

export function readBit(bits: Bits): number {
  if (bits.at >= bits.end) throw new BrokenStream('out of bits');
  const bit = ((bits.bytes[bits.at >> 3] ?? 0) >> (7 - (bits.at & 7))) & 1;
  bits.at += 1;
  return bit;
}

/** Up to 16 bits at once: what arithmetic codes and raw samples take, a picture's worth of times. */
export function readFew(bits: Bits, count: number): number {
  const value = peek16(bits) >> (16 - count);
  skipBits(bits, count);
  return value;
}

/** Up to 32 bits. */
export function readBits(bits: Bits, count: number): number {
  if (count <= 16) return readFew(bits, count);
  const high = readFew(bits, count - 16);
  return high * 65_536 + readFew(bits, 16);
}

/** The next 16 bits without moving on; zeros stand behind the end. */
export function peek16(bits: Bits): number {
  const byte = bits.at >> 3;
  const { bytes } = bits;
  const window = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
  return (window >> (8 - (bits.at & 7))) & 0xffff;
}

export function skipBits(bits: Bits, count: number): void {
  bits.at += count;
  if (bits.at > bits.end) throw new BrokenStream('out of bits');
}

/** Exp-Golomb, not negative. */
export function readUe(bits: Bits): number {
  const next = peek16(bits);
  if (next >= 0x100) {
    const length = 2 * (Math.clz32(next) - 16) + 1;
    skipBits(bits, length);
    return (next >> (16 - length)) - 1;
  }
  let zeros = 0;
  while (readBit(bits) === 0) {
    zeros += 1;
    if (zeros > 31) throw new BrokenStream('no such number');
  }
  return 2 ** zeros - 1 + readBits(bits, zeros);
}

/** Exp-Golomb with sign: 0, 1, -1, 2, -2, … */
export function readSe(bits: Bits): number {
  const code = readUe(bits);
  return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
}

/** Whether anything but the closing bit and its padding is left. */
export function hasMore(bits: Bits): boolean {
  let last = bits.end - 1;
  while (last >= bits.at && ((bits.bytes[last >> 3] ?? 0) & (1 << (7 - (last & 7)))) === 0) last -= 1;
  return bits.at < last;
}
