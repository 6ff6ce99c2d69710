/** What passes between the gateway and its media threads. The thread has no file: it asks for the bytes it needs. */
import { z } from 'zod';
import type { CodedPicture } from './media.ts';

export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

export const Picture: z.ZodType<CodedPicture> = z.object({
  config: Bytes,
  sample: Bytes,
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
});

export const Work = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('facts') }),
  z.object({ kind: z.literal('first_picture') }),
  z.object({ kind: z.literal('poster'), picture: Picture, maxWidth: z.number().positive() }),
]);
export type Work = z.infer<typeof Work>;

export const ToThread = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), work: Work, size: z.number() }),
  /** The answer to the n-th question; null when the bytes could not be had. */
  z.object({ kind: z.literal('bytes'), nth: z.number(), bytes: Bytes.nullable() }),
]);
export type ToThread = z.infer<typeof ToThread>;

export const FromThread = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('read'), nth: z.number(), start: z.number(), end: z.number() }),
  z.object({ kind: z.literal('done'), result: z.unknown() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type FromThread = z.infer<typeof FromThread>;
