/**
 * Which access paths can do an order, in which preference, and why. The first is the one whose price is quoted; the
 * others follow when it has no free slot, if their price does not exceed the hold.
 */
import type { Order, PriceSheet, Refusal } from '@sluice/contract';
import type { Supported } from '../providers/contract.ts';
import type { HealthState } from './health.ts';
import type { Priced } from './pricing.ts';

export type RouteCandidate = {
  name: string;
  state: 'active' | 'paused' | 'draining' | 'retired';
  health: HealthState;
  sandbox: boolean;
  supported: Supported;
  sheet: PriceSheet | null;
  priced: Priced | { ok: false; refusal: Refusal } | null;
};

export type Route = {
  pathNames: string[];
  chosen: string;
  priced: Priced;
  sandbox: boolean;
  reason: string;
  alternatives: Alternative[];
};

export type Alternative = { path: string; priceMicros: bigint | null; rejectedBecause: string };

export type RouteAnswer = { ok: true; route: Route } | { ok: false; refusal: Refusal };

type Able = { candidate: RouteCandidate; priced: Priced };

export function route(
  order: Order,
  candidates: readonly RouteCandidate[],
  pinned: string | null,
): RouteAnswer {
  const considered =
    pinned === null ? candidates : candidates.filter((candidate) => candidate.name === pinned);
  if (pinned !== null && considered.length === 0)
    return { ok: false, refusal: noSuchPath(pinned, candidates) };
  const able: Able[] = [];
  const alternatives: Alternative[] = [];
  for (const candidate of considered) {
    const obstacle = obstacleOf(candidate);
    if (obstacle !== null)
      alternatives.push({ path: candidate.name, priceMicros: null, rejectedBecause: obstacle });
    else if (candidate.priced?.ok) able.push({ candidate, priced: candidate.priced });
  }
  // A real path is never mixed with an emulator: an order goes to one kind or the other.
  const real = able.filter(({ candidate }) => !candidate.sandbox);
  const pool = (real.length > 0 ? real : able).sort(byPreference);
  const [best, ...others] = pool;
  if (!best) return { ok: false, refusal: noRoute(order, considered, alternatives) };
  const followers = others.filter(({ priced }) => priced.maximumMicros <= best.priced.maximumMicros);
  for (const { candidate, priced } of able.filter((each) => each !== best)) {
    const because = followers.some((follower) => follower.candidate === candidate)
      ? `takes over when ${best.candidate.name} has no free slot`
      : candidate.sandbox && !best.candidate.sandbox
        ? 'is a sandbox'
        : 'costs more';
    alternatives.push({ path: candidate.name, priceMicros: priced.maximumMicros, rejectedBecause: because });
  }
  return {
    ok: true,
    route: {
      pathNames: [best, ...followers].map(({ candidate }) => candidate.name),
      chosen: best.candidate.name,
      priced: best.priced,
      sandbox: best.candidate.sandbox,
      reason: pinned === null ? reasonOf(pool.length) : `you pinned the task to ${pinned}`,
      alternatives,
    },
  };
}

function byPreference(a: Able, b: Able): number {
  if (a.priced.maximumMicros !== b.priced.maximumMicros) {
    return a.priced.maximumMicros < b.priced.maximumMicros ? -1 : 1;
  }
  const sickness = Number(a.candidate.health.health !== 'ok') - Number(b.candidate.health.health !== 'ok');
  return sickness !== 0 ? sickness : a.candidate.name < b.candidate.name ? -1 : 1;
}

function reasonOf(count: number): string {
  return count === 1
    ? 'the only path that can do this order'
    : `the cheapest of ${count} paths that can do this order`;
}

function obstacleOf(candidate: RouteCandidate): string | null {
  if (candidate.state === 'retired' || candidate.state === 'draining') return `is ${candidate.state}`;
  if (!candidate.supported.ok) return candidate.supported.reason;
  if (candidate.sheet === null || candidate.priced === null) return 'has no price sheet';
  if (!candidate.priced.ok) return candidate.priced.refusal.message ?? 'has no price for this order';
  return null;
}

function noSuchPath(pinned: string, candidates: readonly RouteCandidate[]): Refusal {
  return {
    code: 'no_route',
    field: 'path',
    message: `There is no path named ${pinned}.`,
    allowed: candidates.map((candidate) => candidate.name),
  };
}

function noRoute(
  order: Order,
  candidates: readonly RouteCandidate[],
  alternatives: readonly Alternative[],
): Refusal {
  const unpriced = candidates.find((candidate) => candidate.supported.ok && candidate.priced?.ok === false);
  if (unpriced?.priced && !unpriced.priced.ok) return unpriced.priced.refusal;
  const why = alternatives.map((each) => `${each.path} ${each.rejectedBecause}`).join('; ');
  const field = candidates.find((candidate) => !candidate.supported.ok)?.supported;
  return {
    code: 'no_route',
    field: field && !field.ok ? field.field : 'model',
    message: why === '' ? `No path is configured for ${order.model}.` : `No path can do this order: ${why}.`,
  };
}
