/** What do I need, and how much more would this carry: the smallest and the largest that still meet the target. */
import type { PlanNeed } from '@sluice/contract';
import { estimateOf } from './estimate.ts';
import type { PlanCase, PlanJob } from './job.ts';
import { simulate } from './simulate.ts';
import type { Workload, World } from './world.ts';

/** A search looks often, so it looks with one seed. */
const SEEDS_MOST = 1;
const STEPS_MOST = 12;
const SCALE_MOST = 16;
const SCALE_STEPS = 6;

export type Meets = (world: World, workload: Workload) => boolean;

export function meeting({ seeds, seed, target }: PlanJob, onSimulated: () => void): Meets {
  return (world, workload) => {
    const tallies = Array.from({ length: Math.min(seeds, SEEDS_MOST) }, (_, nth) => {
      const { tally } = simulate(world, workload, seed + nth);
      onSimulated();
      return tally;
    });
    const left = tallies.some(
      ({ ordered, unfinished, givenUp }) => (unfinished + givenUp) / Math.max(1, ordered) > 0.005,
    );
    if (left) return false;
    const { share, startWithinMs, finishWithinMs } = target;
    const start = estimateOf(tallies.map(({ overall }) => overall.wait.quantile(share))).mean;
    const finish = estimateOf(tallies.map(({ overall }) => overall.finish.quantile(share))).mean;
    return (
      (startWithinMs === null || start <= startWithinMs) &&
      (finishWithinMs === null || finish <= finishWithinMs)
    );
  };
}

/** Of each family that is ordered, on the path that takes most of it; the other paths stay as they are. */
export function needsOf({ world, workload }: PlanCase, meets: Meets, takers: readonly number[]): PlanNeed[] {
  return world.families.flatMap((family, index) => {
    const taker = takers[index];
    const path = taker === undefined ? undefined : world.paths[taker];
    const now = path?.slots[index]?.slots;
    if (taker === undefined || !path || now === undefined) return [];
    // The other families must not decide about this one.
    const ample = withAmple(world, index);
    const enough = (slots: number) => meets(withSlots(ample, taker, index, slots), workload);
    const needed = smallest(now, enough);
    return [{ family, path: path.name, slots_now: now, slots_needed: needed, because: because(now, needed) }];
  });
}

function because(now: number, needed: number | null): string {
  if (needed === null) return 'More slots do not help: something else is in the way.';
  if (needed > now) return `${needed - now} more than now.`;
  return needed < now ? `${now - needed} could be given back.` : 'Exactly what there is.';
}

function smallest(now: number, enough: (slots: number) => boolean): number | null {
  let low = 0;
  let high = now;
  for (let step = 0; !enough(high); step += 1) {
    if (step === STEPS_MOST) return null;
    low = high;
    high *= 2;
    // What a hundred times as many cannot do, none can.
    if (high > now * 128) return null;
  }
  while (high - low > Math.max(1, Math.floor(high * 0.02))) {
    const middle = Math.floor((low + high) / 2);
    if (middle > 0 && enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const AMPLE = 1_000_000;

function withAmple(world: World, family: number): World {
  const paths = world.paths.map((path) => ({
    ...path,
    slots: path.slots.map((slots, index) => (slots && index !== family ? { ...slots, slots: AMPLE } : slots)),
  }));
  return { ...world, paths };
}

export function withSlots(world: World, path: number, family: number, count: number): World {
  const paths = world.paths.map((each, index) =>
    index !== path
      ? each
      : {
          ...each,
          slots: each.slots.map((slots, at) => (slots && at === family ? { ...slots, slots: count } : slots)),
        },
  );
  return { ...world, paths };
}

/** How many times this traffic meets the target; 0 where not even a tenth of it does. */
export function carriesOf({ world, workload }: PlanCase, meets: Meets): number {
  let low = 0;
  let high = 1;
  while (high < SCALE_MOST && meets(world, scaled(workload, high))) {
    low = high;
    high *= 2;
  }
  if (low === 0) {
    low = 0.1;
    if (!meets(world, scaled(workload, low))) return 0;
  }
  for (let step = 0; step < SCALE_STEPS && high - low > 0.04 * high; step += 1) {
    const middle = (low + high) / 2;
    if (meets(world, scaled(workload, middle))) low = middle;
    else high = middle;
  }
  return Math.floor(low * 100) / 100;
}

export function scaled(workload: Workload, scale: number): Workload {
  if (scale === 1) return workload;
  if (workload.kind === 'described') {
    return {
      ...workload,
      tasksPerHour: workload.tasksPerHour.map((rate) => rate * scale),
      bursts: workload.bursts.map((burst) => ({
        ...burst,
        tasks: Math.max(1, Math.round(burst.tasks * scale)),
      })),
    };
  }
  return listedTimes(workload, scale);
}

/** Each task so many times: what is over of the last is spread evenly, repeats come within the next minute. */
function listedTimes(workload: Extract<Workload, { kind: 'listed' }>, scale: number): Workload {
  const all: { atMs: number; clip: number; account: number }[] = [];
  let owed = 0;
  for (const [place, atMs] of workload.atMs.entries()) {
    owed += scale;
    for (let nth = 0; owed >= 1; nth += 1) {
      owed -= 1;
      const laterMs = nth === 0 ? 0 : ((nth * 7_919 + place * 104_729) % 60_000) + 1;
      const later = Math.min(workload.totalMs - 1, atMs + laterMs);
      all.push({ atMs: later, clip: workload.clips[place] ?? 0, account: workload.accounts[place] ?? 0 });
    }
  }
  all.sort((a, b) => a.atMs - b.atMs);
  return {
    ...workload,
    atMs: Float64Array.from(all, ({ atMs }) => atMs),
    clips: Uint16Array.from(all, ({ clip }) => clip),
    accounts: Uint16Array.from(all, ({ account }) => account),
  };
}
