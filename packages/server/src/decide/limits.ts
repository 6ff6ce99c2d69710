/**
 * The limit of a path × family: min(configured, learned). It is learned from the upstream's refusals and never
 * from a number in a document, falls at once to what was really accepted, and has a slow way back up.
 */

export type Limit = {
  configured: number | null;
  learned: number | null;
  /** Nobody has refused us yet: grow quickly. */
  probing: boolean;
  refusals: number;
  lastRefusalAtMs: number | null;
  raiseAtMs: number | null;
};

export type LimitPolicy = {
  /** Where an unconfigured path starts. */
  initial: number;
  raiseAfterMs: number;
  raiseAfterMostMs: number;
};

export const limitPolicy: LimitPolicy = { initial: 2, raiseAfterMs: 120_000, raiseAfterMostMs: 3_600_000 };

export function newLimit(configured: number | null, policy: LimitPolicy = limitPolicy): Limit {
  const learned = configured === null ? policy.initial : null;
  return {
    configured,
    learned,
    probing: configured === null,
    refusals: 0,
    lastRefusalAtMs: null,
    raiseAtMs: null,
  };
}

export function effectiveLimit(limit: Pick<Limit, 'configured' | 'learned'>): number {
  return Math.min(limit.configured ?? Number.MAX_SAFE_INTEGER, limit.learned ?? Number.MAX_SAFE_INTEGER);
}

/**
 * The upstream said "no slot" while `accepted` of our attempts were surely running there: that many fit, one more
 * did not. Sends still under way are not counted; should they be accepted, `limitAfterAccept` raises again.
 */
export function limitAfterRefusal(
  limit: Limit,
  accepted: number,
  nowMs: number,
  policy = limitPolicy,
): Limit {
  const refusals = limit.refusals + 1;
  return {
    ...limit,
    learned: belowConfigured(limit, Math.max(1, accepted)),
    probing: false,
    refusals,
    lastRefusalAtMs: nowMs,
    raiseAtMs: nowMs + raiseDelayMs(limit, nowMs, policy),
  };
}

/**
 * An attempt was accepted and now `accepted` run there: the limit is at least that. Renders that ended unseen are among
 * them, so it may come out too high; the next refusal takes that back, and a refusal costs nothing but its time.
 */
export function limitAfterAccept(limit: Limit, accepted: number): Limit {
  if (limit.learned === null) return limit;
  const floor = Math.max(limit.learned, accepted);
  const learned = belowConfigured(limit, limit.probing && accepted >= limit.learned ? floor + 1 : floor);
  return learned === limit.learned ? limit : { ...limit, learned };
}

/** Once in a while, when the limit binds, try one more than what was learned. */
export function limitAfterQuiet(limit: Limit, occupied: number, nowMs: number, policy = limitPolicy): Limit {
  if (limit.learned === null || limit.probing) return limit;
  if (limit.raiseAtMs === null || nowMs < limit.raiseAtMs || occupied < limit.learned) return limit;
  if (limit.configured !== null && limit.learned >= limit.configured) {
    // Back where the operator's number rules alone.
    return { ...limit, learned: null, raiseAtMs: null };
  }
  return { ...limit, learned: limit.learned + 1, raiseAtMs: nowMs + policy.raiseAfterMs };
}

/** What lies above the operator's number is not worth remembering: it would only have to be climbed down again. */
function belowConfigured(limit: Limit, learned: number): number {
  return Math.min(learned, limit.configured ?? learned);
}

/** Refusals that follow each other closely double the wait before the next try. */
function raiseDelayMs(limit: Limit, nowMs: number, policy: LimitPolicy): number {
  if (limit.lastRefusalAtMs === null || limit.raiseAtMs === null) return policy.raiseAfterMs;
  const waitedMs = Math.max(policy.raiseAfterMs, limit.raiseAtMs - limit.lastRefusalAtMs);
  const soonMs = nowMs - limit.lastRefusalAtMs;
  if (soonMs > 4 * waitedMs) return policy.raiseAfterMs;
  return Math.min(policy.raiseAfterMostMs, waitedMs * (soonMs > policy.raiseAfterMs / 2 ? 2 : 1));
}
