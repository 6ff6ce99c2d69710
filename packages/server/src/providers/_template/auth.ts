/** The credential of a path and the header that proves it. The command line asks by the descriptions. */
import { z } from 'zod';
import type { PathContext } from '../contract.ts';

export const Credential = z.strictObject({
  token: z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/)
    .describe('Token of the toy upstream'),
});

export const Settings = z.strictObject({});

export function headersFor(path: PathContext): Record<string, string> | null {
  const credential = Credential.safeParse(path.credential);
  if (!credential.success) return null;
  return { authorization: `Bearer ${credential.data.token}`, 'content-type': 'application/json' };
}
