/** What was spent, by day, model, path or key; and the statement of a month. */
import { z } from 'zod';
import { Currency, Decimal } from './money.ts';

const Day = z.iso.date();
const Zone = z
  .string()
  .regex(/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/, 'an IANA time zone such as Europe/Berlin')
  .max(64)
  .default('UTC')
  .describe('IANA time zone whose midnights bound the days.');

export const SpendQuery = z.strictObject({
  by: z.enum(['day', 'model', 'path', 'key']).default('day'),
  from: Day.optional().describe('First day; 29 days before `to` if unset.'),
  to: Day.optional().describe('Last day; today if unset.'),
  zone: Zone,
  account: z.string().max(100).optional().describe('Operators only.'),
});

export const SpendRow = z
  .strictObject({
    group: z.string().describe('The day, model, path or key id.'),
    label: z.string().describe('What people call it.'),
    currency: z.string(),
    tasks: z.int().describe('Tasks that were charged.'),
    charged: Decimal,
    cost: Decimal.nullable().describe('What upstreams took; operators only.'),
    margin: Decimal.nullable().describe('charged − cost in this currency; operators only.'),
  })
  .meta({ id: 'SpendRow' });

export const Spend = z
  .strictObject({
    object: z.literal('spend'),
    by: z.enum(['day', 'model', 'path', 'key']),
    from: Day,
    to: Day,
    zone: z.string(),
    data: z.array(SpendRow).describe('Days in order; all else by what was charged, largest first.'),
    partial: z
      .boolean()
      .describe(
        'There are more groups than these 2,000, so they fall short of the ledger; ask for less at once.',
      ),
  })
  .meta({ id: 'Spend', description: 'From the ledger, so it adds up to it.' });

export const StatementMonthQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-11')
    .describe('Calendar month.'),
  zone: Zone,
  account: z.string().max(100).optional().describe('Operators only; everybody else has their own.'),
});

export const AccountStatement = z
  .strictObject({
    object: z.literal('account_statement'),
    account: z.string(),
    name: z.string(),
    currency: Currency,
    month: z.string(),
    zone: z.string(),
    opening: Decimal.describe('Posted balance when the month began.'),
    top_ups: Decimal.describe('Money received, less what was refunded or charged back.'),
    adjustments: Decimal,
    charges: Decimal,
    closing: Decimal.describe('opening + top_ups + adjustments − charges.'),
    tasks: z.int().describe('Tasks that were charged.'),
    by_model: z.array(z.strictObject({ model: z.string(), tasks: z.int(), charged: Decimal })),
    complete: z.boolean().describe('False while the month is running.'),
  })
  .meta({ id: 'AccountStatement' });
