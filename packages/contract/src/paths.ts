/** Access paths as operators see them: credential, limits, slots, prices, state. */
import { z } from 'zod';
import { EvidenceGrade, PriceSheet, Source } from './models.ts';
import { Decimal } from './money.ts';

const Instant = z.iso.datetime();

/** More parallel tasks than any vendor sells. */
const Concurrency = z.int().min(1).max(1_000_000);

const LostAnswer = z
  .enum(['hold', 'resubmit'])
  .describe(
    'Where a lost answer cannot be cleared up by asking: `hold` keeps slot and money until it turns up, the task ' +
      'ends or you decide; `resubmit` sends the task again when it must have ended, at the risk of a second ' +
      'upstream task.',
  );

const Regions = z
  .array(z.string().min(1).max(63))
  .max(20)
  .describe('Your own tags for where inputs and clips are kept; orders may ask for one of them.');

export const CreatePath = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
    provider: z.string().describe('A provider id, e.g. `kling`.'),
    base_url: z.url().max(500).optional().describe('Defaults to the provider’s documented host.'),
    credential: z
      .record(z.string(), z.string())
      .describe('Fields named by the provider; sealed at rest, never read back.'),
    settings: z
      .record(z.string(), z.string())
      .default({})
      .describe('Provider settings, e.g. generation, webhook secret.'),
    sandbox: z.boolean().default(false),
    price_sheet: z.string().optional(),
    limits: z
      .record(z.string(), Concurrency)
      .default({})
      .describe('Configured concurrency by family; `*` for all that are not named.'),
    lost_answer: LostAnswer.default('hold'),
    regions: Regions.default([]),
    check: z.boolean().default(true).describe('Check the credential by a free call before saving.'),
  })
  .meta({ id: 'CreatePath' });

export const UpdatePath = z
  .strictObject({
    base_url: z.url().max(500).optional(),
    credential: z.record(z.string(), z.string()).optional(),
    settings: z.record(z.string(), z.string()).optional(),
    price_sheet: z.string().optional(),
    limits: z
      .record(z.string(), Concurrency.nullable())
      .optional()
      .describe('Configured concurrency by family, null for learning it; `*` for all that are not named.'),
    state: z.enum(['active', 'paused', 'draining']).optional(),
    lost_answer: LostAnswer.optional(),
    regions: Regions.optional(),
  })
  .meta({ id: 'UpdatePath' });

export const PathLimit = z
  .strictObject({
    family: z.string(),
    configured: z.int().nullable(),
    learned: z.int().nullable(),
    effective: z.int(),
    occupied: z.int(),
    unknown: z.int().describe('Slots held by attempts whose submit answer was lost.'),
    oldest_seconds: z.number().nullable(),
    refusals: z.int(),
    last_refusal_at: Instant.nullable(),
    resting: z
      .strictObject({ detail: z.string().nullable(), until: Instant.nullable() })
      .nullable()
      .describe('The vendor refuses this family to the account; tried again then. The others go on.'),
  })
  .meta({ id: 'PathLimit' });

export const LimitChange = z
  .strictObject({
    at: Instant,
    family: z.string(),
    reason: z
      .enum(['begun', 'set', 'accepted', 'refused', 'quiet'])
      .describe(
        'begun: the history begins here. set: by an operator. accepted: more fit than was known. refused: the vendor ' +
          'had no slot. quiet: nothing was refused for a while, so one more is tried.',
      ),
    before: z.strictObject({ configured: z.int().nullable(), learned: z.int().nullable() }).nullable(),
    configured: z.int().nullable(),
    learned: z.int().nullable(),
    effective: z.int().nullable().describe('The smaller of the two; null: neither is known.'),
    occupied: z.int().nullable().describe('Slots taken at that moment, where it was looked at.'),
  })
  .meta({ id: 'LimitChange' });
export type LimitChange = z.infer<typeof LimitChange>;

export const LimitHistoryQuery = z.strictObject({
  window: z.enum(['1h', '24h', '7d', '30d', '90d']).default('7d'),
});

export const Wallet = z
  .strictObject({
    unit: z.string(),
    remaining: Decimal.nullable(),
    packs: z.array(
      z.strictObject({
        name: z.string(),
        remaining: Decimal,
        total: Decimal,
        expires_at: Instant.nullable(),
        concurrency: z.int().nullable(),
      }),
    ),
    read_at: Instant,
    pace_per_day: Decimal.nullable().describe(
      'What goes out in a day at the present pace; null: not known yet.',
    ),
    runs_out_at: Instant.nullable().describe('When nothing is left at that pace.'),
  })
  .meta({ id: 'Wallet' });

export const Path = z
  .strictObject({
    name: z.string(),
    object: z.literal('path'),
    provider: z.string(),
    base_url: z.string(),
    sandbox: z.boolean(),
    state: z.enum(['active', 'paused', 'draining', 'retired']),
    health: z.enum(['ok', 'throttled', 'wallet_empty', 'credentials_refused', 'unavailable']),
    health_detail: z.string().nullable(),
    health_until: Instant.nullable(),
    guarantee: z.strictObject({
      level: z.enum(['L1', 'L2', 'L3', 'L4']),
      text: z.string().describe('What may happen when the answer to a submit is lost.'),
    }),
    lost_answer: LostAnswer,
    regions: z.array(z.string()),
    credential: z
      .strictObject({
        version: z.int().describe('Counts the credentials of this path; tasks are sent with this one.'),
        since: Instant,
        earlier: z
          .array(
            z.strictObject({
              version: z.int(),
              replaced_at: Instant,
              attempts: z.int().describe('Under way, or being copied; with the last of them it is deleted.'),
              refused_at: Instant.nullable().describe(
                'When the vendor last refused it; the present one asks in its place.',
              ),
            }),
          )
          .describe('Replaced, and kept for the attempts that were sent with them.'),
      })
      .describe('Never the credential itself.'),
    models: z.array(z.string()),
    price_sheet: z.string().nullable(),
    limits: z.array(PathLimit),
    wallet: Wallet.nullable(),
    created_at: Instant,
  })
  .meta({ id: 'Path' });
export type Path = z.infer<typeof Path>;

export const PathCheck = z
  .strictObject({
    ok: z.boolean(),
    detail: z.string(),
    wallet: Wallet.nullable(),
  })
  .meta({ id: 'PathCheck' });

export const StatementQuery = z.strictObject({
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Attempts that ended from then on; a day ago if unset.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(100).optional(),
});

const StatementLine = z.strictObject({
  task_id: z.string(),
  attempt_id: z.string(),
  upstream_id: z.string(),
  ended_at: Instant,
  finding: z
    .enum(['equal', 'different', 'not_stated', 'not_found'])
    .describe('`not_stated`: the upstream names no amount for it; `not_found`: it no longer knows the task.'),
  unit: z.string().nullable(),
  recorded: Decimal.nullable().describe('What our books hold, in the unit of the upstream.'),
  stated: Decimal.nullable().describe('What the upstream says now.'),
});

export const PathStatement = z
  .strictObject({
    object: z.literal('statement'),
    path: z.string(),
    checked: z.int(),
    different: z.int(),
    complete: z
      .boolean()
      .describe('False when the upstream did not answer for all of them; ask again later.'),
    data: z.array(StatementLine),
    next_cursor: z.string().nullable(),
  })
  .meta({
    id: 'PathStatement',
    description: 'Our cost per attempt against what the upstream states for it.',
  });

export const PriceSheetView = PriceSheet.extend({
  stale: z.boolean().describe('Reviewed longer ago than the staleness limit.'),
  age_days: z.int(),
}).meta({ id: 'PriceSheetView' });

export const PriceOverlay = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
    based_on: z.string().optional().describe('A shipped sheet to start from.'),
    unit_price: Decimal.optional(),
    grade: EvidenceGrade.default('declared'),
    source: Source,
    entries: PriceSheet.shape.entries.optional(),
  })
  .meta({ id: 'PriceOverlay', description: 'A price sheet of your own contract.' });

export const UnknownAttempt = z
  .strictObject({
    id: z.string(),
    object: z.literal('attempt'),
    task_id: z.string(),
    account: z.string(),
    path: z.string(),
    family: z.string(),
    correlation_id: z.string(),
    sent_at: Instant,
    age_seconds: z.number(),
    reason: z.string(),
    next_lookup_at: Instant.nullable(),
  })
  .meta({ id: 'UnknownAttempt' });

export const ResolveAttempt = z
  .strictObject({
    outcome: z.enum(['never_accepted', 'accepted']),
    upstream_id: z.string().max(200).optional().describe('Needed with `accepted`.'),
    reason: z.string().min(1).max(500),
  })
  .meta({
    id: 'ResolveAttempt',
    description: 'An operator’s verdict on a lost answer; recorded with its reason.',
  });

export const SystemStatus = z
  .strictObject({
    object: z.literal('system'),
    version: z.string(),
    schema: z.int(),
    quarantined: z.boolean(),
    database: z.strictObject({ kind: z.enum(['embedded', 'external']), version: z.string() }),
    storage: z.strictObject({ kind: z.string(), description: z.string(), free_bytes: z.int().nullable() }),
    nodes: z.array(z.strictObject({ id: z.string(), started_at: Instant, seen_at: Instant })),
    tasks: z.record(z.string(), z.int()),
    unknown_attempts: z.int(),
    ledger: z.strictObject({
      balanced: z.boolean(),
      drift: Decimal,
      checked_at: Instant.describe(
        'Adding up the whole book takes a while in an old installation; this is when.',
      ),
    }),
  })
  .meta({ id: 'SystemStatus' });

const ProviderField = z.strictObject({ name: z.string(), required: z.boolean(), description: z.string() });

export const ProviderView = z
  .strictObject({
    id: z.string().describe('What `provider` of a path says.'),
    object: z.literal('provider'),
    name: z.string(),
    base_url: z.string().describe('Its documented host.'),
    credential: z.array(ProviderField),
    settings: z.array(ProviderField),
  })
  .meta({ id: 'Provider', description: 'A vendor protocol that a path can be of.' });
