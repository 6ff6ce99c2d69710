/**
 * The credential of an OpenRouter path: an API key for the jobs, and a management key where the credits shall be read.
 * The secret with which callbacks are signed belongs to the workspace and is shown in its settings only.
 */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

const Key = z.string().regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces');

export const OpenRouterCredential = z.strictObject({
  api_key: Key.describe('API key from openrouter.ai/settings/keys'),
  management_key: Key.optional().describe('Management key, only for reading the credits that are left'),
});

export const OpenRouterSettings = z.strictObject({
  webhook_secret: Key.optional().describe('Webhook signing secret from the workspace settings'),
  pro_model: z
    .string()
    .regex(/^[a-z0-9._-]+\/[a-z0-9._-]+$/i, 'owner/name')
    .optional()
    .describe(
      'Id of the 1080p tier of Kling 3.0 as GET /videos/models lists it; 1080p is refused without it',
    ),
});

export type Access =
  | {
      ok: true;
      headers: Record<string, string>;
      managementKey: string | null;
      webhookSecret: string | null;
      proModel: string | null;
    }
  | { ok: false; reason: string };

export function accessOf(path: PathContext): Access {
  const credential = OpenRouterCredential.safeParse(path.credential);
  const settings = OpenRouterSettings.safeParse(path.settings);
  if (!credential.success) return { ok: false, reason: 'the credential of this path is incomplete' };
  if (!settings.success) return { ok: false, reason: 'the settings of this path are not valid' };
  return {
    ok: true,
    headers: { authorization: `Bearer ${credential.data.api_key}` },
    managementKey: credential.data.management_key ?? null,
    webhookSecret: settings.data.webhook_secret ?? null,
    proModel: settings.data.pro_model ?? null,
  };
}

/** Only below the API's own address: a link that leads elsewhere gets no key. */
export function downloadHeaders(path: PathContext, url: string): Record<string, string> {
  const access = accessOf(path);
  if (!access.ok || !URL.canParse(url) || !URL.canParse(path.baseUrl)) return {};
  const [link, api] = [new URL(url), new URL(path.baseUrl)];
  const below = link.pathname.startsWith(`${api.pathname.replace(/\/+$/, '')}/`);
  return link.origin === api.origin && below ? access.headers : {};
}
