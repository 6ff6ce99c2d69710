/**
 * What Kling sends, read loosely: only the fields that we use, each as wide as the documents and live records
 * allow. And the handle that we store for an accepted task.
 *
 * Numbers: ids have 18 digits and amounts have decimals, so a number that is not a safe whole number is
 * kept as the text that was sent; nothing here passes through a double.
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

/**
 * Ids are documented as strings; a number is accepted so that a careless gateway in between loses
 * nothing.
 */
const TaskId = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^[\x21-\x7e]{1,128}$/));
const Text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const ExternalId = z
  .string()
  .nullish()
  .transform((value) => (value ? value : null));
const Figure = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value == null ? null : String(value)));
const Millis = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => {
    const millis = Number(value ?? Number.NaN);
    return Number.isSafeInteger(millis) && millis > 0 ? millis : null;
  });
const Items = z
  .array(z.unknown())
  .nullish()
  .transform((value) => value ?? []);

const Envelope = z.object({
  code: z.union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number),
  ]),
  message: Text,
  data: z.unknown().optional(),
});

export type Answer =
  /** Code 0 in a 2xx. */
  | { kind: 'ok'; data: unknown }
  /** An envelope with a code that is not 0, or a 4xx/5xx with an envelope. */
  | { kind: 'error'; httpStatus: number; code: number; message: string; headers: Record<string, string> }
  /** An answer without a readable envelope: a proxy's page, an empty body, half a body. */
  | { kind: 'unreadable'; httpStatus: number; headers: Record<string, string> }
  | { kind: 'not_sent'; reason: string }
  | { kind: 'lost'; reason: string };

export function readAnswer(response: UpstreamResponse): Answer {
  if (response.kind !== 'answered') return response;
  const { status: httpStatus, headers } = response;
  const body = parseBody(response.text);
  const envelope = body.ok ? Envelope.safeParse(body.value) : null;
  if (!envelope?.success) return { kind: 'unreadable', httpStatus, headers };
  const { code, message, data } = envelope.data;
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  if (code === 0 && succeeded) return { kind: 'ok', data };
  if (code === 0) return { kind: 'unreadable', httpStatus, headers };
  return { kind: 'error', httpStatus, code, message: message.slice(0, 500), headers };
}

/** The data of a create answer, either generation. */
export const Created = z.union([
  z.object({ id: TaskId, external_id: ExternalId }).transform((made) => ({
    taskId: made.id,
    externalId: made.external_id,
  })),
  z
    .object({ task_id: TaskId, task_info: z.object({ external_task_id: ExternalId }).nullish() })
    .transform((made) => ({ taskId: made.task_id, externalId: made.task_info?.external_task_id ?? null })),
]);

/** One clip of a finished task; the same fields on both generations. */
export const VideoOutput = z.object({
  url: z.string().min(1).max(8192),
  watermark_url: ExternalId,
  duration: Figure,
});

/** A task as `GET /tasks` and the callbacks of the new generation show it. */
export const NewTask = z.object({
  id: TaskId,
  status: z.string(),
  message: Text,
  update_time: Millis,
  external_id: ExternalId,
  outputs: Items,
  billing: Items,
});
export type NewTask = z.infer<typeof NewTask>;

/** A task as the legacy paths and their callbacks show it. */
export const LegacyTask = z.object({
  task_id: TaskId,
  task_status: z.string(),
  task_status_msg: Text,
  updated_at: Millis,
  task_info: z.object({ external_task_id: ExternalId }).nullish(),
  task_result: z.object({ videos: Items }).nullish(),
  final_unit_deduction: Figure,
  final_balance_deduction: z.object({ quota: Figure }).nullish(),
});
export type LegacyTask = z.infer<typeof LegacyTask>;

/** One line of `billing[]`. */
export const Charge = z.object({
  charge_type: z.string(),
  amount: Figure,
  package_type: Text,
  currency: Text,
});

/** The inner envelope of `/account/costs`, which has an envelope of its own inside the usual one. */
export const AccountCosts = z.object({
  code: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,6}$/)
        .transform(Number),
    ])
    .nullish(),
  msg: Text,
  resource_pack_subscribe_infos: Items,
});

export const ResourcePack = z.object({
  resource_pack_name: z.string(),
  total_quantity: Figure,
  remaining_quantity: Figure,
  invalid_time: Millis,
  status: z.string(),
});

/**
 * The create paths of the legacy generation; a handle may name no other, so a stored row cannot steer a
 * request.
 */
export const legacyPaths = [
  '/v1/videos/text2video',
  '/v1/videos/image2video',
  '/v1/videos/omni-video',
  '/v1/videos/motion-control',
] as const;
export type LegacyPath = (typeof legacyPaths)[number];

/**
 * What we keep of an accepted task. `v` rises when the shape changes; every shape ever written stays
 * readable, so add a member to the union, never edit one.
 */
export const Handle = z.discriminatedUnion('generation', [
  z.object({ v: z.literal(1), generation: z.literal('new'), taskId: TaskId, watermark: z.boolean() }),
  z.object({
    v: z.literal(1),
    generation: z.literal('legacy'),
    taskId: TaskId,
    watermark: z.boolean(),
    path: z.enum(legacyPaths),
  }),
]);
export type Handle = z.infer<typeof Handle>;

/** "2.4" → 2_400_000n. More than six decimals are rounded up; null for what is no plain decimal. */
export function microsOf(figure: string | null): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(figure ?? '');
  if (!match) return null;
  const [, whole = '0', fraction = ''] = match;
  const kept = BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return /[1-9]/.test(fraction.slice(6)) ? kept + 1n : kept;
}
