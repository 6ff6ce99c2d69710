/**
 * Signing in. A key is exchanged for a session, or a one-time link is. Only hashes are kept of both.
 *
 * If the process dies here: a link is used up in the transaction that begins its session, so either both happened or
 * neither. When the answer is lost after that, the session is nobody's, ends by itself, and the person asks for
 * another link.
 */
import { hashSessionToken, newSessionToken } from '../../effects/secrets/session-tokens.ts';
import type { Context } from '../context.ts';

/** However busy a session is, then its person signs in again. */
export const SESSION_MOST_MS = 14 * 24 * 3_600_000;
/** A browser that was left alone for so long is signed out. */
export const SESSION_IDLE_MS = 24 * 3_600_000;
const LINK_MS = 15 * 60_000;
const DROP_MOST = 1_000;

export type NewSession = { token: string; expiresAtMs: number };

type Parts = Pick<Context, 'clock' | 'random' | 'store'>;

export async function beginSession(context: Parts, keyId: string): Promise<NewSession> {
  const { made, row } = newSession(context);
  await context.store.sessions.insert({ ...row, keyId }, context.clock.now());
  return made;
}

/** Null when the link is unknown, used or too old. */
export async function beginSessionByLink(
  context: Parts,
  linkToken: string,
): Promise<(NewSession & { keyId: string }) | null> {
  const { made, row } = newSession(context);
  const hash = hashSessionToken(linkToken, 'link');
  const keyId = await context.store.sessions.beginByLink(hash, row, context.clock.now());
  return keyId === null ? null : { ...made, keyId };
}

function newSession({ clock, random }: Parts) {
  const token = newSessionToken(random);
  const expiresAtMs = clock.now() + SESSION_MOST_MS;
  return { made: { token, expiresAtMs }, row: { hash: hashSessionToken(token, 'session'), expiresAtMs } };
}

/** For whoever is to act with this key. */
export async function makeSignInLink(context: Parts, keyId: string): Promise<NewSession> {
  const token = newSessionToken(context.random);
  const nowMs = context.clock.now();
  const expiresAtMs = nowMs + LINK_MS;
  await context.store.sessions.insertLink(
    { hash: hashSessionToken(token, 'link'), keyId, expiresAtMs },
    nowMs,
  );
  return { token, expiresAtMs };
}

export async function dropOldSessions({ clock, store }: Parts): Promise<void> {
  await store.sessions.dropOver(clock.now(), DROP_MOST);
}
