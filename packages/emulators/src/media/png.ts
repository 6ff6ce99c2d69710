/** Writes a still picture as PNG: the same kind of scene that a clip shows. */
import { crc32, deflateSync } from 'node:zlib';
import { bytesOf, text, u32 } from './boxes.ts';
import { backgroundAt, blend, createScene, discCoverage } from './scene.ts';

export function makePng(size: { width: number; height: number }, seed: string): Uint8Array {
  const scene = createScene(size, seed);
  const centre = scene.centre(0.2);
  const pixels = new Uint8Array(size.height * (1 + size.width * 3));
  let at = 0;
  for (let y = 0; y < size.height; y++) {
    pixels[at++] = 0; // no filter
    const base = backgroundAt(scene, y);
    const plain = toRgb(base.y, base.cb, base.cr);
    for (let x = 0; x < size.width; x++) {
      const share = discCoverage(scene, centre, x, y);
      const { disc } = scene;
      const rgb =
        share === 0
          ? plain
          : toRgb(
              blend(base.y, disc.y, share),
              blend(base.cb, disc.cb, share),
              blend(base.cr, disc.cr, share),
            );
      pixels.set(rgb, at);
      at += 3;
    }
  }
  return bytesOf(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk('IHDR', bytesOf(u32(size.width), u32(size.height), [8, 2, 0, 0, 0])),
    chunk('IDAT', deflateSync(pixels, { level: 1 })),
    chunk('IEND', new Uint8Array(0)),
  );
}

function chunk(name: string, body: Uint8Array): Uint8Array {
  const named = bytesOf(text(name), body);
  return bytesOf(u32(body.length), named, u32(crc32(named)));
}

/** Video-range Y'CbCr (BT.601) to RGB. */
function toRgb(y: number, cb: number, cr: number): [number, number, number] {
  const luma = 1.164 * (y - 16);
  const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
  return [
    clamp(luma + 1.596 * (cr - 128)),
    clamp(luma - 0.392 * (cb - 128) - 0.813 * (cr - 128)),
    clamp(luma + 2.017 * (cb - 128)),
  ];
}
