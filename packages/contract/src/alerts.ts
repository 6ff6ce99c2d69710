/** What needs a person, and how they are told of it. */
import { z } from 'zod';
import { Decimal } from './money.ts';

const Instant = z.iso.datetime();

export const AlertSeverity = z.enum(['critical', 'warning']).meta({ id: 'AlertSeverity' });
export type AlertSeverity = z.infer<typeof AlertSeverity>;

export const AlertCode = z
  .enum([
    'unknown_attempts',
    'wallet_runs_out',
    'wallet_empty',
    'credentials_refused',
    'model_refused',
    'path_unavailable',
    'path_paused',
    'terms_stale',
    'webhook_failing',
    'webhook_disabled',
    'deliveries_exhausted',
    'storage_low',
    'ledger_drift',
    'quarantined',
    'balance_low',
    'payment_not_credited',
    'payment_disputed',
    'payment_taken_back',
    'key_budget_low',
    'waiting_long',
    'renders_failing',
  ])
  .meta({ id: 'AlertCode' });

export const Alert = z
  .strictObject({
    object: z.literal('alert'),
    code: AlertCode,
    severity: AlertSeverity,
    subject: z.string().nullable().describe('Id or name of what it is about.'),
    account: z.string().nullable(),
    message: z.string(),
    action: z.string().describe('What to do.'),
    since: Instant.nullable().describe('Null: not known.'),
    told_at: Instant.nullable().describe('When it was told last; null: it has not stood for long enough.'),
    cleared_at: Instant.nullable().describe('When it was over; null: it stands.'),
  })
  .meta({ id: 'Alert', description: 'Something that needs a person, and goes away when it is dealt with.' });

/** When an alert is one. Null switches the check off. */
const thresholds = {
  wallet_hours: z.int().min(1).max(2160).nullable().describe('A path’s wallet lasts no longer than this.'),
  waiting_minutes: z
    .int()
    .min(1)
    .max(10_080)
    .nullable()
    .describe(
      'The oldest order that nothing but a slot keeps waiting (none of low priority) waits for longer.',
    ),
  success_percent: z
    .int()
    .min(1)
    .max(99)
    .nullable()
    .describe('Fewer than this of the last `success_renders` renders of a model on a path came to an end.'),
  success_renders: z.int().min(5).max(200).describe('How many of the last renders are looked at.'),
  balance_hours: z
    .int()
    .min(1)
    .max(720)
    .nullable()
    .describe('An account’s balance does not cover this many hours at the pace of the last day.'),
  balance_below: Decimal.nullable().describe('An account has less than this available.'),
  key_budget_percent: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .describe('A key has used this much of its total budget.'),
  tell_after_minutes: z
    .int()
    .min(0)
    .max(1440)
    .describe('A warning is told when it stood for so long; a critical alert at once.'),
  remind_hours: z
    .int()
    .min(1)
    .max(720)
    .nullable()
    .describe(
      'People are reminded of a critical alert that stands after so long, of a warning after seven times that.',
    ),
};
export const AlertThresholds = z.strictObject(thresholds);
export type AlertThresholds = z.infer<typeof AlertThresholds>;
export type AlertThresholdName = keyof AlertThresholds;

export const defaultAlertThresholds: AlertThresholds = {
  wallet_hours: 72,
  waiting_minutes: 60,
  success_percent: 80,
  success_renders: 20,
  balance_hours: 24,
  balance_below: null,
  key_budget_percent: 90,
  tell_after_minutes: 5,
  remind_hours: 24,
};

export const alertThresholdNames = Object.keys(thresholds) as AlertThresholdName[];
/** Those of what only the operators see. */
export const operatorThresholdNames = [
  'wallet_hours',
  'waiting_minutes',
  'success_percent',
  'success_renders',
] as const satisfies readonly AlertThresholdName[];

export const UpdateAlertSettings = AlertThresholds.partial()
  .extend({
    reset: z
      .array(z.enum(alertThresholdNames))
      .max(alertThresholdNames.length)
      .optional()
      .describe('These are their defaults again, also where a default changes with an upgrade.'),
  })
  .meta({ id: 'UpdateAlertSettings' });

function told<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ value, default: value, source: z.enum(['default', 'set']) });
}
const operatorsOnly = <Value extends z.ZodType>(value: Value) =>
  told(value).optional().describe('Only among the operators’ own.');

export const AlertSettings = z
  .strictObject({
    object: z.literal('alert_settings'),
    account: z.string().nullable().describe('Null: those of the operators.'),
    wallet_hours: operatorsOnly(thresholds.wallet_hours),
    waiting_minutes: operatorsOnly(thresholds.waiting_minutes),
    success_percent: operatorsOnly(thresholds.success_percent),
    success_renders: operatorsOnly(thresholds.success_renders),
    balance_hours: told(thresholds.balance_hours),
    balance_below: told(thresholds.balance_below),
    key_budget_percent: told(thresholds.key_budget_percent),
    tell_after_minutes: told(thresholds.tell_after_minutes),
    remind_hours: told(thresholds.remind_hours),
  })
  .meta({ id: 'AlertSettings', description: 'When an alert is one, each with where its value comes from.' });

export const AlertEventData = z
  .strictObject({
    id: z.string().describe('The same from the first event to the last, reminders included.'),
    code: AlertCode,
    severity: AlertSeverity,
    subject: z.string().nullable(),
    account: z.string().nullable(),
    message: z.string(),
    action: z.string(),
    since: Instant.nullable(),
    first_seen_at: Instant,
    why: z
      .enum(['new', 'worse', 'reminder', 'cleared'])
      .describe('`worse`: it was told as a warning and is critical by now.'),
  })
  .meta({ id: 'AlertEventData' });
