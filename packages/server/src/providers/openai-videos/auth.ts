/** The credential of a path to a server of this shape: a bearer key, where the server wants one. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export const Credential = z.strictObject({
  api_key: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, 'printable characters without spaces')
    .optional()
    .describe('API key; leave it out for a server of your own that wants none'),
});

/** Null when the credential cannot be used. */
export function headersFor(path: PathContext): Record<string, string> | null {
  const credential = Credential.safeParse(path.credential);
  if (!credential.success) return null;
  const key = credential.data.api_key;
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** Bytes are handed out by the API itself: only below its own address is the key sent along. */
export function downloadHeaders(path: PathContext, url: string): Record<string, string> {
  if (!URL.canParse(url) || !URL.canParse(path.baseUrl)) return {};
  const [link, api] = [new URL(url), new URL(path.baseUrl)];
  const below = link.pathname.startsWith(`${api.pathname.replace(/\/+$/, '')}/`);
  return link.origin === api.origin && below ? (headersFor(path) ?? {}) : {};
}
