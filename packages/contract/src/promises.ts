/** What clients were told about the start and the end of their orders, and how often it came true. */
import { z } from 'zod';

const Instant = z.iso.datetime();

export const PromiseTally = z
  .strictObject({
    of: z.int().describe('Told ranges that have come due: their late end has passed.'),
    inside: z.int(),
    early: z.int(),
    late: z.int().describe('Later than the range, or ended later without a clip.'),
    share: z.number().nullable().describe('Inside; null: none has come due.'),
  })
  .meta({ id: 'PromiseTally' });
export type PromiseTally = z.infer<typeof PromiseTally>;

export const promiseApartReasons = [
  'not_due',
  'cancelled',
  'failed',
  'ran_out_of_time',
  'no_path',
  'deep_queue',
  'not_kept',
] as const;

export const PromiseApart = z.strictObject({
  reason: z
    .enum(promiseApartReasons)
    .describe(
      'not_due: the late end of the range has not come. cancelled, failed, ran_out_of_time: it ended without a clip ' +
        'before then. no_path: no path took work when it was ordered, so nothing was told. deep_queue: more waited ' +
        'than is counted, so nothing was told. not_kept: nothing was written down, because the order did not ' +
        'wait for a forecast that could not be had, or an older version took it.',
    ),
  count: z.int(),
});

const Record = {
  end: PromiseTally,
  start: PromiseTally,
  resent: z.int().describe('Of the ends: came with a second attempt or later, after a refusal or a failure.'),
  apart: z.array(PromiseApart).describe('Orders whose end is not counted.'),
};

export const PromiseLine = z
  .strictObject({
    path: z.string().describe('The path that the order was meant for.'),
    family: z.string(),
    basis: z.enum(['measured', 'declared']).describe('Of the render times behind the range.'),
    ...Record,
  })
  .meta({ id: 'PromiseLine' });
export type PromiseLine = z.infer<typeof PromiseLine>;

export const PromisesQuery = z.strictObject({
  window: z.enum(['1h', '24h', '7d', '30d', '90d']).default('7d'),
});

export const Promises = z
  .strictObject({
    object: z.literal('promises'),
    from: Instant,
    to: Instant,
    promised: z.number().describe('The share that is to end inside its range.'),
    orders: z.int().describe('Ordered in this time; each is counted below or apart.'),
    overall: z.strictObject(Record),
    lines: z.array(PromiseLine),
    sentence: z.string(),
  })
  .meta({ id: 'Promises' });
export type Promises = z.infer<typeof Promises>;

export const ForecastRecord = z
  .strictObject({
    of: z.int(),
    inside: z.int(),
    share: z.number(),
    sentence: z.string(),
  })
  .meta({
    id: 'ForecastRecord',
    description: 'How often ranges told for such orders came true, once enough of them have come due.',
  });
export type ForecastRecord = z.infer<typeof ForecastRecord>;
