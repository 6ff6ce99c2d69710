/**
 * SQL of sessions and of the one-time links that begin them (sessions, sign_in_links): only hashes of what browsers
 * hold. A session is read together with its key and member, so that a key that ends takes its sessions with it.
 */
import { statement } from './statement.ts';

export const insertLink = statement(
  'sessions.insert_link',
  `INSERT INTO sign_in_links (hash, key_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
);

/** Of several who bring the same token, one gets its key. $1 hash, $2 now. */
export const useLink = statement(
  'sessions.use_link',
  `UPDATE sign_in_links l SET used_at = $2
   FROM api_keys k
   WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $2
     AND k.id = l.key_id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
   RETURNING l.key_id`,
);

/** $1 hash, $2 key, $3 now, $4 expires. */
export const insertSession = statement(
  'sessions.insert',
  `INSERT INTO sessions (hash, key_id, created_at, expires_at, seen_at) VALUES ($1, $2, $3, $4, $3)`,
);

export type SessionRow = {
  hash: Uint8Array;
  expires_at: number;
  seen_at: number;
  ended_at: number | null;
  key_id: string;
  account_id: string | null;
  scopes: string[];
  key_expires_at: number | null;
  key_revoked_at: number | null;
  key_last_used_at: number | null;
};

export const findSession = statement(
  'sessions.find',
  `SELECT s.hash, s.expires_at, s.seen_at, s.ended_at, k.id AS key_id, k.account_id, k.scopes,
          k.expires_at AS key_expires_at, k.revoked_at AS key_revoked_at, k.last_used_at AS key_last_used_at
   FROM sessions s JOIN api_keys k ON k.id = s.key_id WHERE s.hash = $1`,
);

/** At most one write a minute per session, whatever the number of processes. */
export const touchSession = statement(
  'sessions.touch',
  `UPDATE sessions SET seen_at = $2 WHERE hash = $1 AND seen_at < $2::timestamptz - interval '1 minute'`,
);

export const endSession = statement(
  'sessions.end',
  `UPDATE sessions SET ended_at = coalesce(ended_at, $2) WHERE hash = $1`,
);

export type WhoRow = {
  key_id: string;
  key_name: string;
  scopes: string[];
  account_id: string | null;
  account_name: string | null;
  currency: string | null;
  member_id: string | null;
  member_name: string | null;
  role: 'operator' | 'owner' | 'developer' | 'viewer' | 'billing' | null;
};

/** Who stands behind a key. */
export const whoIs = statement(
  'sessions.who_is',
  `SELECT k.id AS key_id, k.name AS key_name, k.scopes, k.account_id, c.name AS account_name, c.currency,
          m.id AS member_id, m.name AS member_name, m.role
   FROM api_keys k LEFT JOIN accounts c ON c.id = k.account_id
   LEFT JOIN members m ON m.key_id = k.id AND m.removed_at IS NULL WHERE k.id = $1`,
);

/** What nobody can use any more. $1 over before, $2 most. */
export const dropSessions = statement(
  'sessions.drop',
  `DELETE FROM sessions
   WHERE hash IN (SELECT hash FROM sessions WHERE expires_at < $1 ORDER BY expires_at, hash LIMIT $2
                  FOR UPDATE SKIP LOCKED)`,
);

export const dropLinks = statement(
  'sessions.drop_links',
  `DELETE FROM sign_in_links
   WHERE hash IN (SELECT hash FROM sign_in_links WHERE expires_at < $1 ORDER BY expires_at, hash LIMIT $2
                  FOR UPDATE SKIP LOCKED)`,
);
