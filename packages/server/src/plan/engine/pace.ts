/** What a simulation counts of its queues for what tasks are told: what waits by length, and how fast it comes. */
import type { Work } from '../../decide/forecast.ts';
import type { Run } from './state.ts';

/** A task begins to wait, or does no longer. */
export function waits({ world, tasks, tally, work, nowMs }: Run, task: number, change: 1 | -1): void {
  tally.waiting.add(change, nowMs);
  const waiting = work[world.clips[tasks.clip[task] ?? 0]?.family ?? 0];
  if (!waiting) return;
  const slotMs = tasks.slotMs[task] ?? 0;
  waiting.count += change;
  waiting.sumMs += change * slotMs;
  waiting.sumSquares += change * slotMs ** 2;
}

export const noWork = (): Work => ({ count: 0, sumMs: 0, sumSquares: 0 });

export type Pace = { add(nowMs: number): void; perMs(nowMs: number): number };

/** As long as production looks back. */
const LOOK_BACK_MS = 600_000;

/** Of late: what came long ago counts for ever less. */
export function createPace(): Pace {
  let rate = 0;
  let lastMs = 0;
  const now = (nowMs: number) => rate * Math.exp((lastMs - nowMs) / LOOK_BACK_MS);
  return {
    add: (nowMs) => {
      rate = now(nowMs) + 1 / LOOK_BACK_MS;
      lastMs = nowMs;
    },
    perMs: now,
  };
}
