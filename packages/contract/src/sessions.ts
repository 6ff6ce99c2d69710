/** Sessions of people in a browser, the one-time links that begin them, and the members who have them. */
import { z } from 'zod';
import { Scope } from './accounts.ts';

const Instant = z.iso.datetime();

/** The header that a session's requests other than reads carry, with the token that the session was told. */
export const CSRF_HEADER = 'x-sluice-csrf';

export const Role = z.enum(['operator', 'owner', 'developer', 'viewer', 'billing']).meta({
  id: 'Role',
  description: 'What a member may do; `operator` runs the installation, the others an account.',
});
export type Role = z.infer<typeof Role>;

export const CreateSession = z
  .strictObject({
    api_key: z.string().min(1).max(200).optional().describe('An API key, exchanged for a cookie.'),
    token: z.string().min(1).max(200).optional().describe('Out of a sign-in link; works once.'),
  })
  .refine(({ api_key, token }) => (api_key === undefined) !== (token === undefined), {
    message: 'give either api_key or token',
    path: ['token'],
  })
  .meta({ id: 'CreateSession' });

export const Session = z
  .strictObject({
    object: z.literal('session'),
    key: z
      .strictObject({ id: z.string(), name: z.string() })
      .describe('Whose rights, budget and audit trail these requests have.'),
    account: z.strictObject({ id: z.string(), name: z.string(), currency: z.string() }).nullable(),
    operator: z.boolean(),
    member: z.strictObject({ id: z.string(), name: z.string(), role: Role }).nullable(),
    scopes: z.array(Scope),
    sandbox: z.boolean().describe('No path leads to a real vendor: nothing here costs money.'),
    version: z.string(),
    csrf_token: z
      .string()
      .nullable()
      .describe(`Goes into \`${CSRF_HEADER}\` of every request that is not a read; null with an API key.`),
    expires_at: Instant.nullable().describe('Null with an API key.'),
  })
  .meta({ id: 'Session', description: 'Who is calling, by cookie or by key.' });
export type Session = z.infer<typeof Session>;

export const SessionEnded = z
  .strictObject({ object: z.literal('session'), ended: z.literal(true) })
  .meta({ id: 'SessionEnded' });

export const CreateSignInLink = z
  .strictObject({
    member: z
      .string()
      .max(100)
      .nullable()
      .default(null)
      .describe('For whom; null: with the rights of your own key.'),
  })
  .meta({ id: 'CreateSignInLink' });

export const SignInLink = z
  .strictObject({
    object: z.literal('sign_in_link'),
    url: z
      .string()
      .describe('Opens the console signed in. The token is behind the `#`, so no log ever has it.'),
    expires_at: Instant,
  })
  .meta({ id: 'SignInLink', description: 'Works once, and for a few minutes.' });
