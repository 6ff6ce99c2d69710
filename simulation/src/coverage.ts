/** What runs have touched: moves of the transition tables, and named points where something went wrong. */

export type Coverage = { hit(point: string): void; counts(): ReadonlyMap<string, number> };

export function createCoverage(): Coverage {
  const counts = new Map<string, number>();
  return {
    hit: (point) => counts.set(point, (counts.get(point) ?? 0) + 1),
    counts: () => counts,
  };
}

export function addCounts(into: Map<string, number>, counts: Iterable<readonly [string, number]>): void {
  for (const [point, count] of counts) into.set(point, (into.get(point) ?? 0) + count);
}
