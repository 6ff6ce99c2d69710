/**
 * Who orders what, when: at random around the described rates, or task by task as listed. One at a time, so that a year
 * of traffic takes no more room than an hour.
 */
import { fractionOf, STREAM } from './engine/draw.ts';
import type { Workload, World } from './world.ts';

export type Arrivals = {
  /** Moves to the next task; false at the end. */
  next(): boolean;
  atMs: number;
  clip: number;
  account: number;
};

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;

export function createArrivals(workload: Workload, world: World, seed: number): Arrivals {
  return workload.kind === 'listed' ? listed(workload) : described(workload, world, seed);
}

function listed(workload: Extract<Workload, { kind: 'listed' }>): Arrivals {
  let place = -1;
  const arrivals: Arrivals = {
    atMs: 0,
    clip: 0,
    account: 0,
    next: () => {
      place += 1;
      if (place >= workload.atMs.length) return false;
      arrivals.atMs = workload.atMs[place] ?? 0;
      arrivals.clip = workload.clips[place] ?? 0;
      arrivals.account = workload.accounts[place] ?? 0;
      return true;
    },
  };
  return arrivals;
}

function described(workload: Extract<Workload, { kind: 'described' }>, world: World, seed: number): Arrivals {
  const pickClip = picker(workload.mix.map(({ share }) => share));
  const pickAccount = picker(world.accounts.map(({ share }) => share));
  const burst = burstTimes(workload, seed);
  const clock = poissonClock(workload, seed);
  let burstPlace = 0;
  let flowMs = clock();
  let number = 0;
  const arrivals: Arrivals = {
    atMs: 0,
    clip: 0,
    account: 0,
    next: () => {
      const burstMs = burst.atMs[burstPlace] ?? Number.POSITIVE_INFINITY;
      const atMs = Math.min(burstMs, flowMs);
      if (atMs >= workload.totalMs) return false;
      const chosen = workload.mix[pickClip(fractionOf(seed, STREAM.clip, number))];
      arrivals.atMs = atMs;
      arrivals.clip = chosen?.clip ?? 0;
      const owner = burstMs <= flowMs ? (burst.accounts[burstPlace] ?? -1) : -1;
      arrivals.account = owner >= 0 ? owner : pickAccount(fractionOf(seed, STREAM.account, number));
      number += 1;
      if (burstMs <= flowMs) burstPlace += 1;
      else flowMs = clock();
      return true;
    },
  };
  return arrivals;
}

/** Times of a Poisson process whose rate changes with the hour of the week. */
function poissonClock(
  { tasksPerHour, warmUpMs, totalMs }: Extract<Workload, { kind: 'described' }>,
  seed: number,
): () => number {
  let atMs = -warmUpMs;
  let number = 0;
  return () => {
    let wanted = -Math.log(1 - fractionOf(seed, STREAM.arrival, number));
    number += 1;
    while (atMs < totalMs) {
      const hour = Math.floor(atMs / HOUR_MS);
      const perMs = (tasksPerHour[((hour % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS] ?? 0) / HOUR_MS;
      const hourEndMs = (hour + 1) * HOUR_MS;
      const untilEnd = (hourEndMs - atMs) * perMs;
      if (wanted < untilEnd) {
        atMs += wanted / perMs;
        return atMs;
      }
      wanted -= untilEnd;
      atMs = hourEndMs;
    }
    return Number.POSITIVE_INFINITY;
  };
}

function burstTimes(
  { bursts, totalMs }: Extract<Workload, { kind: 'described' }>,
  seed: number,
): { atMs: readonly number[]; accounts: readonly number[] } {
  const all: { atMs: number; account: number }[] = [];
  for (const { atMs, tasks, withinMs, account } of bursts) {
    for (let nth = 0; nth < tasks; nth += 1) {
      const within = withinMs * fractionOf(seed, STREAM.burst, all.length);
      if (atMs + within < totalMs) all.push({ atMs: atMs + within, account: account ?? -1 });
    }
  }
  all.sort((a, b) => a.atMs - b.atMs);
  return { atMs: all.map(({ atMs }) => atMs), accounts: all.map(({ account }) => account) };
}

/** By shares: the index for a fraction. */
function picker(shares: readonly number[]): (fraction: number) => number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let reached = 0;
  const bounds = shares.map((share) => {
    reached += share / total;
    return reached;
  });
  return (fraction) => {
    const found = bounds.findIndex((bound) => fraction < bound);
    return found >= 0 ? found : bounds.length - 1;
  };
}
