import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { silentAudioFrame } from './audio.ts';
import { childBoxes } from './boxes.ts';
import { type ClipOrder, createClipMaker, makeClip, picturesFor, secondsText } from './clip.ts';
import { inspectImage, inspectVideo } from './inspect.ts';
import { sampleImage, sampleVideo } from './samples.ts';

const order = (extra: Partial<ClipOrder> = {}): ClipOrder => ({
  width: 320,
  height: 180,
  pictures: 25,
  sound: false,
  seed: 'a',
  ...extra,
});

/** What a reader that is not ours finds in the bytes. */
async function read(bytes: Uint8Array) {
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  const stats = await video?.computePacketStats();
  return {
    duration: await input.computeDuration(),
    width: video?.displayWidth,
    height: video?.displayHeight,
    codec: await video?.getCodecParameterString(),
    rate: stats?.averagePacketRate,
    pictures: stats?.packetCount,
    audio: audio === null ? null : await audio.getCodecParameterString(),
    channels: audio?.numberOfChannels,
    sampleRate: audio?.sampleRate,
  };
}

describe('a clip, as another reader sees it', () => {
  const cases: [number, number, number, string, string][] = [
    [1280, 720, 5, '5.041', 'avc1.42c01f'],
    [720, 1280, 3, '3.041', 'avc1.42c01f'],
    [960, 960, 10, '10.041', 'avc1.42c01f'],
    [1920, 1080, 5, '5.041', 'avc1.42c028'],
    [3840, 2160, 3, '3.041', 'avc1.42c033'],
    [678, 1358, 3, '3.041', 'avc1.42c028'],
  ];
  test.each(cases)('%i x %i, %i s', async (width, height, seconds, written, codec) => {
    const pictures = picturesFor(seconds);
    const facts = await read(makeClip({ width, height, pictures, sound: false, seed: 'a' }));
    expect(facts).toMatchObject({ width, height, codec, pictures: seconds * 24 + 1, audio: null });
    expect(facts.rate).toBeCloseTo(24, 5);
    expect(facts.duration).toBeCloseTo(seconds + 1 / 24, 5);
    expect(secondsText(pictures)).toBe(written);
  });

  test('with sound it has a silent stereo track of its length', async () => {
    const facts = await read(makeClip(order({ sound: true, pictures: 121 })));
    expect(facts).toMatchObject({ audio: 'mp4a.40.2', channels: 2, sampleRate: 48_000 });
    expect(facts.duration).toBeCloseTo(121 / 24, 5);
    expect(silentAudioFrame()).toHaveLength(6);
  });

  test('held still it is the same to a reader, and a fraction of the bytes', async () => {
    const moving = makeClip(order({ width: 1280, height: 720, pictures: 121 }));
    const still = makeClip(order({ width: 1280, height: 720, pictures: 121, still: true }));
    expect(await read(still)).toEqual({ ...(await read(moving)) });
    expect(still.length).toBeLessThan(moving.length / 20);
  });
});

describe('the file', () => {
  test('has its index before its data, and every offset points into the data', () => {
    const bytes = makeClip(order({ sound: true, pictures: 49 }));
    const boxes = [...childBoxes(bytes)];
    expect(boxes.map((box) => box.name)).toEqual(['ftyp', 'moov', 'mdat']);
    expect(boxes.at(-1)?.end).toBe(bytes.length);
  });

  test('each picture begins where the index says, with the kind of picture that it says', () => {
    const bytes = makeClip(order({ pictures: 49 }));
    const kinds = nalKinds(bytes);
    expect(kinds).toHaveLength(49);
    expect(kinds.flatMap((kind, at) => (kind === 5 ? [at] : []))).toEqual([0, 24, 48]);
    expect(new Set(kinds)).toEqual(new Set([1, 5]));
  });

  test('the pictures differ from one to the next, and clips of two seeds differ', () => {
    const bytes = makeClip(order({ pictures: 13 }));
    expect(isSame(makeClip(order({ pictures: 13 })), bytes)).toBe(true);
    expect(isSame(makeClip(order({ pictures: 13, seed: 'b' })), bytes)).toBe(false);
    const still = makeClip(order({ pictures: 13, still: true }));
    expect(bytes.length).toBeGreaterThan(still.length + 12 * 500);
  });

  test('no start code hides inside a picture', () => {
    const bytes = makeClip(order({ width: 640, height: 360, pictures: 25 }));
    const mdat = [...childBoxes(bytes)].at(-1);
    let zeros = 0;
    let found = 0;
    let at = mdat?.start ?? 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    while (at < bytes.length) {
      const length = view.getUint32(at);
      zeros = 0;
      for (const value of bytes.subarray(at + 4, at + 4 + length)) {
        if (zeros >= 2 && value < 3) found += 1;
        zeros = value === 0 ? zeros + 1 : 0;
      }
      at += 4 + length;
    }
    expect(found).toBe(0);
  });

  test('odd sides are a mistake of the caller', () => {
    expect(() => makeClip(order({ width: 321 }))).toThrow(/even/);
  });
});

describe('the clip maker', () => {
  test('gives the same bytes again until they no longer fit', () => {
    const one = makeClip(order());
    const maker = createClipMaker(one.length + 10);
    const first = maker.make(order());
    expect(maker.make(order()) === first).toBe(true);
    maker.make(order({ seed: 'b' }));
    const later = maker.make(order());
    expect(later === first).toBe(false);
    expect(isSame(later, first)).toBe(true);
  });
});

describe('samples', () => {
  test('a picture and a clip that pass the limits of every input', async () => {
    const image = sampleImage();
    expect(inspectImage(image.bytes)).toEqual({ kind: 'png', width: 768, height: 768 });
    const video = sampleVideo();
    const facts = await read(video.bytes);
    expect(facts.duration).toBeGreaterThan(3);
    expect(inspectVideo(video.bytes)).toMatchObject({ width: 720, height: 1280 });
  });
  test('bytes that are neither are told apart', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(64), sampleImage().bytes.subarray(0, 20)]) {
      expect(inspectImage(bytes)).toBeNull();
      expect(inspectVideo(bytes)).toBeNull();
    }
    expect(inspectVideo(sampleVideo().bytes.subarray(0, 300))).toBeNull();
  });
  test('a JPEG is measured by its frame header', () => {
    const jpeg = new Uint8Array([
      0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0x01, 0x2c, 0x02, 0x58, 1, 1, 0x11, 0, 0xff,
      0xd9,
    ]);
    expect(inspectImage(jpeg)).toEqual({ kind: 'jpeg', width: 600, height: 300 });
  });
});

describe('the pictures themselves', () => {
  const clip = makeClip(order({ width: 332, height: 186, pictures: 49, sound: true }));

  // ffmpeg (builds of 2018 and 2023) decoded exactly these bytes without a warning. Other bytes need to be
  // shown to a decoder again.
  test('are the ones that a decoder was shown', () => {
    expect(createHash('sha256').update(clip).digest('hex')).toBe(
      '527fefdd211779e8b97b1fc4e5d7443dbf0a064fc57cff3ac7689ed812c21ba1',
    );
  });

  const decoder = spawnSync('ffmpeg', ['-version']).status === 0;
  test.runIf(decoder)('a decoder that is at hand takes every one of them', () => {
    const arguments_ = ['-v', 'warning', '-xerror', '-i', 'pipe:0', '-f', 'null', '-'];
    const run = spawnSync('ffmpeg', arguments_, { input: clip });
    expect([run.status, run.stderr.toString()]).toEqual([0, '']);
  });
});

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** The kind of each picture (5: stands alone, 1: a change), walking the lengths in front of them. */
function nalKinds(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const mdat = [...childBoxes(bytes)].at(-1);
  const kinds: number[] = [];
  let at = mdat?.start ?? 0;
  while (at < bytes.length) {
    kinds.push(view.getUint8(at + 4) & 31);
    at += 4 + view.getUint32(at);
  }
  return kinds;
}
