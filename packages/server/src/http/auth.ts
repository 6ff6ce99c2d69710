/**
 * Who is calling. A key is looked up by its SHA-256; what was found, or not found, is kept for a second at most, so a
 * revoked key stops within a second on every node without a message between them. A made-up key costs the same hash
 * and the same look-up as a real one, until its address has guessed too often.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Refusal, Scope } from '@sluice/contract';
import type { Clock } from '../effects/clock/clock.ts';
import { hashKey, isKeyText } from '../effects/secrets/keys.ts';
import type { Telemetry } from '../lifecycle/telemetry.ts';
import type { AuthRow, KeyStore } from '../store/keys.ts';
import type { Failures } from './failures.ts';
import { createRemembered, ENTRIES_MOST, makeRoom } from './remembered.ts';

export type Caller = {
  keyId: string;
  /** Null for operators, who have no account of their own, unless they act for one. */
  accountId: string | null;
  /** May do everything, to the objects of every account; of the one that they act for, if they name one. */
  operator: boolean;
  scopes: ReadonlySet<string>;
};

export type Identified = { kind: 'known'; caller: Caller } | { kind: 'refused'; refusal: Refusal };

export type Auth = {
  identify(authorization: string | undefined, address: string): Promise<Identified>;
};

export type AuthOptions = {
  keys: Pick<KeyStore, 'findByHash' | 'touch'>;
  clock: Clock;
  telemetry: Telemetry;
  /** Wrong keys by address; shared with whatever else strangers may guess. */
  failures: Failures;
};

const TOUCH_AFTER_MS = 60_000;

const missing: Identified = { kind: 'refused', refusal: { code: 'missing_key' } };
const invalid: Identified = { kind: 'refused', refusal: { code: 'invalid_key' } };

export function createAuth(options: AuthOptions): Auth {
  const { clock, keys, telemetry, failures } = options;
  const rows = createRemembered<AuthRow>(clock, (hash) => keys.findByHash(hash));
  /** Keys that worked lately: an attack from the same address does not lock them out. */
  const worked = new Set<string>();
  const touched = new Map<string, number>();

  function touch(row: AuthRow): void {
    const nowMs = clock.now();
    const lastMs = touched.get(row.id) ?? row.last_used_at ?? 0;
    if (nowMs - lastMs < TOUCH_AFTER_MS) return;
    makeRoom(touched);
    touched.set(row.id, nowMs);
    keys.touch(row.id, nowMs).catch((error: unknown) => {
      telemetry.log('warn', 'could not note the use of a key', { key: row.id, error: String(error) });
    });
  }

  return {
    identify: async (authorization, address) => {
      if (authorization === undefined || authorization === '') return missing;
      const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      const nowMs = clock.now();
      if (text === undefined || !isKeyText(text)) {
        failures.count(address, nowMs);
        return failures.waitSeconds(address, nowMs) > 0
          ? tooMany(failures.waitSeconds(address, nowMs))
          : invalid;
      }
      const hash = hashKey(text);
      const name = Buffer.from(hash).toString('base64');
      const waitSeconds = worked.has(name) ? 0 : failures.waitSeconds(address, nowMs);
      if (waitSeconds > 0) return tooMany(waitSeconds);
      const row = await rows.lookUp(hash, name);
      if (!row || !timingSafeEqual(row.hash, hash) || !isGood(row, nowMs)) {
        worked.delete(name);
        failures.count(address, nowMs);
        return invalid;
      }
      if (worked.size >= ENTRIES_MOST) worked.clear();
      worked.add(name);
      touch(row);
      return { kind: 'known', caller: callerOf(row) };
    },
  };
}

export function tooMany(waitSeconds: number): { kind: 'refused'; refusal: Refusal } {
  const message = 'Too many wrong keys from this address.';
  return { kind: 'refused', refusal: { code: 'rate_limited', message, retryAfterSeconds: waitSeconds } };
}

export function isGood(row: AuthRow, nowMs: number): boolean {
  return row.revoked_at === null && (row.expires_at === null || row.expires_at > nowMs);
}

export function callerOf(row: Pick<AuthRow, 'id' | 'account_id' | 'scopes'>): Caller {
  const operator = row.account_id === null && row.scopes.includes('operator');
  return { keyId: row.id, accountId: row.account_id, operator, scopes: new Set(row.scopes) };
}

/** Whether the key may do this; an operator may do everything. */
export function scopeRefusal(caller: Caller, scope: Scope): Refusal | null {
  if (caller.operator) return null;
  // A key without an account that is not an operator's can do nothing; none is ever made.
  if (scope !== 'operator' && caller.accountId !== null && caller.scopes.has(scope)) return null;
  return { code: 'forbidden', message: `This needs a key with the scope ${scope}.`, allowed: [scope] };
}

/** Whose objects the caller sees; null: everybody's. */
export function ownerOf(caller: Caller): string | null {
  return caller.operator ? caller.accountId : (caller.accountId ?? '');
}

export type AccountOf = { ok: true; accountId: string } | { ok: false; refusal: Refusal };

/** For what belongs to an account, such as an order: operators have none. */
export function accountOf(caller: Caller): AccountOf {
  if (caller.accountId !== null) return { ok: true, accountId: caller.accountId };
  return {
    ok: false,
    refusal: {
      code: 'forbidden',
      message: 'An operator key belongs to no account.',
      fix: 'Name the account in the header sluice-account, or use a key of it.',
    },
  };
}

export type Wanted = { ok: true; accountId: string | null } | { ok: false; refusal: Refusal };

/** The `account` filter of a list: operators choose, everybody else has their own. */
export function wantedAccount(caller: Caller, filter: string | undefined): Wanted {
  const own = ownerOf(caller);
  if (own === null) return { ok: true, accountId: filter ?? null };
  if (filter === undefined || filter === own) return { ok: true, accountId: own };
  return {
    ok: false,
    refusal: { code: 'forbidden', field: 'account', message: 'Only operators see other accounts.' },
  };
}
