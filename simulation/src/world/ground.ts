/**
 * What everything in a world stands on: its seed, its time, its database as the checks see it, and its record of
 * faults.
 */
import { type VirtualClock, virtualClock } from '@sluice/server/effects/clock/virtual.ts';
import type { Database } from '@sluice/server/store/database.ts';
import type { Coverage } from '../coverage.ts';
import { type Dice, diceOf } from '../dice.ts';
import { createScheduler, type Parked, type Scheduler } from '../schedule/scheduler.ts';
import { type Invariant, Violation } from '../violation.ts';
import { type Climate, drawClimate, type Size } from './climate.ts';
import { createObserver, type Observer } from './model.ts';

export type Ground = {
  seed: number;
  dice: Dice;
  climate: Climate;
  clock: VirtualClock;
  startMs: number;
  observer: Observer;
  scheduler: Scheduler;
  coverage: Coverage;
  /** Broken promises that were noticed where nothing can throw. */
  found: Violation[];
  blame(invariant: Invariant, message: string): void;
  /** Attempts whose request reached the vendor when it should not have left any more: a stopped process, no defect. */
  late: Set<string>;
  /** Paid requests that were about to leave a node, until the next check. */
  leavings: { mark: string; atMs: number }[];
  /** What the nodes logged, for the search for secrets. */
  logged: string[];
  /** No more effects that take long. */
  calm(): void;
};

const START_MS = Date.UTC(2026, 9, 1, 8);
const HELD_LEAST_MS = 500;
/** How much more often trouble comes between a paid request and the record of its outcome. */
export const DELICATE = 15;

/** Where a delay or a death is worth most. */
export function isDelicate(label: string): boolean {
  return label.startsWith('submit.') || label.startsWith('POST api.');
}

/** A paid request that is about to leave. Receivers are posted to as well, under names of their own. */
export function isPaid({ kind, label }: Pick<Parked, 'kind' | 'label'>): boolean {
  return kind === 'send' && /^POST (?!\S*hooks\.example)/.test(label);
}

export function layGround(seed: number, size: Size, db: Database, coverage: Coverage): Ground {
  const dice = diceOf(seed);
  const climate = drawClimate(dice.fork('climate'), size);
  const clock = virtualClock(START_MS);
  const found: Violation[] = [];
  const holds = dice.fork('holds');
  let holdRate = climate.pace.holdRate;
  const scheduler = createScheduler((label) => {
    if (!holds.chance(isDelicate(label) ? DELICATE * holdRate : holdRate)) return 0;
    coverage.hit('effect held back');
    const mostMs = climate.pace.holdMostMs;
    return clock.now() + holds.whole(holds.chance(0.5) ? HELD_LEAST_MS : mostMs / 2, mostMs);
  });
  return {
    seed,
    dice,
    climate,
    clock,
    startMs: START_MS,
    observer: createObserver(db),
    scheduler,
    coverage,
    found,
    blame: (invariant, message) => {
      found.push(new Violation(invariant, message));
    },
    late: new Set(),
    leavings: [],
    logged: [],
    calm: () => {
      holdRate = 0;
    },
  };
}
