/**
 * Finds out what became of sends whose answer was lost.
 *
 * What enters: attempts in state `unknown`, and attempts still `sending` whose window is over (their process died).
 * What leaves: `accepted` when the upstream knows our id, or a callback in the inbox says what it became; the same
 * attempt sent again under the same id when the upstream provably has none; `abandoned` when nobody wants it any more.
 * If it dies in the middle: a lookup changes nothing and is repeated when its lease ends. A repeat is written as
 * `sending` before it leaves, so it is reconciled like any other.
 */
import { Order } from '@sluice/contract';
import {
  canLookUp,
  givenUpUnanswered,
  lookupBackoffMs,
  lookupVerdict,
  provesAbsence,
} from '../decide/reconcile.ts';
import { newId } from '../effects/random/id.ts';
import type { LookupRow } from '../store/submit.ts';
import { learnLimit, type Sendable } from './3-submit.ts';
import type { Context } from './context.ts';
import { askAs, byCredential } from './credentials.ts';
import { note } from './note.ts';
import type { AccessPath } from './paths.ts';

const PRESUMED_MOST = 100;

export async function pathsToReconcile(context: Context): Promise<readonly AccessPath[]> {
  if (await context.gate.quarantined()) return [];
  await context.paths.refresh(context.clock.now());
  return context.paths.all();
}

/** One round over a path; answers the attempts that are to be sent again, by the caller, now. */
export async function reconcilePath(context: Context, path: AccessPath): Promise<Sendable[]> {
  await presumeLost(context, path);
  return lookUpPath(context, path);
}

async function presumeLost(context: Context, path: AccessPath): Promise<void> {
  const nowMs = context.clock.now();
  const line = note(nowMs, 'attempt.unknown', 'the sending process stopped; looking it up by our id');
  await context.store.submit.presumeLost(path.name, nowMs, PRESUMED_MOST, line);
}

async function lookUpPath(context: Context, path: AccessPath): Promise<Sendable[]> {
  const nowMs = context.clock.now();
  const lease = newId('lease', nowMs, context.random);
  const most = path.provider.abilities.batchQuery;
  const untilMs = nowMs + context.settings.leaseMs;
  const due = await context.store.submit.claimLookups(path.name, { nowMs, most, lease, untilMs });
  if (due.length === 0) return [];
  // What an answer does not hold was missing when it was asked for, however late this process hears it.
  const askedAtMs = context.clock.now();
  const silent = await adoptCalled(context, path, due);
  if (silent.length === 0) return [];
  if (!canLookUp(path.provider.abilities)) {
    return applyMisses(context, path, { lease, askedAtMs, looked: false }, silent);
  }
  const sends: Sendable[] = [];
  for (const rows of byCredential(silent)) {
    sends.push(...(await lookUp(context, path, { lease, askedAtMs }, rows)));
  }
  return sends;
}

/** One question, with the credential that all of them were sent with. */
async function lookUp(
  context: Context,
  path: AccessPath,
  { lease, askedAtMs }: { lease: string; askedAtMs: number },
  rows: readonly LookupRow[],
): Promise<Sendable[]> {
  const queries = rows.map((row) => ({
    correlationId: row.correlation_id,
    order: Order.parse(row.order),
    sentAtMs: row.sent_at,
  }));
  const version = rows[0]?.credential_version ?? path.row.credential_version;
  const { outcome, own } = await askAs(context, path, version, (at) => path.provider.find(at, queries));
  if (outcome.kind === 'question_failed') {
    await unanswered(context, path, lease, rows, outcome.retryAfterMs);
    return [];
  }
  const adopted = await adopt(context, path, rows, outcome);
  const missing = rows.filter((row) => !outcome.items.has(row.correlation_id));
  const doubtful = rows.filter((row) => outcome.items.has(row.correlation_id) && !adopted.has(row.id));
  if (!own) doubtful.push(...missing);
  if (doubtful.length > 0) await unanswered(context, path, lease, doubtful, null);
  return own ? applyMisses(context, path, { lease, askedAtMs, looked: true }, missing) : [];
}

/**
 * Those of which a callback said what they became; answers the others. The callback came with the attempt's secret
 * token, and whatever it names is asked about with our own credential before anything else is believed of it. Where the
 * upstream can be asked by our id, that is what tells.
 */
async function adoptCalled(
  context: Context,
  path: AccessPath,
  due: readonly LookupRow[],
): Promise<LookupRow[]> {
  const items = new Map(
    provesAbsence(path.provider.abilities)
      ? []
      : due.flatMap(({ correlation_id: id, called }) =>
          called === null ? [] : [[id, { upstreamId: called.upstream_id, handle: called.handle }] as const],
        ),
  );
  await adopt(context, path, due, { items });
  return due.filter((row) => !items.has(row.correlation_id));
}

type Sign = { upstreamId: string; handle: unknown; observation?: { correlationId: string | null } };

/**
 * The earlier send did arrive: from here on it is an accepted attempt like any other, asked about at once. Answers
 * those that are. Where a list shows only what was ordered and no id of ours, two equal orders look the same: one that
 * another attempt has, or may have, is not taken.
 */
async function adopt(
  context: Context,
  path: AccessPath,
  due: readonly LookupRow[],
  outcome: { items: ReadonlyMap<string, Sign> },
): Promise<ReadonlySet<string>> {
  const proven = provesAbsence(path.provider.abilities);
  const nowMs = context.clock.now();
  const found = due.flatMap((row) => {
    const item = outcome.items.get(row.correlation_id);
    if (!item) return [];
    const summary = `${path.name} had accepted it as ${item.upstreamId}; adopted`;
    const line = note(nowMs, 'attempt.found', summary, { path: path.name, upstream_id: item.upstreamId });
    const { upstreamId, handle, observation } = item;
    const alike = !proven && observation?.correlationId === null;
    const adopted = { attemptId: row.id, upstreamId, handle, askAtMs: nowMs, note: line };
    return [alike ? { ...adopted, alike: true as const } : adopted];
  });
  if (found.length === 0) return new Set();
  const accepted = await context.store.submit.recordAccepted(found, nowMs);
  for (const { pathName, family } of accepted) await learnLimit(context, pathName, family, 'accepted');
  context.wake('track');
  return new Set(accepted.map(({ attemptId }) => attemptId));
}

/** The question failed: it is asked again later, except about what has waited in vain for long enough. */
async function unanswered(
  context: Context,
  path: AccessPath,
  lease: string,
  rows: readonly LookupRow[],
  retryAfterMs: number | null,
): Promise<void> {
  const nowMs = context.clock.now();
  const isOver = (row: LookupRow): boolean =>
    givenUpUnanswered(
      { sentAtMs: row.sent_at, expectedMs: row.expected_ms, unwanted: row.unwanted },
      path.provider.abilities,
      nowMs,
    );
  const over = rows.filter(isOver);
  if (over.length > 0) await abandonAll(context, lease, over, `${path.name} never told what became of it`);
  const open = rows.filter((row) => !over.includes(row));
  if (open.length === 0) return;
  await context.store.submit.recordLookAgain(
    open.map((row) => ({
      attemptId: row.id,
      lease,
      askAtMs: nowMs + lookupBackoffMs(row.asks, retryAfterMs),
      misses: row.misses,
    })),
  );
}

async function applyMisses(
  context: Context,
  path: AccessPath,
  { lease, askedAtMs, looked }: { lease: string; askedAtMs: number; looked: boolean },
  rows: readonly LookupRow[],
): Promise<Sendable[]> {
  const again: { attemptId: string; lease: string; askAtMs: number; misses: number }[] = [];
  const resend: LookupRow[] = [];
  const abandon: LookupRow[] = [];
  const giveUp: LookupRow[] = [];
  for (const row of rows) {
    const misses = row.misses + (looked ? 1 : 0);
    const facts = {
      sentAtMs: row.sent_at,
      misses,
      sends: row.sends,
      unwanted: row.unwanted,
      expectedMs: row.expected_ms,
      lostAnswer: path.row.lost_answer,
    };
    const verdict = lookupVerdict(facts, path.provider.abilities, askedAtMs);
    if (verdict.kind === 'resend') resend.push(row);
    else if (verdict.kind === 'abandon') (verdict.proven ? abandon : giveUp).push(row);
    else again.push({ attemptId: row.id, lease, askAtMs: verdict.askAtMs, misses });
  }
  if (again.length > 0) await context.store.submit.recordLookAgain(again);
  const { name } = path;
  if (abandon.length > 0) await abandonAll(context, lease, abandon, `${name} never accepted it`);
  if (giveUp.length > 0) await abandonAll(context, lease, giveUp, `${name} gave no sign of it`);
  return resend.length > 0 ? resendAll(context, path, lease, resend) : [];
}

async function abandonAll(
  context: Context,
  lease: string,
  rows: readonly LookupRow[],
  reason: string,
): Promise<void> {
  const nowMs = context.clock.now();
  const line = note(nowMs, 'attempt.abandoned', `${reason}; the slot is free again`);
  await context.store.submit.recordAbandoned(
    rows.map((row) => ({ attemptId: row.id, lease, reason, note: line })),
    nowMs,
  );
  context.wake('settle');
  context.wake('admit');
}

async function resendAll(
  context: Context,
  path: AccessPath,
  lease: string,
  rows: readonly LookupRow[],
): Promise<Sendable[]> {
  const nowMs = context.clock.now();
  const nextLease = newId('lease', nowMs, context.random);
  const line = note(
    nowMs,
    'attempt.resending',
    `${path.name} never accepted it; sending again under the same id`,
  );
  const sendByMs = nowMs + context.settings.sendWindowMs;
  // Before the write: a process that is stopped while it waits for its answer must notice.
  const leasedAtMonotonicMs = context.clock.monotonic();
  const ids = await context.store.submit.recordResending(
    rows.map((row) => ({ attemptId: row.id, lease, nextLease, sendByMs, note: line })),
    nowMs,
  );
  return rows
    .filter((row) => ids.includes(row.id))
    .map((row) => ({
      attemptId: row.id,
      taskId: row.task_id,
      accountId: row.account_id,
      pathName: path.name,
      callbackToken: row.callback_token,
      credentialVersion: row.credential_version,
      lease: nextLease,
      order: row.order,
      startByMs: row.start_by,
      leasedAtMonotonicMs,
    }));
}
