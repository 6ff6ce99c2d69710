/** Events: what webhooks deliver and server-sent streams carry. Thin: ids, states, sizes; never a prompt or a link. */
import { z } from 'zod';
import { TaskStage, TaskStatus } from './tasks.ts';

export const eventTypes = [
  'task.created',
  'task.started',
  'task.rendered',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'path.alarm',
  'endpoint.disabled',
  'alert.raised',
  'alert.cleared',
  'webhook.test',
] as const;
export const EventType = z.enum(eventTypes).meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventType>;

/** The three that end a task; each terminal transition writes exactly one. */
export const terminalEventTypes = ['task.completed', 'task.failed', 'task.cancelled'] as const;

/** What needs a person, and that it does no longer. All that an endpoint of the installation itself can ask for. */
export const alertEventTypes = ['alert.raised', 'alert.cleared'] as const;

/** What a webhook endpoint can ask for. The others are in the streams; a test is sent on request, to any endpoint. */
export const EndpointEventType = z
  .enum(['task.started', ...terminalEventTypes, ...alertEventTypes])
  .meta({ id: 'EndpointEventType' });
export type EndpointEventType = z.infer<typeof EndpointEventType>;

export const TaskEventData = z.strictObject({
  id: z.string(),
  status: TaskStatus,
  stage: TaskStage,
  version: z.int(),
  model: z.string(),
  error_code: z.string().nullable(),
  charge: z.string().nullable(),
  currency: z.string(),
  sandbox: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  assets: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      bytes: z.int(),
      sha256: z.string(),
      deletes_at: z.iso.datetime().nullable(),
    }),
  ),
});

export const Event = z
  .strictObject({
    id: z.string(),
    object: z.literal('event'),
    type: EventType,
    created_at: z.iso.datetime(),
    data: z
      .record(z.string(), z.unknown())
      .describe('For task events: see TaskEventData. For alerts: see AlertEventData.'),
  })
  .meta({ id: 'Event' });
export type Event = z.infer<typeof Event>;

export const EventsQuery = z.strictObject({
  after: z
    .string()
    .max(100)
    .optional()
    .describe('Same as Last-Event-ID: the `id:` of a message of the stream, or the id of the event in it.'),
  types: z.string().max(500).optional().describe('Comma-separated event types.'),
});
