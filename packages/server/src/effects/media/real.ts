/** Looks inside clips and pictures with what npm alone brings; into clips only from other threads. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { readImageFacts } from './image.ts';
import type { Media, VideoFacts } from './media.ts';
import { createMediaThread, createMediaThreads, type ThreadLimits } from './thread.ts';
import { Bytes, Picture } from './thread-messages.ts';

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

/** A 1080p picture takes 0.2 s; half of the processors are left to the rest. */
const POSTER_THREADS = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));

export function createMedia(limits?: ThreadLimits): Media {
  // Apart from each other, so that no clip waits for the posters of others.
  const clips = createMediaThread(limits);
  const posters = createMediaThreads(POSTER_THREADS, limits);
  return {
    probeVideo: async (reader) => Facts.parse(await clips.run({ kind: 'facts' }, reader)),
    firstPicture: async (reader) =>
      Picture.nullable().parse(await clips.run({ kind: 'first_picture' }, reader)),
    poster: async (picture, { maxWidth }) =>
      Bytes.nullable().parse(await posters.run({ kind: 'poster', picture, maxWidth })),
    probeImage: readImageFacts,
  };
}

export const realMedia: Media = createMedia();
