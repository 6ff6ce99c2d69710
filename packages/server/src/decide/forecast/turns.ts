/**
 * When it is a task's turn. Each slot is a renewal process: what runs in it ends after the rest of its render, as far
 * as its age tells, and what follows holds it for a slot time each. Of all slots together the mean and the variance of
 * the ends up to an instant are added up, and the turn has come when there were enough of them. So a burst that began
 * at once ends in waves, one slot is as uncertain as its render, and over many turns only the spread of render times
 * counts. Played out slot by slot, it comes to the same (turns.test.ts), at a hundredth of the cost.
 */

/** What runs in slots, by its age: how many, for how long as a share of what is expected of them, and that, in ms. */
export type Running = { count: number; share: number; expectedMs: number };

export type TurnFacts = {
  /** Tasks that will be admitted before it. */
  ahead: number;
  /** Slots of the paths that may take it. */
  slots: number;
  running: readonly Running[];
  /** Mean time in a slot of what goes before it, and how it spreads (standard deviation over mean). */
  slotMs: number;
  slotSpread: number;
  /** Render times as shares of the expected one, equally likely, shortest first. */
  shares: readonly number[];
  /** How many renders all this was measured on: over many turns a small error of the mean adds up. */
  samples: number;
};

/** From now on, at equally likely steps; null: no slot is known to serve it. */
export function turnMs(facts: TurnFacts, steps: readonly number[]): number[] | null {
  const { ahead, slots, running, slotMs } = facts;
  if (slots <= 0) return null;
  const occupied = running.reduce((sum, { count }) => sum + count, 0);
  const ends = ahead + 1 - (slots - occupied);
  if (ends <= 0) return steps.map(() => 0);
  const groups = groupsOf(facts, slots - occupied);
  const first = groups.reduce((sum, { count, meanMs }) => sum + count * meanMs, 0);
  // Of more than there are slots, after a limit fell, those that end are not followed.
  const lasting = Math.min(1, slots / Math.max(1, occupied));
  // As if ends came evenly: where to look.
  const middleMs = Math.max(0, first / groupCount(groups) + ((ends - slots / 2) / slots) * slotMs);
  const unsure = 1 + ends / facts.samples;
  const widthMs = slotMs * (1.2 + (4 * facts.slotSpread * Math.sqrt(Math.max(1, ends) * unsure)) / slots);
  const curve = curveOf(
    { groups, lasting, unsure, ...facts },
    ends,
    Math.max(0, middleMs - widthMs),
    middleMs + widthMs,
  );
  return steps.map((step) => instantAt(curve, step));
}

type Group = { count: number; meanMs: number; deviationMs: number };

function groupCount(groups: readonly Group[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

/** When the first end of each slot comes. A slot that is free now takes one of those that go before. */
function groupsOf({ running, slotMs, slotSpread, shares }: TurnFacts, free: number): Group[] {
  const groups = running.map(({ count, share, expectedMs }): Group => {
    const left = shares.filter((each) => each > share).map((each) => each - share);
    if (left.length === 0) return { count, meanMs: OVERDUE * expectedMs, deviationMs: OVERDUE * expectedMs };
    const mean = left.reduce((sum, each) => sum + each, 0) / left.length;
    const squares = left.reduce((sum, each) => sum + (each - mean) ** 2, 0) / left.length;
    return { count, meanMs: mean * expectedMs, deviationMs: Math.sqrt(squares + AGE_STEP ** 2) * expectedMs };
  });
  if (free > 0) groups.push({ count: free, meanMs: slotMs, deviationMs: slotSpread * slotMs });
  return groups;
}

/** What runs for longer than all that were measured may end at any moment. */
const OVERDUE = 0.15;
/** Ages are told in steps of an eighth: within one they are even. */
const AGE_STEP = 0.125 / Math.sqrt(12);

type Curve = { atMs: number[]; likelihood: number[] };
type Slots = Pick<TurnFacts, 'slotMs' | 'slotSpread'> & {
  groups: readonly Group[];
  lasting: number;
  /** By how much the variance is larger for what is not known for sure. */
  unsure: number;
};

const POINTS = 20;

/** How likely there were so many ends by then. */
function curveOf(slots: Slots, ends: number, fromMs: number, toMs: number): Curve {
  const atMs = Array.from(
    { length: POINTS },
    (_, point) => fromMs + ((toMs - fromMs) * point) / (POINTS - 1),
  );
  return { atMs, likelihood: atMs.map((ms) => likelihoodOf(slots, ends, ms)) };
}

function likelihoodOf(
  { groups, lasting, unsure, slotMs, slotSpread }: Slots,
  ends: number,
  ms: number,
): number {
  let mean = 0;
  let variance = 0;
  for (const { count, meanMs, deviationMs } of groups) {
    const rounds = (ms - meanMs) / slotMs;
    const reach =
      2 + Math.ceil(4 * Math.sqrt((deviationMs / slotMs) ** 2 + slotSpread ** 2 * Math.max(1, rounds)));
    // Ends that are long past have come for sure; those that are far off have not.
    const sure = Math.max(0, Math.floor(rounds) - reach);
    let expected = sure;
    let squares = sure ** 2;
    for (let nth = sure + 1; nth <= Math.max(1, rounds + reach); nth += 1) {
      const spread = Math.sqrt(deviationMs ** 2 + (nth - 1) * (slotSpread * slotMs) ** 2);
      const come = normalBelow((ms - meanMs - (nth - 1) * slotMs) / Math.max(1, spread));
      expected += come;
      squares += (2 * nth - 1) * come;
    }
    const first = Math.min(1, expected);
    mean += count * (first + (expected - first) * lasting);
    variance += count * Math.max(0, squares - expected ** 2);
  }
  return normalBelow((mean - ends + 0.5) / Math.sqrt(variance * unsure + 1e-4));
}

function instantAt({ atMs, likelihood }: Curve, step: number): number {
  const after = likelihood.findIndex((each) => each >= step);
  if (after === -1) return atMs.at(-1) ?? 0;
  const [late = 0, high = 1] = [atMs[after], likelihood[after]];
  if (after === 0) return late;
  const [early = 0, low = 0] = [atMs[after - 1], likelihood[after - 1]];
  return high > low ? early + ((late - early) * (step - low)) / (high - low) : late;
}

const TABLE_STEPS = 100;
const TABLE_END = 6;
const TABLE = Float64Array.from({ length: TABLE_END * TABLE_STEPS + 2 }, (_, index) =>
  upper(index / TABLE_STEPS),
);

/** The normal distribution; looked up, for it is asked thousands of times for one forecast. */
function normalBelow(z: number): number {
  const place = Math.min(Math.abs(z), TABLE_END) * TABLE_STEPS;
  const index = Math.floor(place);
  const [a = 0, b = 0] = [TABLE[index], TABLE[index + 1]];
  const above = a + (b - a) * (place - index);
  return z > 0 ? 1 - above : above;
}

/** The share above z ≥ 0 (Abramowitz and Stegun 26.2.17, to 1e-7). */
function upper(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const series = 0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * t * series;
}
