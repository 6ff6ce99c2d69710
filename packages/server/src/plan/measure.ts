/**
 * What is kept of millions of values: a count for each step of 2 %, so that any quantile is told to within 1 %, and
 * levels over time (how many wait, how many run) as their area in each step of time.
 */

const GROWTH = 1.02;
const PER_LOG = 1 / Math.log(GROWTH);
/** From a millisecond to a third of a year. */
const STEPS = 1164;
/** The middle of a step, so that neither end is further away than 1 %. */
const MIDDLE = 2 / (GROWTH + 1);

export type Histogram = {
  add(ms: number): void;
  count(): number;
  mean(): number;
  /** Share of values that are not (nearly) nothing. */
  positive(): number;
  /** Zero where nothing was added. Exact to 1 %. */
  quantile(share: number): number;
};

export function createHistogram(): Histogram {
  const counts = new Uint32Array(STEPS);
  let zeros = 0;
  let total = 0;
  let sum = 0;
  return {
    add: (ms) => {
      total += 1;
      sum += ms;
      if (ms < 1) zeros += 1;
      else {
        const step = Math.min(STEPS - 1, Math.ceil(Math.log(ms) * PER_LOG));
        counts[step] = (counts[step] ?? 0) + 1;
      }
    },
    count: () => total,
    positive: () => (total === 0 ? 0 : 1 - zeros / total),
    mean: () => (total === 0 ? 0 : sum / total),
    quantile: (share) => {
      const wanted = share * total;
      let seen = zeros;
      if (total === 0 || seen >= wanted) return 0;
      for (let step = 0; step < STEPS; step += 1) {
        seen += counts[step] ?? 0;
        if (seen >= wanted) return GROWTH ** step * MIDDLE;
      }
      return GROWTH ** STEPS;
    },
  };
}

export type Level = {
  add(change: number, nowMs: number): void;
  now(): number;
  /** The most there was at once since time zero. */
  peak(): number;
  /** Mean in each step, up to `nowMs`. */
  steps(nowMs: number): Float64Array;
  /** Mean over the whole time. */
  mean(nowMs: number): number;
};

/** Only what lies between zero and the end of the last step is counted. */
export function createLevel(stepMs: number, steps: number): Level {
  const areas = new Float64Array(steps);
  const endMs = stepMs * steps;
  let value = 0;
  let sinceMs = 0;
  let peak = 0;

  function cover(untilMs: number): void {
    let fromMs = Math.max(0, sinceMs);
    sinceMs = Math.max(sinceMs, untilMs);
    const toMs = Math.min(untilMs, endMs);
    if (value === 0) return;
    // By its number: the end of a step, divided by its length, may come out just below the next one.
    for (let step = Math.floor(fromMs / stepMs); step < steps && fromMs < toMs; step += 1) {
      const nextMs = Math.min(toMs, (step + 1) * stepMs);
      areas[step] = (areas[step] ?? 0) + value * (nextMs - fromMs);
      fromMs = nextMs;
    }
  }

  return {
    add: (change, nowMs) => {
      cover(nowMs);
      value += change;
      if (value > peak && nowMs >= 0 && nowMs < endMs) peak = value;
    },
    now: () => value,
    peak: () => peak,
    steps: (nowMs) => {
      cover(nowMs);
      return areas.map((area) => area / stepMs);
    },
    mean: (nowMs) => {
      cover(nowMs);
      return areas.reduce((total, area) => total + area, 0) / endMs;
    },
  };
}

/** What would be there if nothing ever waited: counted by the minute, whatever comes in whichever order. */
export type Demand = {
  add(fromMs: number, lengthMs: number): void;
  /** Most at once, and when. */
  peak(): { most: number; atMs: number };
  /** Mean over the busiest window of this length. */
  busiest(windowMs: number): { mean: number; atMs: number };
};

export function createDemand(totalMs: number): Demand {
  const slotMs = Math.max(10_000, Math.ceil(totalMs / 10_000));
  const slots = Math.ceil(totalMs / slotMs);
  // Area of each slot of time, as the difference to the one before it, so that a long render costs no more.
  const starts = new Float64Array(slots + 2);

  function ramp(atMs: number, sign: number): void {
    if (atMs >= totalMs) return;
    const place = Math.max(0, atMs) / slotMs;
    const slot = Math.floor(place);
    const rest = place - slot;
    starts[slot] = (starts[slot] ?? 0) + sign * (1 - rest);
    starts[slot + 1] = (starts[slot + 1] ?? 0) + sign * rest;
  }

  function curve(): Float64Array {
    const values = new Float64Array(slots);
    let value = 0;
    for (let slot = 0; slot < slots; slot += 1) {
      value += starts[slot] ?? 0;
      values[slot] = value;
    }
    return values;
  }

  return {
    add: (fromMs, lengthMs) => {
      if (fromMs + lengthMs <= 0) return;
      ramp(fromMs, 1);
      ramp(fromMs + lengthMs, -1);
    },
    peak: () => {
      const values = curve();
      let most = 0;
      let atMs = 0;
      for (const [slot, value] of values.entries()) {
        if (value <= most + 1e-9) continue;
        most = value;
        atMs = slot * slotMs;
      }
      return { most, atMs };
    },
    busiest: (windowMs) => {
      const values = curve();
      const width = Math.max(1, Math.min(slots, Math.round(windowMs / slotMs)));
      let sum = 0;
      let mean = 0;
      let atMs = 0;
      for (let slot = 0; slot < slots; slot += 1) {
        sum += (values[slot] ?? 0) - (slot >= width ? (values[slot - width] ?? 0) : 0);
        if (slot < width - 1 || sum / width <= mean) continue;
        mean = sum / width;
        atMs = (slot - width + 1) * slotMs;
      }
      return { mean, atMs };
    },
  };
}
