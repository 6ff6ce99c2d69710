/**
 * What a model can do and what it costs, as data. The same shape is read from the catalogue files and
 * answered by GET /v1/models.
 */
import { z } from 'zod';
import { Decimal } from './money.ts';
import { InputRole, Mode, Resolution, Sound } from './order.ts';

export const EvidenceGrade = z
  .enum(['unknown', 'declared', 'measured'])
  .meta({ id: 'EvidenceGrade', description: 'How sure we are of a fact.' });

export const Source = z
  .strictObject({ name: z.string(), url: z.string().optional(), reviewed_on: z.iso.date() })
  .meta({ id: 'Source', description: 'Where a fact comes from and when a person last looked.' });

const Count = z.strictObject({ min: z.int(), max: z.int() });

export const ModeCapability = z
  .strictObject({
    resolutions: z.array(Resolution).min(1),
    resolution_default: Resolution,
    /** Null: the length follows the input video. */
    seconds: z
      .strictObject({ allowed: z.array(z.int()).min(1), default: z.int() })
      .nullable()
      .describe('Clip lengths in whole seconds; null when the length follows the input video.'),
    aspect_ratios: z.array(z.string()).describe('Empty when the aspect follows an input.'),
    aspect_ratio_default: z.string().nullable(),
    sound: z.array(Sound).min(1),
    sound_default: Sound,
    prompt_max: z.int(),
    prompt_required: z.boolean(),
    negative_prompt: z.boolean(),
    multi_shot: z.array(z.enum(['off', 'auto', 'custom'])).min(1),
    shots_max: z.int(),
    shot_prompt_max: z.int(),
    orientations: z.array(z.enum(['image', 'video'])),
    inputs: z.partialRecord(InputRole, Count).describe('How many inputs of each role.'),
  })
  .meta({ id: 'ModeCapability' });
export type ModeCapability = z.infer<typeof ModeCapability>;

/**
 * A combination rule: when all of `when` holds, all of `then` must. Terms compare a fact of the order
 * (`count.first_frame`, `seconds`, `sound`, `resolution`, `multi_shot`, `orientation`, `mode`) with values.
 */
export const RuleTerm = z.strictObject({
  fact: z.string(),
  in: z.array(z.union([z.string(), z.number()])).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});
export const Rule = z
  .strictObject({
    id: z.string(),
    modes: z.array(Mode).optional(),
    when: z.array(RuleTerm),
    // biome-ignore lint/suspicious/noThenProperty: the rule reads when … then; it is data, never awaited.
    then: z.array(RuleTerm),
    field: z.string(),
    message: z.string(),
  })
  .meta({ id: 'Rule' });
export type Rule = z.infer<typeof Rule>;

export const InputLimit = z
  .strictObject({
    formats: z.array(z.string()),
    max_bytes: z.int(),
    min_side: z.int().optional(),
    max_side: z.int().optional(),
    min_ratio: z.number().optional(),
    max_ratio: z.number().optional(),
    max_pixels: z.int().optional().describe('Most pixels in one picture: width × height.'),
    min_fps: z.number().optional(),
    max_fps: z.number().optional(),
    min_seconds: z.number().optional(),
    max_seconds: z.number().optional(),
  })
  .meta({ id: 'InputLimit' });

/** One price line. It applies when every listed dimension matches the order; the most specific line wins. */
export const PriceEntry = z
  .strictObject({
    model: z.string(),
    modes: z.array(Mode).optional(),
    resolution: Resolution.optional(),
    sound: z.array(Sound).optional(),
    video_input: z.boolean().optional(),
    per: z.enum(['second', 'task']),
    /** In `unit` of the price sheet. */
    amount: Decimal,
    minimum_seconds: z.int().optional(),
    counted_seconds: z
      .strictObject({ of: z.literal('inputs_and_output'), output_times_min: z.int().min(1) })
      .optional()
      .describe(
        'Whose seconds are billed; the clip’s own when left out. At least so many times the clip’s length.',
      ),
  })
  .meta({ id: 'PriceEntry' });
export type PriceEntry = z.infer<typeof PriceEntry>;

export const PriceSheet = z
  .strictObject({
    id: z.string(),
    /** What amounts are counted in: a currency, or a vendor's own unit with its dated exchange factor. */
    unit: z.string(),
    unit_price: z.strictObject({ amount: Decimal, currency: z.literal('USD') }),
    grade: EvidenceGrade,
    source: Source,
    valid_from: z.iso.date(),
    rounding: z.enum(['exact', 'whole_seconds_up']),
    bills_failures: z.boolean().nullable(),
    entries: z.array(PriceEntry),
  })
  .meta({ id: 'PriceSheet' });
export type PriceSheet = z.infer<typeof PriceSheet>;

export const ModelDefinition = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    vendor: z.string(),
    description: z.string(),
    /** Slots are counted per path × family. */
    family: z.string(),
    modes: z.partialRecord(Mode, ModeCapability),
    rules: z.array(Rule),
    input_limits: z.partialRecord(InputRole, InputLimit),
    /** Names under which other APIs know this model, with the mode that each implies. */
    aliases: z.array(
      z.strictObject({
        name: z.string(),
        mode: Mode.optional(),
        /** Under this name `image_urls` are the first and last frame instead of references. */
        image_urls: z.literal('frames').optional(),
      }),
    ),
    deadline_seconds: z
      .int()
      .describe('Hard end of a task of this model, unless it asks for an earlier one.'),
    expected_render_seconds: z.strictObject({
      base: z.number(),
      per_second: z.number(),
      grade: EvidenceGrade,
      source: Source,
    }),
    source: Source,
  })
  .meta({ id: 'ModelDefinition' });
export type ModelDefinition = z.infer<typeof ModelDefinition>;
