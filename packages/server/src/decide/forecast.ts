/** When a waiting task can be expected to start and end, from its place in the queue and the measured render times. */

export type ForecastFacts = {
  nowMs: number;
  /** Tasks that will be admitted before it. */
  ahead: number;
  /** Slots of the paths that may take it. */
  slots: number;
  occupied: number;
  /** Median time in a slot of what is running and waiting. */
  slotMs: number;
  /** Median render time of this order. */
  renderMs: number;
};

export type Forecast = { startMs: number; endMs: number } | null;

/** Null when no slot is known to serve it. */
export function forecast(facts: ForecastFacts): Forecast {
  if (facts.slots <= 0) return null;
  const free = Math.max(0, facts.slots - facts.occupied);
  const turns = facts.ahead + 1 - free;
  // Running slots are, on average, half done: the first turn comes after half a slot time shared by all slots.
  const waitMs = turns <= 0 ? 0 : ((turns - 0.5) / facts.slots) * facts.slotMs;
  const startMs = Math.round(facts.nowMs + waitMs);
  return { startMs, endMs: Math.round(startMs + facts.renderMs) };
}

/**
 * How many tasks go before one that has `before` tasks ahead of it in its own account's lane. Fair queueing admits from
 * the lanes by weight, so of each other lane only its share in the meantime counts.
 */
export function tasksAhead(
  own: { before: number; weight: number },
  others: readonly { queued: number; weight: number }[],
): number {
  const rounds = (own.before + 1) / own.weight;
  return others.reduce(
    (ahead, lane) => ahead + Math.min(lane.queued, Math.floor(rounds * lane.weight)),
    own.before,
  );
}
