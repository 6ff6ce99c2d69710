/** A task on the wire: what a client sends and what it reads back. A superset of the unified routed API. */
import { z } from 'zod';
import { taskErrorCodes } from './errors.ts';
import { Decimal, Money } from './money.ts';
import { Mode, Resolution } from './order.ts';
import { ForecastRecord } from './promises.ts';
import { Routing } from './routing.ts';

const Address = z
  .string()
  .min(1)
  .max(4096)
  .describe('A public https address, or `file:<id>` of an upload (POST /v1/files).');

export const ModelParams = z
  .strictObject({
    multi_shot: z.boolean().optional(),
    shot_type: z.enum(['customize', 'intelligence']).optional(),
    multi_prompt: z
      .array(
        z.strictObject({
          index: z.int().min(1).max(20),
          prompt: z.string().min(1).max(2500),
          duration: z.union([z.string().regex(/^\d{1,3}$/), z.int().min(1).max(300)]),
        }),
      )
      .max(20)
      .optional(),
    watermark_info: z.strictObject({ enabled: z.boolean() }).optional(),
    character_orientation: z.enum(['image', 'video']).optional(),
    keep_sound: z.boolean().optional(),
    element_list: z
      .array(z.strictObject({ element_id: z.string().regex(/^\d{1,20}$/) }))
      .max(20)
      .optional(),
  })
  .meta({ id: 'ModelParams' });

export const CreateGeneration = z
  .strictObject({
    model: z.string().min(1).max(100).describe('A model id or alias from GET /v1/models.'),
    mode: Mode.optional().describe('Inferred from the inputs when left out.'),
    prompt: z.string().max(10_000).optional(),
    negative_prompt: z.string().max(10_000).optional(),
    duration: z.int().min(1).max(300).optional().describe('Clip length in seconds.'),
    aspect_ratio: z.string().max(10).optional(),
    quality: Resolution.optional(),
    sound: z.enum(['on', 'off']).optional(),
    image_start: Address.optional().describe('First frame.'),
    image_end: Address.optional().describe('Last frame.'),
    image_middle: z
      .array(Address)
      .max(20)
      .optional()
      .describe('Frames between the first and the last one, in order.'),
    image_urls: z.array(Address).max(20).optional().describe('Reference images, or the motion image.'),
    video_url: Address.optional().describe('Reference video, or the video to edit.'),
    video_urls: z.array(Address).max(5).optional().describe('Motion video, or the video to edit.'),
    keep_original_sound: z.boolean().optional(),
    element_list: ModelParams.shape.element_list,
    model_params: ModelParams.optional(),
    input_seconds: z
      .number()
      .positive()
      .max(3600)
      .optional()
      .describe('Length of the input video, where it sets length and price; measured for uploads.'),
    callback_url: z.url().max(2048).optional().describe('One-off webhook for this task; https.'),
    path: z.string().max(100).optional().describe('Pin to one access path.'),
    routing: Routing.optional().describe('How a path is chosen; what it leaves out follows your account.'),
    priority: z.enum(['low', 'normal', 'high']).optional().describe('Order among your own tasks.'),
    start_by: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('End the task if it has not started by then.'),
    finish_by: z.iso.datetime({ offset: true }).optional(),
    max_price: Decimal.optional().describe('Refuse the task when its quote is above this.'),
    metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
  })
  .meta({ id: 'CreateGeneration', description: 'An order for one clip.' });
export type CreateGeneration = z.infer<typeof CreateGeneration>;

export const CreateBatch = z
  .strictObject({ tasks: z.array(CreateGeneration).min(1).max(100) })
  .meta({ id: 'CreateBatch', description: 'Many orders, all or nothing.' });

export const TaskStatus = z
  .enum(['pending', 'processing', 'completed', 'failed', 'cancelled'])
  .meta({ id: 'TaskStatus', description: 'The coarse status of the unified routed API.' });
export type TaskStatus = z.infer<typeof TaskStatus>;

export const TaskStage = z
  .enum([
    'queued',
    'sending',
    'unknown',
    'rendering',
    'saving',
    'settling',
    'succeeded',
    'failed',
    'canceled',
  ])
  .meta({
    id: 'TaskStage',
    description:
      'queued: waits for a slot. sending: being submitted. unknown: the answer to the submit was lost and is ' +
      'being looked up. rendering: accepted upstream. saving: the clip is being copied to your storage. ' +
      'settling: stored, being charged.',
  });
export type TaskStage = z.infer<typeof TaskStage>;

export const WaitReason = z
  .enum([
    'no_free_slot',
    'account_cap',
    'key_cap',
    'path_paused',
    'path_draining',
    'path_unhealthy',
    'wallet_empty',
    'throttled',
    'storage_full',
    'quarantine',
    'next_in_line',
  ])
  .meta({ id: 'WaitReason' });
export type WaitReason = z.infer<typeof WaitReason>;

const Instant = z.iso.datetime().describe('UTC, ISO 8601.');

export const Wait = z
  .strictObject({
    reason: WaitReason,
    position: z.int().describe('Place in the order in which tasks are admitted; 1 is next.'),
    expected_start: Instant.nullable(),
    expected_end: Instant.nullable(),
    expected_end_range: z
      .strictObject({ early: Instant, late: Instant })
      .nullable()
      .describe('Four of five tasks like it end between the two.'),
    basis: z
      .enum(['measured', 'declared'])
      .describe('Whether the render times behind it were measured here.'),
  })
  .meta({ id: 'Wait', description: 'Why the task waits, and for how long.' });

export const Asset = z
  .strictObject({
    id: z.string(),
    object: z.literal('asset'),
    kind: z.enum(['video', 'poster']),
    url: z.string().describe('Stable signed link; see expires_at.'),
    expires_at: Instant.describe('When this signature ends; read the task again for a new one.'),
    content_type: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    duration_seconds: z.number().nullable(),
    video_codec: z.string().nullable(),
    audio_codec: z.string().nullable(),
    deletes_at: Instant.nullable().describe('When retention removes it.'),
  })
  .meta({ id: 'Asset' });
export type Asset = z.infer<typeof Asset>;

export const TaskError = z
  .strictObject({ code: z.enum(taskErrorCodes), message: z.string(), upstream_code: z.string().nullable() })
  .meta({ id: 'TaskError' });

export const QuoteOnTask = z
  .strictObject({
    currency: z.string(),
    minimum: Decimal,
    maximum: Decimal.describe('What is held.'),
    price_sheet: z.string(),
    price_date: z.iso.date(),
    unit_price: Decimal,
    per: z.enum(['second', 'task']),
  })
  .meta({ id: 'QuoteOnTask' });

export const Task = z
  .strictObject({
    id: z.string(),
    object: z.literal('video.generation.task'),
    type: z.literal('video'),
    created: z.int().describe('Unix seconds.'),
    model: z.string(),
    mode: Mode,
    status: TaskStatus,
    stage: TaskStage,
    version: z.int().describe('Rises with every change.'),
    progress: z.int().min(0).max(100),
    sandbox: z.boolean().describe('True when the clip comes from an emulator, not from a paid upstream.'),
    prompt: z.string(),
    duration: z.int().nullable(),
    quality: Resolution,
    aspect_ratio: z.string().nullable(),
    sound: z.enum(['on', 'off', 'original']),
    path: z.string().nullable(),
    priority: z.enum(['low', 'normal', 'high']),
    created_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    start_by: Instant.nullable(),
    finish_by: Instant.nullable(),
    deadline_at: Instant,
    wait: Wait.nullable().describe('null: it does not wait, or that cannot be told just now.'),
    cancel_requested: z.boolean(),
    quote: QuoteOnTask,
    held: Money.nullable(),
    charge: Money.nullable().describe('What was charged; null until the end.'),
    error: TaskError.nullable(),
    assets: z.array(Asset),
    results: z.array(z.string()).describe('Links of the clips, once stored.'),
    result_data: z
      .array(z.strictObject({ url: z.string(), type: z.literal('video') }))
      .describe('The same, for clients of the unified API.'),
    flags: z.array(z.string()).describe('Differences from the order that the probe found.'),
    task_info: z.strictObject({
      can_cancel: z.boolean(),
      estimated_time: z.int().nullable().describe('Seconds to the expected end.'),
      video_duration: z.number().nullable(),
    }),
    usage: z.strictObject({
      billing_rule: z.enum(['per_second', 'per_call']),
      credits_reserved: z.number().describe('The hold, as a number, for clients of the unified API.'),
      credits_used: z.number().nullable(),
      cost: z
        .strictObject({ credits: z.number(), usd: z.number().nullable() })
        .nullable()
        .describe('What was charged, once it is; in dollars where the account has dollars.'),
      user_group: z.string(),
    }),
    metadata: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

export const TaskList = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(Task),
    next_cursor: z.string().nullable(),
    searched_back_to: Instant.optional().describe(
      'Of a search that stopped before the oldest task: it looked at tasks as old as this.',
    ),
  })
  .meta({ id: 'TaskList' });

export const TaskBatch = z
  .strictObject({ object: z.literal('task.batch'), data: z.array(Task) })
  .meta({ id: 'TaskBatch' });

export const ListTasksQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  status: TaskStatus.optional(),
  stage: TaskStage.optional(),
  model: z.string().max(100).optional(),
  path: z.string().max(100).optional(),
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
  search: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Words that all occur in the prompt, in the metadata or in the names that the client gave the task, whatever ' +
        'their case. A page looks through 20,000 tasks at most and may be short or empty before the last one: ' +
        '`next_cursor` goes on.',
    ),
  account: z.string().max(100).optional().describe('Operators only.'),
});
export const ExportTasksQuery = ListTasksQuery.omit({ limit: true, cursor: true });

export const TimelineLane = z.enum(['task', 'upstream', 'money', 'copy', 'delivery']);

export const TimelineEntry = z
  .strictObject({
    at: Instant,
    lane: TimelineLane,
    kind: z.string().describe('Noun and verb: `attempt.accepted`, `hold.placed`, `asset.stored`.'),
    summary: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

export const Timeline = z
  .strictObject({ object: z.literal('timeline'), task_id: z.string(), data: z.array(TimelineEntry) })
  .meta({ id: 'Timeline', description: 'Everything that happened to a task, in order, without secrets.' });
export type Timeline = z.infer<typeof Timeline>;

export const UpstreamExchange = z
  .strictObject({
    attempt: z.string(),
    path: z.string(),
    at: Instant,
    operation: z.string(),
    method: z.string(),
    url: z.string(),
    result: z.enum(['answered', 'not_sent', 'lost']),
    status: z.int().nullable(),
    reason: z.string().nullable().describe('Why it was not sent or got lost.'),
    duration_ms: z.int(),
    bytes: z.int().describe('Of the whole answer.'),
    request: z.string().nullable().describe('What was sent, cut and without secrets; null: not kept.'),
    response: z
      .string()
      .nullable()
      .describe('What came back, cut and without secrets; null: nothing, or not kept.'),
  })
  .meta({ id: 'UpstreamExchange', description: 'One request to an upstream, as it really went.' });
export type UpstreamExchange = z.infer<typeof UpstreamExchange>;

export const CancelResult = z
  .strictObject({
    task: Task,
    outcome: z
      .enum(['canceled', 'requested'])
      .describe(
        'canceled: ended now. requested: the submit is in flight; it is cancelled if that is still possible.',
      ),
  })
  .meta({ id: 'CancelResult' });

export const QuoteRequest = CreateGeneration.meta({ id: 'QuoteRequest' });

export const Quote = z
  .strictObject({
    object: z.literal('quote'),
    model: z.string(),
    mode: Mode,
    price: QuoteOnTask,
    path: z.string().describe('The path it would take now.'),
    reason: z.string().describe('Why that path.'),
    alternatives: z.array(
      z.strictObject({ path: z.string(), price: Decimal.nullable(), rejected_because: z.string() }),
    ),
    wait: Wait,
    forecast_record: ForecastRecord.nullable().describe('Null: too few to judge by.'),
    expected_render_seconds: z.number(),
    covered: z.boolean().describe('Whether the available balance covers the hold.'),
    sandbox: z.boolean(),
  })
  .meta({ id: 'Quote' });
