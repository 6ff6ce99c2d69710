/**
 * What differs between servers of this shape, as settings of a path. Everything that has no documented default must be
 * said: which models there are and under which names. Nothing here is code for one vendor.
 */
import { z } from 'zod';
import type { ObservedStatus, PathContext } from '../contract.ts';

const Name = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,3}$/, 'a field name, dots for what lies inside');

/** `ours=theirs, ours=theirs` */
const Pairs = z.string().transform((text, context) => {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(\S(?:.*\S)?)\s*$/.exec(part) ?? [];
    if (key === undefined || value === undefined) {
      context.addIssue({ code: 'custom', message: 'pairs like a=b, separated by commas' });
      return z.NEVER;
    }
    pairs.set(key, value);
  }
  return pairs as ReadonlyMap<string, string>;
});

/** `720p/16:9=1280x720, 720p/9:16=720x1280`: what can be ordered, and the frame that it makes. */
const Sizes = Pairs.refine(
  (sizes) =>
    [...sizes].every(
      ([tier, size]) => /^(?:720p|1080p|4k)\/\d+:\d+$/.test(tier) && /^\d{2,4}x\d{2,4}$/.test(size),
    ),
  'pairs like 720p/16:9=1280x720',
);

const words = ['queued', 'running', 'succeeded', 'failed', 'canceled', 'expired'] as const;
const Words = Pairs.transform((given, context) => {
  const known = new Map<string, ObservedStatus>();
  for (const [word, meaning] of given) {
    const status = words.find((one) => one === meaning);
    if (status === undefined) {
      context.addIssue({ code: 'custom', message: `${meaning} is none of ${words.join(', ')}` });
      return z.NEVER;
    }
    known.set(word, status);
  }
  return known as ReadonlyMap<string, ObservedStatus>;
});

const Lengths = z
  .string()
  .regex(/^\s*\d{1,3}(?:\s*,\s*\d{1,3})*\s*$/, 'whole seconds, separated by commas')
  .transform((text) => text.split(',').map(Number));

const Fixed = z.string().transform((text, context) => {
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'a JSON object' });
    return z.NEVER;
  }
});

const Parsed = z.strictObject({
  models: Pairs,
  create: z.enum(['multipart', 'json']).default('multipart'),
  sizes: Sizes.default(
    new Map([
      ['720p/16:9', '1280x720'],
      ['720p/9:16', '720x1280'],
    ]),
  ),
  size_style: z.enum(['size', 'width_height', 'aspect_ratio']).default('size'),
  seconds_field: Name.default('seconds'),
  seconds_style: z.enum(['text', 'number']).default('text'),
  lengths: Lengths.optional(),
  first_frame_field: Name.optional(),
  last_frame_field: Name.optional(),
  sound_field: Name.optional(),
  negative_prompt_field: Name.optional(),
  fixed_fields: Fixed.optional(),
  link_field: Name.optional(),
  status_words: Words.optional(),
  delete_cancels: z.enum(['yes', 'no']).default('no'),
});
export type Shape = z.output<typeof Parsed>;

const text = (about: string) => z.string().max(4_000).optional().describe(about);

/** The same as texts, as they are kept and asked for. */
export const Settings = z
  .strictObject({
    models: z
      .string()
      .max(4_000)
      .describe('Our model ids and theirs: kling-3.0=kling-v3, kling-o1=kling-video-o1'),
    create: text('How a create is sent: multipart (default) or json'),
    sizes: text('What can be ordered and its frame: 720p/16:9=1280x720, 720p/9:16=720x1280 (default)'),
    size_style: text('How a frame is said: size (default), width_height, or aspect_ratio (with resolution)'),
    seconds_field: text('Name of the field for the length; seconds by default'),
    seconds_style: text('Whether the length is a text (default) or a number'),
    lengths: text('Lengths that the server renders, in seconds; all that the model has when absent'),
    first_frame_field: text('Where the address of a first frame goes, e.g. input_reference.image_url'),
    last_frame_field: text('Where the address of a last frame goes'),
    sound_field: text('Name of the true/false field for sound; without one only silent clips are ordered'),
    negative_prompt_field: text('Where a negative prompt goes, e.g. metadata.negative_prompt'),
    fixed_fields: text('A JSON object that every create carries'),
    link_field: text(
      'Where the link to the clip stands in an answer, e.g. metadata.url; without it the content endpoint is used',
    ),
    status_words: text('State words beyond the usual: rendering=running, banned=failed'),
    delete_cancels: text('Whether DELETE stops a job that has not ended: yes or no (default)'),
  })
  .superRefine((given, context) => {
    const parsed = Parsed.safeParse(given);
    for (const { path, message } of parsed.error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message });
  });

export function shapeOf(path: PathContext): { ok: true; shape: Shape } | { ok: false; reason: string } {
  const parsed = Parsed.safeParse(path.settings);
  if (parsed.success) return { ok: true, shape: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, reason: `setting ${issue?.path.join('.') || '?'}: ${issue?.message ?? 'not valid'}` };
}
