/**
 * Who we are to the unified API: a bearer key. And whether this path can be reached at all: one profile of the
 * family has no address that anybody published, so its base URL must be configured.
 */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export const EvolinkCredential = z.strictObject({
  api_key: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces')
    .describe('API key of the account (evolink.ai: starts with sk-evo-)'),
});

export const EvolinkSettings = z.strictObject({});

export type Access = { ok: true; authorization: string } | { ok: false; field: string; reason: string };

export function accessOf(path: PathContext): Access {
  const credential = EvolinkCredential.safeParse(path.credential);
  if (!credential.success)
    return { ok: false, field: 'path', reason: 'the credential of this path is incomplete' };
  if (!isWebAddress(path.baseUrl)) {
    return {
      ok: false,
      field: 'path',
      reason: 'this path has no base URL; the provider publishes none, so set base_url',
    };
  }
  return { ok: true, authorization: `Bearer ${credential.data.api_key}` };
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
