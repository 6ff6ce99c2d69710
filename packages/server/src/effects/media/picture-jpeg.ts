/** A decoded picture as a JPEG: scaled down, turned upright, from the clip's colours to those of the JPEG. */
import type { Still } from './h264/decode.ts';
import { writeJpeg } from './jpeg.ts';
import type { CodedPicture } from './media.ts';

type Rotation = CodedPicture['rotation'];

const QUALITY = 82;
/** Below this side the older colour matrix is usual when a clip does not say. */
const HIGH_DEFINITION = 720;

export function stillToJpeg(still: Still, maxWidth: number, rotation: Rotation): Uint8Array {
  const isTurned = rotation === 90 || rotation === 270;
  const [fullWidth, fullHeight] = isTurned ? [still.height, still.width] : [still.width, still.height];
  const width = Math.max(1, Math.min(maxWidth, fullWidth));
  const height = Math.max(1, Math.round((fullHeight * width) / fullWidth));
  const upright = still.planes.map((_, nth) => {
    const [across, down] = nth === 0 ? [width, height] : [(width + 1) >> 1, (height + 1) >> 1];
    const small = isTurned ? shrink(still, nth, down, across) : shrink(still, nth, across, down);
    return rotation === 0 ? small.samples : turned(small, rotation);
  });
  const [luma, cb, cr] = upright;
  if (!luma || !cb || !cr) throw new Error('a picture has three planes');
  recolour(still, width, luma, cb, cr);
  return writeJpeg({ width, height, planes: [luma, cb, cr] }, QUALITY);
}

type Small = { samples: Float32Array; width: number; height: number };

/** The shown part of a plane in so many samples; each is the mean of those that it stands for. */
function shrink(still: Still, nth: number, width: number, height: number): Small {
  const plane = still.planes[nth] ?? still.planes[0];
  const scale = nth === 0 ? 1 : 2;
  const columns = spans(Math.ceil(still.width / scale), width);
  const rows = spans(Math.ceil(still.height / scale), height);
  const samples = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const top = rows[2 * y] ?? 0;
    const bottom = rows[2 * y + 1] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const left = columns[2 * x] ?? 0;
      const right = columns[2 * x + 1] ?? 0;
      let sum = 0;
      for (let line = top; line < bottom; line += 1) {
        const row = (line + still.top / scale) * plane.stride + still.left / scale;
        for (let column = left; column < right; column += 1) sum += plane.samples[row + column] ?? 0;
      }
      samples[y * width + x] = sum / ((right - left) * (bottom - top));
    }
  }
  return { samples, width, height };
}

/** Where each of `count` parts of a side of `length` samples starts and ends. */
function spans(length: number, count: number): Int32Array {
  const ends = new Int32Array(2 * count);
  for (let nth = 0; nth < count; nth += 1) {
    const start = Math.min(length - 1, Math.floor((nth * length) / count + 1e-6));
    ends[2 * nth] = start;
    ends[2 * nth + 1] = Math.max(start + 1, Math.min(length, Math.round(((nth + 1) * length) / count)));
  }
  return ends;
}

/** `rotation` is clockwise. */
function turned({ samples, width, height }: Small, rotation: Rotation): Float32Array {
  const upright = new Float32Array(samples.length);
  const across = rotation === 180 ? width : height;
  for (let to = 0; to < upright.length; to += 1) {
    const x = to % across;
    const y = (to - x) / across;
    const column = rotation === 90 ? y : width - 1 - (rotation === 180 ? x : y);
    const row = rotation === 270 ? x : height - 1 - (rotation === 180 ? y : x);
    upright[to] = samples[row * width + column] ?? 0;
  }
  return upright;
}

/**
 * In place, from the matrix and the range that the clip names (ITU-T H.273) to those of a JPEG (the matrix of
 * BT.601, full range), around 0. Both are linear, so one step does what the way over red, green and blue would.
 */
function recolour(still: Still, width: number, luma: Float32Array, cb: Float32Array, cr: Float32Array): void {
  const isHigh = Math.min(still.width, still.height) >= HIGH_DEFINITION;
  const [red, blue] = weightsOf(still.matrix === 2 ? (isHigh ? 1 : 6) : still.matrix);
  const [toRed, toBlue] = weightsOf(6);
  const [black, lumaRange, colourRange] = still.fullRange ? [0, 255, 255] : [16, 219, 224];
  // What one step of Cb adds to blue (and takes from green), and one of Cr to red, when luma stays.
  const [blueStep, redStep] = [(2 * (1 - blue) * 255) / colourRange, (2 * (1 - red) * 255) / colourRange];
  const [green, toGreen] = [1 - red - blue, 1 - toRed - toBlue];
  const lumaByCb = blueStep * (toBlue - (toGreen * blue) / green);
  const lumaByCr = redStep * (toRed - (toGreen * red) / green);
  const halfWidth = (width + 1) >> 1;
  for (let at = 0; at < luma.length; at += 1) {
    const x = at % width;
    const colour = (((at - x) / width) >> 1) * halfWidth + (x >> 1);
    const byColour = lumaByCb * ((cb[colour] ?? 0) - 128) + lumaByCr * ((cr[colour] ?? 0) - 128);
    luma[at] = clip((((luma[at] ?? 0) - black) * 255) / lumaRange + byColour - 128);
  }
  for (let at = 0; at < cb.length; at += 1) {
    const [ofBlue, ofRed] = [(cb[at] ?? 0) - 128, (cr[at] ?? 0) - 128];
    const byColour = lumaByCb * ofBlue + lumaByCr * ofRed;
    cb[at] = clip((blueStep * ofBlue - byColour) / (2 * (1 - toBlue)));
    cr[at] = clip((redStep * ofRed - byColour) / (2 * (1 - toRed)));
  }
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

function clip(value: number): number {
  return value < -128 ? -128 : Math.min(value, 127);
}
