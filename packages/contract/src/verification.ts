/** Active verification of a path: a plan with its worst-case cost, confirmed by a person, carried out, signed off. */
import { z } from 'zod';
import { FactName } from './facts.ts';
import { Decimal } from './money.ts';
import { Mode } from './order.ts';

const Instant = z.iso.datetime();

export const VerificationStepKind = z
  .enum(['credential', 'wallet', 'clips', 'callbacks', 'cancel', 'concurrency', 'duplicate_key', 'link_life'])
  .meta({ id: 'VerificationStepKind' });
export type VerificationStepKind = z.infer<typeof VerificationStepKind>;

export const PlanVerification = z
  .strictObject({
    budget: Decimal.describe('Never more than this, in USD, by the price list of the path.'),
    model: z.string().max(100).optional().describe('The cheapest that the path can do if unset.'),
    steps: z.array(VerificationStepKind).min(1).optional().describe('All if unset.'),
    concurrency_most: z
      .int()
      .min(1)
      .max(1_000)
      .default(20)
      .describe('The ramp ends there when nothing was refused before.'),
    image: z
      .url()
      .max(2000)
      .optional()
      .describe('A picture for the modes that need one; else they are left out.'),
    video: z
      .url()
      .max(2000)
      .optional()
      .describe('A video for the modes that need one; else they are left out.'),
  })
  .meta({ id: 'PlanVerification' });

export const StartVerification = z
  .strictObject({
    confirmed_by: z.string().min(1).max(100).describe('The person who agrees to the worst-case cost.'),
    worst_case: Decimal.describe('As the plan stated it; another figure is refused.'),
  })
  .meta({ id: 'StartVerification' });

export const VerificationStep = z
  .strictObject({
    kind: VerificationStepKind,
    state: z.enum(['waiting', 'running', 'passed', 'failed', 'skipped']),
    what: z.string().describe('What it does, or why it is left out.'),
    clips_most: z.int(),
    worst_case: Decimal,
    finding: z.string().nullable(),
    figures: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    task_ids: z.array(z.string()),
    started_at: Instant.nullable(),
    ended_at: Instant.nullable(),
  })
  .meta({ id: 'VerificationStep' });
export type VerificationStep = z.infer<typeof VerificationStep>;

export const Verification = z
  .strictObject({
    id: z.string(),
    object: z.literal('verification'),
    path: z.string(),
    state: z.enum(['planned', 'running', 'stopping', 'done', 'stopped']),
    budget: Decimal,
    worst_case: Decimal,
    spent: Decimal.describe('What upstream took so far, by our books.'),
    account: z.string().nullable().describe('The internal account that it orders under.'),
    model: z.string(),
    modes: z.array(Mode),
    confirmed_by: z.string().nullable(),
    confirmed_at: Instant.nullable(),
    steps: z.array(VerificationStep),
    facts: z
      .array(z.strictObject({ fact: FactName, text: z.string() }))
      .describe('Measured facts that it wrote.'),
    link_watch: z
      .strictObject({
        state: z.enum(['alive', 'dead', 'given_up']),
        first_seen_at: Instant,
        last_alive_at: Instant,
        dead_at: Instant.nullable(),
        next_look_at: Instant.nullable(),
        looks: z.int(),
      })
      .nullable(),
    created_at: Instant,
    ended_at: Instant.nullable(),
  })
  .meta({ id: 'Verification' });
export type Verification = z.infer<typeof Verification>;
