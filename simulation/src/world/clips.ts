/**
 * Clips of a few hundred bytes, and the probe that reads them. The facts are those that the emulated upstream decided;
 * only the pictures are missing, which nobody in a simulation looks at.
 */
import type { ClipMaker } from '@sluice/emulators';
import type { ByteReader, Media, VideoFacts } from '@sluice/server/effects/media/media.ts';
import { z } from 'zod';

const MAGIC = 'virtual clip ';
const END = '\nend of clip\n';
const PICTURES_PER_SECOND = 24;

const Facts = z.object({
  width: z.number(),
  height: z.number(),
  pictures: z.number(),
  sound: z.boolean(),
  /** The upstream task that it was rendered for; empty where clips are all alike. */
  of: z.string(),
});
export type ClipHeader = z.infer<typeof Facts>;

/** `alike`: equal orders give equal bytes, as identical results share one object in a content-addressed store. */
export function virtualClips(alike: boolean): ClipMaker {
  return {
    make: ({ width, height, pictures, sound, seed }) => {
      const facts: ClipHeader = { width, height, pictures, sound, of: alike ? '' : seed };
      const filler = '.'.repeat(200 + ((pictures * 37 + width) % 700));
      return Buffer.from(`${MAGIC}${JSON.stringify(facts)}\n${filler}${END}`);
    },
  };
}

/** Null when the bytes are no whole clip. */
export function readClip(bytes: Uint8Array): ClipHeader | null {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.startsWith(MAGIC) || !text.endsWith(END)) return null;
  try {
    const parsed = Facts.safeParse(JSON.parse(text.slice(MAGIC.length, text.indexOf('\n'))));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function virtualMedia(): Media {
  const wholeOf = (reader: ByteReader) => reader.read(0, reader.size);
  return {
    probeVideo: async (reader) => factsOf(readClip(await wholeOf(reader))),
    firstPicture: async (reader) => {
      const sample = await wholeOf(reader);
      return readClip(sample) && { config: new Uint8Array(), sample, rotation: 0 };
    },
    poster: async ({ sample }) => {
      const clip = readClip(sample);
      // Some codecs cannot be decoded here, and then there is no poster.
      if (clip === null || clip.pictures % 5 === 0) return null;
      return Buffer.from(`virtual poster ${clip.of} ${clip.width}x${clip.height}`);
    },
    probeImage: async () => ({ format: 'jpeg', width: 640, height: 360 }),
  };
}

function factsOf(clip: ClipHeader | null): VideoFacts | null {
  if (clip === null) return null;
  return {
    container: 'mp4',
    durationSeconds: clip.pictures / PICTURES_PER_SECOND,
    width: clip.width,
    height: clip.height,
    framesPerSecond: PICTURES_PER_SECOND,
    videoCodec: 'avc',
    audioCodec: clip.sound ? 'aac' : null,
  };
}
