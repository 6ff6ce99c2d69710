/** The credential of a Replicate path: an API token, sent as a bearer. The webhook secret is asked for by it. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export const ReplicateCredential = z.strictObject({
  api_token: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces')
    .describe('API token from replicate.com/account/api-tokens'),
});

/** A whole number of minutes, so that what is configured is what the header says. */
const Minutes = z.string().regex(/^[1-9]\d{0,3}$/, 'a whole number of minutes');

export const ReplicateSettings = z.strictObject({
  run_minutes: Minutes.optional().describe(
    'Time that a prediction may take once it has started; 60 by default. A longer one is cancelled and charged.',
  ),
  start_minutes: Minutes.optional().describe(
    'How long a prediction may wait for its start when the order sets no limit; 120 by default.',
  ),
});

export type Access = { ok: true; headers: Record<string, string> } | { ok: false; reason: string };

export function accessOf(path: PathContext): Access {
  const credential = ReplicateCredential.safeParse(path.credential);
  if (!credential.success) return { ok: false, reason: 'the credential of this path is incomplete' };
  if (!ReplicateSettings.safeParse(path.settings).success) {
    return { ok: false, reason: 'the settings of this path are not valid' };
  }
  return { ok: true, headers: { authorization: `Bearer ${credential.data.api_token}` } };
}
