/** The order in which able paths are preferred, by the policy of the account or the task, and the words for it. */

import type { RoutingPolicy } from '@sluice/contract';

/** What a preference looks at. */
export type Preferable = {
  name: string;
  /** Throttled, out of money, refused, unreachable or paused right now. */
  rests: boolean;
  /** Not expected to start or to end by when the order wants it. */
  late: boolean;
  priceMicros: bigint;
  /** From now to the clip. */
  endsInMs: number;
  failureShare: number;
  /** How many ends the share rests on. */
  ends: number;
  weight: number;
};

type Choice = { policy: RoutingPolicy; fraction: number };

/** A path of which nothing is known is taken to fail as often as this, until it has shown as many ends as this. */
const FAILURES_GUESSED = 0.5;
const ENDS_GUESSED = 10;

export function failureShare({ failed, of }: { failed: number; of: number }): number {
  return (failed + FAILURES_GUESSED) / (of + ENDS_GUESSED);
}

/** The preferred first. Under weights only what is weighed remains, drawn without replacement. */
export function preference<Path extends Preferable>(paths: readonly Path[], choice: Choice): Path[] {
  const sorted = [...paths].sort(comparing(choice.policy));
  return choice.policy === 'weighted' ? drawn(sorted, choice.fraction) : sorted;
}

function comparing(policy: RoutingPolicy): (a: Preferable, b: Preferable) => number {
  const measures: Record<RoutingPolicy, readonly Measure[]> = {
    cheapest: [byPrice, byEnd],
    fastest: [byEnd, byPrice],
    most_reliable: [byFailures, byPrice, byEnd],
    weighted: [],
  };
  const order = [byRest, byLate, ...measures[policy], byName];
  return (a, b) => order.reduce((found, measure) => (found !== 0 ? found : measure(a, b)), 0);
}

type Measure = (a: Preferable, b: Preferable) => number;

const byRest: Measure = (a, b) => Number(a.rests) - Number(b.rests);
const byLate: Measure = (a, b) => Number(a.late) - Number(b.late);
const byPrice: Measure = (a, b) =>
  a.priceMicros === b.priceMicros ? 0 : a.priceMicros < b.priceMicros ? -1 : 1;
const byEnd: Measure = (a, b) => a.endsInMs - b.endsInMs;
const byFailures: Measure = (a, b) => a.failureShare - b.failureShare;
const byName: Measure = (a, b) => (a.name < b.name ? -1 : 1);

/** One draw decides the whole order: what is left of the fraction in a path's share draws among the others. */
function drawn<Path extends Preferable>(paths: readonly Path[], fraction: number): Path[] {
  const left = paths.filter(({ weight }) => weight > 0);
  const order: Path[] = [];
  let place = fraction;
  while (left.length > 0) {
    const group = left.filter((path) => left[0] && alike(path, left[0]));
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    let reached = 0;
    const found = group.find(({ weight }) => {
      reached += weight / total;
      return place < reached;
    });
    const next = found ?? group.at(-1);
    if (!next) break;
    const share = next.weight / total;
    place = Math.min(1 - Number.EPSILON, Math.max(0, (place - (reached - share)) / share));
    order.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return order;
}

/** Equally able to take it now; among such the policy decides. */
function alike(a: Preferable, b: Preferable): boolean {
  return a.rests === b.rests && a.late === b.late;
}

/** What keeps the others back, where something does. */
function tellOthers(best: Preferable, others: readonly Preferable[]): string {
  const rest = others.some(({ rests }) => rests !== best.rests);
  const late = others.some(({ late }) => late !== best.late);
  if (!rest && !late) return '';
  return `; the others ${[...(rest ? ['rest'] : []), ...(late ? ['would be late'] : [])].join(' or ')}`;
}

/** Why this one, in words that a customer reads. */
export function tellPreference(best: Preferable, pool: readonly Preferable[], { policy }: Choice): string {
  if (pool.length === 1) return 'the only path that can do this order';
  const well = pool.filter((path) => alike(path, best));
  const of = `of ${pool.length} paths that can do this order`;
  const others = tellOthers(best, pool);
  const inTime = pool.some(({ late }) => late !== best.late);
  switch (policy) {
    case 'cheapest':
      if (well.length > 1) return `the cheapest ${of}${others}`;
      return `the only one ${of} that ${inTime ? 'would be in time' : 'does not rest'}`;
    case 'fastest':
      return `expected to end first, in ${Math.round(best.endsInMs / 1000)} s, ${of}${others}`;
    case 'most_reliable':
      return best.ends === 0
        ? `expected to fail least often ${of}${others}; nothing is measured yet`
        : `fails least often ${of}, by its last ${best.ends === 1 ? 'render' : `${best.ends} renders`}${others}`;
    case 'weighted': {
      const total = well.reduce((sum, { weight }) => sum + weight, 0);
      return `drawn with weight ${best.weight} of ${total} ${of}${others}`;
    }
  }
}
