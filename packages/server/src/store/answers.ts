/**
 * Creating once under an Idempotency-Key: what is made and the answer that tells of it are one transaction.
 *
 * If it dies in the middle: before the commit there is neither, and the repeat creates. After it there are both, and
 * the repeat gets the answer, whether or not the first one arrived. Of two at once the second waits for the first.
 */
import type { Database, Transaction } from './database.ts';
import { sqlState } from './database-failure.ts';
import * as sql from './sql/answers.ts';
import { at } from './sql/statement.ts';
import type { Store } from './store.ts';
import { firstOf } from './typed.ts';

export type KeyedRequest = { keyId: string; requestKey: string; requestHash: string };

/** `sealed` null: nothing was made after all, and whatever was written is undone. */
export type Made<Outcome> = { outcome: Outcome; sealed: string | null };

export type Once<Outcome> =
  | { kind: 'made'; outcome: Outcome }
  | { kind: 'answered'; sealed: string }
  /** The key belongs to a request that asked for something else. */
  | { kind: 'mismatch' }
  /** The first one is still at it; the second has waited for two seconds. */
  | { kind: 'in_progress' };

export type AnswerStore = {
  /**
   * `make` writes through the store that it is given, which is this transaction; it may be run again, so it has no
   * other effect. An answer made until `expiredMs` counts no more.
   */
  once<Outcome>(
    request: KeyedRequest,
    times: { nowMs: number; expiredMs: number },
    make: (store: Store) => Promise<Made<Outcome>>,
  ): Promise<Once<Outcome>>;
  forget(expiredMs: number, most: number): Promise<number>;
};

const LOCK_NOT_AVAILABLE = '55P03';
/** As PostgreSQL writes it. What makes something takes milliseconds, but for a call to a vendor. */
const WAIT = '2s';

/** `storeOver`: everything that speaks SQL, over a database; handed in because it holds this store, too. */
export function answerStore(db: Database, storeOver: (db: Database) => Store): AnswerStore {
  return {
    once: async <Outcome>(
      request: KeyedRequest,
      { nowMs, expiredMs }: { nowMs: number; expiredMs: number },
      make: (store: Store) => Promise<Made<Outcome>>,
    ): Promise<Once<Outcome>> => {
      const { keyId, requestKey } = request;
      const undone = new Undone();
      let outcome: Once<Outcome> | null = null;
      try {
        return await db.transaction(async (tx): Promise<Once<Outcome>> => {
          if (!(await claim(tx, request, nowMs, expiredMs))) return await earlier(tx, request);
          const made = await make(storeOver(within(db, tx)));
          outcome = { kind: 'made', outcome: made.outcome };
          if (made.sealed === null) throw undone;
          await tx.query(sql.keep, [keyId, requestKey, made.sealed]);
          return outcome;
        });
      } catch (error) {
        if (error === undone && outcome !== null) return outcome;
        if (sqlState(error) === LOCK_NOT_AVAILABLE && statementOf(error) === sql.claim.name) {
          return { kind: 'in_progress' };
        }
        throw error;
      }
    },
    forget: async (expiredMs, most) => (await db.query(sql.forget, [at(expiredMs), most])).count,
  };
}

/** False: it has been answered. */
async function claim(
  tx: Transaction,
  { keyId, requestKey, requestHash }: KeyedRequest,
  nowMs: number,
  expiredMs: number,
): Promise<boolean> {
  const before = firstOf<sql.WaitRow>(await tx.query(sql.waitBriefly, [WAIT]));
  const values = [keyId, requestKey, requestHash, at(nowMs), at(expiredMs)];
  const { rows } = await tx.query(sql.claim, values);
  await tx.query(sql.waitAsUsual, [before?.usual ?? '0']);
  return rows.length === 1;
}

/** Rolls back what was begun. */
class Undone extends Error {}

async function earlier(tx: Transaction, request: KeyedRequest): Promise<Once<never>> {
  const { keyId, requestKey, requestHash } = request;
  const row = firstOf<sql.AnswerRow>(await tx.query(sql.find, [keyId, requestKey]));
  if (row?.sealed == null) throw new Error('an answer that cannot be claimed is there, and whole');
  return row.request_hash === requestHash ? { kind: 'answered', sealed: row.sealed } : { kind: 'mismatch' };
}

/** The database as seen from within a transaction: what wants one of its own becomes a part of it. */
function within(db: Database, tx: Transaction): Database {
  return { ...db, query: tx.query, transaction: (body) => body(tx) };
}

function statementOf(error: unknown): unknown {
  return error instanceof Error && 'statement' in error ? error.statement : null;
}
