/** Stage 3 and the reconciliation of unknown attempts against the database. See sql/submit.ts. */
import type { Database } from './database.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import * as sql from './sql/submit.ts';
import { rowsOf } from './typed.ts';

/** One line of an attempt's history, shown on the task's timeline. Never holds a secret. */
export type Note = { at: string; kind: string; summary: string; data: Record<string, unknown> };

export type AcceptedSend = {
  attemptId: string;
  upstreamId: string;
  handle: unknown;
  askAtMs: number;
  note: Note;
  /** It does not carry our id, and is only what was ordered: another attempt may have it, or may come to have it. */
  alike?: true;
};
export type RequeuedSend = {
  attemptId: string;
  lease: string;
  notBeforeMs: number;
  reason: string;
  /** The class of the refusal. */
  kind: string;
  note: Note;
};
export type RefusedSend = {
  attemptId: string;
  lease: string;
  code: string;
  message: string;
  upstreamCode: string | null;
  /** The class of the refusal. */
  kind: string;
  note: Note;
};
export type UnknownSend = { attemptId: string; lease: string; askAtMs: number; reason: string; note: Note };
export type LookAgain = { attemptId: string; lease: string; askAtMs: number; misses: number };
export type Resending = { attemptId: string; lease: string; nextLease: string; sendByMs: number; note: Note };
export type Abandoned = { attemptId: string; lease: string | null; reason: string; note: Note };

export type SubmitStore = {
  /** Answers those that are accepted by now; one that is only alike may be refused. */
  recordAccepted(
    sends: readonly AcceptedSend[],
    nowMs: number,
  ): Promise<{ attemptId: string; pathName: string; family: string }[]>;
  recordRequeued(sends: readonly RequeuedSend[], nowMs: number): Promise<void>;
  recordRefused(sends: readonly RefusedSend[], nowMs: number): Promise<void>;
  recordUnknown(sends: readonly UnknownSend[], nowMs: number): Promise<void>;
  presumeLost(pathName: string, nowMs: number, most: number, note: Note): Promise<number>;
  claimLookups(
    pathName: string,
    claim: { nowMs: number; most: number; lease: string; untilMs: number },
  ): Promise<sql.LookupRow[]>;
  recordLookAgain(lookups: readonly LookAgain[]): Promise<void>;
  /** Answers the attempts that may really be sent again; a task that ended meanwhile keeps its attempt from it. */
  recordResending(resends: readonly Resending[], nowMs: number): Promise<string[]>;
  recordAbandoned(abandons: readonly Abandoned[], nowMs: number): Promise<number>;
};

export type { LookupRow } from './sql/submit.ts';

export function submitStore(db: Database): SubmitStore {
  return { ...sendReports(db), ...lookupReports(db) };
}

type SendReports = Pick<SubmitStore, 'recordAccepted' | 'recordRequeued' | 'recordRefused' | 'recordUnknown'>;

function sendReports(db: Database): SendReports {
  return {
    recordAccepted: async (sends, nowMs) => {
      const values = inOrder(sends, (each) => each.attemptId).map((send) => ({
        attempt_id: send.attemptId,
        upstream_id: send.upstreamId,
        handle: send.handle,
        ask_at: iso(send.askAtMs),
        note: send.note,
        alike: send.alike ?? false,
      }));
      const written = rowsOf<{ id: string; path_name: string; family: string }>(
        await db.query(sql.writeAccepted, [rows(values), at(nowMs)]),
      );
      return written.map((row) => ({ attemptId: row.id, pathName: row.path_name, family: row.family }));
    },
    recordRequeued: async (sends, nowMs) => {
      const values = inOrder(sends, (each) => each.attemptId).map((send) => ({
        attempt_id: send.attemptId,
        lease: send.lease,
        not_before: iso(send.notBeforeMs),
        kind: send.kind,
        reason: send.reason,
        note: send.note,
      }));
      await db.query(sql.writeRequeued, [rows(values), at(nowMs)]);
    },
    recordRefused: async (sends, nowMs) => {
      const values = inOrder(sends, (each) => each.attemptId).map((send) => ({
        attempt_id: send.attemptId,
        lease: send.lease,
        code: send.code,
        message: send.message,
        upstream_code: send.upstreamCode,
        kind: send.kind,
        note: send.note,
      }));
      await db.query(sql.writeRefused, [rows(values), at(nowMs)]);
    },
    recordUnknown: async (sends, nowMs) => {
      const values = inOrder(sends, (each) => each.attemptId).map((send) => ({
        attempt_id: send.attemptId,
        lease: send.lease,
        ask_at: iso(send.askAtMs),
        reason: send.reason,
        note: send.note,
      }));
      await db.query(sql.writeUnknown, [rows(values), at(nowMs)]);
    },
  };
}

function lookupReports(db: Database): Omit<SubmitStore, keyof SendReports> {
  return {
    presumeLost: async (pathName, nowMs, most, note) => {
      const { count } = await db.query(sql.presumeLost, [pathName, at(nowMs), most, JSON.stringify(note)]);
      return count;
    },
    claimLookups: async (pathName, { nowMs, most, lease, untilMs }) =>
      rowsOf<sql.LookupRow>(
        await db.query(sql.claimLookups, [pathName, at(nowMs), most, lease, at(untilMs)]),
      ),
    recordLookAgain: async (lookups) => {
      const values = inOrder(lookups, (each) => each.attemptId).map((lookup) => ({
        attempt_id: lookup.attemptId,
        lease: lookup.lease,
        ask_at: iso(lookup.askAtMs),
        misses: lookup.misses,
      }));
      await db.query(sql.writeLookAgain, [rows(values)]);
    },
    recordResending: async (resends, nowMs) => {
      const values = inOrder(resends, (each) => each.attemptId).map((resend) => ({
        attempt_id: resend.attemptId,
        lease: resend.lease,
        next_lease: resend.nextLease,
        ask_at: iso(resend.sendByMs),
        note: resend.note,
      }));
      const sent = rowsOf<{ id: string }>(await db.query(sql.writeResending, [rows(values), at(nowMs)]));
      return inOrder(sent, (row) => row.id).map((row) => row.id);
    },
    recordAbandoned: async (abandons, nowMs) => {
      const values = inOrder(abandons, (each) => each.attemptId).map((abandon) => ({
        attempt_id: abandon.attemptId,
        lease: abandon.lease,
        reason: abandon.reason,
        note: abandon.note,
      }));
      return rowsOf(await db.query(sql.writeAbandoned, [rows(values), at(nowMs)])).length;
    },
  };
}
