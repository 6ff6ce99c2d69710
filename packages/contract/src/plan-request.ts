/** What a capacity plan is asked: the traffic, the paths that should carry it, the target, and what to try. */
import { z } from 'zod';
import { Decimal } from './money.ts';
import { Mode, Resolution, Sound } from './order.ts';
import { RoutingPolicy } from './routing.ts';

const Name = z.string().min(1).max(63);
const Share = z.number().positive().max(1_000_000);
const TasksPerHour = z.number().min(0).max(1_000_000);

export const PlanClip = z
  .strictObject({
    model: z.string().min(1).max(100).describe('A model id or alias from GET /v1/models.'),
    mode: Mode.default('text-to-video'),
    seconds: z
      .number()
      .positive()
      .max(300)
      .default(5)
      .describe('Ordered clip length; for modes that follow an input video, its length.'),
    resolution: Resolution.optional().describe('The default of the model when left out.'),
    sound: Sound.optional(),
    share: Share.default(1).describe('Weight in the mix.'),
  })
  .meta({ id: 'PlanClip', description: 'One kind of clip in the mix.' });

export const PlanAccount = z
  .strictObject({
    name: Name,
    share: Share.default(1).describe('Share of the traffic.'),
    weight: z.int().min(1).max(1000).default(1),
    max_in_flight: z.int().min(1).max(1_000_000).nullable().default(null),
  })
  .meta({ id: 'PlanAccount', description: 'Who orders, and what it may take from the others.' });

export const PlanBurst = z
  .strictObject({
    at_hour: z
      .number()
      .min(0)
      .max(168)
      .describe('Hours after Monday 00:00; of the day for a burst that comes daily.'),
    tasks: z.int().min(1).max(1_000_000),
    within_minutes: z.number().min(0).max(1440).default(1),
    repeat: z.enum(['weekly', 'daily']).default('weekly'),
    account: Name.optional().describe('All of it from one account; else spread like the rest.'),
  })
  .meta({ id: 'PlanBurst', description: 'Many tasks at about the same time.' });

const Accounts = z.array(PlanAccount).min(1).max(200);
const Scale = z.number().min(0.01).max(1000).default(1).describe('How many times as much traffic.');

export const DescribedWorkload = z
  .strictObject({
    kind: z.literal('described'),
    tasks_per_hour: z
      .union([TasksPerHour, z.array(TasksPerHour).length(24), z.array(TasksPerHour).length(168)])
      .describe(
        'One number, one for each hour of the day, or one for each hour of the week from Monday 00:00.',
      ),
    weekend: z
      .number()
      .min(0)
      .max(100)
      .default(1)
      .describe('Factor for Saturday and Sunday; not looked at where each hour of the week is given.'),
    bursts: z.array(PlanBurst).max(100).default([]),
    mix: z.array(PlanClip).min(1).max(50),
    accounts: Accounts.default([{ name: 'everybody', share: 1, weight: 1, max_in_flight: null }]),
    days: z.int().min(1).max(28).default(7),
    scale: Scale,
  })
  .meta({
    id: 'DescribedWorkload',
    description: 'Traffic by hour of the week; arrivals are random around it.',
  });

export const TraceWorkload = z
  .strictObject({
    kind: z.literal('trace'),
    csv: z
      .string()
      .min(1)
      .max(16_000_000)
      .describe(
        'A header line and one line for each task. Columns: `at` (an ISO time, or seconds), and, as far as they ' +
          'differ from `clip`, `model`, `mode`, `seconds`, `resolution`, `sound`, `account`.',
      ),
    clip: PlanClip.optional().describe('What lines do not say.'),
    accounts: Accounts.optional().describe('Weights and caps by name; others have weight 1.'),
    scale: Scale,
  })
  .meta({ id: 'TraceWorkload', description: 'Recorded or made-up traffic, task by task.' });

export const HistoryWorkload = z
  .strictObject({
    kind: z.literal('history'),
    days: z.int().min(1).max(90).default(14),
    scale: Scale,
  })
  .meta({ id: 'HistoryWorkload', description: 'What was ordered here, again.' });

export const PlanWorkload = z
  .discriminatedUnion('kind', [DescribedWorkload, TraceWorkload, HistoryWorkload])
  .meta({ id: 'PlanWorkload' });

export const PlanRetry = z
  .strictObject({
    rerun: z
      .boolean()
      .default(true)
      .describe('The gateway begins a render that failed upstream again, once, on another path.'),
    order_again: z.int().min(0).max(10).default(0).describe('How often a client orders a failed clip again.'),
    order_again_after_seconds: z.number().min(0).max(86_400).default(10),
    give_up_after_seconds: z
      .number()
      .positive()
      .max(604_800)
      .nullable()
      .default(null)
      .describe('A task that has not started by then is ended (`start_by`).'),
  })
  .meta({ id: 'PlanRetry', description: 'What follows a failure or a delay.' });

const Slots = z.int().min(1).max(1_000_000);

export const PlanPath = z
  .strictObject({
    path: Name.describe('A configured path, or a name for one that is only thought of.'),
    provider: z
      .string()
      .max(63)
      .optional()
      .describe('For one that is only thought of: whose protocol and abilities it has.'),
    price_sheet: z.string().max(63).optional(),
    price_factor: z.number().min(0).max(100).default(1).describe('1.1: ten percent dearer than the sheet.'),
    slots: z
      .union([Slots, z.record(z.string().max(63), Slots)])
      .optional()
      .describe('What the vendor lets run at once: of each model family, or by family (`*` for the others).'),
    slots_known: z
      .boolean()
      .default(true)
      .describe('False: the gateway is not told the limit and learns it from refusals.'),
    full: z
      .enum(['refuses', 'queues'])
      .optional()
      .describe('What the vendor does with a task beyond its limit.'),
    submits_per_second: z.number().positive().max(10_000).nullable().optional(),
    render_factor: z.number().positive().max(100).default(1).describe('2: renders take twice as long.'),
    render_spread: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe('Spread of the logarithm of render times; where nothing was measured.'),
    failure_share: z.number().min(0).max(0.99).optional().describe('Share of renders that the vendor fails.'),
    callbacks: z.boolean().optional().describe('Whether it calls when a render ended.'),
    link_life_seconds: z.number().positive().max(100_000_000).optional(),
    deposit: Decimal.optional().describe('Prepaid, in USD: how long it lasts is told.'),
  })
  .meta({ id: 'PlanPath', description: 'A path as it is, with what should be different about it.' });

export const PlanTarget = z
  .strictObject({
    share: z.number().min(0.5).max(0.999).default(0.95),
    start_within_seconds: z.number().positive().max(604_800).optional(),
    finish_within_seconds: z.number().positive().max(604_800).optional(),
  })
  .meta({ id: 'PlanTarget', description: 'So large a share of tasks starts, or is stored, within so long.' });

export const PlanGateway = z
  .strictObject({
    processes: z.int().min(1).max(100).default(1),
    copies_at_once: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('By each process; its setting when left out.'),
    download_mbit_per_second: z
      .number()
      .positive()
      .max(1_000_000)
      .default(500)
      .describe('From the vendors to your storage, all copies together.'),
    clip_mbit_per_second: z
      .number()
      .positive()
      .max(1000)
      .optional()
      .describe('How large a second of clip is; measured on stored clips, or assumed by resolution.'),
    retention_days: z.int().min(1).max(36_500).default(30),
    storage_gb: z.number().positive().max(1e9).optional(),
  })
  .meta({ id: 'PlanGateway', description: 'The machines and the line of this installation.' });

export const PlanVariant = z
  .strictObject({
    name: Name,
    paths: z.array(PlanPath).min(1).max(20).optional().describe('Instead of the others.'),
    slots_added: z.int().min(-1_000_000).max(1_000_000).optional().describe('On each path and family.'),
    price_factor: z.number().min(0).max(100).optional(),
    mix: z.array(PlanClip).min(1).max(50).optional(),
    scale: z.number().min(0.01).max(1000).optional(),
    policy: RoutingPolicy.optional(),
    retry: PlanRetry.optional(),
  })
  .meta({ id: 'PlanVariant', description: 'The same plan with something different, told beside it.' });

export const CreatePlan = z
  .strictObject({
    name: z.string().min(1).max(200).default('Plan'),
    workload: PlanWorkload,
    paths: z
      .array(PlanPath)
      .min(1)
      .max(20)
      .optional()
      .describe('All active paths of this installation when left out.'),
    policy: RoutingPolicy.default('cheapest'),
    weights: z.record(z.string().max(63), z.number().min(0).max(1_000_000)).default({}),
    retry: PlanRetry.prefault({}),
    target: PlanTarget.prefault({ start_within_seconds: 120 }),
    gateway: PlanGateway.prefault({}),
    variants: z.array(PlanVariant).max(8).default([]),
    search: z
      .boolean()
      .default(true)
      .describe('Also look for the slots that the target needs and the traffic that these slots carry.'),
    seeds: z
      .int()
      .min(1)
      .max(30)
      .default(5)
      .describe('Independent repetitions; the intervals come from them.'),
    seed: z
      .int()
      .min(0)
      .max(2_000_000_000)
      .default(1)
      .describe('The same plan with the same seed is the same answer.'),
  })
  .meta({ id: 'CreatePlan', description: 'A question about capacity.' });
export type CreatePlan = z.infer<typeof CreatePlan>;
