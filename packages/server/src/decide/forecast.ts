/**
 * When a waiting task can be expected to start and end, as a range: from its place in the queue, the slots, and how
 * render times spread. Nine of ten end later than the early end of a range, and nine of ten earlier than the late one:
 * four of five end inside. How often that was so is measured (promises.ts). The planner asks the same function about
 * the tasks that it simulates.
 */
import { normalAt, type RenderTimes, renderMoments, renderMsAt } from './render-times.ts';

export type ForecastFacts = {
  nowMs: number;
  /** Tasks that will be admitted before it. */
  ahead: number;
  /** Slots of the paths that may take it. */
  slots: number;
  occupied: number;
  /** Mean time in a slot of what is running and waiting, and how it spreads (standard deviation over mean). */
  slotMs: number;
  slotSpread: number;
  /** Render times of this order. */
  render: RenderTimes;
  /** Where its account may have only so many under way: those that are, and those of its own that go before it. */
  cap?: { most: number; running: number; before: number } | null;
};

export type Range = { earlyMs: number; lateMs: number };

export type Forecast = {
  /** In the middle. */
  startMs: number;
  endMs: number;
  start: Range;
  end: Range;
} | null;

const EARLY = 0.1;
const LATE = 0.9;
/** Around the render: the submit, the question that notices the end, the copy and the charge. */
const HANDLING_EARLY_MS = 1_000;
const HANDLING_LATE_MS = 9_000;
/** Start and render times are laid out in so many equally likely steps each. */
const STEPS = 13;

/** Null when no slot is known to serve it. */
export function forecast(facts: ForecastFacts): Forecast {
  const start = startOf(facts);
  if (start === null) return null;
  const { nowMs } = facts;
  const ends = sortedEndsMs(facts, start);
  const startMs = Math.round(nowMs + start.meanMs);
  return {
    startMs,
    endMs: Math.round(startMs + renderMsAt(facts.render, 0.5)),
    start: {
      earlyMs: Math.round(nowMs + startAt(start, EARLY)),
      lateMs: Math.round(nowMs + startAt(start, LATE)),
    },
    end: { earlyMs: at(ends, EARLY), lateMs: at(ends, LATE) },
  };
}

/** How likely it has ended by then; null when no slot is known to serve it. */
export function likelihoodOfEndBy(facts: ForecastFacts, byMs: number): number | null {
  const start = startOf(facts);
  if (start === null) return null;
  const ends = sortedEndsMs(facts, start);
  return ends.filter((ms) => ms <= byMs).length / ends.length;
}

/** Between the end of a render and the next one a slot does nothing: the question, its answer, the next submit. */
const SLOT_CHANGE_MS = 2_500;

/** Slot times, by what runs and waits, and by how renders of this order spread. */
export function slotFacts(render: RenderTimes, work: Work): Pick<ForecastFacts, 'slotMs' | 'slotSpread'> {
  const { meanMs, deviationMs } = renderMoments(render);
  const medianMs = renderMsAt(render, 0.5);
  const longer = medianMs > 0 ? meanMs / medianMs : 1;
  const spread = meanMs > 0 ? deviationMs / meanMs : 0;
  const middleMs = work.count === 0 ? medianMs : work.sumMs / work.count;
  // Short and long ones mixed spread more than either.
  const between = work.count === 0 ? 0 : Math.max(0, work.sumSquares / work.count - middleMs ** 2);
  const mixed = middleMs > 0 ? between / middleMs ** 2 : 0;
  return {
    slotMs: middleMs * longer + SLOT_CHANGE_MS,
    slotSpread: Math.sqrt(spread ** 2 * (1 + mixed) + mixed),
  };
}

/** What runs and waits: how many, and sums of the times in a slot that are expected of them and of their squares. */
export type Work = { count: number; sumMs: number; sumSquares: number };

type Start = { meanMs: number; deviationMs: number };

/**
 * Slots fall free one after the other, each after a slot time shared by all of them; of those that run now, each is
 * somewhere in its render, so the first turn comes after half of that. Over fewer turns than there are slots they come
 * like by chance; the more turns, the more only the spread of the render times counts.
 */
function startOf({ cap, ...facts }: ForecastFacts): Start | null {
  const start = turnOf(facts);
  if (start === null || !cap) return start;
  // Then its own tasks wait for each other, whatever is free.
  const own = turnOf({
    ...facts,
    ahead: cap.before,
    slots: Math.min(cap.most, facts.slots),
    occupied: cap.running,
  });
  return own !== null && own.meanMs > start.meanMs ? own : start;
}

function turnOf({ ahead, slots, occupied, slotMs, slotSpread }: Omit<ForecastFacts, 'cap'>): Start | null {
  if (slots <= 0) return null;
  const free = Math.max(0, slots - occupied);
  const turns = ahead + 1 - free;
  if (turns <= 0) return { meanMs: 0, deviationMs: 0 };
  const stepMs = slotMs / slots;
  const share = Math.min(1, turns / slots);
  const variance = turns * (1 - share + slotSpread ** 2 * share);
  return { meanMs: (turns - 0.5) * stepMs, deviationMs: Math.sqrt(variance) * stepMs };
}

function startAt({ meanMs, deviationMs }: Start, share: number): number {
  return Math.max(0, meanMs + deviationMs * normalAt(share));
}

function sortedEndsMs({ nowMs, render }: ForecastFacts, start: Start): number[] {
  const ends: number[] = [];
  const middles = Array.from({ length: STEPS }, (_, step) => (step + 0.5) / STEPS);
  for (const [step, startShare] of middles.entries()) {
    const startMs = startAt(start, startShare);
    for (const [renderStep, renderShare] of middles.entries()) {
      // The rest of the way has nothing to do with either, so its steps are mixed through both.
      const handled = middles[(step * 5 + renderStep * 8) % STEPS] ?? 0;
      const handlingMs = HANDLING_EARLY_MS + (HANDLING_LATE_MS - HANDLING_EARLY_MS) * handled;
      ends.push(Math.round(nowMs + startMs + renderMsAt(render, renderShare) + handlingMs));
    }
  }
  return ends.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How long what waits on a path keeps an order that joins it: the router's view, over all accounts. */
export function queueWaitMs(path: { queued: number; free: number; slots: number; slotMs: number }): number {
  const { queued, free, slots, slotMs } = path;
  return free > queued ? 0 : Math.round(((queued - free + 1) / slots) * slotMs);
}

/**
 * How many tasks go before one that has `before` tasks ahead of it in its own account's lane. Fair queueing admits from
 * the lanes by weight, so of each other lane only its share in the meantime counts.
 */
export function tasksAhead(
  own: { before: number; weight: number },
  others: readonly { queued: number; weight: number }[],
): number {
  const rounds = (own.before + 1) / own.weight;
  return others.reduce(
    (ahead, lane) => ahead + Math.min(lane.queued, Math.floor(rounds * lane.weight)),
    own.before,
  );
}
