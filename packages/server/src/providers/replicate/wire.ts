/** What Replicate sends, read loosely, and the handle that we keep of a prediction. */
import { z } from 'zod';

export const PredictionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const Text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

/** Unix ms of an ISO time; null where there is none. */
const Instant = z
  .string()
  .nullish()
  .transform((value) => {
    const ms = /^\d{4}-\d\d-\d\dT/.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  });

export const Prediction = z.object({
  id: PredictionId,
  status: z.string(),
  model: Text,
  input: z.unknown().optional(),
  /** One address for Kling; other models of the vendor answer lists. */
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  data_removed: z.boolean().nullish(),
  webhook: Text,
  created_at: Instant,
  started_at: Instant,
  completed_at: Instant,
});
export type Prediction = z.infer<typeof Prediction>;

export const PredictionPage = z.object({ results: z.array(z.unknown()), next: Text });
export type PredictionPage = z.infer<typeof PredictionPage>;

/** The exact set of members is not documented; `detail` is in every one that was seen. */
export const Fault = z.object({
  detail: z.string(),
  title: Text,
  retry_after: z.number().nonnegative().nullish(),
});
export type Fault = z.infer<typeof Fault>;

export const WebhookSecret = z.object({ key: z.string().regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/) });

export const Account = z.object({ username: z.string() });

/** Add a member to a union when the shape changes; never edit one that was written. */
export const Handle = z.object({ v: z.literal(1), predictionId: PredictionId });
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
