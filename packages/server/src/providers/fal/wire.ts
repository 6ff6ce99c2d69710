/** What fal answers, read loosely, and the handle that we keep of a request. */
import { z } from 'zod';

export const RequestId = z.string().regex(/^[A-Za-z0-9_-]{8,128}$/);

const Link = z.string().max(2048);

export const Queued = z.object({
  request_id: RequestId,
  status_url: Link.nullish(),
  response_url: Link.nullish(),
  cancel_url: Link.nullish(),
});

export const Status = z.object({
  status: z.string(),
  request_id: z.string().nullish(),
  /** Both only beside COMPLETED, when it did not come to a result. */
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
});
export type Status = z.infer<typeof Status>;

/** A result of every Kling model on fal. */
export const Result = z.object({ video: z.object({ url: z.string() }) });

const Complaint = z.object({ msg: z.string().catch(''), type: z.string().catch('') });

/** Models complain with a list, the platform with a sentence and a type. */
export const Fault = z.object({
  detail: z.union([z.string(), z.array(Complaint).min(1)]),
  error_type: z.string().nullish(),
});
export type Fault = z.infer<typeof Fault>;

/** A cancel answers with a word; where it is put differs between texts. */
export const CancelAnswer = z.object({ status: z.string().optional(), detail: z.string().optional() });

export const Callback = z.object({
  request_id: RequestId,
  status: z.string(),
});

export const Jwks = z.object({ keys: z.array(z.unknown()).max(100) });

export const SigningKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type SigningKey = z.infer<typeof SigningKey>;

export const Billing = z.object({
  credits: z.object({ current_balance: z.number(), currency: z.string().default('USD') }),
});

const Addresses = z.object({ status: Link, result: Link, cancel: Link });
export type Addresses = z.infer<typeof Addresses>;

/** Add a member to a union when the shape changes; never edit one that was written. */
export const Handle = z.object({
  v: z.literal(1),
  requestId: RequestId,
  /** First two segments of the endpoint's id; null where a callback told us of the request, which does not name it. */
  root: z.string().nullable(),
  /** As the submit named them, checked again at each use; null: built from the root. */
  urls: Addresses.nullable(),
  /** Unix ms until which the clip is kept at least; null: not known. */
  keptUntilMs: z.int().nullable(),
});
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
