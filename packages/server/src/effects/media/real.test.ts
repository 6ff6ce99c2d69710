import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
} from 'mediabunny';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ByteReader, EndlessMediaError } from './media.ts';
import { createMedia, realMedia } from './real.ts';

let clip: Uint8Array;

/** The same pictures in another container. */
async function rewrap(bytes: Uint8Array, format: OutputFormat): Promise<Uint8Array> {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const video = await input.getPrimaryVideoTrack();
  if (!video) throw new Error('no video');
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source, { frameRate: 24 });
  await output.start();
  const decoderConfig = (await video.getDecoderConfig()) ?? undefined;
  for await (const packet of new EncodedPacketSink(video).packets()) {
    await source.add(packet, decoderConfig ? { decoderConfig } : undefined);
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer(0));
}

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

beforeAll(async () => {
  // 48 pictures, index at the end.
  clip = await readFile(join(import.meta.dirname, 'fixtures', 'two-seconds.mp4'));
});

describe('video facts', () => {
  const facts = {
    container: 'mp4',
    durationSeconds: 2,
    width: 160,
    height: 96,
    framesPerSecond: 24,
    videoCodec: expect.stringMatching(/^avc1\.42/),
    audioCodec: null,
  };

  it('of an MP4 with its index at the end', async () => {
    expect(await realMedia.probeVideo(reader(clip))).toEqual(facts);
  });

  it('of an MP4 with its index in front, and of a MOV', async () => {
    const front = await rewrap(clip, new Mp4OutputFormat({ fastStart: 'in-memory' }));
    expect(await realMedia.probeVideo(reader(front))).toEqual(facts);
    const mov = await rewrap(clip, new MovOutputFormat());
    expect(await realMedia.probeVideo(reader(mov))).toEqual({ ...facts, container: 'mov' });
  });

  it('touch little of a long clip', async () => {
    const front = await rewrap(clip, new Mp4OutputFormat({ fastStart: 'in-memory' }));
    const padded = Buffer.concat([front, freeBox(50_000_000)]);
    const counted = reader(padded);
    expect(await realMedia.probeVideo(counted)).toEqual(facts);
    expect(counted.bytesRead()).toBeLessThan(200_000);
  });

  it('do not mind foreign bytes after the end', async () => {
    const tail = Buffer.from('made by somebody');
    expect(await realMedia.probeVideo(reader(Buffer.concat([clip, tail])))).toEqual(facts);
    expect(await realMedia.probeVideo(reader(Buffer.concat([clip, Buffer.alloc(5)])))).toEqual(facts);
  });

  it.each([0.2, 0.5, 0.9, 0.999])('are none when the file was cut at %f', async (part) => {
    const front = await rewrap(clip, new Mp4OutputFormat({ fastStart: 'in-memory' }));
    for (const whole of [clip, front]) {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      expect(await realMedia.probeVideo(reader(cut))).toBeNull();
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['an error page', Buffer.from('<!doctype html><html><body>Not found</body></html>')],
    ['JSON', Buffer.from('{"code":1000,"message":"expired"}')],
    ['zeros', Buffer.alloc(100_000)],
    ['a box that claims to be endless', Buffer.from('\xff\xff\xff\xffftypisom\0\0\0\0', 'latin1')],
    ['a box that contains itself', Buffer.from('\0\0\0\x08moov'.repeat(1_000), 'latin1')],
    ['an MP4 without a track', Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov', 'latin1')],
  ])('are none for %s', async (_name, bytes) => {
    expect(await realMedia.probeVideo(reader(bytes))).toBeNull();
  });

  it('a failing disk is an error, not a bad clip', async () => {
    const failing: ByteReader = { size: clip.length, read: () => Promise.reject(new Error('EIO')) };
    await expect(realMedia.probeVideo(failing)).rejects.toThrow('EIO');
  });
});

describe('a hostile clip', () => {
  /** An index that claims four billion pictures of no length: a parser that believes it never ends. */
  function endlessIndex(whole: Uint8Array): Uint8Array {
    const bytes = Buffer.from(whole);
    const at = bytes.indexOf('stts');
    bytes.writeUInt32BE(0xffffffff, at + 12);
    bytes.writeUInt32BE(0, at + 16);
    return bytes;
  }

  it('holds up neither the process nor the next clip', async () => {
    const media = createMedia({ startMs: 60_000, workMs: 1_000, idleMs: 1_000 });
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 10);
    const outcome = await media.probeVideo(reader(endlessIndex(clip))).catch((error: unknown) => error);
    clearInterval(ticking);
    expect(outcome === null || outcome instanceof EndlessMediaError).toBe(true);
    expect(ticks).toBeGreaterThan(10);
    expect(await media.probeVideo(reader(clip))).toMatchObject({ width: 160, height: 96 });
  });

  it('with wrong bytes anywhere is none, or a clip, or overdue; never a crash', async () => {
    const media = createMedia({ startMs: 60_000, workMs: 500, idleMs: 1_000 });
    const front = await rewrap(clip, new Mp4OutputFormat({ fastStart: 'in-memory' }));
    let seed = 7;
    for (let round = 0; round < 40; round += 1) {
      const broken = Uint8Array.from(front);
      for (let nth = 0; nth < 4; nth += 1) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        broken[(seed >>> 8) % 1_500] = seed & 0xff;
      }
      const found = await media.probeVideo(reader(broken)).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).toBeInstanceOf(EndlessMediaError);
      else if (found !== null) expect(found).toMatchObject({ durationSeconds: expect.any(Number) });
    }
  });
});

function freeBox(bytes: number): Buffer {
  const box = Buffer.alloc(bytes);
  box.writeUInt32BE(bytes, 0);
  box.write('free', 4, 'latin1');
  return box;
}
