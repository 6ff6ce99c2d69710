/** Access paths beside each other, for one mix of orders: what is known, what it costs, what to ask, what to do. */
import { z } from 'zod';
import { DossierFact, OpenQuestion } from './dossier.ts';
import { Check } from './facts.ts';
import { EvidenceGrade } from './models.ts';
import { Decimal } from './money.ts';
import { Mode, Resolution, Sound } from './order.ts';

const Instant = z.iso.datetime();

export const MixLine = z
  .strictObject({
    model: z.string().min(1).max(100),
    mode: Mode.optional().describe('The first mode of the model if unset.'),
    seconds: z.int().min(1).max(600).optional().describe('The default length of the model if unset.'),
    resolution: Resolution.optional(),
    sound: Sound.optional(),
    count: z.int().min(1).max(1_000_000_000),
  })
  .meta({ id: 'MixLine', description: 'So many clips of one kind.' });
export type MixLine = z.infer<typeof MixLine>;

export const CompareRequest = z
  .strictObject({
    mix: z.array(MixLine).min(1).max(50),
    paths: z
      .array(z.string().max(63))
      .max(50)
      .optional()
      .describe('Names of paths; all that are not retired if unset.'),
    vendors: z
      .boolean()
      .default(true)
      .describe('Also providers that you have no path to, by what is stated about them.'),
    sandboxes: z.boolean().default(false).describe('Also paths to emulators.'),
    peak_in_flight: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('How many clips must render at once at your real peak.'),
  })
  .meta({ id: 'CompareRequest' });

export const ComparedLine = z
  .strictObject({
    line: z.int().describe('Index into the mix.'),
    price: Decimal.nullable().describe('Worst case of all clips of the line; null: cannot be had here.'),
    why_not: z.string().nullable(),
  })
  .meta({ id: 'ComparedLine' });

export const ComparedCheck = z
  .strictObject({
    check: Check,
    grade: EvidenceGrade,
    oldest_review: z.iso.date().nullable(),
    stale: z.boolean(),
    summary: z.string(),
    concerns: z.array(z.string()),
    facts: z.array(DossierFact),
  })
  .meta({ id: 'ComparedCheck' });
export type ComparedCheck = z.infer<typeof ComparedCheck>;

export const Candidate = z
  .strictObject({
    name: z.string().describe('Of the path, or of the provider where there is no path.'),
    kind: z.enum(['path', 'vendor']),
    provider: z.string(),
    provider_name: z.string(),
    sandbox: z.boolean(),
    rank: z.int().nullable().describe('1 is the recommended one; null: cannot carry this mix.'),
    price: z.strictObject({
      total: Decimal.nullable().describe(
        'Worst case of the whole mix in USD; null: not all of it has a price.',
      ),
      per_second: Decimal.nullable().describe('Of a clip second of this mix, by the list.'),
      delivered_per_second: Decimal.nullable().describe(
        'What a delivered second really cost here, failed, repeated and late work included; null: no traffic yet.',
      ),
      sheet: z.string().nullable(),
      sheet_date: z.iso.date().nullable(),
      sheet_stale: z.boolean(),
      grade: EvidenceGrade,
      lines: z.array(ComparedLine),
    }),
    /** Of the five checks and the price, in that order. */
    checks: z.array(ComparedCheck),
    concerns: z.array(z.string()).describe('What speaks against it, in sentences.'),
    open_questions: z.array(OpenQuestion),
  })
  .meta({ id: 'Candidate' });
export type Candidate = z.infer<typeof Candidate>;

export const Comparison = z
  .strictObject({
    object: z.literal('comparison'),
    made_at: Instant,
    currency: z.literal('USD'),
    stale_after_days: z.int(),
    mix: z.array(
      z.strictObject({
        label: z.string(),
        model: z.string(),
        mode: Mode,
        seconds: z.int().nullable(),
        resolution: Resolution,
        sound: Sound,
        count: z.int(),
      }),
    ),
    clips: z.int(),
    seconds: z.int().nullable().describe('Of clips in all; null where lengths follow inputs.'),
    peak_in_flight: z.int().nullable(),
    checks: z.array(z.strictObject({ check: Check, number: z.int(), title: z.string() })),
    /** The best first. */
    candidates: z.array(Candidate),
    verdict: z.strictObject({
      recommended: z.string().nullable(),
      sentences: z.array(z.string()),
    }),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof Comparison>;
