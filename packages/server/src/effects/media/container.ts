/**
 * Opens a clip for reading here and there, and asks it what it is. A hostile or broken file may send any
 * parser around in circles, so what one look may read is bounded; whatever goes wrong inside the file means
 * "not a clip that we can read", while a failing disk stays an error.
 */
import {
  CustomSource,
  EncodedPacketSink,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  QTFF,
  WEBM,
} from 'mediabunny';
import { isCut } from './boxes.ts';
import type { ByteReader, VideoFacts } from './media.ts';

const MOST_BYTES_READ = 64 * 1_048_576;
/** Enough packets for a frame rate; all of them would mean reading all of a WebM. */
const PACKETS_FOR_RATE = 120;

/** What the clip is; null when it is none, or was cut. */
export async function probeClip(reader: ByteReader): Promise<VideoFacts | null> {
  const facts = await openClip(reader, readFacts);
  if (facts === null || facts.container === 'webm') return facts;
  return (await isCut(reader)) ? null : facts;
}

/** Runs `look` over the opened clip; null when the bytes turn out not to be one. */
export async function openClip<T>(
  reader: ByteReader,
  look: (input: Input, video: InputVideoTrack) => Promise<T | null>,
): Promise<T | null> {
  const failure: { error: unknown } = { error: undefined };
  let budget = MOST_BYTES_READ;
  const source = new CustomSource({
    getSize: () => reader.size,
    read: async (start, end) => {
      budget -= end - start;
      if (budget < 0) throw new Error('reads too much for a look');
      try {
        return await reader.read(start, end);
      } catch (error) {
        failure.error = error;
        throw error;
      }
    },
  });
  const input = new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] });
  const found = await lookInside(input, look).catch(() => null);
  input.dispose();
  // Not the file's fault: the caller must hear of it.
  if (failure.error !== undefined) throw failure.error;
  return found;
}

async function lookInside<T>(
  input: Input,
  look: (input: Input, video: InputVideoTrack) => Promise<T | null>,
): Promise<T | null> {
  if (!(await input.canRead())) return null;
  const video = await input.getPrimaryVideoTrack();
  return video === null ? null : look(input, video);
}

async function readFacts(input: Input, video: InputVideoTrack): Promise<VideoFacts | null> {
  const container = containerOf(await input.getMimeType());
  if (container === null) return null;
  // The last picture is there only if the file was not cut: the index at the front would not tell.
  const last = await new EncodedPacketSink(video).getPacket(Number.POSITIVE_INFINITY);
  if (last === null || last.byteLength === 0) return null;
  const audio = await input.getPrimaryAudioTrack();
  const stats = await video.computePacketStats(PACKETS_FOR_RATE);
  const rate = stats.averagePacketRate;
  const durationSeconds = await input.computeDuration();
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  if (!(durationSeconds > 0) || !(width > 0) || !(height > 0)) return null;
  return {
    container,
    durationSeconds,
    width,
    height,
    framesPerSecond: Number.isFinite(rate) && rate > 0 ? rate : null,
    videoCodec: (await video.getCodecParameterString()) ?? (await video.getCodec()) ?? 'unknown',
    audioCodec: audio ? ((await audio.getCodecParameterString()) ?? (await audio.getCodec())) : null,
  };
}

function containerOf(mimeType: string): VideoFacts['container'] | null {
  switch (mimeType.split(';')[0]) {
    case 'video/mp4':
      return 'mp4';
    case 'video/quicktime':
      return 'mov';
    case 'video/webm':
      return 'webm';
    default:
      return null;
  }
}
