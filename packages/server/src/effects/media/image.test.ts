import { encode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { readImageFacts } from './image.ts';
import type { ByteReader } from './media.ts';

function reader(bytes: Uint8Array): ByteReader & { bytesRead: () => number } {
  let bytesRead = 0;
  return {
    size: bytes.length,
    bytesRead: () => bytesRead,
    read: async (start, end) => {
      bytesRead += end - start;
      return bytes.subarray(start, end);
    },
  };
}

const jpeg = encode({ width: 70, height: 33, data: Buffer.alloc(70 * 33 * 4, 99) }, 80).data;

function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function webp(kind: string, payload: readonly number[]): Buffer {
  const head = Buffer.from(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`, 'latin1');
  return Buffer.concat([head, Buffer.from(payload), Buffer.alloc(16)]);
}

/** A JPEG with so many bytes of notes before its size. */
function withNotes(bytes: Buffer, length: number): Buffer {
  const notes: Buffer[] = [];
  for (let left = length; left > 0; left -= 65_000) {
    const note = Buffer.alloc(65_000, 0x41);
    note.writeUInt16BE(0xffee, 0);
    note.writeUInt16BE(65_000 - 2, 2);
    notes.push(note);
  }
  return Buffer.concat([bytes.subarray(0, 2), ...notes, bytes.subarray(2)]);
}

describe('image facts', () => {
  it.each([
    ['JPEG', jpeg, { format: 'jpeg', width: 70, height: 33 }],
    ['JPEG after 1 MB of notes', withNotes(jpeg, 1_000_000), { format: 'jpeg', width: 70, height: 33 }],
    [
      'JPEG with filler bytes between segments',
      Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xff]), jpeg.subarray(2)]),
      { format: 'jpeg', width: 70, height: 33 },
    ],
    ['PNG', png(1_920, 1_080), { format: 'png', width: 1_920, height: 1_080 }],
    [
      'WebP, lossy',
      webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x07, 0x38, 0x04]),
      { format: 'webp', width: 1_920, height: 1_080 },
    ],
    [
      'WebP, lossless',
      webp('VP8L', [0x2f, 0x7f, 0xc7, 0x0d, 0x01]),
      { format: 'webp', width: 1_920, height: 1_080 },
    ],
    [
      'WebP, extended',
      webp('VP8X', [0, 0, 0, 0, 0x7f, 0x07, 0, 0x37, 0x04, 0]),
      { format: 'webp', width: 1_920, height: 1_080 },
    ],
  ])('%s', async (_name, bytes, facts) => {
    expect(await readImageFacts(reader(bytes))).toEqual(facts);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0xff])],
    ['text', Buffer.from('<html><body>an error page that claims to be a picture</body></html>')],
    ['GIF', Buffer.from('GIF89a\x01\0\x01\0'.padEnd(64, '\0'), 'latin1')],
    ['cut JPEG', jpeg.subarray(0, 20)],
    ['JPEG that goes in circles', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['JPEG that ends before its size', Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['PNG of no width', png(0, 5)],
    ['cut PNG', png(5, 5).subarray(0, 20)],
    ['WebP of an unknown kind', webp('VP9 ', [])],
    ['WebP without start code', webp('VP8 ', [0, 0, 0, 1, 2, 3, 4, 5, 6, 7])],
  ])('%s is none', async (_name, bytes) => {
    expect(await readImageFacts(reader(bytes))).toBeNull();
  });

  it('reads little of a large picture, and gives up on endless notes', async () => {
    const large = reader(withNotes(jpeg, 1_000_000));
    await readImageFacts(large);
    expect(large.bytesRead()).toBeLessThan(1_000);
    expect(await readImageFacts(reader(withNotes(jpeg, 5_000_000)))).toBeNull();
  });
});
