/** What a path's own traffic shows, at no extra cost: capacity, waits, renders, callbacks, links, failures, money. */
import { z } from 'zod';
import { Decimal } from './money.ts';
import { PromiseLine } from './promises.ts';

const Instant = z.iso.datetime();

export const Distribution = z
  .strictObject({
    count: z.int(),
    p50: z.number(),
    p90: z.number(),
    p95: z.number(),
    p99: z.number(),
    most: z.number(),
  })
  .meta({ id: 'Distribution', description: 'Milliseconds, within a tenth: durations are kept in steps.' });
export type Distribution = z.infer<typeof Distribution>;

export const MeasuresQuery = z.strictObject({
  window: z.enum(['1h', '24h', '7d', '30d', '90d']).default('7d'),
});

export const RenderMeasure = z
  .strictObject({
    model: z.string(),
    mode: z.string(),
    seconds: z.int().nullable().describe('Null: follows the input video.'),
    resolution: z.string(),
    rendered: z.int(),
    failed: z.int(),
    render_ms: Distribution.nullable(),
    delivered_seconds: z.number(),
    cost: Decimal,
  })
  .meta({ id: 'RenderMeasure' });

export const PathMeasures = z
  .strictObject({
    object: z.literal('measures'),
    path: z.string(),
    from: Instant,
    to: Instant,
    measured_to: Instant.describe('Later traffic is not in here yet.'),
    attempts: z.int(),
    hours: z
      .array(
        z.strictObject({
          hour: Instant,
          attempts: z.int(),
          most_in_flight: z.int(),
          refused: z.int().describe('Submits that the upstream had no slot for.'),
          limits: z
            .array(z.strictObject({ family: z.string(), least: z.int(), most: z.int() }))
            .describe(
              'What might run at once in this hour, learned or set, whichever was smaller; by family.',
            ),
        }),
      )
      .describe('Hours with traffic, oldest first.'),
    most_in_flight: z.int(),
    limits: z.array(
      z.strictObject({
        family: z.string(),
        configured: z.int().nullable(),
        learned: z.int().nullable(),
        refusals: z.int(),
        last_refusal_at: Instant.nullable(),
      }),
    ),
    refusals: z.array(z.strictObject({ kind: z.string(), count: z.int(), share: z.number() })),
    submit_ms: Distribution.nullable().describe('From the send to the answer that it is accepted.'),
    queue_wait_ms: Distribution.nullable().describe('From the order to the send.'),
    detection_lag_ms: Distribution.nullable().describe(
      'From the end as the upstream dates it to our knowing; only where it dates it.',
    ),
    save_ms: Distribution.nullable().describe('From our knowing to the clip being stored and read back.'),
    renders: z.array(RenderMeasure),
    callbacks: z.strictObject({
      expected: z.int().describe('Ended attempts that had been given an address.'),
      arrived: z.int(),
      share: z.number().nullable(),
      verified: z.int(),
      delay_ms: Distribution.nullable().describe('From the end as the upstream dates it to the callback.'),
    }),
    ends: z.strictObject({
      succeeded: z.int(),
      failed: z.int(),
      canceled: z.int(),
      expired: z.int(),
      abandoned: z.int(),
      moderated: z.int(),
      failure_share: z.number().nullable(),
      moderation_share: z.number().nullable(),
    }),
    links: z.strictObject({
      stated_life_seconds: z
        .strictObject({ least: z.number(), most: z.number(), count: z.int() })
        .nullable()
        .describe('By what upstream and link say.'),
      lost: z.int().describe('Clips whose link died before they were saved.'),
    }),
    promises: z
      .array(PromiseLine)
      .describe('How often the ends came true that orders meant for this path were told; also by family.'),
    length: z.strictObject({
      ordered_seconds: z.number().describe('Of delivered clips whose length was ordered.'),
      delivered_seconds: z.number().describe('Of the same clips.'),
      ratio: z.number().nullable(),
    }),
    money: z.strictObject({
      cost: Decimal,
      cost_of_failures: Decimal.describe('Part of it for attempts that delivered nothing.'),
      delivered_seconds: z.number(),
      per_delivered_second: Decimal.nullable(),
    }),
  })
  .meta({ id: 'PathMeasures' });
export type PathMeasures = z.infer<typeof PathMeasures>;
