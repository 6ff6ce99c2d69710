/** Who we are to Kie: a bearer key. And the webhook key, where the operator has switched signing on. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

const Key = z.string().regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces');

export const KieCredential = z.strictObject({ api_key: Key.describe('API key of the account (kie.ai)') });

export const KieSettings = z.strictObject({
  motion_mode: z
    .enum(['resolution', 'tier'])
    .optional()
    .describe('Words of mode in motion control: resolution (720p, 1080p; default) or tier (std, pro)'),
  webhook_key: Key.optional().describe('Webhook key from the account settings, when callbacks are signed'),
});

/** Null: the credential is incomplete. */
export function authorizationOf(path: PathContext): string | null {
  const credential = KieCredential.safeParse(path.credential);
  return credential.success ? `Bearer ${credential.data.api_key}` : null;
}
