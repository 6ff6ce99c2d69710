/** What several seeds of one simulation say together. */
import type { PlanOutcome } from '@sluice/contract';
import type { Flow, PathTally, Tally } from './engine/tally.ts';
import { estimateOf, moneyOf } from './estimate.ts';
import type { Histogram } from './measure.ts';
import type { World } from './world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MONTH_DAYS = 30;

export type Target = { share: number; startWithinMs: number | null; finishWithinMs: number | null };

type Told<Key extends keyof PlanOutcome> = PlanOutcome[Key];

export function outcomeOf(
  world: World,
  tallies: readonly Tally[],
  target: Target,
  retentionDays: number,
): PlanOutcome {
  const [first] = tallies;
  if (!first) throw new Error('an outcome needs a simulation');
  const over = (value: (tally: Tally) => number) => estimateOf(tallies.map(value));
  const days = first.totalMs / DAY_MS;
  const valueMs = targetValue(tallies, target);
  const perDay = (tally: Tally) => spentOf(tally.paths) / days;
  return {
    overall: {
      tasks: over((tally) => tally.ordered),
      stored: over((tally) => tally.stored),
      failed: over((tally) => tally.failed),
      given_up: over((tally) => tally.givenUp),
      unfinished: over((tally) => tally.unfinished),
      ...spansOf(tallies.map(({ overall }) => overall)),
    },
    paths: world.paths.map((_, index) => pathOutcome(world, tallies, index, days)),
    accounts: world.accounts.map(({ name }, index) => ({
      account: name,
      ...tasksOf(tallies.flatMap(({ accounts }) => accounts[index] ?? [])),
    })),
    clips: world.clips.map(({ name }, index) => ({
      clip: name,
      ...tasksOf(tallies.flatMap(({ clips }) => clips[index] ?? [])),
    })),
    curve: curveOf(tallies, first),
    peak: peakOf(tallies),
    mirror: mirrorOf(world, tallies, days, retentionDays),
    forecast: { held: heldOf(tallies) },
    cost_per_day: moneyOf(tallies.map(perDay)),
    cost_per_month: moneyOf(tallies.map((tally) => perDay(tally) * MONTH_DAYS)),
    cost_per_delivered_second: perSecond(world, tallies, (tally) => tally.paths),
    meets_target:
      valueMs.every(({ withinMs, values }) => estimateOf(values).mean <= withinMs) && endsWell(tallies),
    target_value_seconds: valueMs[0] ? estimateOf(valueMs[0].values.map((ms) => ms / 1000)) : null,
  };
}

/** Whether nearly all that was ordered also ended: else the quantiles tell only of those that did. */
function endsWell(tallies: readonly Tally[]): boolean {
  return tallies.every(
    ({ ordered, unfinished, givenUp }) => (unfinished + givenUp) / Math.max(1, ordered) < 0.005,
  );
}

function targetValue(tallies: readonly Tally[], { share, startWithinMs, finishWithinMs }: Target) {
  const wanted: { withinMs: number; values: number[] }[] = [];
  if (startWithinMs !== null) {
    const values = tallies.map(({ overall }) => overall.wait.quantile(share));
    wanted.push({ withinMs: startWithinMs, values });
  }
  if (finishWithinMs !== null) {
    const values = tallies.map(({ overall }) => overall.finish.quantile(share));
    wanted.push({ withinMs: finishWithinMs, values });
  }
  return wanted;
}

function span(histograms: readonly Histogram[]): Told<'overall'>['wait'] {
  const over = (value: (histogram: Histogram) => number) =>
    estimateOf(histograms.map((histogram) => value(histogram) / 1000));
  return {
    mean: over((histogram) => histogram.mean()),
    p50: over((histogram) => histogram.quantile(0.5)),
    p95: over((histogram) => histogram.quantile(0.95)),
    p99: over((histogram) => histogram.quantile(0.99)),
  };
}

function spansOf(flows: readonly Flow[]) {
  return { wait: span(flows.map(({ wait }) => wait)), finish: span(flows.map(({ finish }) => finish)) };
}

function tasksOf(flows: readonly Flow[]) {
  return { tasks: estimateOf(flows.map(({ tasks }) => tasks)), ...spansOf(flows) };
}

function spentOf(paths: readonly PathTally[]): number {
  return paths.reduce((sum, { spentMicros }) => sum + sumOf(spentMicros), 0);
}

function deliveredSeconds(world: World, paths: readonly PathTally[]): number {
  return paths.reduce(
    (sum, { delivered }) =>
      sum + delivered.reduce((total, count, clip) => total + count * (world.clips[clip]?.seconds ?? 0), 0),
    0,
  );
}

function perSecond(world: World, tallies: readonly Tally[], of: (tally: Tally) => readonly PathTally[]) {
  const seconds = tallies.map((tally) => deliveredSeconds(world, of(tally)));
  if (seconds.some((value) => value === 0)) return null;
  return moneyOf(tallies.map((tally, index) => spentOf(of(tally)) / (seconds[index] ?? 1)));
}

function pathOutcome(
  world: World,
  tallies: readonly Tally[],
  index: number,
  days: number,
): Told<'paths'>[number] {
  const path = world.paths[index];
  const counts = tallies.flatMap(({ paths }) => paths[index] ?? []);
  const over = (value: (count: PathTally) => number) => estimateOf(counts.map(value));
  const perDay = counts.map((count) => spentOf([count]) / days);
  return {
    path: path?.name ?? '',
    attempts: over(({ attempts }) => attempts),
    stored: over(({ stored }) => stored),
    failed: over(({ failed }) => failed),
    ...spansOf(counts),
    refusals: {
      no_slot: over(({ refusedSlot }) => refusedSlot),
      throttled: over(({ refusedRate }) => refusedRate),
    },
    slots: slotsOutcome(world, tallies, index),
    questions_per_second: over(({ questions }) => questions / (days * 86_400)),
    cost_per_day: moneyOf(perDay),
    cost_per_month: moneyOf(perDay.map((micros) => micros * MONTH_DAYS)),
    cost_per_delivered_second: perSecond(world, tallies, ({ paths }) => paths.slice(index, index + 1)),
    runway_days: path?.depositMicros == null ? null : runwayOf(counts, Number(path.depositMicros), days),
    links_at_risk: over(({ linksAtRisk }) => linksAtRisk),
    links_expired: over(({ linksExpired }) => linksExpired),
  };
}

function slotsOutcome(
  world: World,
  tallies: readonly Tally[],
  index: number,
): Told<'paths'>[number]['slots'] {
  return (world.paths[index]?.slots ?? []).flatMap((slots, family) => {
    if (slots === null) return [];
    const taken = tallies.flatMap(({ paths }) => paths[index]?.taken[family] ?? []);
    const wanted = tallies.flatMap(({ paths }) => paths[index]?.wanted[family] ?? []);
    if (taken.every((level) => level.peak() === 0) && wanted.every((demand) => demand.peak().most === 0))
      return [];
    return [
      {
        family: world.families[family] ?? '',
        slots: slots.slots,
        use: estimateOf(taken.map((level) => level.mean(endOf(tallies)) / slots.slots)),
        busiest_hour_use: estimateOf(taken.map((level) => mostOf(level.steps(endOf(tallies))) / slots.slots)),
        wanted_at_peak: estimateOf(wanted.map((demand) => demand.busiest(HOUR_MS).mean)),
        taken: meanSteps(taken.map((level) => level.steps(endOf(tallies)))),
      },
    ];
  });
}

/** By what is spent hour by hour, the same again when the simulated time is over. */
function runwayOf(counts: readonly PathTally[], deposit: number, days: number) {
  const runways = counts.map(({ spentMicros }) => {
    const total = sumOf(spentMicros);
    if (total === 0) return Number.POSITIVE_INFINITY;
    const rounds = Math.floor(deposit / total);
    let left = deposit - rounds * total;
    let step = 0;
    while (step < spentMicros.length && left > (spentMicros[step] ?? 0)) {
      left -= spentMicros[step] ?? 0;
      step += 1;
    }
    return (rounds + step / spentMicros.length) * days;
  });
  return runways.some((value) => !Number.isFinite(value)) ? null : estimateOf(runways);
}

function curveOf(tallies: readonly Tally[], first: Tally): Told<'curve'> {
  const untilMs = endOf(tallies);
  const mean = (of: (tally: Tally) => Float64Array) => meanSteps(tallies.map(of));
  const waiting = tallies.map((tally) => tally.waiting.steps(untilMs));
  return {
    step_seconds: first.stepMs / 1000,
    arriving: mean((tally) => tally.arriving.map((count) => (count * HOUR_MS) / first.stepMs)),
    waiting: mean((tally) => tally.waiting.steps(untilMs)),
    waiting_most: Array.from(waiting[0] ?? [], (_, step) =>
      rounded(Math.max(...waiting.map((each) => each[step] ?? 0))),
    ),
    running: mean((tally) => tally.running.steps(untilMs)),
    copying: mean((tally) => tally.copying.steps(untilMs)),
  };
}

function meanSteps(seeds: readonly Float64Array[]): number[] {
  return Array.from(seeds[0] ?? [], (_, step) =>
    rounded(sumOf(seeds.map((each) => each[step] ?? 0)) / seeds.length),
  );
}

function peakOf(tallies: readonly Tally[]): Told<'peak'> {
  return {
    running: estimateOf(tallies.map(({ running }) => running.peak())),
    waiting: estimateOf(tallies.map(({ waiting }) => waiting.peak())),
    wanted: estimateOf(tallies.map(({ wanted }) => wanted.peak().most)),
    at_seconds: Math.round((tallies[0]?.wanted.busiest(HOUR_MS).atMs ?? 0) / 1000),
  };
}

function mirrorOf(
  world: World,
  tallies: readonly Tally[],
  days: number,
  retentionDays: number,
): Told<'mirror'> {
  const { copiesAtOnce } = world.gateway;
  const untilMs = endOf(tallies);
  const perDay = tallies.map(({ copiedBytes }) => sumOf(copiedBytes) / days / 1e9);
  return {
    copy: span(tallies.map(({ copy }) => copy)),
    busiest_mbit_per_second: estimateOf(
      tallies.map(({ copiedBytes, stepMs }) => (mostOf(copiedBytes) * 8) / 1000 / stepMs),
    ),
    gb_per_day: estimateOf(perDay),
    gb_kept: estimateOf(perDay.map((gigabytes) => gigabytes * retentionDays)),
    use_at_peak: estimateOf(tallies.map(({ copiers }) => mostOf(copiers.steps(untilMs)) / copiesAtOnce)),
  };
}

function heldOf(tallies: readonly Tally[]): Told<'forecast'>['held'] {
  if (tallies.some(({ forecast }) => forecast.of === 0)) return null;
  return estimateOf(tallies.map(({ forecast }) => forecast.held / forecast.of));
}

/** Everything is counted up to the end of the traffic. */
function endOf(tallies: readonly Tally[]): number {
  return tallies[0]?.totalMs ?? 0;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function mostOf(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
