/** The gate as it is now: slots of each path, the queue before them, and what came out of them lately. */
import { z } from 'zod';

const Instant = z.iso.datetime();

export const GateSlot = z
  .strictObject({
    attempt_id: z.string().nullable().describe('Null: of another account.'),
    task_id: z.string().nullable().describe('Null: of another account.'),
    account: z.string().nullable().describe('Null: of another account.'),
    state: z.enum(['sending', 'accepted', 'unknown']),
    since: Instant.describe('Sent.'),
    usual_seconds: z.number().describe('How long such a render usually takes.'),
    late: z.boolean().describe('Takes longer than such renders do.'),
  })
  .meta({ id: 'GateSlot', description: 'An occupied slot.' });

export const GateFamily = z
  .strictObject({
    family: z.string(),
    configured: z.int().nullable(),
    learned: z.int().nullable(),
    effective: z.int().describe('How many slots are used at most just now.'),
    occupied: z.int(),
    unknown: z.int(),
    oldest_since: Instant.nullable(),
    last_refusal_at: Instant.nullable(),
    slots: z.array(GateSlot).describe('Oldest first, 200 at most.'),
  })
  .meta({ id: 'GateFamily' });

export const GatePath = z
  .strictObject({
    name: z.string(),
    provider: z.string(),
    sandbox: z.boolean(),
    state: z.enum(['active', 'paused', 'draining', 'retired']),
    health: z.enum(['ok', 'throttled', 'wallet_empty', 'credentials_refused', 'unavailable']),
    health_until: Instant.nullable(),
    families: z.array(GateFamily),
  })
  .meta({ id: 'GatePath' });

export const GateLane = z
  .strictObject({
    account: z.string(),
    name: z.string(),
    weight: z.int(),
    waiting: z.int(),
    more: z.boolean().describe('More wait than were counted.'),
    next_since: Instant.nullable().describe('Since when its next task waits.'),
  })
  .meta({ id: 'GateLane' });

export const GateQueue = z
  .strictObject({
    family: z.string(),
    lanes: z.array(GateLane).describe('Waiting tasks by account, in the order of admission; 50 at most.'),
    others: z
      .strictObject({ accounts: z.int(), waiting: z.int() })
      .describe('Accounts that are not shown, and what waits there.'),
  })
  .meta({ id: 'GateQueue' });

export const GateFinished = z
  .strictObject({
    task_id: z.string(),
    account: z.string(),
    path: z.string(),
    family: z.string(),
    rendered_at: Instant,
    copy: z.enum(['copying', 'stored', 'lost', 'deleted']),
    poster_url: z.string().nullable(),
  })
  .meta({ id: 'GateFinished', description: 'A clip that came out of the gate.' });

export const GateSnapshot = z
  .strictObject({
    object: z.literal('gate'),
    at: Instant,
    paths: z.array(GatePath),
    queue: z.array(GateQueue),
    finished: z.array(GateFinished).describe('Newest first, 30 at most.'),
  })
  .meta({
    id: 'Gate',
    description:
      'Operators see everything; everybody else sees their own work, and of others that it is there.',
  });
