/** What goes to the thread that makes posters, and what comes back. */
import { z } from 'zod';
import { decodeStill } from './h264/decode.ts';
import { type Rotation, stillToJpeg } from './picture-jpeg.ts';

export type PosterJob = {
  id: number;
  /** The clip's decoder configuration, and its first picture as stored. */
  config: Uint8Array;
  sample: Uint8Array;
  maxWidth: number;
  rotation: Rotation;
};

const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

export const PosterJobMessage: z.ZodType<PosterJob> = z.object({
  id: z.number(),
  config: Bytes,
  sample: Bytes,
  maxWidth: z.number().positive(),
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
});

export const PosterDoneMessage = z.object({
  id: z.number(),
  /** Null: the picture is of a kind that cannot be decoded here. */
  picture: Bytes.nullable(),
  failure: z.string().nullable(),
});

export type PosterDone = z.infer<typeof PosterDoneMessage>;

export function doPosterJob(job: PosterJob): PosterDone {
  try {
    const still = decodeStill(job.config, job.sample);
    const picture = still === null ? null : stillToJpeg(still, job.maxWidth, job.rotation);
    return { id: job.id, picture, failure: null };
  } catch (error) {
    return { id: job.id, picture: null, failure: error instanceof Error ? error.message : String(error) };
  }
}
