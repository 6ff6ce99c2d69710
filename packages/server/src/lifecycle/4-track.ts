/**
 * Stage 4: what the upstream says about accepted attempts.
 *
 * What enters: attempts in state `accepted` that are due for a question, and callbacks that make them due at once.
 * What leaves: attempts at their end, in one statement with the upstream's bill, the task's next state and, for a
 * success, the asset to copy. Attempts whose task ended first are followed too: their slot and their bill are real.
 * If it dies in the middle: a question changes nothing; the attempt's lease ends and it is asked about again. A
 * callback is in the inbox before it is answered with 2xx.
 *
 * A callback is a hint: it names an attempt, and the status is asked for with our own credential before anything is
 * believed. A failed question, an unknown word and a body that does not fit never end a task.
 */
import { nextPollAtMs, questionBackoffMs } from '../decide/polling.ts';
import { newId } from '../effects/random/id.ts';
import type { Observation, PathContext } from '../providers/contract.ts';
import type { Ended, PollRow, Still } from '../store/track.ts';
import type { Context } from './context.ts';
import { askAs, byCredential, contextFor } from './credentials.ts';
import { failed, lost, succeeded } from './ends.ts';
import { rendersOf } from './learn.ts';
import { note } from './note.ts';
import type { AccessPath } from './paths.ts';

const CALLBACKS_SEEN_WITHIN_MS = 3_600_000;
const MISSES_TO_BELIEVE = 3;
const BATCHES_MOST = 10;
const NEARLY_DUE_MS = 2_000;

/** What is to be asked in one request, with one credential. */
export type Question = Asking & { rows: readonly PollRow[] };

/**
 * Claims what is due on all paths, at most `free` questions on each: a path that answers slowly has its questions
 * waiting, and no other path waits with it.
 */
export async function claimQuestions(
  context: Context,
  free: (pathName: string) => number,
): Promise<Question[]> {
  if (await context.gate.quarantined()) return [];
  await context.paths.refresh(context.clock.now());
  const questions: Question[] = [];
  for (const path of context.paths.all()) {
    const most = Math.min(BATCHES_MOST, free(path.name));
    if (most > 0) questions.push(...(await claimOnPath(context, path, most)));
  }
  return questions;
}

async function claimOnPath(context: Context, path: AccessPath, mostBatches: number): Promise<Question[]> {
  const nowMs = context.clock.now();
  const { settings } = context;
  const batch = path.provider.abilities.batchQuery;
  const lease = newId('lease', nowMs, context.random);
  const rows = await context.store.track.claimPolls(path.name, {
    nowMs,
    batch,
    mostBatches,
    queryRate: settings.queryRate,
    queryBurst: settings.queryBurst,
    lease,
    untilMs: nowMs + settings.leaseMs,
    nearlyDueMs: NEARLY_DUE_MS,
  });
  if (rows.length === 0) return [];
  const callbacks = await context.store.track.pathHasCallbacks(path.name, nowMs - CALLBACKS_SEEN_WITHIN_MS);
  return batchesOf(rows, batch).map((each) => ({ path, lease, callbacks, rows: each }));
}

type Asking = {
  path: AccessPath;
  lease: string;
  callbacks: boolean;
};

/** A question is asked with one credential; after a rotation a batch or two are not full. */
function batchesOf(rows: readonly PollRow[], batch: number): PollRow[][] {
  return byCredential(rows).flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / batch) }, (_, n) => same.slice(n * batch, (n + 1) * batch)),
  );
}

/** An answer tells of the moment of its question; this process may hear it much later. */
type Asked = Asking & { askedAtMs: number; own: boolean };

export async function askUpstream(context: Context, { rows, ...claim }: Question): Promise<void> {
  const { path } = claim;
  const askedAtMs = context.clock.now();
  const handles = rows.map((row) => ({
    attemptId: row.id,
    correlationId: row.correlation_id,
    handle: row.handle,
  }));
  const version = rows[0]?.credential_version ?? path.row.credential_version;
  const ask = (at: PathContext) => path.provider.observe(at, handles);
  const { outcome, own } = await askAs(context, path, version, ask);
  const asking = { ...claim, askedAtMs, own };
  const stills: Still[] = [];
  const ends: Ended[] = [];
  for (const row of rows) {
    if (outcome.kind === 'question_failed') {
      stills.push(questionFailed(context, asking, row, outcome.retryAfterMs));
      continue;
    }
    const observation = outcome.observations.get(row.id);
    if (!observation) stills.push(unanswered(context, asking, row));
    else if (!matches(row, observation)) stills.push(notThere(context, asking, row, observation));
    else sortObservation(context, asking, row, observation, { stills, ends });
  }
  if (outcome.kind === 'question_failed') {
    context.telemetry.count('sluice_questions_failed_total', { path: path.name, kind: outcome.class });
  }
  await recordStills(context, stills);
  await recordEnds(context, ends);
  await cancelUnwanted(context, path, rows, stills);
}

/** An answer about somebody else's task (ids swapped upstream) is no answer. */
function matches(row: PollRow, observation: Observation): boolean {
  if (observation.status === 'not_found') return true;
  if (observation.upstreamId !== row.upstream_id) return false;
  return observation.correlationId === null || observation.correlationId === row.correlation_id;
}

function sortObservation(
  context: Context,
  asking: Asked,
  row: PollRow,
  observation: Observation,
  sorted: { stills: Still[]; ends: Ended[] },
): void {
  switch (observation.status) {
    case 'queued':
    case 'running':
      sorted.stills.push(still(context, asking, row, observation));
      return;
    case 'unrecognised':
      context.telemetry.count('sluice_unrecognised_words_total', { path: asking.path.name });
      sorted.stills.push(still(context, asking, row, observation));
      return;
    case 'not_found': {
      // Seen with another key than it was sent with, which may be of another account.
      if (!asking.own) return void sorted.stills.push(unanswered(context, asking, row));
      const graceOver = asking.askedAtMs - row.accepted_at > asking.path.provider.abilities.lookupGraceMs;
      if (graceOver && row.misses + 1 >= MISSES_TO_BELIEVE) sorted.ends.push(lost(context, asking, row));
      else sorted.stills.push(notThere(context, asking, row, observation));
      return;
    }
    case 'succeeded':
      // A success without a clip is not a success yet: the link may follow.
      if (observation.outputs.length === 0) sorted.stills.push(still(context, asking, row, observation));
      else sorted.ends.push(succeeded(context, asking, row, observation));
      return;
    case 'failed':
    case 'canceled':
    case 'expired':
      sorted.ends.push(failed(context, asking, row, observation, observation.status));
  }
}

function pollAgainAtMs(context: Context, asking: Asking, row: PollRow): number {
  return nextPollAtMs({
    nowMs: context.clock.now(),
    acceptedAtMs: row.accepted_at,
    samplesMs: row.samples_ms ?? [],
    declaredMs: row.expected_ms,
    callbacks: asking.callbacks,
  });
}

function still(context: Context, asking: Asking, row: PollRow, observation: Observation): Still {
  const nowMs = context.clock.now();
  const changed = observation.word !== row.word;
  return {
    attemptId: row.id,
    lease: asking.lease,
    askAtMs: pollAgainAtMs(context, asking, row),
    word: observation.word,
    progress: observation.progress,
    misses: 0,
    note: changed
      ? note(nowMs, 'observation.changed', `${asking.path.name} says ${observation.word}`, {
          status: observation.status,
          asks: row.asks,
        })
      : null,
  };
}

/** Nothing was learnt about it this time. */
function unanswered(context: Context, asking: Asking, row: PollRow): Still {
  const askAtMs = pollAgainAtMs(context, asking, row);
  const { id: attemptId, misses } = row;
  return { attemptId, lease: asking.lease, askAtMs, word: null, progress: null, misses, note: null };
}

function notThere(context: Context, asking: Asking, row: PollRow, observation: Observation): Still {
  const nowMs = context.clock.now();
  const foreign = observation.status !== 'not_found';
  return {
    attemptId: row.id,
    lease: asking.lease,
    askAtMs: pollAgainAtMs(context, asking, row),
    word: null,
    progress: null,
    misses: foreign ? row.misses : row.misses + 1,
    note: foreign
      ? note(nowMs, 'observation.foreign', `${asking.path.name} answered about another task; ignored`)
      : note(nowMs, 'observation.missing', `${asking.path.name} does not list the task (yet)`),
  };
}

function questionFailed(context: Context, asking: Asking, row: PollRow, retryAfterMs: number | null): Still {
  return {
    attemptId: row.id,
    lease: asking.lease,
    askAtMs: context.clock.now() + questionBackoffMs(Math.min(row.asks, 5), retryAfterMs),
    word: null,
    progress: null,
    misses: row.misses,
    note: null,
  };
}

/**
 * What nobody wants and the upstream still works on: where it can be stopped it is told again with every question, for
 * the first wish may have been lost, or may have come before anybody knew that the upstream had it.
 */
async function cancelUnwanted(
  context: Context,
  path: AccessPath,
  rows: readonly PollRow[],
  stills: readonly Still[],
): Promise<void> {
  if (path.provider.abilities.cancel === 'none') return;
  const running = new Set(stills.map(({ attemptId }) => attemptId));
  for (const row of rows) {
    if (!running.has(row.id) || (row.wanted && !row.cancel_requested)) continue;
    const at = await contextFor(context, path, row.credential_version);
    const handle = { attemptId: row.id, correlationId: row.correlation_id, handle: row.handle };
    await context.drive.run(path.provider.cancel(at, handle), at);
  }
}

async function recordStills(context: Context, stills: readonly Still[]): Promise<void> {
  if (stills.length > 0) await context.store.track.recordStill(stills, context.clock.now());
}

async function recordEnds(context: Context, ends: readonly Ended[]): Promise<void> {
  if (ends.length === 0) return;
  const nowMs = context.clock.now();
  const ended = await context.store.track.recordEnded(ends, nowMs, 'USD');
  context.wake('admit');
  context.wake('mirror');
  context.wake('settle');
  const told = new Map(ends.map((end) => [end.attemptId, end]));
  const renders = ended.flatMap((row) => {
    const end = told.get(row.attempt_id);
    return end ? [{ row, end }] : [];
  });
  for (const { row, end } of renders.filter(({ row: { state } }) => state === 'succeeded')) {
    const labels = { path: row.path_name };
    context.telemetry.observe('sluice_detection_lag_seconds', (nowMs - end.endedAtMs) / 1000, labels);
  }
  const learned = rendersOf(renders);
  if (learned.ends.length > 0) await context.store.track.addRenderTimes(learned, nowMs);
}
