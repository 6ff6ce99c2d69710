/**
 * Credentials of a Kling path. An API key (since 2026-06-17) is sent unchanged as a bearer and works on
 * both API generations. An AccessKey with a SecretKey is signed into a short-lived JWT and works on the
 * legacy generation only: the new paths answer it with 401/1002.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export type Generation = 'new' | 'legacy';

const Key = z.string().regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces');

export const KlingCredential = z
  .strictObject({
    api_key: Key.optional().describe('API key from the Kling console (kling.ai/dev/api-key)'),
    access_key: Key.optional().describe('AccessKey, only for an account without an API key'),
    secret_key: Key.optional().describe('SecretKey that belongs to the AccessKey'),
  })
  .refine(
    (given) =>
      given.api_key ? !given.access_key && !given.secret_key : given.access_key && given.secret_key,
    {
      message: 'give either api_key, or access_key and secret_key',
    },
  );

export const KlingSettings = z.strictObject({
  generation: z
    .enum(['new', 'legacy'])
    .optional()
    .describe(
      'API generation: new (default with an API key) or legacy (default with AccessKey and SecretKey)',
    ),
  webhook_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'a secret that starts with whsec_')
    .optional()
    .describe('Webhook secret from the Kling console, when callbacks are signed'),
});

export type Access =
  | { ok: true; generation: Generation; authorization: string }
  | { ok: false; reason: string };

/**
 * What this path may do and the header that proves it. The JWT is made anew for every request: signing is
 * cheap.
 */
export function accessOf(path: PathContext): Access {
  const credential = KlingCredential.safeParse(path.credential);
  const settings = KlingSettings.safeParse(path.settings);
  if (!credential.success) return { ok: false, reason: 'the credential of this path is incomplete' };
  if (!settings.success) return { ok: false, reason: 'the settings of this path are not valid' };
  const { api_key: apiKey, access_key: accessKey, secret_key: secretKey } = credential.data;
  const generation = settings.data.generation ?? (apiKey ? 'new' : 'legacy');
  if (apiKey) return { ok: true, generation, authorization: `Bearer ${apiKey}` };
  if (!accessKey || !secretKey) return { ok: false, reason: 'the credential of this path is incomplete' };
  if (generation === 'new') {
    return {
      ok: false,
      reason: 'the new API generation takes an API key; AccessKey/SecretKey work on legacy only',
    };
  }
  return { ok: true, generation, authorization: `Bearer ${signToken(accessKey, secretKey, path.nowMs)}` };
}

/**
 * The vendor's sample: valid from five seconds ago, for half an hour. The secret is used as text, not
 * decoded.
 */
export function signToken(accessKey: string, secretKey: string, nowMs: number): string {
  const nowSeconds = Math.floor(nowMs / 1000);
  const head = encodePart({ alg: 'HS256', typ: 'JWT' });
  const claims = encodePart({ iss: accessKey, exp: nowSeconds + 1800, nbf: nowSeconds - 5 });
  const signature = createHmac('sha256', secretKey).update(`${head}.${claims}`).digest('base64url');
  return `${head}.${claims}.${signature}`;
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
