/** What servers of this shape send, read loosely, and the handle that we keep of a video. */
import { z } from 'zod';

/** Some gateways put colons or slashes into theirs. */
export const VideoId = z.string().regex(/^[\x21-\x7e]{1,256}$/);

const UnixSeconds = z
  .number()
  .nullish()
  .transform((value) => (value && value > 0 && value < 1e11 ? Math.round(value * 1000) : null));

export const Video = z.looseObject({
  id: VideoId,
  status: z.string(),
  progress: z.number().nullish(),
  created_at: UnixSeconds,
  completed_at: UnixSeconds,
  expires_at: UnixSeconds,
  seconds: z.union([z.string(), z.number()]).nullish(),
  error: z.unknown().optional(),
});
export type Video = z.infer<typeof Video>;

export const Deleted = z.object({ id: VideoId, deleted: z.boolean() });

export const Models = z.object({ data: z.array(z.unknown()) });

/** By the reference; servers built on FastAPI answer `detail`, a text or a list. */
export const Fault = z.union([
  z
    .object({
      error: z.object({
        message: z.string(),
        code: z.union([z.string(), z.number()]).nullish(),
        type: z.string().nullish(),
      }),
    })
    .transform(({ error }) => ({
      message: error.message,
      code: String(error.code ?? error.type ?? ''),
      type: error.type ?? '',
    })),
  z
    .object({ detail: z.union([z.string(), z.array(z.object({ msg: z.string() })).min(1)]) })
    .transform(({ detail }) => ({
      message: typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '),
      code: '',
      type: '',
    })),
]);
export type Fault = z.infer<typeof Fault>;

/** Add a member to a union when the shape changes; never edit one that was written. */
export const Handle = z.object({ v: z.literal(1), videoId: VideoId });
export type Handle = z.infer<typeof Handle>;

/** Null where the text is no JSON or has another shape: the caller decides what that means. */
export function readAs<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
