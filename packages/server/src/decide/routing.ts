/**
 * Which access paths can do an order, in which preference, and why. The first is the one whose price is quoted; the
 * others take over when it has no free slot or when its render fails, if their price does not exceed what may be held.
 *
 * A path that rests (throttled, empty wallet, refused credential, paused) comes after every one that does not, whatever
 * the policy, and one that would be late after those that would be in time: a clip that comes too late is nobody's.
 * What is not known is never taken for good news: a path without measurements is judged by what is declared
 * and by a cautious guess of its failures.
 */
import type { Order, PriceSheet, Refusal, RoutingPolicy } from '@sluice/contract';
import type { Supported } from '../providers/contract.ts';
import type { HealthState } from './health.ts';
import type { Priced } from './pricing.ts';
import { failureShare, type Preferable, preference, tellPreference } from './routing/policy.ts';

export type RouteCandidate = {
  name: string;
  state: 'active' | 'paused' | 'draining' | 'retired';
  health: HealthState;
  sandbox: boolean;
  supported: Supported;
  sheet: PriceSheet | null;
  priced: Priced | { ok: false; refusal: Refusal } | null;
  /** The operator's words for where it keeps what it is given. */
  regions: readonly string[];
  /** Until a slot is free, by what is taken and what waits now. */
  waitMs: number;
  /** From the submit to the clip: half of them take longer. */
  renderMs: { medianMs: number; measured: boolean };
  /** The newest renders that ended, and how many of them the upstream itself failed. */
  ends: { failed: number; of: number };
  /** What its wallet is worth; null: not told. */
  walletMicros: bigint | null;
};

export type RoutingWish = {
  /** One path and no other; null: by policy. */
  pinned: string | null;
  policy: RoutingPolicy;
  /** By path name; for `weighted`. A path that is not named weighs nothing. */
  weights: Readonly<Record<string, number>>;
  /** A path must name one of them; empty: anywhere. */
  regions: readonly string[];
  /** The client's own ceiling; up to it, dearer paths may take over. */
  maxPriceMicros: bigint | null;
  /** Until it must have started, and ended; null: whenever. */
  startWithinMs: number | null;
  finishWithinMs: number | null;
  /** In [0, 1), drawn by the caller; for `weighted`. */
  fraction: number;
};

export type Route = {
  /** Paths that may take it, the preferred first. */
  pathNames: string[];
  chosen: string;
  priced: Priced;
  /** The price on each of them: the customer pays that of the path which delivered. */
  prices: ReadonlyMap<string, Priced>;
  /** The dearest of those: what is held. */
  holdMicros: bigint;
  sandbox: boolean;
  reason: string;
  alternatives: Alternative[];
};

export type Alternative = { path: string; priceMicros: bigint | null; rejectedBecause: string };

export type RouteAnswer = { ok: true; route: Route } | { ok: false; refusal: Refusal };

type Able = Preferable & { candidate: RouteCandidate; priced: Priced };

export function route(order: Order, candidates: readonly RouteCandidate[], wish: RoutingWish): RouteAnswer {
  const { pinned } = wish;
  const considered = candidates.filter((candidate) => pinned === null || candidate.name === pinned);
  if (pinned !== null && considered.length === 0) {
    return { ok: false, refusal: noSuchPath(pinned, candidates) };
  }
  const able: Able[] = [];
  const alternatives: Alternative[] = [];
  for (const candidate of considered) {
    const obstacle = obstacleOf(candidate, wish);
    if (obstacle === null && candidate.priced?.ok) able.push(ableOf(candidate, candidate.priced, wish));
    else
      alternatives.push({
        path: candidate.name,
        priceMicros: null,
        rejectedBecause: obstacle ?? 'has no price',
      });
  }
  // A real path is never mixed with an emulator: an order goes to one kind or the other.
  const real = able.filter(({ candidate }) => !candidate.sandbox);
  const kind = real.length > 0 ? real : able;
  // With none that the client can pay, the best is told with its price, and the order is refused for that.
  const payable = kind.filter(({ priceMicros }) => within(priceMicros, wish));
  // Whoever pins a path has chosen it: weights have no say.
  const choice = pinned === null ? wish : { ...wish, policy: 'cheapest' as const };
  const pool = preference(payable.length > 0 ? payable : kind, choice);
  const [best, ...others] = pool;
  if (!best) {
    for (const { name, priceMicros } of kind) {
      alternatives.push({ path: name, priceMicros, rejectedBecause: 'has no weight' });
    }
    const refusal = noRoute(order, considered, alternatives);
    return { ok: false, refusal: kind.length > 0 ? { ...refusal, field: 'routing.weights' } : refusal };
  }
  const followers = others.filter(({ priced }) => mayFollow(priced, best.priced, wish));
  for (const other of able) {
    if (other === best) continue;
    const because = followers.includes(other)
      ? `takes over when ${best.name} has no free slot or fails`
      : whyNot(other, best, wish);
    alternatives.push({
      path: other.name,
      priceMicros: other.priced.maximumMicros,
      rejectedBecause: because,
    });
  }
  const taking = [best, ...followers];
  return {
    ok: true,
    route: {
      pathNames: taking.map(({ name }) => name),
      chosen: best.name,
      priced: best.priced,
      prices: new Map(taking.map(({ name, priced }) => [name, priced])),
      holdMicros: taking.reduce((most, { priced: { maximumMicros } }) => larger(most, maximumMicros), 0n),
      sandbox: best.candidate.sandbox,
      reason: pinned === null ? tellPreference(best, pool, wish) : `you pinned the task to ${pinned}`,
      alternatives,
    },
  };
}

function ableOf(candidate: RouteCandidate, priced: Priced, wish: RoutingWish): Able {
  const endsInMs = candidate.waitMs + candidate.renderMs.medianMs;
  const { startWithinMs, finishWithinMs, weights } = wish;
  return {
    candidate,
    priced,
    name: candidate.name,
    rests: candidate.health.health !== 'ok' || candidate.state === 'paused',
    late: candidate.waitMs > (startWithinMs ?? Infinity) || endsInMs > (finishWithinMs ?? Infinity),
    priceMicros: priced.maximumMicros,
    endsInMs,
    failureShare: failureShare(candidate.ends),
    ends: candidate.ends.of,
    weight: weights[candidate.name] ?? 0,
  };
}

function within(priceMicros: bigint, { maxPriceMicros }: RoutingWish): boolean {
  return maxPriceMicros === null || priceMicros <= maxPriceMicros;
}

/** Not dearer than the best, or than the client allows; under weights, every path that the operator weighed. */
function mayFollow({ maximumMicros }: Priced, best: Priced, wish: RoutingWish): boolean {
  if (maximumMicros <= best.maximumMicros) return true;
  return within(maximumMicros, wish) && (wish.maxPriceMicros !== null || wish.policy === 'weighted');
}

function whyNot(other: Able, best: Able, wish: RoutingWish): string {
  const { policy } = wish;
  if (other.candidate.sandbox && !best.candidate.sandbox) return 'is a sandbox';
  if (policy === 'weighted' && other.weight === 0) return 'has no weight';
  if (!within(other.priceMicros, wish)) return 'costs more than you allow';
  if (other.candidate.state === 'paused' && best.candidate.state !== 'paused') return 'is paused';
  if (other.late && !best.late) return 'would be late';
  return other.priceMicros > best.priceMicros ? 'costs more' : 'is not preferred';
}

function obstacleOf(candidate: RouteCandidate, { regions }: RoutingWish): string | null {
  const { priced, sheet, state, supported, walletMicros } = candidate;
  if (state === 'retired' || state === 'draining') return `is ${state}`;
  if (regions.length > 0 && !candidate.regions.some((region) => regions.includes(region))) {
    return `is not in ${regions.join(' or ')}`;
  }
  if (!supported.ok) return supported.reason;
  if (sheet === null || priced === null) return 'has no price sheet';
  if (!priced.ok) return priced.refusal.message ?? 'has no price for this order';
  if (walletMicros !== null && walletMicros < priced.costMaximumMicros) {
    return 'has less left in its wallet than this order may cost';
  }
  return null;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
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
