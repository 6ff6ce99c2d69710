/** What limits were at a time, by the history of their changes. */
import { effectiveLimit } from './limits.ts';

export type LimitChange = { family: string; at: number; configured: number | null; learned: number | null };

export type HourLimit = { family: string; least: number; most: number };

const HOUR_MS = 3_600_000;

/** Within an hour: the smallest and the largest that held, by family. What was not known yet is left out. */
export function limitsInHour(changes: readonly LimitChange[], hourMs: number): HourLimit[] {
  const families = [...new Set(changes.map(({ family }) => family))].sort();
  return families.flatMap((family) => {
    const own = changes.filter((change) => change.family === family).sort((a, b) => a.at - b.at);
    const before = own.filter(({ at }) => at < hourMs).slice(-1);
    const during = own.filter(({ at }) => at >= hourMs && at < hourMs + HOUR_MS);
    const held = [...before, ...during].filter(isLimited).map(effectiveLimit);
    return held.length === 0 ? [] : [{ family, least: Math.min(...held), most: Math.max(...held) }];
  });
}

function isLimited({ configured, learned }: LimitChange): boolean {
  return configured !== null || learned !== null;
}
