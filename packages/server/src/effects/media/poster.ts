/** The first picture of a clip, and a JPEG made of it. Runs in the media threads. */
import { EncodedPacketSink, type InputVideoTrack } from 'mediabunny';
import { openClip } from './container.ts';
import { decodeStill } from './h264/decode.ts';
import type { ByteReader, CodedPicture } from './media.ts';
import { stillToJpeg } from './picture-jpeg.ts';

const MOST_SAMPLE_BYTES = 16 * 1_048_576;

export function readFirstPicture(reader: ByteReader): Promise<CodedPicture | null> {
  return openClip(reader, (_input, video) => firstPicture(video));
}

export function drawPoster({ config, sample, rotation }: CodedPicture, maxWidth: number): Uint8Array | null {
  const still = decodeStill(config, sample);
  return still === null ? null : stillToJpeg(still, maxWidth, rotation);
}

/** Null for everything but H.264 stored with its configuration beside the pictures. */
async function firstPicture(video: InputVideoTrack): Promise<CodedPicture | null> {
  if ((await video.getCodec()) !== 'avc') return null;
  const config = bytesOf((await video.getDecoderConfig())?.description);
  const packet = await new EncodedPacketSink(video).getFirstKeyPacket();
  if (config === null || packet === null || packet.byteLength > MOST_SAMPLE_BYTES) return null;
  return { config, sample: packet.data, rotation: await video.getRotation() };
}

function bytesOf(source: unknown): Uint8Array | null {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return null;
}
