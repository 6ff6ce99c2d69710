/** Learns from the bytes of an input what a vendor would check: kind, frame size, length. */
import { childBoxes } from './boxes.ts';

export type ImageFacts = { kind: 'png' | 'jpeg'; width: number; height: number };
export type VideoFacts = { width: number; height: number; seconds: number; picturesPerSecond: number };

export function inspectImage(bytes: Uint8Array): ImageFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 24 && view.getUint32(0) === 0x89504e47 && view.getUint32(4) === 0x0d0a1a0a) {
    return { kind: 'png', width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { kind: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Null when the bytes are no MP4 or QuickTime file with a video track. */
export function inspectVideo(bytes: Uint8Array): VideoFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const moov = find(bytes, ['moov']);
    if (moov === null) return null;
    for (const trak of childBoxes(bytes, moov.start, moov.end)) {
      if (trak.name !== 'trak') continue;
      const facts = videoTrackFacts(bytes, view, trak);
      if (facts !== null) return facts;
    }
    return null;
  } catch (error) {
    if (error instanceof RangeError) return null; // a box that claims more than there is
    throw error;
  }
}

type Range = { start: number; end: number };

function videoTrackFacts(bytes: Uint8Array, view: DataView, trak: Range): VideoFacts | null {
  const handler = find(bytes, ['mdia', 'hdlr'], trak);
  const header = find(bytes, ['tkhd'], trak);
  const media = find(bytes, ['mdia', 'mdhd'], trak);
  const steps = find(bytes, ['mdia', 'minf', 'stbl', 'stts'], trak);
  if (handler === null || header === null || media === null || steps === null) return null;
  if (view.getUint32(handler.start + 8) !== 0x76696465) return null; // "vide"
  const long = view.getUint8(media.start) === 1;
  const scale = view.getUint32(media.start + (long ? 20 : 12));
  const length = long ? Number(view.getBigUint64(media.start + 24)) : view.getUint32(media.start + 16);
  let samples = 0;
  const rows = view.getUint32(steps.start + 4);
  for (let row = 0; row < rows; row++) samples += view.getUint32(steps.start + 8 + row * 8);
  if (scale === 0 || length === 0) return null;
  const seconds = length / scale;
  return {
    width: view.getUint32(header.end - 8) >>> 16,
    height: view.getUint32(header.end - 4) >>> 16,
    seconds,
    picturesPerSecond: samples / seconds,
  };
}

function find(bytes: Uint8Array, names: string[], within?: Range): Range | null {
  let range: Range = within ?? { start: 0, end: bytes.length };
  for (const name of names) {
    const found = [...childBoxes(bytes, range.start, range.end)].find((child) => child.name === name);
    if (found === undefined) return null;
    range = found;
  }
  return range;
}
