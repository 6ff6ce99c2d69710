/** What OpenRouter sends, read loosely, and the handle that we keep of a job. */
import { z } from 'zod';

export const JobId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const Urls = z
  .array(z.string())
  .nullish()
  .transform((urls) => urls ?? []);

export const VideoJob = z.object({
  id: JobId,
  status: z.string(),
  /** A sentence by the reference, an object in callbacks. */
  error: z.unknown().optional(),
  /** Links to the content proxy: they need the key. */
  unsigned_urls: Urls,
  /** Signed links to storage, in newer documents. */
  urls: Urls,
  usage: z.object({ cost: z.number().nullish(), is_byok: z.boolean().nullish() }).nullish(),
});
export type VideoJob = z.infer<typeof VideoJob>;

export const CallbackEvent = z.object({
  type: z.string().regex(/^video\.generation\./),
  data: z.object({ id: JobId, status: z.string().nullish() }),
});

export const Fault = z.object({
  error: z.object({
    code: z.union([z.number(), z.string()]).nullish(),
    message: z.string(),
    metadata: z
      .object({
        reasons: z.array(z.unknown()).nullish(),
        flagged_input: z.string().nullish(),
        provider_name: z.string().nullish(),
        raw: z.unknown().optional(),
      })
      .nullish(),
  }),
});
export type Fault = z.infer<typeof Fault>;

export const Credits = z.object({ data: z.object({ total_credits: z.number(), total_usage: z.number() }) });
export const KeyInfo = z.object({ data: z.object({ limit_remaining: z.number().nullish() }) });

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

/** Dollars as a JSON number, to the micro-dollar; null for what is no amount. */
export function microsOf(dollars: number): bigint | null {
  return Number.isFinite(dollars) && Math.abs(dollars) < 1e9 ? BigInt(Math.round(dollars * 1e6)) : null;
}
