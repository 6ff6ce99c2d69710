/**
 * Do the outermost boxes of an MP4 or MOV fill the file exactly? The index alone does not tell: a file that
 * lost its last bytes often still opens.
 */
import type { ByteReader } from './media.ts';

/** Fragmented files have two boxes per fragment; hours of them stay far below this. */
const MOST_BOXES = 20_000;
const HEADER_BYTES = 16;

export async function boxesFit(reader: ByteReader): Promise<boolean> {
  let at = 0;
  for (let boxes = 0; at < reader.size && boxes < MOST_BOXES; boxes += 1) {
    const header = Buffer.from(await reader.read(at, Math.min(at + HEADER_BYTES, reader.size)));
    if (header.length < 8) return false;
    const short = header.readUInt32BE(0);
    // 0 means "up to the end of the file".
    if (short === 0) return true;
    if (short === 1 && header.length < HEADER_BYTES) return false;
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (length < (short === 1 ? HEADER_BYTES : 8)) return false;
    at += length;
  }
  return at === reader.size;
}
