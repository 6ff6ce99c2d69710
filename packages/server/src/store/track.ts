/** Stage 4 against the database. See sql/track.ts. */
import type { Database } from './database.ts';
import { at, inOrder, iso, rows } from './sql/statement.ts';
import * as sql from './sql/track.ts';
import type { Note } from './submit.ts';
import { firstOf, rowsOf } from './typed.ts';

export type PollClaim = {
  nowMs: number;
  /** Attempts per question. */
  batch: number;
  /** Questions at most, before the budget has its say. */
  mostBatches: number;
  queryRate: number;
  queryBurst: number;
  lease: string;
  untilMs: number;
  nearlyDueMs: number;
};

export type Still = {
  attemptId: string;
  lease: string;
  askAtMs: number;
  word: string | null;
  progress: number | null;
  misses: number;
  note: Note | null;
};

export type Ended = {
  attemptId: string;
  state: 'succeeded' | 'failed' | 'canceled' | 'expired' | 'abandoned';
  word: string;
  reason: string | null;
  note: Note;
  cost: { unit: string; unitMicros: bigint; micros: bigint } | null;
  costId: string;
  costAccounts: readonly [string, string];
  suspenseAccounts: readonly [string, string];
  asset: { id: string; sourceUrl: string; sourceExpiresAtMs: number | null } | null;
  outcome: 'failed' | 'canceled' | null;
  code: string | null;
  message: string | null;
  upstreamCode: string | null;
  eventId: string;
  /** The upstream itself failed it, so that another path may do better. */
  rerun: boolean;
  /** When the render ended, by the upstream's own word or else when we knew; only learned from. */
  endedAtMs: number;
  /** The same by its own word alone; null: it does not say. */
  upstreamEndedAtMs: number | null;
};

export type EndedRow = {
  attempt_id: string;
  path_name: string;
  family: string;
  shape: string;
  state: string;
  accepted_at: number;
  matched: boolean;
};

export type IncomingCallback = {
  id: string;
  pathName: string;
  token: string;
  deliveryId: string | null;
  verified: boolean;
  word: string | null;
  /** The word says that the render waits or runs. */
  underWay: boolean;
  body: string;
  upstreamId: string | null;
  /** Null where the callback does not name enough to ask by. */
  handle: unknown;
};

export type Renders = {
  times: readonly { pathName: string; shape: string; samplesMs: readonly number[] }[];
  /** True for a clip, false for a failure of the upstream itself. */
  ends: readonly { pathName: string; family: string; outcomes: readonly boolean[] }[];
};

export type TrackStore = {
  /** Takes query tokens and leases due attempts; empty when nothing is due or the budget is spent. */
  claimPolls(pathName: string, claim: PollClaim): Promise<sql.PollRow[]>;
  recordStill(stills: readonly Still[], nowMs: number): Promise<void>;
  recordEnded(ends: readonly Ended[], nowMs: number, currency: string): Promise<EndedRow[]>;
  addRenderTimes(renders: Renders, nowMs: number): Promise<void>;
  attemptByToken(token: string): Promise<{ id: string; pathName: string; credentialVersion: number } | null>;
  /** Whether it made an attempt due. */
  recordCallback(callback: IncomingCallback, nowMs: number): Promise<boolean>;
  pathHasCallbacks(pathName: string, sinceMs: number): Promise<boolean>;
};

export type { PollRow } from './sql/track.ts';

const SAMPLES_KEPT = 200;

export function trackStore(db: Database): TrackStore {
  return {
    claimPolls: (pathName, claim) => claimPolls(db, pathName, claim),
    recordStill: async (stills, nowMs) => {
      const values = inOrder(stills, (each) => each.attemptId).map((still) => ({
        attempt_id: still.attemptId,
        lease: still.lease,
        ask_at: iso(still.askAtMs),
        word: still.word,
        progress: still.progress,
        misses: still.misses,
        note: still.note,
      }));
      await db.query(sql.writeStill, [rows(values), at(nowMs)]);
    },
    recordEnded: async (ends, nowMs, currency) =>
      rowsOf<EndedRow>(
        await db.query(sql.writeEnded, [
          rows(inOrder(ends, (each) => each.attemptId).map(endedRow)),
          at(nowMs),
          currency,
        ]),
      ),
    addRenderTimes: async ({ times, ends }, nowMs) => {
      const samples = times.map(({ pathName, shape, samplesMs }) => ({
        path_name: pathName,
        shape,
        samples_ms: samplesMs,
      }));
      const outcomes = ends.map(({ pathName, ...end }) => ({ path_name: pathName, ...end }));
      await db.query(sql.addRenderTimes, [rows(samples), at(nowMs), SAMPLES_KEPT, rows(outcomes)]);
    },
    attemptByToken: async (token) => {
      const row = firstOf<{ id: string; path_name: string; credential_version: number }>(
        await db.query(sql.attemptByToken, [token]),
      );
      return row && { id: row.id, pathName: row.path_name, credentialVersion: row.credential_version };
    },
    recordCallback: async (callback, nowMs) => {
      const { id, pathName, token, deliveryId, verified, word, body, upstreamId } = callback;
      const handle = callback.handle === null ? null : JSON.stringify(callback.handle);
      const { count } = await db.query(sql.writeCallback, [
        id,
        pathName,
        token,
        deliveryId,
        verified,
        word,
        body,
        at(nowMs),
        upstreamId,
        handle,
        callback.underWay,
      ]);
      return count > 0;
    },
    pathHasCallbacks: async (pathName, sinceMs) =>
      firstOf<{ seen: boolean }>(await db.query(sql.pathHasCallbacks, [pathName, at(sinceMs)]))?.seen ??
      false,
  };
}

async function claimPolls(db: Database, pathName: string, claim: PollClaim): Promise<sql.PollRow[]> {
  const most = claim.batch * claim.mostBatches;
  const due =
    firstOf<{ due: number }>(await db.query(sql.countDue, [pathName, at(claim.nowMs), most]))?.due ?? 0;
  if (due === 0) return [];
  return db.transaction(async (tx) => {
    const wanted = Math.ceil(due / claim.batch);
    const budget = [pathName, at(claim.nowMs), claim.queryRate, claim.queryBurst, wanted];
    const granted = firstOf<{ granted: number }>(await tx.query(sql.takeQueryTokens, budget))?.granted ?? 0;
    if (granted === 0) return [];
    const limit = granted * claim.batch;
    return rowsOf<sql.PollRow>(
      await tx.query(sql.claimPolls, [
        pathName,
        limit,
        claim.lease,
        at(claim.untilMs),
        at(claim.nowMs + claim.nearlyDueMs),
        at(claim.nowMs),
      ]),
    );
  });
}

function endedRow(end: Ended): Record<string, unknown> {
  return {
    attempt_id: end.attemptId,
    state: end.state,
    word: end.word,
    reason: end.reason,
    note: end.note,
    cost_unit: end.cost?.unit ?? null,
    cost_unit_micros: end.cost?.unitMicros ?? null,
    cost_micros: end.cost?.micros ?? null,
    cost_id: end.costId,
    cost_accounts: end.costAccounts,
    suspense_accounts: end.suspenseAccounts,
    asset_id: end.asset?.id ?? null,
    source_url: end.asset?.sourceUrl ?? null,
    source_expires_at: iso(end.asset?.sourceExpiresAtMs ?? null),
    outcome: end.outcome,
    code: end.code,
    message: end.message,
    upstream_code: end.upstreamCode,
    event_id: end.eventId,
    rerun: end.rerun,
    upstream_ended_at: iso(end.upstreamEndedAtMs),
  };
}
