/**
 * Kind and size of a still image from its first bytes. Written out because the three headers are short and
 * a picture library would decode what we only want to measure.
 */
import type { ByteReader, ImageFacts } from './media.ts';

/** A JPEG may carry this much of thumbnails and colour profiles before its size. */
const MOST_JPEG_BYTES = 4 * 1_048_576;
const HEAD_BYTES = 64;

export async function readImageFacts(reader: ByteReader): Promise<ImageFacts | null> {
  const head = Buffer.from(await reader.read(0, Math.min(HEAD_BYTES, reader.size)));
  const facts = pngFacts(head) ?? webpFacts(head) ?? (await jpegFacts(reader, head));
  return facts && facts.width > 0 && facts.height > 0 ? facts : null;
}

function pngFacts(head: Buffer): ImageFacts | null {
  const isPng = head.length >= 24 && head.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n';
  if (!isPng || head.toString('latin1', 12, 16) !== 'IHDR') return null;
  return { format: 'png', width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

function webpFacts(head: Buffer): ImageFacts | null {
  if (head.length < 30 || head.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (head.toString('latin1', 8, 12) !== 'WEBP') return null;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ': {
      const hasStartCode = head[23] === 0x9d && head[24] === 0x01 && head[25] === 0x2a;
      if (!hasStartCode) return null;
      return {
        format: 'webp',
        width: head.readUInt16LE(26) & 0x3fff,
        height: head.readUInt16LE(28) & 0x3fff,
      };
    }
    case 'VP8L': {
      if (head[20] !== 0x2f) return null;
      const packed = head.readUInt32LE(21);
      return { format: 'webp', width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { format: 'webp', width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

/** Walks from segment to segment up to the frame header. */
async function jpegFacts(reader: ByteReader, head: Buffer): Promise<ImageFacts | null> {
  if (head[0] !== 0xff || head[1] !== 0xd8 || head[2] !== 0xff) return null;
  for (let at = 2; at + 9 <= Math.min(reader.size, MOST_JPEG_BYTES); ) {
    const segment = Buffer.from(await reader.read(at, at + 9));
    const marker = segment[1] ?? 0;
    if (segment.length < 9 || segment[0] !== 0xff) return null;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrameHeader(marker)) {
      return { format: 'jpeg', width: segment.readUInt16BE(7), height: segment.readUInt16BE(5) };
    }
    // Picture data or its end before any size: not a picture.
    if (marker === 0xda || marker === 0xd9) return null;
    const length = segment.readUInt16BE(2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** SOF0 to SOF15 without the three neighbours that are tables (DHT, JPG, DAC). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
