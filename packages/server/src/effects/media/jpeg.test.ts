/** What another decoder reads from the files, and that they are whole. */
import { decode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { type JpegPicture, writeJpeg } from './jpeg.ts';

type Sample = (x: number, y: number) => number;

function picture(width: number, height: number, luma: Sample, cb: Sample, cr: Sample): JpegPicture {
  const plane = (across: number, down: number, sample: Sample) =>
    Float32Array.from({ length: across * down }, (_, at) => sample(at % across, Math.floor(at / across)));
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  return {
    width,
    height,
    planes: [plane(width, height, luma), plane(halfWidth, halfHeight, cb), plane(halfWidth, halfHeight, cr)],
  };
}

/** A picture without colours, read back around 0. */
function greysOf(jpeg: Uint8Array): { width: number; height: number; greys: number[] } {
  const { width, height, data } = decode(jpeg);
  return {
    width,
    height,
    greys: Array.from({ length: width * height }, (_, at) => (data[4 * at] ?? 0) - 128),
  };
}

const grey: Sample = () => 0;
const slope: Sample = (x, y) => x * 2 + y - 60;
let seed = 7;
const noise: Sample = () => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 24) - 128;
};

describe('a JPEG of ours', () => {
  it.each([
    [1, 1],
    [8, 8],
    [16, 16],
    [17, 15],
    [41, 35],
    [64, 33],
  ])('of %i by %i samples is as large as the picture and near to it', (width, height) => {
    const before = picture(width, height, slope, grey, grey);
    const after = greysOf(writeJpeg(before, 90));
    expect(after).toMatchObject({ width, height });
    for (const [at, value] of after.greys.entries()) {
      expect(Math.abs(value - (before.planes[0][at] ?? 999))).toBeLessThan(4);
    }
  });

  it('holds what is hardest to hold, at the highest quality, almost unchanged', () => {
    const before = picture(48, 48, noise, grey, grey);
    const { greys } = greysOf(writeJpeg(before, 100));
    for (const [at, value] of greys.entries()) {
      expect(Math.abs(value - (before.planes[0][at] ?? 999))).toBeLessThan(3);
    }
  });

  it('holds black beside white, the largest steps that there are', () => {
    const board: Sample = (x, y) => (((x >> 3) + (y >> 3)) % 2 === 0 ? -128 : 127);
    const before = picture(64, 64, board, grey, grey);
    const { greys } = greysOf(writeJpeg(before, 100));
    for (const [at, value] of greys.entries()) {
      expect(Math.abs(value - (before.planes[0][at] ?? 999))).toBeLessThan(3);
    }
  });

  it.each([
    ['red', -52, -43, 127, [254, 0, 0]],
    ['blue', -99, 127, -21, [0, 0, 254]],
    ['grey', 0, 0, 0, [128, 128, 128]],
  ] as const)('is %s', (_name, luma, cb, cr, expected) => {
    const constant =
      (value: number): Sample =>
      () =>
        value;
    const jpeg = writeJpeg(picture(32, 32, constant(luma), constant(cb), constant(cr)), 90);
    const { data } = decode(jpeg);
    for (const [nth, value] of expected.entries()) {
      expect(Math.abs((data[nth] ?? 999) - value)).toBeLessThan(6);
    }
  });

  it('is smaller the lower the quality', () => {
    const sizes = [95, 82, 40, 5].map(
      (quality) => writeJpeg(picture(64, 64, noise, grey, grey), quality).length,
    );
    expect(sizes.toSorted((a, b) => b - a)).toEqual(sizes);
  });

  it('has no marker within its picture', () => {
    const jpeg = writeJpeg(picture(160, 160, noise, noise, noise), 97);
    const start = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xda) + 14;
    const markers = jpeg.subarray(start, -2).filter((byte, at, all) => byte === 0xff && all[at + 1] !== 0);
    expect(markers).toHaveLength(0);
    expect([...jpeg.subarray(-2)]).toEqual([0xff, 0xd9]);
  });
});
