/** The credential of a fal path, what an operator may set about it, and the headers that every request carries. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

const Key = z.string().regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces');

export const FalCredential = z.strictObject({
  api_key: Key.describe('API key from fal.ai/dashboard/keys, scope API'),
  admin_key: Key.optional().describe('Key of scope ADMIN, only to read what is left of the credits'),
});

const Switch = z.enum(['on', 'off']);
const Address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

export const FalSettings = z.strictObject({
  store_io: Switch.optional().describe('off: fal keeps no copy of what is ordered (X-Fal-Store-IO: 0)'),
  platform_retries: Switch.optional().describe(
    'on: fal may run a failed request again by itself, up to ten times (default: off, one execution)',
  ),
  platform_url: Address.optional().describe('Where the credits are read (default: https://api.fal.ai)'),
  keys_url: Address.optional().describe('Public keys of callbacks (default: fal’s own JWKS)'),
});

export type Access = { key: string; adminKey: string | null; settings: z.infer<typeof FalSettings> };

export function accessOf(path: PathContext): Access | null {
  const credential = FalCredential.safeParse(path.credential);
  const settings = FalSettings.safeParse(path.settings);
  if (!credential.success || !settings.success) return null;
  const { api_key: key, admin_key: adminKey = null } = credential.data;
  return { key, adminKey, settings: settings.data };
}

export function keyHeaders(key: string): Record<string, string> {
  return { authorization: `Key ${key}` };
}
