/**
 * What Kie answers, read loosely: an envelope whose `code` counts and not the HTTP status, a task record with JSON
 * written as text inside it. And the handle that we store for an accepted task.
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

export const TaskId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const Text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? '');
export const Figure = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => (value == null ? null : String(value)));
const Millis = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value) => {
    const millis = Number(value ?? Number.NaN);
    return Number.isSafeInteger(millis) && millis > 0 ? millis : null;
  });

const Code = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number),
]);
const Envelope = z.object({ code: Code, msg: Text, message: Text, data: z.unknown().optional() });

/** The data of a create. */
export const Created = z.object({ taskId: TaskId });

/** The data of `recordInfo`. */
export const TaskRecord = z.object({
  taskId: TaskId,
  state: z.string(),
  /** JSON as text: `{"resultUrls": ["https://…"]}`. */
  resultJson: Text,
  failCode: Figure,
  failMsg: Text,
  updateTime: Millis,
  completeTime: Millis,
});
export type TaskRecord = z.infer<typeof TaskRecord>;

const ResultUrls = z.object({ resultUrls: z.array(z.unknown()) });

/** The addresses inside the text; none where it is empty, cut off or something else. */
export function resultUrls(resultJson: string): string[] {
  const body = parseBody(resultJson);
  const read = body.ok ? ResultUrls.safeParse(body.value) : null;
  const urls = read?.success ? read.data.resultUrls : [];
  return urls.filter((url) => typeof url === 'string').filter((url) => /^https?:\/\//i.test(url));
}

export type Answer =
  /** Code 200 in a 2xx. */
  | { kind: 'ok'; data: unknown }
  /** An envelope with any other code, most often with HTTP 200. */
  | {
      kind: 'error';
      httpStatus: number;
      code: number;
      message: string;
      data: unknown;
      headers: Record<string, string>;
    }
  /** A proxy's page, an empty body, half a body. */
  | { kind: 'unreadable'; httpStatus: number; headers: Record<string, string> }
  | { kind: 'not_sent'; reason: string }
  | { kind: 'lost'; reason: string };

export function readAnswer(response: UpstreamResponse): Answer {
  if (response.kind !== 'answered') return response;
  const { status: httpStatus, headers } = response;
  const body = parseBody(response.text);
  const envelope = body.ok ? Envelope.safeParse(body.value) : null;
  if (!envelope?.success) return { kind: 'unreadable', httpStatus, headers };
  const { code, msg, message, data } = envelope.data;
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  if (code === 200) return succeeded ? { kind: 'ok', data } : { kind: 'unreadable', httpStatus, headers };
  return { kind: 'error', httpStatus, code, message: (msg || message).slice(0, 500), data, headers };
}

/**
 * What we keep of an accepted task. `v` rises when the shape changes; every shape ever written stays readable, so
 * add a member to a union, never edit one.
 */
export const Handle = z.object({ v: z.literal(1), taskId: TaskId });
export type Handle = z.infer<typeof Handle>;

/** "12.5" → 12_500_000n. More than six decimals are rounded up; null for what is no plain decimal. */
export function microsOf(figure: string | null): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(figure ?? '');
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return /[1-9]/.test(fraction.slice(6)) ? kept + 1n : kept;
}
