/** What a capacity plan answers: verdict, the five validations by name, figures with their intervals, assumptions. */
import { z } from 'zod';
import { Decimal } from './money.ts';
import { CreatePlan } from './plan-request.ts';

const Instant = z.iso.datetime();

export const Estimate = z
  .strictObject({ mean: z.number(), low: z.number(), high: z.number() })
  .meta({ id: 'Estimate', description: 'Mean over the seeds, and where it lies with 95 % confidence.' });
export type Estimate = z.infer<typeof Estimate>;

export const MoneyEstimate = z
  .strictObject({ mean: Decimal, low: Decimal, high: Decimal })
  .meta({ id: 'MoneyEstimate', description: 'In USD.' });

export const SpanEstimate = z
  .strictObject({ mean: Estimate, p50: Estimate, p95: Estimate, p99: Estimate })
  .meta({ id: 'SpanEstimate', description: 'In seconds.' });

export const PlanGrade = z.enum(['declared', 'measured', 'assumed', 'given']).meta({
  id: 'PlanGrade',
  description:
    'measured: seen here. declared: a vendor says so. given: you said so in the question. assumed: nobody knows; ' +
    'find out before you rely on it.',
});
export type PlanGrade = z.infer<typeof PlanGrade>;

export const PlanAssumption = z
  .strictObject({ subject: z.string(), value: z.string(), grade: PlanGrade, source: z.string() })
  .meta({ id: 'PlanAssumption' });
export type PlanAssumption = z.infer<typeof PlanAssumption>;

const Refusals = z.strictObject({ no_slot: Estimate, throttled: Estimate });

export const PlanFlow = z
  .strictObject({
    tasks: Estimate,
    stored: Estimate.describe('Ended with a stored clip.'),
    failed: Estimate,
    given_up: Estimate.describe('Ended unstarted, because the client did not want to wait longer.'),
    unfinished: Estimate.describe(
      'Not ended when the simulation was; more than a few: the backlog never clears.',
    ),
    wait: SpanEstimate.describe('From the order to the start upstream.'),
    finish: SpanEstimate.describe('From the order to the stored clip.'),
  })
  .meta({ id: 'PlanFlow' });

export const PlanPathOutcome = z
  .strictObject({
    path: z.string(),
    attempts: Estimate,
    stored: Estimate,
    failed: Estimate,
    wait: SpanEstimate,
    finish: SpanEstimate,
    refusals: Refusals,
    slots: z.array(
      z.strictObject({
        family: z.string(),
        slots: z.number().describe('Of the vendor.'),
        use: Estimate.describe('Share of slot time that is taken, over the whole time.'),
        busiest_hour_use: Estimate.describe('In the hour that wants most.'),
        wanted_at_peak: Estimate.describe(
          'Slots that the busiest hour would keep busy; above `slots`, tasks wait.',
        ),
        taken: z.array(z.number()).describe('In each step of the curve: mean over the seeds.'),
      }),
    ),
    questions_per_second: Estimate,
    cost_per_day: MoneyEstimate.describe('What the vendor takes.'),
    cost_per_month: MoneyEstimate,
    cost_per_delivered_second: MoneyEstimate.nullable(),
    runway_days: Estimate.nullable().describe(
      'How long the deposit lasts; null: none was given, or nothing is spent.',
    ),
    links_at_risk: Estimate.describe('Clips saved in the last quarter of the life of their link.'),
    links_expired: Estimate.describe('Clips whose link died before they were saved.'),
  })
  .meta({ id: 'PlanPathOutcome' });

export const PlanOutcome = z
  .strictObject({
    overall: PlanFlow,
    paths: z.array(PlanPathOutcome),
    accounts: z.array(
      z.strictObject({ account: z.string(), tasks: Estimate, wait: SpanEstimate, finish: SpanEstimate }),
    ),
    clips: z.array(
      z.strictObject({ clip: z.string(), tasks: Estimate, wait: SpanEstimate, finish: SpanEstimate }),
    ),
    curve: z
      .strictObject({
        step_seconds: z.number(),
        arriving: z.array(z.number()).describe('Tasks per hour.'),
        waiting: z.array(z.number()).describe('The backlog: mean over the seeds.'),
        waiting_most: z.array(z.number()).describe('The longest backlog of any seed.'),
        running: z.array(z.number()).describe('Slots taken.'),
        copying: z.array(z.number()).describe('Clips waiting for their copy or being copied.'),
      })
      .describe('From Monday 00:00, or from the first task of a trace.'),
    peak: z.strictObject({
      running: Estimate.describe('Most attempts upstream at once.'),
      waiting: Estimate.describe('Longest backlog.'),
      wanted: Estimate.describe('Most slots that would be busy if there were enough of them: the real peak.'),
      at_seconds: z.number().describe('When the most is wanted, from the start.'),
    }),
    mirror: z.strictObject({
      copy: SpanEstimate.describe('From the end of the render to the stored clip.'),
      busiest_mbit_per_second: Estimate.describe('In the busiest hour.'),
      gb_per_day: Estimate,
      gb_kept: Estimate.describe('When clips are deleted as fast as they come, by the retention.'),
      use_at_peak: Estimate.describe('Share of what copies can carry, in the busiest hour.'),
    }),
    forecast: z.strictObject({
      held: Estimate.nullable().describe('Share of tasks that ended inside the range told at their order.'),
    }),
    cost_per_day: MoneyEstimate,
    cost_per_month: MoneyEstimate,
    cost_per_delivered_second: MoneyEstimate.nullable(),
    meets_target: z.boolean(),
    target_value_seconds: Estimate.nullable().describe('The quantile that the target names.'),
  })
  .meta({ id: 'PlanOutcome' });
export type PlanOutcome = z.infer<typeof PlanOutcome>;

export const Bottleneck = z
  .strictObject({
    kind: z.enum([
      'slots',
      'submits',
      'queries',
      'mirror',
      'links',
      'wallet',
      'storage',
      'account_cap',
      'none',
    ]),
    path: z.string().nullable(),
    family: z.string().nullable(),
    load: z
      .number()
      .describe('What the busiest hour wants of it, as a share of what it can do; above 1 it is over.'),
    sentence: z.string(),
  })
  .meta({ id: 'Bottleneck' });

export const PlanValidation = z
  .strictObject({
    question: z.string(),
    answer: z.string().describe('A sentence.'),
    judgement: z.enum(['good', 'tight', 'bad', 'unknown']),
    figures: z.array(
      z.strictObject({
        name: z.string(),
        unit: z.string(),
        value: z.number(),
        low: z.number(),
        high: z.number(),
      }),
    ),
    grade: PlanGrade.describe('The weakest of the facts that the answer rests on.'),
  })
  .meta({ id: 'PlanValidation' });
export type PlanValidation = z.infer<typeof PlanValidation>;

export const PlanValidations = z
  .strictObject({
    average_clip_length: PlanValidation,
    peak_concurrent_jobs: PlanValidation,
    retry_behaviour: PlanValidation,
    mirroring_speed: PlanValidation,
    real_peak_supported: PlanValidation,
  })
  .meta({ id: 'PlanValidations', description: 'What to validate before launch, each by its name.' });
export type PlanValidations = z.infer<typeof PlanValidations>;

export const PlanNeed = z
  .strictObject({
    family: z.string(),
    path: z.string(),
    slots_now: z.int(),
    slots_needed: z
      .int()
      .nullable()
      .describe('Null: no number of slots is enough; something else is in the way.'),
    because: z.string(),
  })
  .meta({ id: 'PlanNeed' });

export type PlanNeed = z.infer<typeof PlanNeed>;

export const PlanResult = z
  .strictObject({
    verdict: z.strictObject({
      sentence: z.string(),
      bottleneck: Bottleneck,
      advice: z.array(z.string()),
    }),
    validations: PlanValidations,
    base: PlanOutcome,
    variants: z.array(z.strictObject({ name: z.string(), changes: z.string(), outcome: PlanOutcome })),
    needs: z.array(PlanNeed).nullable(),
    carries: z
      .strictObject({ scale: z.number(), sentence: z.string() })
      .nullable()
      .describe('How many times this traffic still meets the target; null: not looked for.'),
    assumptions: z.array(PlanAssumption),
    simulated: z.strictObject({ tasks: z.int(), runs: z.int(), days: z.number() }),
  })
  .meta({ id: 'PlanResult' });
export type PlanResult = z.infer<typeof PlanResult>;

export const PlanStatus = z
  .enum(['waiting', 'running', 'done', 'failed', 'interrupted'])
  .meta({ id: 'PlanStatus' });

export const PlanHead = z
  .strictObject({
    id: z.string(),
    object: z.literal('plan'),
    name: z.string(),
    status: PlanStatus.describe('interrupted: its process ended; ask again.'),
    progress: z.number().min(0).max(1),
    created_at: Instant,
    finished_at: Instant.nullable(),
    sentence: z.string().nullable().describe('The verdict, once done.'),
    error: z.string().nullable(),
  })
  .meta({ id: 'PlanHead' });

export const Plan = PlanHead.extend({
  request: CreatePlan.describe('As it was asked; of a trace only its first lines are kept.'),
  result: PlanResult.nullable(),
}).meta({ id: 'Plan', description: 'A capacity plan: a question, and its answer when it is done.' });
export type Plan = z.infer<typeof Plan>;
