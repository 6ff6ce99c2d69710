/**
 * Puts pictures (and silence) into a fast-start MP4: the index comes first, so a player can begin, and
 * a reader can learn length and frame size, from the first kilobytes. One chunk of video and one of
 * audio for each second.
 */
import { audioConfig, audioSampleRate, samplesPerAudioFrame, silentAudioFrame } from './audio.ts';
import { box, bytesOf, fullBox, type Part, text, u16, u32, words } from './boxes.ts';

export const pictureRate = 24;
const videoScale = 24_000;
const movieScale = 1000;

export type Movie = {
  width: number;
  height: number;
  sps: Uint8Array;
  pps: Uint8Array;
  pictures: Uint8Array[];
  /** Numbers (from 0) of the pictures that stand alone. */
  keyPictures: number[];
  silence: boolean;
};

type Chunk = { bytes: number; samples: number; offset: number };
type Tracks = { video: Chunk[]; audio: Chunk[]; order: { track: 'video' | 'audio'; chunk: number }[] };

export function writeMovie(movie: Movie): Uint8Array {
  const sizes = movie.pictures.map((picture) => picture.length + 4);
  const audioFrames = movie.silence
    ? Math.floor((movie.pictures.length / pictureRate) * (audioSampleRate / samplesPerAudioFrame))
    : 0;
  const frame = silentAudioFrame();
  const tracks = layOut(sizes, audioFrames, frame.length);
  const head = box('ftyp', text('isom'), u32(512), text('isomiso2avc1mp41'));
  // The index has the same length whatever the offsets are, so it is written once to learn its length.
  const indexLength = writeIndex(movie, sizes, audioFrames, frame.length, tracks).length;
  place(tracks, head.length + indexLength + 8);
  const index = writeIndex(movie, sizes, audioFrames, frame.length, tracks);
  const dataLength = sum(sizes) + audioFrames * frame.length;
  const out = new Uint8Array(head.length + index.length + 8 + dataLength);
  out.set(head, 0);
  out.set(index, head.length);
  out.set(bytesOf(u32(dataLength + 8), text('mdat')), head.length + index.length);
  fill(out, movie, tracks, frame);
  return out;
}

function layOut(sizes: number[], audioFrames: number, audioFrameBytes: number): Tracks {
  const tracks: Tracks = { video: [], audio: [], order: [] };
  let written = 0;
  for (let first = 0; first < sizes.length; first += pictureRate) {
    const group = sizes.slice(first, first + pictureRate);
    tracks.order.push({ track: 'video', chunk: tracks.video.length });
    tracks.video.push({ bytes: sum(group), samples: group.length, offset: 0 });
    const seconds = (first + group.length) / pictureRate;
    const due = Math.min(audioFrames, Math.floor((seconds * audioSampleRate) / samplesPerAudioFrame));
    if (due > written) {
      tracks.order.push({ track: 'audio', chunk: tracks.audio.length });
      tracks.audio.push({ bytes: (due - written) * audioFrameBytes, samples: due - written, offset: 0 });
      written = due;
    }
  }
  return tracks;
}

function place(tracks: Tracks, start: number): void {
  let at = start;
  for (const { track, chunk } of tracks.order) {
    const placed = tracks[track][chunk];
    if (placed === undefined) continue;
    placed.offset = at;
    at += placed.bytes;
  }
}

function fill(out: Uint8Array, movie: Movie, tracks: Tracks, frame: Uint8Array): void {
  let picture = 0;
  for (const chunk of tracks.video) {
    let at = chunk.offset;
    for (let sample = 0; sample < chunk.samples; sample++) {
      const bytes = movie.pictures[picture++];
      if (bytes === undefined) continue;
      out.set(u32(bytes.length), at);
      out.set(bytes, at + 4);
      at += bytes.length + 4;
    }
  }
  for (const chunk of tracks.audio) {
    for (let sample = 0; sample < chunk.samples; sample++)
      out.set(frame, chunk.offset + sample * frame.length);
  }
}

function writeIndex(
  movie: Movie,
  sizes: number[],
  audioFrames: number,
  audioFrameBytes: number,
  tracks: Tracks,
): Uint8Array {
  const seconds = movie.pictures.length / pictureRate;
  const duration = Math.floor(seconds * movieScale);
  const traks = [videoTrack(movie, sizes, tracks.video, duration)];
  if (audioFrames > 0) traks.push(audioTrack(audioFrames, audioFrameBytes, tracks.audio));
  const header = fullBox(
    'mvhd',
    0,
    0,
    words([0, 0, movieScale, duration, 0x00010000]),
    u16(0x0100),
    new Uint8Array(10),
    identityMatrix,
    new Uint8Array(24),
    u32(traks.length + 1),
  );
  return box('moov', header, ...traks);
}

function videoTrack(movie: Movie, sizes: number[], chunks: Chunk[], duration: number): Uint8Array {
  const step = videoScale / pictureRate;
  return track({
    id: 1,
    duration,
    width: movie.width,
    height: movie.height,
    scale: videoScale,
    length: movie.pictures.length * step,
    handler: 'vide',
    mediaHeader: fullBox('vmhd', 0, 1, new Uint8Array(8)),
    description: videoDescription(movie),
    tables: [
      fullBox('stts', 0, 0, words([1, movie.pictures.length, step])),
      fullBox(
        'stss',
        0,
        0,
        words([movie.keyPictures.length, ...movie.keyPictures.map((number) => number + 1)]),
      ),
      fullBox('stsz', 0, 0, words([0, sizes.length, ...sizes])),
    ],
    chunks,
  });
}

function audioTrack(frames: number, frameBytes: number, chunks: Chunk[]): Uint8Array {
  const length = frames * samplesPerAudioFrame;
  return track({
    id: 2,
    duration: Math.floor((length / audioSampleRate) * movieScale),
    width: 0,
    height: 0,
    scale: audioSampleRate,
    length,
    handler: 'soun',
    mediaHeader: fullBox('smhd', 0, 0, new Uint8Array(4)),
    description: audioDescription(),
    tables: [
      fullBox('stts', 0, 0, words([1, frames, samplesPerAudioFrame])),
      fullBox('stsz', 0, 0, words([frameBytes, frames])),
    ],
    chunks,
  });
}

type Track = {
  id: number;
  duration: number;
  width: number;
  height: number;
  scale: number;
  length: number;
  handler: 'vide' | 'soun';
  mediaHeader: Uint8Array;
  description: Uint8Array;
  tables: Part[];
  chunks: Chunk[];
};

function track(of: Track): Uint8Array {
  const sound = of.handler === 'soun';
  const header = fullBox(
    'tkhd',
    0,
    3,
    words([0, 0, of.id, 0, of.duration, 0, 0]),
    u16(0),
    u16(sound ? 1 : 0),
    u16(sound ? 0x0100 : 0),
    u16(0),
    identityMatrix,
    words([of.width * 65_536, of.height * 65_536]),
  );
  const sampleTable = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), of.description),
    ...of.tables,
    fullBox('stsc', 0, 0, ...chunkRuns(of.chunks)),
    fullBox('stco', 0, 0, words([of.chunks.length, ...of.chunks.map((chunk) => chunk.offset)])),
  );
  const dataHere = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, words([0, 0, of.scale, of.length]), u16(0x55c4), u16(0)),
    fullBox('hdlr', 0, 0, u32(0), text(of.handler), new Uint8Array(12), text('generated\0')),
    box('minf', of.mediaHeader, dataHere, sampleTable),
  );
  return box('trak', header, media);
}

/** Runs of chunks with the same number of samples, in the form of an `stsc` table. */
function chunkRuns(chunks: Chunk[]): Part[] {
  const rows: number[] = [];
  let previous = -1;
  chunks.forEach((chunk, at) => {
    if (chunk.samples === previous) return;
    rows.push(at + 1, chunk.samples, 1);
    previous = chunk.samples;
  });
  return [words([rows.length / 3, ...rows])];
}

function videoDescription(movie: Movie): Uint8Array {
  const configuration = box(
    'avcC',
    [1, ...movie.sps.subarray(1, 4), 0xff, 0xe1],
    u16(movie.sps.length),
    movie.sps,
    [1],
    u16(movie.pps.length),
    movie.pps,
  );
  return box(
    'avc1',
    new Uint8Array(6),
    u16(1),
    new Uint8Array(16),
    u16(movie.width),
    u16(movie.height),
    words([0x00480000, 0x00480000, 0]),
    u16(1),
    new Uint8Array(32),
    u16(24),
    u16(0xffff),
    configuration,
  );
}

function audioDescription(): Uint8Array {
  const decoder = [0x04, 13 + 2 + audioConfig.length, 0x40, 0x15, 0, 0, 0, ...words([0, 0])];
  const elementary = [0x03, 3 + decoder.length + 2 + audioConfig.length + 3, 0, 2, 0];
  const descriptor = bytesOf(elementary, decoder, [0x05, audioConfig.length], audioConfig, [0x06, 1, 2]);
  return box(
    'mp4a',
    new Uint8Array(6),
    u16(1),
    new Uint8Array(8),
    u16(2),
    u16(16),
    u32(0),
    u32(audioSampleRate * 65_536),
    fullBox('esds', 0, 0, descriptor),
  );
}

const identityMatrix = words([0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000]);

function sum(values: number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
