/** Active verifications of paths, and what is read about their tasks. See sql/verifications.ts. */
import type { LedgerTransaction } from '../decide/postings.ts';
import type { VerificationRecord } from '../decide/verification/record.ts';
import type { Database, Queryable } from './database.ts';
import { addFact, type NewFact } from './facts.ts';
import { at, json } from './sql/statement.ts';
import * as sql from './sql/verifications.ts';
import { firstOf, rowsOf } from './typed.ts';

export type { VerificationRow, VerifiedAttemptRow, VerifiedTaskRow } from './sql/verifications.ts';

export type Saved = {
  id: string;
  lease: string;
  state: 'running' | 'done' | 'stopped';
  record: VerificationRecord;
  dueAtMs: number | null;
  endedAtMs: number | null;
  /** Written in the same transaction. */
  facts: readonly NewFact[];
  /** The move was made with the stop in mind: it is not due at once for that. */
  knewOfStop: boolean;
};

export type VerificationStore = {
  /** Null where there is no such path. */
  insert(
    id: string,
    path: string,
    record: VerificationRecord,
    nowMs: number,
  ): Promise<sql.VerificationRow | null>;
  read(id: string): Promise<sql.VerificationRow | null>;
  list(path: string, beforeId: string | null, most: number): Promise<sql.VerificationRow[]>;
  /** Null: it is not planned any more, or another one of the path is under way. */
  start(
    id: string,
    caller: { accountId: string; keyId: string },
    record: VerificationRecord,
    nowMs: number,
  ): Promise<sql.VerificationRow | null>;
  /** Null: there is nothing to stop. */
  stop(id: string, nowMs: number): Promise<sql.VerificationRow | null>;
  claim(lease: string, nowMs: number, untilMs: number): Promise<sql.VerificationRow | null>;
  /** The state that it has now; null: the lease is somebody else's. */
  save(saved: Saved, nowMs: number): Promise<sql.VerificationRow['state'] | null>;
  tasks(accountId: string): Promise<sql.VerifiedTaskRow[]>;
  ranSince(
    path: string,
    family: string,
    sinceMs: number,
  ): Promise<{ accepted_at: number; ended_at: number | null }[]>;
  handles(attemptIds: readonly string[]): Promise<sql.VerifiedAttemptRow[]>;
  bookRepeat(id: string, transaction: LedgerTransaction, nowMs: number): Promise<void>;
};

const RAN_MOST = 5_000;

export function verificationStore(db: Database): VerificationStore {
  const one = async (result: ReturnType<Queryable['query']>) => firstOf<sql.VerificationRow>(await result);
  return {
    insert: (id, path, record, nowMs) =>
      one(db.query(sql.insertVerification, [id, path, json(record), at(nowMs)])),
    read: (id) => one(db.query(sql.readVerification, [id])),
    list: async (path, beforeId, most) =>
      rowsOf<sql.VerificationRow>(await db.query(sql.listVerifications, [path, beforeId, most])),
    start: (id, { accountId, keyId }, record, nowMs) =>
      db.transaction(async (tx) => {
        await tx.query(sql.lockPath, [id]);
        return one(tx.query(sql.startVerification, [id, accountId, keyId, json(record), at(nowMs)]));
      }),
    stop: (id, nowMs) => one(db.query(sql.stopVerification, [id, at(nowMs)])),
    claim: (lease, nowMs, untilMs) => one(db.query(sql.claimVerification, [at(nowMs), lease, at(untilMs)])),
    save: ({ id, lease, state, record, dueAtMs, endedAtMs, facts, knewOfStop }, nowMs) =>
      db.transaction(async (tx) => {
        const times = [at(dueAtMs), at(endedAtMs), at(nowMs)];
        const values = [id, lease, state, json(record), ...times, knewOfStop];
        const row = firstOf<Pick<sql.VerificationRow, 'state'>>(await tx.query(sql.saveVerification, values));
        if (row === null) return null;
        for (const fact of facts) await addFact(tx, fact, nowMs);
        return row.state;
      }),
    tasks: async (accountId) => rowsOf<sql.VerifiedTaskRow>(await db.query(sql.verifiedTasks, [accountId])),
    ranSince: async (path, family, sinceMs) =>
      rowsOf(await db.query(sql.ranSince, [path, family, at(sinceMs), RAN_MOST])),
    handles: async (attemptIds) =>
      rowsOf<sql.VerifiedAttemptRow>(await db.query(sql.attemptHandles, [attemptIds])),
    bookRepeat: async (id, { reference, postings, note }, nowMs) => {
      const accounts = postings.map(({ account }) => account);
      const micros = postings.map((posting) => posting.micros);
      await db.query(sql.bookRepeat, [id, reference, accounts, micros, note, at(nowMs)]);
    },
  };
}
