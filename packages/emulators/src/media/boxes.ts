/** The boxes of an MP4 file (ISO 14496-12 and -15), written from plain values. */
const encoder = new TextEncoder();

export type Part = Uint8Array | number[];

export function bytesOf(...parts: Part[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function u16(value: number): number[] {
  return [(value >>> 8) & 255, value & 255];
}

export function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

export function text(value: string): Uint8Array {
  return encoder.encode(value);
}

export function box(name: string, ...parts: Part[]): Uint8Array {
  const body = bytesOf(...parts);
  return bytesOf(u32(body.length + 8), text(name), body);
}

/** A box that begins with a version and flags. */
export function fullBox(name: string, version: number, flags: number, ...parts: Part[]): Uint8Array {
  return box(name, u32((version << 24) | flags), ...parts);
}

/** A list of 32-bit numbers without a JavaScript array of bytes in between: sample tables are long. */
export function words(values: number[]): Uint8Array {
  const out = new Uint8Array(values.length * 4);
  const view = new DataView(out.buffer);
  values.forEach((value, at) => {
    view.setUint32(at * 4, value);
  });
  return out;
}

/** Walks the direct child boxes of a byte range. */
export function* childBoxes(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Generator<{ name: string; start: number; end: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    if (size === 0) size = end - at;
    if (size < header) return;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { name, start: at + header, end: Math.min(end, at + size) };
    at += size;
  }
}
