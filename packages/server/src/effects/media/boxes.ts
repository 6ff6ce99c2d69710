/**
 * Was an MP4 or MOV cut? Its index alone does not tell: a file that lost its last bytes often still opens.
 * A box that reaches beyond the end of the file does. Whatever foreign bytes follow the last whole box are
 * none of our business.
 */
import type { ByteReader } from './media.ts';

/** Fragmented files have two boxes per fragment; hours of them stay far below this. */
const MOST_BOXES = 20_000;
const HEADER_BYTES = 16;
const KNOWN_BOXES: ReadonlySet<string> = new Set(
  'ftyp styp moov moof mdat mfra sidx ssix prft emsg free skip wide pnot udta meta uuid'.split(' '),
);

export async function isCut(reader: ByteReader): Promise<boolean> {
  let at = 0;
  for (let boxes = 0; boxes < MOST_BOXES && reader.size - at >= 8; boxes += 1) {
    const header = Buffer.from(await reader.read(at, Math.min(at + HEADER_BYTES, reader.size)));
    if (!KNOWN_BOXES.has(header.toString('latin1', 4, 8))) return false;
    const short = header.readUInt32BE(0);
    // 0 means "up to the end of the file".
    if (short === 0) return false;
    if (short === 1 && header.length < HEADER_BYTES) return true;
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    if (length < 8) return false;
    at += length;
  }
  return at > reader.size;
}
