/**
 * Step of stage 4: what an attempt's end means for its task and for the books. The upstream's bill, the outcome, the
 * asset to copy and whether another path may try are decided here and written by one statement (track.ended).
 */
import { Order, type TaskErrorCode } from '@sluice/contract';
import { linkEndMs } from '../decide/copying.ts';
import { ledgerAccounts } from '../decide/postings.ts';
import { costFromUpstream, finalCharge, PricedSnapshot } from '../decide/pricing.ts';
import { newId } from '../effects/random/id.ts';
import type { FailureClass, Observation } from '../providers/contract.ts';
import type { Ended, PollRow } from '../store/track.ts';
import type { Context } from './context.ts';
import { note } from './note.ts';
import type { AccessPath } from './paths.ts';

type At = { path: Pick<AccessPath, 'name' | 'sheet' | 'linkLifeSeconds'> };
type Now = Pick<Context, 'clock' | 'random'>;
type Row = Pick<PollRow, 'id' | 'accepted_at' | 'asks' | 'cancel_requested' | 'order' | 'price'>;

export function succeeded(context: Now, asking: At, row: Row, observation: Observation): Ended {
  const nowMs = context.clock.now();
  const [output] = observation.outputs;
  const summary = `${asking.path.name} rendered it`;
  const source = output
    ? {
        id: newId('asset', nowMs, context.random),
        sourceUrl: output.url,
        sourceExpiresAtMs: linkEndMs(output, asking.path.linkLifeSeconds, row.accepted_at),
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

export function failed(
  context: Now,
  asking: At,
  row: Row,
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
export function lost(context: Now, asking: At, row: Row): Ended {
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
  | 'upstreamEndedAtMs'
>;

function end(
  context: Now,
  asking: At,
  row: Row,
  observation: Pick<Observation, 'word' | 'cost' | 'outputs' | 'changedAtMs'>,
  summary: string,
): EndCommon {
  const nowMs = context.clock.now();
  const { path } = asking;
  const cost = costOf(path, row, observation);
  const wallet = ledgerAccounts.upstream(path.name);
  // The upstream's own clock, kept between acceptance and now: clocks differ.
  const endedAtMs = Math.min(nowMs, Math.max(row.accepted_at, observation.changedAtMs ?? nowMs));
  return {
    attemptId: row.id,
    word: observation.word,
    note: note(nowMs, 'observation.ended', summary, {
      word: observation.word,
      asks: row.asks,
      // How long it had been over when we heard of it; null where the upstream does not say when that was.
      lag_ms: observation.changedAtMs === null ? null : nowMs - endedAtMs,
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
    endedAtMs,
    upstreamEndedAtMs: observation.changedAtMs === null ? null : endedAtMs,
  };
}

/**
 * What the upstream took. Its own figure where it states one; otherwise what the price sheet says for a delivered clip,
 * and nothing for a failure on a path that does not bill failures. A figure in a unit that the sheet cannot turn into
 * money is kept as it is, beside the sheet's own amount: what was bought never goes without an entry.
 */
function costOf(
  path: At['path'],
  row: Row,
  observation: Pick<Observation, 'cost' | 'outputs'>,
): Ended['cost'] {
  const { cost } = observation;
  const statedMicros = cost === null || path.sheet === null ? null : costFromUpstream(cost, path.sheet);
  if (cost !== null && statedMicros !== null) {
    return { unit: cost.unit, unitMicros: cost.amountMicros, micros: statedMicros };
  }
  const [output] = observation.outputs;
  if (!output) return null;
  const order = Order.parse(row.order);
  const seconds = output.seconds ?? order.seconds ?? order.inputSeconds ?? 0;
  const { costMicros } = finalCharge(PricedSnapshot.parse(row.price), { seconds });
  return { unit: cost?.unit ?? 'USD', unitMicros: cost?.amountMicros ?? costMicros, micros: costMicros };
}
