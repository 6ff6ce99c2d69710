import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import type { Still } from './h264/decode.ts';
import type { ByteReader } from './media.ts';
import { stillToJpeg } from './picture-jpeg.ts';
import { realMedia } from './real.ts';

async function fixture(name: string): Promise<ByteReader> {
  const bytes = await readFile(join(import.meta.dirname, 'fixtures', `${name}.mp4`));
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

async function posterOf(name: string, maxWidth: number) {
  const coded = await realMedia.firstPicture(await fixture(name));
  const picture = coded && (await realMedia.poster(coded, { maxWidth }));
  return picture === null ? null : decode(picture);
}

/** Half of the picture one colour, half another: left and right. */
function halves(left: readonly number[], right: readonly number[], more: Partial<Still> = {}): Still {
  const [width, height] = [64, 32];
  const plane = (nth: number, side: number) => {
    const stride = width / side;
    const samples = new Uint8Array((width / side) * (height / side));
    for (const at of samples.keys()) samples[at] = (at % stride < stride / 2 ? left[nth] : right[nth]) ?? 0;
    return { samples, stride };
  };
  const planes = [plane(0, 1), plane(1, 2), plane(2, 2)] as const;
  return { width, height, left: 0, top: 0, planes, matrix: 6, fullRange: false, ...more };
}

function colourAt(jpeg: Uint8Array, x: number, y: number): number[] {
  const { width, data } = decode(jpeg);
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
}

function expectColour(actual: number[], expected: readonly number[]): void {
  for (const [nth, value] of expected.entries())
    expect(Math.abs((actual[nth] ?? 999) - value)).toBeLessThan(6);
}

// BT.601, limited range.
const RED = [81, 90, 240];
const BLUE = [41, 240, 110];

describe('poster', () => {
  it('is the first picture, no wider than asked and never larger than it is', async () => {
    expect(await posterOf('high-cabac', 640)).toMatchObject({ width: 96, height: 80 });
    expect(await posterOf('high-cabac', 48)).toMatchObject({ width: 48, height: 40 });
    expect(await posterOf('cropped', 41)).toMatchObject({ width: 41, height: 35 });
  });

  it('stands upright', async () => {
    const lying = await posterOf('slices', 96);
    const standing = await posterOf('turned', 96);
    expect(standing).toMatchObject({ width: 80, height: 96 });
    if (!lying || !standing) throw new Error('no poster');
    let difference = 0;
    for (let y = 0; y < 80; y += 1) {
      for (let x = 0; x < 96; x += 1) {
        // The clip asks for a quarter turn to the left: its right edge becomes the top.
        const turned = (95 - x) * 80 + y;
        difference += Math.abs((lying.data[(y * 96 + x) * 4] ?? 0) - (standing.data[turned * 4] ?? 0));
      }
    }
    expect(difference / (80 * 96)).toBeLessThan(4);
  });

  it.each(['ten-bit', 'colour-422', 'interlaced'])('is none for %s', async (name) => {
    expect(await posterOf(name, 640)).toBeNull();
  });

  it('is none for what is no clip', async () => {
    const text = Buffer.from('<html>');
    const reader: ByteReader = { size: 6, read: async (start, end) => text.subarray(start, end) };
    expect(await realMedia.firstPicture(reader)).toBeNull();
  });

  it('many at once are told apart', async () => {
    const widths = [10, 20, 30, 40, 50];
    const pictures = await Promise.all(widths.map((width) => posterOf('high-cavlc', width)));
    expect(pictures.map((picture) => picture?.width)).toEqual(widths);
  });
});

describe('colours', () => {
  it.each([
    [0, 64, 32, [255, 0, 0], [0, 0, 255]],
    [180, 64, 32, [0, 0, 255], [255, 0, 0]],
  ] as const)('turned by %i', (rotation, width, height, left, right) => {
    const jpeg = stillToJpeg(halves(RED, BLUE), 640, rotation);
    expect(decode(jpeg)).toMatchObject({ width, height });
    expectColour(colourAt(jpeg, 8, 16), left);
    expectColour(colourAt(jpeg, 56, 16), right);
  });

  it.each([
    [90, [255, 0, 0], [0, 0, 255]],
    [270, [0, 0, 255], [255, 0, 0]],
  ] as const)(
    'turned by %i clockwise: the left half comes to the top, or to the bottom',
    (rotation, top, bottom) => {
      const jpeg = stillToJpeg(halves(RED, BLUE), 640, rotation);
      expect(decode(jpeg)).toMatchObject({ width: 32, height: 64 });
      expectColour(colourAt(jpeg, 16, 8), top);
      expectColour(colourAt(jpeg, 16, 56), bottom);
    },
  );

  it('follow the matrix and the range that the clip names', () => {
    // BT.709 red, limited; BT.601 red, full; and grey, which no matrix changes.
    const high = stillToJpeg(halves([63, 102, 240], [126, 128, 128], { matrix: 1 }), 640, 0);
    expectColour(colourAt(high, 8, 16), [255, 0, 0]);
    expectColour(colourAt(high, 56, 16), [128, 128, 128]);
    const full = stillToJpeg(halves([76, 85, 255], [128, 128, 128], { fullRange: true }), 640, 0);
    expectColour(colourAt(full, 8, 16), [255, 0, 0]);
    expectColour(colourAt(full, 56, 16), [128, 128, 128]);
  });

  it('show only the cropped part', () => {
    const jpeg = stillToJpeg(halves(RED, BLUE, { left: 32, width: 32 }), 640, 0);
    expect(decode(jpeg)).toMatchObject({ width: 32, height: 32 });
    expectColour(colourAt(jpeg, 4, 16), [0, 0, 255]);
  });
});
