/** Bit for bit what another decoder makes of the same clips, and never anything but null for what is broken. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BufferSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { decodeStill, type Still } from './decode.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

async function firstPicture(name: string): Promise<{ config: Uint8Array; sample: Uint8Array }> {
  const bytes = await readFile(join(FIXTURES, `${name}.mp4`));
  const input = new Input({ source: new BufferSource(bytes), formats: [MP4] });
  const video = await input.getPrimaryVideoTrack();
  if (!video) throw new Error('no video');
  const packet = await new EncodedPacketSink(video).getFirstPacket();
  const description = (await video.getDecoderConfig())?.description;
  if (!packet || !ArrayBuffer.isView(description)) throw new Error('no picture');
  return {
    config: new Uint8Array(description.buffer, description.byteOffset, description.byteLength),
    sample: packet.data,
  };
}

/** SHA-256 over the shown part of the planes, as `ffmpeg -f rawvideo -pix_fmt yuv420p` writes it. */
function hashOf(still: Still): string {
  const hash = createHash('sha256');
  for (const [nth, { samples, stride }] of still.planes.entries()) {
    const scale = nth === 0 ? 1 : 2;
    for (let y = 0; y < still.height / scale; y += 1) {
      const from = (y + still.top / scale) * stride + still.left / scale;
      hash.update(samples.subarray(from, from + still.width / scale));
    }
  }
  return hash.digest('hex');
}

describe('one picture', () => {
  it.each([
    ['baseline', 96, 80, '87f16c2adfc8af96efbb643d175ca1a1902b5594e892d7eaa659fc2bde5232b5'],
    ['main-cabac', 96, 80, 'cb66cf0f9619862b05997db6e3d1ed9f05149210f58700bf62970842c9932177'],
    ['high-cabac', 96, 80, 'c07caae7840cadc69aa3c35f83946a8681a3e22639a28f11941f6d84c41999dd'],
    ['high-cavlc', 96, 80, '886a1a9adc7d5900b5d28336d9387cc4cf302b91facfba8e0c4cc756fc8aa2f7'],
    ['scaling-lists', 96, 80, 'c27a2b4be7f40cde882e252539f000d6a033fe7ec9b7820d2312bc60c9db07ed'],
    ['slices', 96, 80, 'c6de0670be4d5e802ba1e0ffc9bedf8726988743787cb65793e639efd647e986'],
    ['deblock-offsets', 96, 80, 'a10d81fe05ad5fba977a94c002c1727c490282d11dd4a4f8722442a262fa5186'],
    ['no-deblock', 96, 80, 'fafad23a6f35a3d96ecb416f5a488fd0872d7e95f1bc4c6c7fab7c6750afb9bd'],
    ['cropped', 82, 70, 'ff8d5bfdceee7d38152075057121f64912e198912247e71e21bb2ec7678da607'],
    ['raw-cabac', 48, 48, '670170a5683df30c9cd8993029fa5ef867316fd1864bff7eb562a112e492a4c7'],
    ['raw-cavlc', 48, 48, '670170a5683df30c9cd8993029fa5ef867316fd1864bff7eb562a112e492a4c7'],
  ])('%s', async (name, width, height, hash) => {
    const { config, sample } = await firstPicture(name);
    const still = decodeStill(config, sample);
    expect(still).toMatchObject({ width, height });
    expect(still && hashOf(still)).toBe(hash);
  });

  it.each(['ten-bit', 'colour-422', 'interlaced'])('%s is not done', async (name) => {
    const { config, sample } = await firstPicture(name);
    expect(decodeStill(config, sample)).toBeNull();
  });
});

describe('broken pictures', () => {
  it.each(['high-cabac', 'high-cavlc', 'slices'])('%s, cut anywhere, is none', async (name) => {
    const { config, sample } = await firstPicture(name);
    for (let length = 0; length < sample.length; length += 37) {
      expect(decodeStill(config, sample.subarray(0, length))).toBeNull();
    }
    for (let length = 0; length < config.length - 8; length += 1) {
      expect(decodeStill(config.subarray(0, length), sample)).toBeNull();
    }
  });

  it.each(['high-cabac', 'high-cavlc', 'raw-cabac'])(
    '%s with wrong bits ends, whatever comes out',
    async (name) => {
      const { config, sample } = await firstPicture(name);
      let seed = 11;
      const next = (): number => {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        return seed >>> 8;
      };
      for (let round = 0; round < 300; round += 1) {
        const [wrongConfig, wrongSample] = [Uint8Array.from(config), Uint8Array.from(sample)];
        wrongSample[next() % sample.length] = next() & 0xff;
        if (round % 3 === 0) wrongConfig[next() % config.length] = next() & 0xff;
        const still = decodeStill(wrongConfig, wrongSample);
        if (still !== null) expect(still.width * still.height).toBeGreaterThan(0);
      }
    },
  );

  it('nothing is none', () => {
    expect(decodeStill(new Uint8Array(), new Uint8Array())).toBeNull();
    expect(decodeStill(new Uint8Array(100), new Uint8Array(100))).toBeNull();
  });
});
