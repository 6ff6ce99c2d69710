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
import { Order, type TaskErrorCode } from '@sluice/contract';
import { nextPollAtMs, questionBackoffMs } from '../decide/polling.ts';
import { ledgerAccounts } from '../decide/postings.ts';
import { costFromUpstream, finalCharge, PricedSnapshot } from '../decide/pricing.ts';
import { newId } from '../effects/random/id.ts';
import type { FailureClass, Observation, UpstreamCost } from '../providers/contract.ts';
import type { Ended, PollRow, Still } from '../store/track.ts';
import type { Context } from './context.ts';
import { rendersOf } from './learn.ts';
import { note } from './note.ts';
import type { AccessPath } from './paths.ts';

const CALLBACKS_SEEN_WITHIN_MS = 3_600_000;
const MISSES_TO_BELIEVE = 3;
const BATCHES_MOST = 10;
const NEARLY_DUE_MS = 2_000;

/** One round over all paths; answers how many attempts were asked about. */
export async function trackAttempts(context: Context): Promise<number> {
  if (await context.gate.quarantined()) return 0;
  await context.paths.refresh(context.clock.now());
  let asked = 0;
  for (const path of context.paths.all()) asked += await trackPath(context, path);
  return asked;
}

async function trackPath(context: Context, path: AccessPath): Promise<number> {
  const nowMs = context.clock.now();
  const { settings } = context;
  const batch = path.provider.abilities.batchQuery;
  const lease = newId('lease', nowMs, context.random);
  const rows = await context.store.track.claimPolls(path.name, {
    nowMs,
    batch,
    mostBatches: BATCHES_MOST,
    queryRate: settings.queryRate,
    queryBurst: settings.queryBurst,
    lease,
    untilMs: nowMs + settings.leaseMs,
    nearlyDueMs: NEARLY_DUE_MS,
  });
  if (rows.length === 0) return 0;
  const callbacks = await context.store.track.pathHasCallbacks(path.name, nowMs - CALLBACKS_SEEN_WITHIN_MS);
  for (let start = 0; start < rows.length; start += batch) {
    await askBatch(context, { path, lease, callbacks }, rows.slice(start, start + batch));
  }
  return rows.length;
}

type Asking = {
  path: AccessPath;
  lease: string;
  callbacks: boolean;
};

/** An answer tells of the moment of its question; this process may hear it much later. */
type Asked = Asking & { askedAtMs: number };

async function askBatch(context: Context, claim: Asking, rows: readonly PollRow[]): Promise<void> {
  const { path } = claim;
  const asking = { ...claim, askedAtMs: context.clock.now() };
  const handles = rows.map((row) => ({
    attemptId: row.id,
    correlationId: row.correlation_id,
    handle: row.handle,
  }));
  const at = path.context(context.clock.now());
  const { outcome } = await context.drive.run(path.provider.observe(at, handles), at);
  const stills: Still[] = [];
  const ends: Ended[] = [];
  for (const row of rows) {
    if (outcome.kind === 'question_failed') {
      stills.push(questionFailed(context, asking, row, outcome.retryAfterMs));
      continue;
    }
    const observation = outcome.observations.get(row.id);
    if (!observation || !matches(row, observation)) stills.push(notThere(context, asking, row, observation));
    else sortObservation(context, asking, row, observation, { stills, ends });
  }
  if (outcome.kind === 'question_failed') {
    context.telemetry.count('sluice_questions_failed_total', { path: path.name, kind: outcome.class });
  }
  await recordStills(context, stills);
  await recordEnds(context, ends);
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

function notThere(
  context: Context,
  asking: Asking,
  row: PollRow,
  observation: Observation | undefined,
): Still {
  const nowMs = context.clock.now();
  const foreign = observation !== undefined && observation.status !== 'not_found';
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

function succeeded(context: Context, asking: Asking, row: PollRow, observation: Observation): Ended {
  const nowMs = context.clock.now();
  const [output] = observation.outputs;
  const summary = `${asking.path.name} rendered it`;
  const source = output
    ? {
        id: newId('asset', nowMs, context.random),
        sourceUrl: output.url,
        sourceExpiresAtMs: output.expiresAtMs,
      }
    : null;
  return {
    ...end(context, asking, row, observation, summary),
    state: 'succeeded',
    reason: null,
    asset: source,
    rerun: false,
    outcome: null,
    code: null,
    message: null,
    upstreamCode: null,
  };
}

function failed(
  context: Context,
  asking: Asking,
  row: PollRow,
  observation: Observation,
  state: 'failed' | 'canceled' | 'expired',
): Ended {
  const failure = observation.failure;
  const message = failure?.message || `the upstream says ${observation.word}`;
  const canceled = state === 'canceled' && row.cancel_requested;
  return {
    ...end(context, asking, row, observation, `${asking.path.name}: ${message}`),
    state,
    reason: message,
    asset: null,
    rerun: isUpstreams(observation.failure) && !canceled,
    outcome: canceled ? 'canceled' : 'failed',
    code: canceled ? 'canceled' : codeOf(failure?.class ?? 'upstream'),
    message,
    upstreamCode: failure?.code ?? null,
  };
}

/** The upstream forgot a task that it had accepted. */
function lost(context: Context, asking: Asking, row: PollRow): Ended {
  const message = 'the upstream no longer knows the task';
  const observation = { word: 'not found', cost: null, outputs: [], changedAtMs: null };
  return {
    ...end(context, asking, row, observation, `${asking.path.name}: ${message}`),
    state: 'abandoned',
    reason: message,
    asset: null,
    // Should it turn up all the same, a second one would be one too many.
    rerun: false,
    outcome: 'failed',
    code: 'render_failed',
    message,
    upstreamCode: null,
  };
}

/** Not the client's doing: neither what was asked for nor what came of it was refused. */
function isUpstreams(failure: Observation['failure']): boolean {
  return failure === null || failure.class === 'upstream' || failure.class === 'expired';
}

function codeOf(failure: FailureClass): TaskErrorCode {
  switch (failure) {
    case 'moderation':
      return 'moderated';
    case 'bad_input':
      return 'input_rejected';
    case 'upstream':
    case 'expired':
      return 'render_failed';
  }
}

type EndCommon = Pick<
  Ended,
  | 'attemptId'
  | 'word'
  | 'note'
  | 'cost'
  | 'costId'
  | 'costAccounts'
  | 'suspenseAccounts'
  | 'eventId'
  | 'endedAtMs'
>;

function end(
  context: Context,
  asking: Asking,
  row: PollRow,
  observation: Pick<Observation, 'word' | 'cost' | 'outputs' | 'changedAtMs'>,
  summary: string,
): EndCommon {
  const nowMs = context.clock.now();
  const { path } = asking;
  const cost = costOf(path, row, observation);
  const wallet = ledgerAccounts.upstream(path.name);
  return {
    attemptId: row.id,
    word: observation.word,
    note: note(nowMs, 'observation.ended', summary, {
      word: observation.word,
      asks: row.asks,
      cost: observation.cost && {
        unit: observation.cost.unit,
        micros: observation.cost.amountMicros.toString(),
      },
    }),
    cost,
    costId: newId('ltx', nowMs, context.random),
    costAccounts: [ledgerAccounts.cost(path.name), wallet],
    suspenseAccounts: [ledgerAccounts.suspense(path.name), wallet],
    eventId: newId('evt', nowMs, context.random),
    // The upstream's own clock, kept between acceptance and now: clocks differ.
    endedAtMs: Math.min(nowMs, Math.max(row.accepted_at, observation.changedAtMs ?? nowMs)),
  };
}

/**
 * What the upstream took. Its own figure where it states one; otherwise what the price sheet says for a delivered clip,
 * and nothing for a failure on a path that does not bill failures.
 */
function costOf(
  path: AccessPath,
  row: PollRow,
  observation: Pick<Observation, 'cost' | 'outputs'>,
): Ended['cost'] {
  if (observation.cost !== null) return statedCost(path, observation.cost);
  const [output] = observation.outputs;
  if (!output) return null;
  const order = Order.parse(row.order);
  const seconds = output.seconds ?? order.seconds ?? order.inputSeconds ?? 0;
  const { costMicros } = finalCharge(PricedSnapshot.parse(row.price), { seconds });
  return { unit: 'USD', unitMicros: costMicros, micros: costMicros };
}

function statedCost(path: AccessPath, cost: UpstreamCost): Ended['cost'] {
  const micros = path.sheet === null ? null : costFromUpstream(cost, path.sheet);
  return micros === null ? null : { unit: cost.unit, unitMicros: cost.amountMicros, micros };
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
