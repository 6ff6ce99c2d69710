/** A decoded picture as a JPEG: turned upright, scaled down, from video colours to screen colours. */
import { encode } from 'jpeg-js';
import type { Still } from './h264/decode.ts';

export type Rotation = 0 | 90 | 180 | 270;

const QUALITY = 82;
/** Below this side the older colour matrix is usual when a clip does not say. */
const HIGH_DEFINITION = 720;

export function stillToJpeg(still: Still, maxWidth: number, rotation: Rotation): Uint8Array {
  const isTurned = rotation === 90 || rotation === 270;
  const [fullWidth, fullHeight] = isTurned ? [still.height, still.width] : [still.width, still.height];
  const width = Math.max(1, Math.min(maxWidth, fullWidth));
  const height = Math.max(1, Math.round((fullHeight * width) / fullWidth));
  const toRgb = colourOf(still);
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const part = { left: x / width, right: (x + 1) / width, top: y / height, bottom: (y + 1) / height };
      toRgb(averageOver(still, turned(part, rotation)), data, (y * width + x) * 4);
    }
  }
  return encode({ width, height, data }, QUALITY).data;
}

/** A part of the picture, in fractions of its sides. */
type Part = { left: number; right: number; top: number; bottom: number };

/** Where a part of the upright picture lies in the stored one. `rotation` is clockwise. */
function turned({ left, right, top, bottom }: Part, rotation: Rotation): Part {
  switch (rotation) {
    case 0:
      return { left, right, top, bottom };
    case 90:
      return { left: top, right: bottom, top: 1 - right, bottom: 1 - left };
    case 180:
      return { left: 1 - right, right: 1 - left, top: 1 - bottom, bottom: 1 - top };
    case 270:
      return { left: 1 - bottom, right: 1 - top, top: left, bottom: right };
  }
}

const averages = new Float64Array(3);

/** Mean luma, Cb and Cr of a part. */
function averageOver(still: Still, part: Part): Float64Array {
  for (const [nth, { samples, stride }] of still.planes.entries()) {
    const scale = nth === 0 ? 1 : 2;
    const [width, height] = [Math.ceil(still.width / scale), Math.ceil(still.height / scale)];
    const x0 = Math.min(width - 1, Math.floor(part.left * width + 1e-6));
    const y0 = Math.min(height - 1, Math.floor(part.top * height + 1e-6));
    const x1 = Math.max(x0 + 1, Math.min(width, Math.round(part.right * width)));
    const y1 = Math.max(y0 + 1, Math.min(height, Math.round(part.bottom * height)));
    let sum = 0;
    for (let y = y0; y < y1; y += 1) {
      const row = (y + still.top / scale) * stride + still.left / scale;
      for (let x = x0; x < x1; x += 1) sum += samples[row + x] ?? 0;
    }
    averages[nth] = sum / ((x1 - x0) * (y1 - y0));
  }
  return averages;
}

/** From averages to red, green and blue by the matrix that the clip names (ITU-T H.273). */
function colourOf(still: Still): (yuv: Float64Array, to: Buffer, at: number) => void {
  const isHigh = Math.min(still.width, still.height) >= HIGH_DEFINITION;
  const [red, blue] = weightsOf(still.matrix === 2 ? (isHigh ? 1 : 6) : still.matrix);
  const green = 1 - red - blue;
  const [black, lumaRange, chromaRange] = still.fullRange ? [0, 255, 255] : [16, 219, 224];
  return (yuv, to, at) => {
    const y = (((yuv[0] ?? 0) - black) * 255) / lumaRange;
    const b = y + (((yuv[1] ?? 0) - 128) * 255 * 2 * (1 - blue)) / chromaRange;
    const r = y + (((yuv[2] ?? 0) - 128) * 255 * 2 * (1 - red)) / chromaRange;
    to[at] = byteOf(r);
    to[at + 1] = byteOf((y - red * r - blue * b) / green);
    to[at + 2] = byteOf(b);
  };
}

/** The share of red and blue in luma. */
function weightsOf(matrix: number): readonly [red: number, blue: number] {
  switch (matrix) {
    case 1:
      return [0.2126, 0.0722];
    case 9:
    case 10:
      return [0.2627, 0.0593];
    default:
      return [0.299, 0.114];
  }
}

function byteOf(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
