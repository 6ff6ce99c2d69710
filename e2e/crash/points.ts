/**
 * Where a gateway is killed: on both sides of every boundary of every stage, and inside the transactions. The names
 * are those of the wrapped parts (processes/kills.ts); a claim that found nothing is not counted as passed.
 */
import type { ScenarioName } from './scenarios.ts';

export type Point = {
  stage: string;
  name: string;
  scenario: ScenarioName;
  /** Passed at least so often in the scenario, so the n-th time that kills is drawn from 1 to `hits`. */
  hits: number;
  /** Drawn from here on instead of 1. */
  from?: number;
  /** The life that comes back is killed too, at this point. */
  next?: string;
  /** Not by itself, but from outside, at a moment drawn from the time that the work takes. */
  outside?: 'gateway' | 'postmaster' | 'both' | 'start' | 'terminated';
};

type Row = [name: string, hits: number, more?: Partial<Point>];

const at = (stage: string, scenario: ScenarioName, rows: Row[]): Point[] =>
  rows.map(([name, hits, more]) => ({ stage, scenario, name, hits, ...more }));

export const points: readonly Point[] = [
  ...at('accept', 'plain', [
    ['before:store.accept.accept', 2],
    ['inside:store.accept.accept', 2],
    ['after:store.accept.accept', 2],
  ]),
  ...at('accept', 'keyless', [
    ['after:store.accept.accept', 2],
    ['after:store.accept.markAnswered', 1],
  ]),
  ...at('accept', 'upload', [
    ['before:store.files.insert', 1],
    ['after:store.files.insert', 1],
    ['before:blobs.publish.files', 1],
    ['after:blobs.publish.files', 1],
  ]),
  ...at('admit', 'plain', [
    ['before:store.admission.admit', 1],
    ['inside:store.admission.admit', 1],
    ['after:store.admission.admit', 1],
    ['after:store.admission.admit', 1, { next: 'after:store.submit.presumeLost' }],
  ]),
  ...at('submit', 'plain', [
    ['before:outbound.submit', 3],
    ['during:outbound.submit', 3],
    ['after:outbound.submit', 3],
    ['before:store.submit.recordAccepted', 3],
    ['after:store.submit.recordAccepted', 3],
    ['inside:store.limits.change', 3],
    ['after:store.limits.change', 3],
  ]),
  ...at('submit', 'no_callbacks', [['after:outbound.submit', 3, { next: 'after:outbound.find' }]]),
  ...at('submit', 'no_slot', [
    ['before:store.submit.recordRequeued', 2],
    ['after:store.submit.recordRequeued', 2],
  ]),
  ...at('submit', 'refused', [
    ['before:store.submit.recordRefused', 3],
    ['after:store.submit.recordRefused', 3],
  ]),
  ...at('reconcile', 'answer_lost', [
    ['before:store.submit.recordUnknown', 3],
    ['after:store.submit.recordUnknown', 3],
    ['after:store.submit.claimLookups', 1],
    ['before:outbound.find', 1],
    ['after:outbound.find', 1],
    ['before:store.submit.recordAccepted', 1],
    ['after:store.submit.recordAccepted', 1],
  ]),
  ...at('reconcile', 'order_lost', [
    ['after:store.submit.recordLookAgain', 2],
    ['before:store.submit.recordResending', 1],
    ['after:store.submit.recordResending', 1],
    ['before:outbound.submit', 6, { from: 4 }],
    ['after:outbound.submit', 6, { from: 4 }],
  ]),
  ...at('track', 'plain', [
    ['before:store.track.recordCallback', 4],
    ['after:store.track.recordCallback', 4],
    ['inside:store.track.claimPolls', 1],
    ['after:store.track.claimPolls', 1],
    ['after:outbound.ask', 1],
    ['before:store.track.recordEnded', 1],
    ['after:store.track.recordEnded', 1],
    ['after:store.track.addRenderTimes', 1],
  ]),
  ...at('track', 'moderated', [
    ['before:store.track.recordEnded', 1],
    ['after:store.track.recordEnded', 1],
  ]),
  ...at('mirror', 'plain', [
    ['after:store.mirror.claimCopies', 1],
    ['before:outbound.stream', 3],
    ['before:blobs.publish.posters', 3],
    ['before:blobs.publish.assets', 3],
    ['after:blobs.publish.assets', 3],
    ['before:store.mirror.recordStored', 3],
    ['after:store.mirror.recordStored', 3],
  ]),
  ...at('mirror', 'slow_clip', [['during:outbound.stream', 12]]),
  ...at('mirror', 'dead_link', [['after:store.mirror.recordCopyAgain', 2]]),
  ...at('mirror', 'no_clip', [
    ['before:store.mirror.recordLost', 2],
    ['after:store.mirror.recordLost', 2],
  ]),
  ...at('mirror', 'deleted', [
    ['after:store.mirror.markDeleted', 3],
    ['after:blobs.remove', 3],
  ]),
  ...at('settle', 'plain', [
    ['inside:store.settle.settle', 1],
    ['after:store.settle.settle', 1],
  ]),
  ...at('notify', 'plain', [
    ['after:store.notify.claimDeliveries', 1],
    ['before:outbound.webhook', 3],
    ['during:outbound.webhook', 3],
    ['after:outbound.webhook', 3],
    ['before:store.notify.recordDeliveries', 3],
    ['after:store.notify.recordDeliveries', 3],
  ]),
  ...at('notify', 'receiver_down', [['after:store.notify.recordDeliveries', 3]]),
  ...at('cancel', 'cancel_waiting', [
    ['before:store.settle.cancel', 3],
    ['inside:store.settle.cancel', 3],
    ['after:store.settle.cancel', 3],
  ]),
  ...at('cancel', 'cancel_unknown', [
    ['after:store.settle.cancel', 3],
    ['before:store.submit.recordAbandoned', 1],
    ['after:store.submit.recordAbandoned', 1],
  ]),
  ...at('expire', 'expired', [
    ['before:store.settle.expire', 1],
    ['after:store.settle.expire', 1],
  ]),
  ...at('any', 'plain', [
    ['kill -9 of the gateway', 1, { outside: 'gateway' }],
    ['kill -9 of the gateway, and while it starts', 1, { outside: 'start' }],
    ['kill -9 of the postmaster', 1, { outside: 'postmaster' }],
    ['kill -9 of both', 1, { outside: 'both' }],
    ['SIGTERM', 1, { outside: 'terminated' }],
  ]),
];

/** What a point is called in the table and on the command line. */
export function titleOf({ name, scenario, next }: Point): string {
  const scene = scenario === 'plain' ? '' : ` (${scenario})`;
  return `${name}${next === undefined ? '' : ` then ${next}`}${scene}`;
}
