import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Coding, decodeBody, readCoding } from './decode.ts';

const TEXT = Buffer.from('the quick brown fox '.repeat(1_000));
const MIB = 1_048_576;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(bytes: Uint8Array, coding: Coding, maxBytes = 64 * MIB): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decodeBody(inPieces(bytes, 1_000), coding, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('codings', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['Identity', 'identity'],
    ['gzip', 'gzip'],
    [' X-GZIP ', 'gzip'],
    ['deflate', 'deflate'],
    ['br', 'br'],
    ['zstd', null],
    ['compress', null],
    ['gzip, gzip', null],
    ['gzip, br', null],
  ] as const)('%j is %j', (header, coding) => {
    expect(readCoding(header)).toBe(coding);
  });

  it.each([
    ['identity', TEXT],
    ['gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
  ] as const)('%s', async (coding, encoded) => {
    expect(await decode(encoded, coding)).toEqual(TEXT);
  });

  it.each(['gzip', 'deflate', 'br'] as const)('%s: empty, cut and broken bodies', async (coding) => {
    const encode = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[coding];
    expect((await decode(Buffer.alloc(0), coding)).length).toBe(0);
    const cut = decode(encode(TEXT).subarray(0, -6), coding);
    await expect(cut).rejects.toMatchObject({ reason: 'bad_encoding' });
    const broken = decode(Buffer.from('<html>not compressed</html>'.repeat(10)), coding);
    await expect(broken).rejects.toMatchObject({ reason: 'bad_encoding' });
  });
});

describe('caps', () => {
  it('lets exactly the cap through, and not one byte more', async () => {
    expect((await decode(TEXT, 'identity', TEXT.length)).length).toBe(TEXT.length);
    await expect(decode(TEXT, 'identity', TEXT.length - 1)).rejects.toMatchObject({ reason: 'too_large' });
    expect((await decode(gzipSync(TEXT), 'gzip', TEXT.length)).length).toBe(TEXT.length);
    await expect(decode(gzipSync(TEXT), 'gzip', TEXT.length - 1)).rejects.toMatchObject({
      reason: 'too_large',
    });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(200 * MIB))],
    ['deflate', deflateSync(Buffer.alloc(200 * MIB))],
    ['br', brotliCompressSync(Buffer.alloc(200 * MIB))],
  ] as const)('%s bomb of 200 MiB stops by its expansion, whatever the cap', async (coding, bomb) => {
    let produced = 0;
    const reading = (async () => {
      for await (const chunk of decodeBody(inPieces(bomb, 16_384), coding, 2 ** 31)) produced += chunk.length;
    })();
    await expect(reading).rejects.toMatchObject({ reason: 'too_large' });
    // 100 times the first pieces that the decoder may have been fed, far from the whole.
    expect(produced).toBeLessThan(16 * MIB);
  });

  it('tells the source when it stops early', async () => {
    let released = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield gzipSync(Buffer.alloc(MIB));
      } finally {
        released = true;
      }
    }
    await expect(
      (async () => {
        for await (const _chunk of decodeBody(source(), 'gzip', 4 * MIB));
      })(),
    ).rejects.toMatchObject({ reason: 'too_large' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(released).toBe(true);
  });
});
