/**
 * What a browser holds: 256 random bits in a cookie, or in a link that works once. Only hashes are kept. The token
 * against forged requests is derived from the cookie, so it needs no storage, and whoever cannot read the cookie, as
 * no page can, cannot make it.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Random } from '../random/random.ts';

const BYTES = 32;
const FORM = /^[A-Za-z0-9_-]{43}$/;

export function newSessionToken(random: Random): string {
  return Buffer.from(random.bytes(BYTES)).toString('base64url');
}

export function isSessionToken(text: string): boolean {
  return FORM.test(text);
}

/** Cookies and links hash apart, so that the one never passes for the other. */
export function hashSessionToken(text: string, use: 'session' | 'link'): Buffer {
  return createHash('sha256').update(`sluice ${use}\n${text}`, 'utf8').digest();
}

export function csrfToken(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('sluice csrf').digest('base64url');
}
