/** The first picture of a clip as a JPEG. Runs in the media thread. */
import { EncodedPacketSink, type InputVideoTrack } from 'mediabunny';
import { openClip } from './container.ts';
import { decodeStill, type Still } from './h264/decode.ts';
import type { ByteReader } from './media.ts';
import { type Rotation, stillToJpeg } from './picture-jpeg.ts';

const MOST_SAMPLE_BYTES = 16 * 1_048_576;

export async function makePoster(reader: ByteReader, maxWidth: number): Promise<Uint8Array | null> {
  const found = await openClip(reader, (_input, video) => firstPicture(video));
  return found === null ? null : stillToJpeg(found.still, maxWidth, found.rotation);
}

/** Null for everything but H.264 stored with its configuration beside the pictures. */
async function firstPicture(video: InputVideoTrack): Promise<{ still: Still; rotation: Rotation } | null> {
  if ((await video.getCodec()) !== 'avc') return null;
  const config = bytesOf((await video.getDecoderConfig())?.description);
  const packet = await new EncodedPacketSink(video).getFirstKeyPacket();
  if (config === null || packet === null || packet.byteLength > MOST_SAMPLE_BYTES) return null;
  const still = decodeStill(config, packet.data);
  return still === null ? null : { still, rotation: await video.getRotation() };
}

function bytesOf(source: unknown): Uint8Array | null {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return null;
}
