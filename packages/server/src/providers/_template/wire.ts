/** What the toy upstream answers, read loosely, and the handle that we keep of a job. */
import { z } from 'zod';

export const JobId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

export const Job = z.object({
  id: JobId,
  state: z.string(),
  file: z.string().nullish(),
  reason: z.string().nullish(),
});
export type Job = z.infer<typeof Job>;

export const Fault = z.object({ error: z.string() });

/** Add a member to a union when the shape changes; never edit one that was written. */
export const Handle = z.object({ v: z.literal(1), jobId: JobId });
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
