/** Who calls: a static API key on every path, a signed JWT on legacy paths and /account/costs only. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject, type JsonObject, readJson } from '../json.ts';
import type { Account } from './account.ts';
import { type Refusal, refusal } from './errors.ts';

export type Caller = { ok: true; account: Account; apiKey: string | null } | { ok: false; refusal: Refusal };

export function authenticate(
  accounts: Account[],
  header: string | undefined,
  rules: { jwtAllowed: boolean; longestLifeSeconds: number | null },
  now: number,
): Caller {
  if (header === undefined || header.trim() === '') return refused(1001);
  const token = /^Bearer\s+(\S+)$/i.exec(header.trim())?.[1];
  if (token === undefined) return refused(1002);
  const byKey = accounts.find((account) => account.apiKeys.includes(token));
  if (byKey !== undefined) return { ok: true, account: byKey, apiKey: token };
  return rules.jwtAllowed ? byJwt(accounts, token, rules.longestLifeSeconds, now) : refused(1002);
}

export function jwtAllowedOn(path: string): boolean {
  return path.startsWith('/v1/') || path === '/account/costs';
}

function byJwt(accounts: Account[], token: string, longestLife: number | null, now: number): Caller {
  const [head, claims, signature, ...rest] = token.split('.');
  if (head === undefined || claims === undefined || signature === undefined || rest.length > 0)
    return refused(1002);
  const header = decode(head);
  const body = decode(claims);
  if (header?.alg !== 'HS256' || body === null) return refused(1002);
  const account = accounts.find((known) => known.accessKey !== null && known.accessKey === body.iss);
  if (account === undefined || account.secretKey === null) return refused(1002);
  const expected = createHmac('sha256', account.secretKey).update(`${head}.${claims}`).digest();
  const received = Buffer.from(signature, 'base64url');
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) return refused(1002);
  const seconds = now / 1000;
  const { exp, nbf } = body;
  if (typeof exp !== 'number' || (nbf !== undefined && typeof nbf !== 'number')) return refused(1002);
  if (typeof nbf === 'number' && seconds < nbf) return refused(1003);
  if (seconds >= exp) return refused(1004);
  const life = exp - (typeof nbf === 'number' ? nbf : seconds);
  if (longestLife !== null && life > longestLife) return refused(1002);
  return { ok: true, account, apiKey: null };
}

function decode(part: string): JsonObject | null {
  const value = readJson(Buffer.from(part, 'base64url').toString('utf8'));
  return isObject(value) ? value : null;
}

function refused(code: number): Caller {
  return { ok: false, refusal: refusal(code) };
}
