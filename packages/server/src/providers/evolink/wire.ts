/**
 * What the unified API answers, read loosely: only the fields that we use, each as wide as the documents allow.
 * And the handle that we store for an accepted task. Amounts keep the digits that were sent; nothing here passes
 * through a double.
 */
import { parse } from 'lossless-json';
import { z } from 'zod';
import type { UpstreamResponse } from '../contract.ts';

export type Parsed = { ok: true; value: unknown } | { ok: false };

export function parseBody(text: string): Parsed {
  try {
    return { ok: true, value: parse(text, undefined, { parseNumber: keepDigits }) };
  } catch {
    // No JSON, a key twice with two values, or nested until the parser ran out of stack.
    return { ok: false };
  }
}

function keepDigits(digits: string): number | string {
  const value = Number(digits);
  return Number.isSafeInteger(value) && String(value) === digits ? value : digits;
}

/** Ids look like `task-unified-1757165031-abcdef`; only the form of an opaque token is asked for. */
export const TaskId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const Text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? '');
const Figure = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => (value == null ? null : String(value)));
const Items = z
  .array(z.unknown())
  .nullish()
  .catch(null)
  .transform((value) => value ?? []);

/** The error object of a refusal, and of a failed task. */
export const Fault = z.object({ code: Figure, message: Text, type: Text });
export type Fault = z.infer<typeof Fault>;

export const FaultEnvelope = z.object({ error: Fault });

const Usage = z.object({
  credits_used: Figure,
  cost: z.object({ credits: Figure }).nullish().catch(null),
});

/** A task, as a create, a query and a callback show it. */
export const Task = z.object({
  id: TaskId,
  status: z.string(),
  progress: Figure,
  /** Unix seconds. */
  created: Figure,
  results: Items,
  result_data: Items,
  error: Fault.nullish().catch(null),
  usage: Usage.nullish().catch(null),
});
export type Task = z.infer<typeof Task>;

/** An entry of `result_data[]`. */
export const ResultEntry = z.object({
  url: z.string().nullish().catch(null),
  video_url: z.string().nullish().catch(null),
  duration: Figure,
});

/** The batch answer: under `data` for the vendor's own client; the other forms are those of its imitators. */
export const TaskList = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z.array(z.unknown()),
  z.object({ tasks: z.array(z.unknown()) }).transform(({ tasks }) => tasks),
  z.object({ data: z.object({ tasks: z.array(z.unknown()) }) }).transform(({ data }) => data.tasks),
]);

const CreditsRecord = z.object({
  user: z.object({ remaining_credits: Figure }),
  token: z
    .object({ remaining_credits: Figure, unlimited_credits: z.boolean().nullish().catch(null) })
    .nullish()
    .catch(null),
});
export const Credits = z.union([
  CreditsRecord,
  z.object({ data: CreditsRecord }).transform(({ data }) => data),
]);

export type Answer =
  /** A 2xx whose body is JSON without an error object. */
  | { kind: 'ok'; body: unknown }
  /** An error object, whatever the HTTP status. */
  | { kind: 'error'; httpStatus: number; fault: Fault; headers: Record<string, string> }
  /** A proxy's page, an empty body, half a body. */
  | { kind: 'unreadable'; httpStatus: number; headers: Record<string, string> }
  | { kind: 'not_sent'; reason: string }
  | { kind: 'lost'; reason: string };

export function readAnswer(response: UpstreamResponse): Answer {
  if (response.kind !== 'answered') return response;
  const { status: httpStatus, headers } = response;
  const body = parseBody(response.text);
  if (!body.ok) return { kind: 'unreadable', httpStatus, headers };
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  // A failed task carries an error object too: that is an answer about a task, not a refusal.
  if (succeeded && Task.safeParse(body.value).success) return { kind: 'ok', body: body.value };
  const envelope = FaultEnvelope.safeParse(body.value);
  if (envelope.success) return { kind: 'error', httpStatus, fault: envelope.data.error, headers };
  return succeeded ? { kind: 'ok', body: body.value } : { kind: 'unreadable', httpStatus, headers };
}

/**
 * What we keep of an accepted task. `v` rises when the shape changes; every shape ever written stays readable, so
 * add a member to a union, never edit one.
 */
export const Handle = z.object({ v: z.literal(1), taskId: TaskId });
export type Handle = z.infer<typeof Handle>;

/** "8.17" → 8_170_000n. More than six decimals are rounded up; null for what is no plain decimal. */
export function microsOf(figure: string | null): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(figure ?? '');
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return /[1-9]/.test(fraction.slice(6)) ? kept + 1n : kept;
}
