/** What needs a person, and how they are told of it. */
import { z } from 'zod';

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
  })
  .meta({ id: 'Alert', description: 'Something that needs a person, and goes away when it is dealt with.' });
