/** The credential of a Replicate path: an API token, sent as a bearer. The webhook secret is asked for by it. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export const ReplicateCredential = z.strictObject({
  api_token: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces')
    .describe('API token from replicate.com/account/api-tokens'),
});

/** Declared to the guarantee: after both together no prediction of ours can begin any more. */
export const START_MINUTES_MOST = 120;
export const RUN_MINUTES_MOST = 60;

/** A whole number of minutes, so that what is configured is what the header says. */
const minutesUpTo = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'a whole number of minutes')
    .refine((text) => Number(text) <= most, `at most ${most} minutes`);

export const ReplicateSettings = z.strictObject({
  run_minutes: minutesUpTo(RUN_MINUTES_MOST)
    .optional()
    .describe(
      'Minutes that a prediction may take once started (default 60); a longer one is cancelled, and charged',
    ),
  start_minutes: minutesUpTo(START_MINUTES_MOST)
    .optional()
    .describe(
      'Minutes that a prediction may wait for its start (default 120); then it is dropped, free of charge',
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
