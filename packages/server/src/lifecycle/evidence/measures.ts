/**
 * What a path's own traffic shows. Read when somebody asks, from its newest ended attempts by index: bounded
 * by the window and by number, so it takes no longer with every attempt that ever was. Writes nothing.
 */
import { microsFromDecimal, type PathMeasures } from '@sluice/contract';
import { measuresOf } from '../../decide/measures.ts';
import type { Context } from '../context.ts';
import { limitChanges } from './limit-changes.ts';
import { promises } from './promises.ts';

/** The newest of a window; a busier path is judged by them. */
const ATTEMPTS_MOST = 20_000;
const HOUR_MS = 3_600_000;

export const windowHours: Readonly<Record<'1h' | '24h' | '7d' | '30d' | '90d', number>> = {
  '1h': 1,
  '24h': 24,
  '7d': 7 * 24,
  '30d': 30 * 24,
  '90d': 90 * 24,
};

export async function pathMeasures(
  context: Context,
  name: string,
  hours: number,
): Promise<PathMeasures | null> {
  const nowMs = context.clock.now();
  await context.paths.refresh(nowMs, true);
  const path = context.paths.byName(name);
  if (!path) return null;
  const fromMs = nowMs - hours * HOUR_MS;
  const [attempts, slots, promised, changes] = await Promise.all([
    context.store.measures.endedAttempts(name, fromMs, ATTEMPTS_MOST),
    context.store.stats.slots(),
    promises(context, hours),
    limitChanges(context, name, hours),
  ]);
  // Where there were more, the window is as long as those that were read.
  const readFromMs = attempts.length < ATTEMPTS_MOST ? fromMs : (attempts.at(-1)?.ended_at ?? fromMs);
  const { publicUrl, localUrl } = context.settings;
  const calledBack = publicUrl !== null || (path.row.sandbox && localUrl !== null);
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    object: 'measures',
    path: name,
    from: iso(readFromMs),
    to: iso(nowMs),
    measured_to: iso(nowMs),
    ...measuresOf(attempts, calledBack, changes ?? []),
    promises: promised.lines.filter((line) => line.path === name),
    limits: slots
      .filter((slot) => slot.path_name === name)
      .map(({ family, configured, learned, refusals, last_refusal_at: refusedAt }) => ({
        family,
        configured,
        learned,
        refusals,
        last_refusal_at: refusedAt === null ? null : iso(refusedAt),
      })),
  };
}

/** What a delivered second really cost in the last month, all that was bought over all that came. */
export type DeliveredPrice = {
  perSecondMicros: bigint;
  seconds: number;
  cost: string;
  /** Part of it for what delivered nothing: failed, repeated or too late. */
  wasted: string;
};

/** Null where nothing was delivered. */
export async function deliveredPrice(context: Context, name: string): Promise<DeliveredPrice | null> {
  const fromMs = context.clock.now() - windowHours['30d'] * HOUR_MS;
  const attempts = await context.store.measures.endedAttempts(name, fromMs, ATTEMPTS_MOST);
  const { money } = measuresOf(attempts, false);
  if (money.per_delivered_second === null) return null;
  return {
    perSecondMicros: microsFromDecimal(money.per_delivered_second),
    seconds: money.delivered_seconds,
    cost: money.cost,
    wasted: money.cost_of_failures,
  };
}
