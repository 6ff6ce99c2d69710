/** What went on lately: how many tasks, how they ended, how long they took; in all and by model. */
import { z } from 'zod';

const Instant = z.iso.datetime();

export const ActivityQuery = z.strictObject({
  hours: z.coerce.number().int().min(1).max(720).default(24).describe('Back from now.'),
  account: z.string().max(100).optional().describe('Operators only.'),
});

const Spread = z.strictObject({ p50: z.number(), p95: z.number() });

const Counts = {
  ordered: z.int(),
  under_way: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  canceled: z.int(),
  success_share: z.number().nullable().describe('Of those that succeeded or failed; null when none did.'),
  wait_seconds: Spread.nullable().describe('From the order to its slot.'),
  render_seconds: Spread.nullable().describe('From the slot to the stored clip.'),
  to_stored_seconds: Spread.nullable().describe('From the order to the stored clip.'),
};

export const Activity = z
  .strictObject({
    object: z.literal('activity'),
    from: Instant,
    to: Instant,
    partial: z.boolean().describe('More tasks than are looked at: only the newest of them are in here.'),
    ...Counts,
    models: z.array(z.strictObject({ model: z.string(), ...Counts })).describe('Busiest first.'),
  })
  .meta({ id: 'Activity', description: 'Tasks ordered in the span, measured here.' });
export type Activity = z.infer<typeof Activity>;
