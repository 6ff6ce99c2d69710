/**
 * What a task keeps of its price: everything that the final charge needs, so that a later change of a price
 * sheet never touches a task that was quoted before it. Stored as JSON and parsed again when read.
 */
import { Decimal, decimalFromMicros, PriceSheet, type QuoteOnTask } from '@sluice/contract';
import { z } from 'zod';

/** A bigint of micro-units as JSON carries it. */
export const Micros = z.string().regex(/^\d{1,19}$/);

export const PricedSnapshot = z.strictObject({
  currency: z.literal('USD'),
  minimumMicros: Micros,
  /** The worst case, and what is held. */
  maximumMicros: Micros,
  /** The customer's price per second or per task, rounded up to a micro for display. */
  unitPriceMicros: Micros,
  per: z.enum(['second', 'task']),
  /** List price of the worst case, without markup: what the upstream would take. */
  costMaximumMicros: Micros,
  sheetId: z.string(),
  sheetDate: z.iso.date(),
  entryIndex: z.int().min(0),
  /** The exact factors of the price; their product is rounded once, never step by step. */
  amount: Decimal,
  unit: z.string(),
  unitPrice: Decimal,
  markupPercent: Decimal,
  rounding: PriceSheet.shape.rounding,
  minimumSeconds: z.int().min(0),
  /** Seconds of input videos are billed too; absent: the clip's own alone. */
  counted: z
    .strictObject({
      /** Null: the clip follows its input video, so both are equally long. */
      inputMs: z.int().min(0).nullable(),
      /** Never less than so many times the clip. */
      outputTimesMin: z.int().min(1),
    })
    .optional(),
  rule: z.string(),
});
export type PricedSnapshot = z.infer<typeof PricedSnapshot>;

export function quoteOnTask(snapshot: PricedSnapshot): z.infer<typeof QuoteOnTask> {
  return {
    currency: snapshot.currency,
    minimum: decimalFromMicros(BigInt(snapshot.minimumMicros)),
    maximum: decimalFromMicros(BigInt(snapshot.maximumMicros)),
    price_sheet: snapshot.sheetId,
    price_date: snapshot.sheetDate,
    unit_price: decimalFromMicros(BigInt(snapshot.unitPriceMicros)),
    per: snapshot.per,
  };
}
