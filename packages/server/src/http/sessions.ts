/**
 * Who is calling by cookie. A session is looked up like a key, by its hash, kept for a second at most, and is worth
 * what its key is worth now. Whatever is not a read also has to prove that it comes from our own pages: by the token
 * that was told to them, and by what the browser says of where the request comes from.
 */
import { timingSafeEqual } from 'node:crypto';
import { CSRF_HEADER, type Refusal } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import { sameText } from '../effects/secrets/secrets.ts';
import { csrfToken, hashSessionToken, isSessionToken } from '../effects/secrets/session-tokens.ts';
import { SESSION_IDLE_MS } from '../lifecycle/operate/sessions.ts';
import type { SessionRow } from '../store/sessions.ts';
import { type Caller, callerOf, tooMany } from './auth.ts';
import type { HttpContext } from './context.ts';
import { type CookieNames, cookieNames, isForeign, readSessionCookie, seesHttps } from './cookies.ts';
import { createFailures } from './failures.ts';
import { createRemembered, makeRoom } from './remembered.ts';

export type SignedIn = { caller: Caller; token: string; csrf: string; expiresAtMs: number };

export type Recognised =
  | { kind: 'none' }
  | { kind: 'signed_in'; session: SignedIn }
  | { kind: 'refused'; refusal: Refusal };

export type Sessions = {
  names: CookieNames;
  /** By the cookie of this request, which must not carry a key. */
  recognise(request: FastifyRequest): Promise<Recognised>;
  /** Of a request that changes something, by cookie. */
  forgeryRefusal(request: FastifyRequest, session: SignedIn): Refusal | null;
  /** Ends the session on this node at once; the others follow within a second. */
  end(token: string): Promise<void>;
};

const TOUCH_AFTER_MS = 60_000;
/** A page that was left open asks several things at once when its session is over; that is no attack. */
const PATIENCE = 10;

export const FORGED: Refusal = { code: 'csrf_refused' };

export function createSessions(context: HttpContext): Sessions {
  const { clock, store, http, settings, telemetry } = context;
  const names = cookieNames(context.secrets.fingerprint());
  const rows = createRemembered<SessionRow>(clock, (hash) => store.sessions.find(hash));
  const touched = new Map<string, number>();
  const failures = createFailures({
    burst: http.keyFailuresBurst * PATIENCE,
    perMinute: http.keyFailuresPerMinute * PATIENCE,
  });

  function touch(row: SessionRow, name: string): void {
    const nowMs = clock.now();
    if (nowMs - (touched.get(name) ?? row.seen_at) < TOUCH_AFTER_MS) return;
    makeRoom(touched);
    touched.set(name, nowMs);
    const writes = [store.sessions.touch(row.hash, nowMs), store.keys.touch(row.key_id, nowMs)];
    Promise.all(writes).catch((error: unknown) => {
      telemetry.log('warn', 'could not note the use of a session', { key: row.key_id, error: String(error) });
    });
  }

  return {
    names,
    recognise: async (request) => {
      const token = readSessionCookie(names, request.headers.cookie, seesHttps(request, settings.publicUrl));
      if (token === null || token === '') return { kind: 'none' };
      const nowMs = clock.now();
      const waitSeconds = failures.waitSeconds(request.ip, nowMs);
      if (waitSeconds > 0) return tooMany(waitSeconds);
      const hash = hashSessionToken(token, 'session');
      const name = hash.toString('base64');
      const row = isSessionToken(token) ? await rows.lookUp(hash, name) : null;
      if (!row || !timingSafeEqual(row.hash, hash) || !isGood(row, touched.get(name) ?? 0, nowMs)) {
        failures.count(request.ip, nowMs);
        return { kind: 'refused', refusal: { code: 'session_expired' } };
      }
      touch(row, name);
      const { key_id: id, account_id, scopes, expires_at: expiresAtMs } = row;
      const caller = callerOf({ id, account_id, scopes });
      return { kind: 'signed_in', session: { caller, token, csrf: csrfToken(token), expiresAtMs } };
    },
    forgeryRefusal: (request, { csrf }) => {
      if (isForeign(request, settings.publicUrl)) return FORGED;
      const given = request.headers[CSRF_HEADER];
      return typeof given === 'string' && sameText(given, csrf) ? null : FORGED;
    },
    end: async (token) => {
      const hash = hashSessionToken(token, 'session');
      await store.sessions.end(hash, clock.now());
      rows.forget(hash.toString('base64'));
    },
  };
}

/** `seenAtMs`: by this process, which may not be written yet. */
function isGood(row: SessionRow, seenAtMs: number, nowMs: number): boolean {
  if (row.ended_at !== null || row.key_revoked_at !== null) return false;
  if (row.key_expires_at !== null && row.key_expires_at <= nowMs) return false;
  return row.expires_at > nowMs && Math.max(row.seen_at, seenAtMs) + SESSION_IDLE_MS > nowMs;
}
