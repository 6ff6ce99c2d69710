/** Looks inside clips and pictures with what npm alone brings; into clips only from other threads. */
import { z } from 'zod';
import { readImageFacts } from './image.ts';
import type { Media, VideoFacts } from './media.ts';
import { createMediaThread, type ThreadLimits } from './thread.ts';

const Facts: z.ZodType<VideoFacts | null> = z
  .object({
    container: z.enum(['mp4', 'mov', 'webm']),
    durationSeconds: z.number(),
    width: z.number(),
    height: z.number(),
    framesPerSecond: z.number().nullable(),
    videoCodec: z.string(),
    audioCodec: z.string().nullable(),
  })
  .nullable();
const Picture = z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable();

export function createMedia(limits?: ThreadLimits): Media {
  // Two, so that no clip waits for the posters of others.
  const clips = createMediaThread(limits);
  const posters = createMediaThread(limits);
  return {
    probeVideo: async (reader) => Facts.parse(await clips.run({ kind: 'facts' }, reader)),
    poster: async (reader, { maxWidth }) =>
      Picture.parse(await posters.run({ kind: 'poster', maxWidth }, reader)),
    probeImage: readImageFacts,
  };
}

export const realMedia: Media = createMedia();
