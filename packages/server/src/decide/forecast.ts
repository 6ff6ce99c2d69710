/**
 * When a waiting task can be expected to start and end, as a range: from its place in the queue, the slots and the age
 * of what runs in them, how render times spread, and how long all that is around a render takes here. Nine of ten end
 * later than the early end of a range, and nine of ten earlier than the late one: four of five end inside. How often
 * that was so is measured (promises.ts). The planner asks the same function about the tasks that it simulates.
 */
import { type Running, turnMs } from './forecast/turns.ts';
import { type RenderTimes, renderMoments, renderMsAt, renderMsLikely } from './render-times.ts';

export type ForecastFacts = {
  nowMs: number;
  /** Tasks that will be admitted before it. */
  ahead: number;
  /** Slots of the paths that may take it. */
  slots: number;
  /** A limit that nobody has refused yet grows while it is used: there may be many more slots than are known. */
  probing: boolean;
  running: readonly Running[];
  /** Mean time in a slot of what goes before it, and how it spreads (standard deviation over mean). */
  slotMs: number;
  slotSpread: number;
  /** Render times of this order. */
  render: RenderTimes;
  handling: Handling;
  /** Where its account may have only so many under way: those that are, and those of its own that go before it. */
  cap: { most: number; running: number; before: number } | null;
};

export type Range = { earlyMs: number; lateMs: number };

export type Forecast = {
  /** In the middle. */
  startMs: number;
  endMs: number;
  start: Range;
  end: Range;
} | null;

/** What comes around renders, as measured on the newest of a path. */
export type Handling = {
  /** Beside the render, from the start to the stored clip: submit, notice, copy and charge. Shortest first. */
  besideMs: readonly number[];
  /** Of that, what keeps a slot: the submit, and the time until the end is noticed. */
  slotMs: number;
};

const HANDLING_LEAST = 20;
const HANDLING_GUESSED: Handling = {
  besideMs: Array.from({ length: 17 }, (_, step) => 1_000 + step * 500),
  slotMs: 2_200,
};
/** Between the end of one and the send of the next. */
const TURN_MS = 300;
/** From the turn to the send: a round of the loop, and a burst that is sent one after the other. */
const SEND_LATE_MS = 2_000;

/** Too few tell nothing yet. */
export function handlingOf(measured: readonly { besideMs: number; slotMs: number }[]): Handling {
  if (measured.length < HANDLING_LEAST) return HANDLING_GUESSED;
  const besideMs = measured.map((each) => each.besideMs).sort((a, b) => a - b);
  // The mean of all but the longest: a lost answer that was looked up for minutes is no usual way.
  const slots = measured.map((each) => each.slotMs).sort((a, b) => a - b);
  const usual = slots.slice(0, Math.ceil(slots.length * 0.95));
  return { besideMs, slotMs: usual.reduce((sum, ms) => sum + ms, 0) / usual.length };
}

const EARLY = 0.1;
const LATE = 0.9;
/** Start and render times are laid out in so many equally likely steps each. */
const STEPS = 13;
const MIDDLES = Array.from({ length: STEPS }, (_, step) => (step + 0.5) / STEPS);

/** Null when no slot is known to serve it. */
export function forecast(facts: ForecastFacts): Forecast {
  const starts = startsOf(facts);
  if (starts === null) return null;
  const { nowMs } = facts;
  const ends = sortedEndsMs(facts, starts);
  const range = (sorted: ArrayLike<number>, slackMs: number) => ({
    earlyMs: Math.floor(nowMs + between(sorted, EARLY)),
    lateMs: Math.ceil(nowMs + between(sorted, LATE) + slackMs),
  });
  return {
    startMs: Math.round(nowMs + between(starts, 0.5)),
    endMs: Math.round(nowMs + between(ends, 0.5)),
    start: range(starts, SEND_LATE_MS),
    end: range(ends, 0),
  };
}

/** How likely it has ended by then; null when no slot is known to serve it. */
export function likelihoodOfEndBy(facts: ForecastFacts, byMs: number): number | null {
  const starts = startsOf(facts);
  if (starts === null) return null;
  const ends = sortedEndsMs(facts, starts);
  return ends.filter((ms) => facts.nowMs + ms <= byMs).length / ends.length;
}

/** From now on, at equally likely steps. */
function startsOf(facts: ForecastFacts): number[] | null {
  const { cap, slots, running, probing, render, handling, slotMs } = facts;
  const medianMs = Math.max(1, renderMsAt(render, 0.5));
  const shares = MIDDLES.map((step) => (renderMsAt(render, step) + handling.slotMs) / medianMs);
  const turn = {
    ...facts,
    shares,
    samples: render.kind === 'measured' ? render.sortedMs.length : DECLARED_SAMPLES,
  };
  const starts = turnMs(turn, MIDDLES);
  if (starts === null) return null;
  if (cap !== null) {
    // Then its own tasks wait for each other, whatever is free.
    const taken: Running[] = [{ count: cap.running, share: HALF_DONE, expectedMs: slotMs }];
    const own = { ...turn, ahead: cap.before, slots: Math.min(cap.most, slots), running: taken };
    const capped = turnMs(own, MIDDLES) ?? starts;
    return starts.map((ms, step) => Math.max(ms, capped[step] ?? ms));
  }
  return probing && running.length > 0 ? starts.map((ms, step) => ms * (MIDDLES[step] ?? 1)) : starts;
}

/** A declared time is worth as much as a few renders. */
const DECLARED_SAMPLES = 8;
/** Where ages are not known. */
const HALF_DONE = 0.5;

/** What waits: how many, and sums of the times in a slot that are expected of them and of their squares. */
export type Work = { count: number; sumMs: number; sumSquares: number };

/** Slot times of what goes before, by what waits and by how renders of this order spread. */
export function slotFacts(
  render: RenderTimes,
  work: Work,
  handling: Handling,
): Pick<ForecastFacts, 'slotMs' | 'slotSpread'> {
  const { meanMs, deviationMs } = renderMoments(render);
  const medianMs = renderMsAt(render, 0.5);
  const longer = medianMs > 0 ? meanMs / medianMs : 1;
  const spread = meanMs > 0 ? deviationMs / meanMs : 0;
  const middleMs = work.count === 0 ? medianMs : work.sumMs / work.count;
  // Short and long ones mixed spread more than either.
  const between = work.count === 0 ? 0 : Math.max(0, work.sumSquares / work.count - middleMs ** 2);
  const mixed = middleMs > 0 ? between / middleMs ** 2 : 0;
  return {
    slotMs: Math.max(1, middleMs * longer + handling.slotMs + TURN_MS),
    slotSpread: Math.sqrt(spread ** 2 * (1 + mixed) + mixed),
  };
}

/** Start, render and the rest of the way have nothing to do with each other: their steps are mixed evenly. */
function sortedEndsMs({ render, handling }: ForecastFacts, starts: readonly number[]): Float64Array {
  const ends = afterStartMs(render, handling).slice();
  if ((starts.at(-1) ?? 0) > 0) {
    let place = 0;
    for (let step = 0; step < STEPS; step += 1) {
      for (let renderStep = 0; renderStep < STEPS; renderStep += 1) {
        ends[place] = (ends[place] ?? 0) + between(starts, within(step, renderStep * 8));
        place += 1;
      }
    }
  }
  return ends.sort();
}

/** The same for all orders of a kind while the same is known of them: laid out once. */
const laidOut = new WeakMap<RenderTimes, { handling: Handling; afterMs: Float64Array }>();

function afterStartMs(render: RenderTimes, handling: Handling): Float64Array {
  const known = laidOut.get(render);
  if (known?.handling === handling) return known.afterMs;
  const afterMs = new Float64Array(STEPS * STEPS);
  for (let step = 0; step < STEPS; step += 1) {
    for (let renderStep = 0; renderStep < STEPS; renderStep += 1) {
      afterMs[step * STEPS + renderStep] =
        renderMsLikely(render, within(renderStep, step * 5)) +
        between(handling.besideMs, within(step * 5 + renderStep * 8, step));
    }
  }
  laidOut.set(render, { handling, afterMs });
  return afterMs;
}

/** Somewhere in a step, so that no two of a step are at the same place. */
function within(step: number, place: number): number {
  return ((step % STEPS) + ((place % STEPS) + 0.5) / STEPS) / STEPS;
}

/** Below which so large a share of equally likely values lies, the values being in the middle of their steps. */
function between(sorted: ArrayLike<number>, share: number): number {
  const place = Math.min(sorted.length - 1, Math.max(0, share * sorted.length - 0.5));
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** How long what waits on a path keeps an order that joins it: the router's view, over all accounts. */
export function queueWaitMs(path: { queued: number; free: number; slots: number; slotMs: number }): number {
  const { queued, free, slots, slotMs } = path;
  return free > queued ? 0 : Math.round(((queued - free + 1) / slots) * slotMs);
}

/** A lane beside its own: what waits there, and what comes to it in the meantime, as it came of late. */
export type OtherLane = { queued: number; weight: number; perMs: number };

/**
 * How many tasks go before one that has `before` tasks ahead of it in its own account's lane. Fair queueing admits from
 * the lanes by weight, so of each other lane only its share in the meantime counts, be it there already or still to
 * come. `turnsMs`: how long so many turns take; left out, nothing comes.
 */
export function tasksAhead(
  own: { before: number; weight: number },
  others: readonly OtherLane[],
  turnsMs: (ahead: number) => number = () => 0,
): number {
  const rounds = (own.before + 1) / own.weight;
  const lanes = others.map(({ queued, weight, perMs }) => {
    const present = Math.min(queued, Math.floor(rounds * weight));
    // What comes later to a lane that was empty stands behind its next one, but not behind those that follow.
    return {
      queued,
      present,
      perMs,
      most: Math.max(present, Math.floor((own.before * weight) / own.weight)),
    };
  });
  let ahead = lanes.reduce((sum, { present }) => sum + present, own.before);
  for (let look = 0; look < LOOKS; look += 1) {
    const waitMs = turnsMs(ahead);
    const inTime = lanes.map(({ queued, present, perMs, most }) =>
      Math.max(present, Math.min(queued + perMs * waitMs, most)),
    );
    ahead = inTime.reduce((sum, count) => sum + count, own.before);
  }
  return Math.round(ahead);
}

/** What comes meanwhile makes the wait longer, in which more comes; it settles quickly, for shares are bounded. */
const LOOKS = 4;
