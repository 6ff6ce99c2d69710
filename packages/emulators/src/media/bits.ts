/** Writes single bits and Exp-Golomb numbers, the alphabet of the H.264 and AAC bitstreams. */
export type BitWriter = {
  /** Appends the low `count` bits of `value`, most significant first. */
  bits(value: number, count: number): void;
  /** Unsigned Exp-Golomb code. */
  ue(value: number): void;
  /** Fills with zero bits up to the next byte border. */
  align(): void;
  /** Appends one byte; the writer must stand on a byte border. */
  byte(value: number): void;
  finish(): Uint8Array;
};

export function createBitWriter(capacityBytes = 1024): BitWriter {
  let buffer = new Uint8Array(capacityBytes);
  let length = 0;
  let pending = 0;
  let pendingBits = 0;

  const byte = (value: number): void => {
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    buffer[length++] = value;
  };
  const bits = (value: number, count: number): void => {
    for (let at = count - 1; at >= 0; at--) {
      pending = (pending << 1) | ((value >>> at) & 1);
      if (++pendingBits === 8) {
        byte(pending);
        pending = 0;
        pendingBits = 0;
      }
    }
  };
  return {
    bits,
    byte,
    ue(value) {
      const code = value + 1;
      const width = 32 - Math.clz32(code);
      bits(0, width - 1);
      bits(code, width);
    },
    align() {
      if (pendingBits > 0) bits(0, 8 - pendingBits);
    },
    finish() {
      if (pendingBits > 0) bits(0, 8 - pendingBits);
      return buffer.slice(0, length);
    },
  };
}
