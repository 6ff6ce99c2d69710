/**
 * Tokens that a client signs itself instead of sending its key: JSON Web Tokens by HMAC-SHA256, whose issuer is the id
 * of an API key and whose secret is what the installation derives for it. A token that is made up costs one hash; the
 * key is looked up only when the signature is right.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../effects/clock/clock.ts';
import { type Secrets, sameText } from '../effects/secrets/secrets.ts';
import type { KeyStore } from '../store/keys.ts';
import { callerOf, type Identified, isGood, tooMany } from './auth.ts';
import type { Failures } from './failures.ts';

export type SignedTokens = {
  /** `field` of a refusal is the claim at fault: `nbf`, `exp`. */
  identify(token: string, address: string): Promise<Identified>;
};

export type SignedTokensOptions = {
  keys: Pick<KeyStore, 'findAuthById' | 'touch'>;
  secrets: Pick<Secrets, 'signingSecret'>;
  clock: Clock;
  failures: Failures;
};

const TOKEN = /^([\w-]{10,2000})\.([\w-]{2,2000})\.([\w-]{43})$/;
const Header = z.object({ alg: z.literal('HS256') });
const Claims = z.object({
  iss: z.string().min(1).max(100),
  exp: z.number().optional(),
  nbf: z.number().optional(),
});

export function looksSigned(token: string): boolean {
  return TOKEN.test(token);
}

export function createSignedTokens({ keys, secrets, clock, failures }: SignedTokensOptions): SignedTokens {
  const refuse = (address: string): Identified => {
    const nowMs = clock.now();
    failures.count(address, nowMs);
    return { kind: 'refused', refusal: { code: 'invalid_key' } };
  };
  return {
    identify: async (token, address) => {
      const nowMs = clock.now();
      const waitSeconds = failures.waitSeconds(address, nowMs);
      if (waitSeconds > 0) return tooMany(waitSeconds);
      const claims = claimsOf(token, secrets);
      if (!claims) return refuse(address);
      const late = outsideOf(claims, nowMs / 1000);
      if (late) return { kind: 'refused', refusal: { code: 'invalid_key', ...late } };
      const row = await keys.findAuthById(claims.iss);
      if (!row || !isGood(row, nowMs)) return refuse(address);
      if (nowMs - (row.last_used_at ?? 0) > 60_000) await keys.touch(row.id, nowMs);
      return { kind: 'known', caller: callerOf(row) };
    },
  };
}

function claimsOf(token: string, secrets: Pick<Secrets, 'signingSecret'>): z.infer<typeof Claims> | null {
  const [, head = '', body = '', signature = ''] = TOKEN.exec(token) ?? [];
  const claims = Claims.safeParse(jsonOf(body));
  if (!claims.success || !Header.safeParse(jsonOf(head)).success) return null;
  const secret = secrets.signingSecret(claims.data.iss);
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return sameText(signature, expected) ? claims.data : null;
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function outsideOf({ nbf, exp }: z.infer<typeof Claims>, nowSeconds: number) {
  if (nbf !== undefined && nowSeconds < nbf) return { field: 'nbf', message: 'The token is not valid yet.' };
  // Without an end it would be a key that nobody can take back but by ending the API key.
  if (exp === undefined || nowSeconds >= exp) return { field: 'exp', message: 'The token has expired.' };
  return null;
}
