/**
 * The step that finds the limit: clips side by side, until the vendor refuses one, lets some wait in a queue of its
 * own, or the most that was agreed to run. The gateway's own admission does the climbing; here is read what it met.
 */
import {
  conclude,
  figure,
  type MeasuredFact,
  type Move,
  ownTasks,
  secondsOf,
  wait,
  waitLonger,
} from './move.ts';
import type { StepRecord, VerificationRecord } from './record.ts';
import { mostAtOnce, type Seen, type SeenTask, spentMicros } from './seen.ts';

export function rampMove(record: VerificationRecord, step: StepRecord, seen: Seen): Move {
  const tasks = ownTasks(seen, step);
  // Written down before the first order: what is refused from here on is the ramp's doing, whoever carries it on.
  if (figure(step, 'no_slots_before') === null) return wait({ no_slots_before: seen.noSlots }, 0);
  if (figure(step, 'asked') === null) return orderAll(record, step, seen, tasks);
  const figures = remembered(step, seen);
  const surplus = surplusOf(tasks, figures);
  if (surplus.length > 0) return { kind: 'cancel', taskIds: surplus.map(({ id }) => id), figures };
  const spared = figures.limit_met && seen.abilities.cancel !== 'none' && step.figures.spared !== true;
  const open = tasks.filter(({ over }) => !over);
  // The limit is known: what the vendor can still stop need not be paid.
  if (spared && open.length > 0) {
    return { kind: 'cancel', taskIds: open.map(({ id }) => id), figures: { ...figures, spared } };
  }
  if (open.length > 0) return waitLonger(step, seen.nowMs, figures);
  return verdict(record, { ...step, figures: { ...step.figures, ...figures } }, seen, tasks);
}

/**
 * What need not be sent any more. Where a refusal does not say whether too many run or too many come, one of the
 * refused stays, and when it is taken tells the two apart.
 */
function surplusOf(
  tasks: readonly SeenTask[],
  { limit_met: met, no_slots: noSlots }: { limit_met: boolean; no_slots: number },
): SeenTask[] {
  const queued = tasks.filter((task) => task.queued);
  if (met || noSlots > 0) return queued;
  const refused = tasks.filter(({ refusals }) => refusals.count > 0);
  if (refused.length === 0) return [];
  const told = refused.some(({ attempt }) => attempt?.acceptedAtMs);
  const probe = told ? undefined : refused.find((task) => !task.over);
  return queued.filter((task) => task !== probe);
}

function orderAll(
  record: VerificationRecord,
  step: StepRecord,
  seen: Seen,
  tasks: readonly SeenTask[],
): Move {
  const probe = record.probes[0];
  const left = record.budgetMicros - spentMicros(seen.tasks);
  const more = !probe || probe.micros <= 0n || left < 0n ? 0 : Number(left / probe.micros);
  const count = Math.min(step.clipsMost, tasks.length + more);
  if (count === 0) return conclude('skipped', 'The budget is used up.');
  const wishes = Array.from({ length: count }, (_, index) => ({ number: index + 1, probe: 0 }));
  return { kind: 'order', wishes, figures: { asked: count } };
}

/** What one look shows may be gone at the next. */
function remembered(step: StepRecord, { snapshot, noSlots }: Seen) {
  const most = Math.max(figure(step, 'most_running') ?? 0, snapshot?.running ?? 0);
  const queued = snapshot !== null && snapshot.queued > 0 && snapshot.ended > 0;
  return {
    most_running: most,
    // What still waits when the first has ended waits for a place, and not for the vendor to begin.
    limit_met: step.figures.limit_met === true || queued,
    no_slots: Math.max(0, noSlots - (figure(step, 'no_slots_before') ?? noSlots)),
  };
}

function verdict(record: VerificationRecord, step: StepRecord, seen: Seen, tasks: readonly SeenTask[]): Move {
  const accepted = tasks.filter(({ attempt }) => attempt?.acceptedAtMs);
  const scope = { model: record.family };
  const atOnce = mostAtOnce(seen.running);
  const figures = { ...step.figures, accepted: accepted.length, most_at_once: atOnce };
  if (accepted.length === 0) {
    const why = tasks.find(({ error }) => error !== null)?.error ?? 'nothing could be ordered';
    return conclude('failed', `None was accepted: ${why}.`, figures);
  }
  if (seen.abilities.slotModel === 'queues' && step.figures.limit_met === true) {
    const limit = figure(step, 'most_running') ?? 0;
    const note = `${limit} ran at once while others waited in the vendor’s queue.`;
    return conclude('passed', note, { ...figures, limit }, [
      { fact: 'concurrency_limit', value: limit, unit: 'tasks', scope, note },
      { fact: 'overload_behaviour', value: 'queues what is above the limit', scope, note },
    ]);
  }
  const refused = firstRefusal(tasks);
  if (refused !== null && (figure(step, 'no_slots') ?? 0) > 0) {
    const note = `${atOnce} ran at once, and one more was refused: ${refused.reason}.`;
    return refusedAbove(atOnce, refused.reason, note, { figures, scope });
  }
  if (refused !== null) return throttled(tasks, seen, refused, { figures, scope });
  if (seen.configuredLimit !== null && atOnce >= seen.configuredLimit) {
    const note = `${atOnce} ran at once, the limit that is set for this path; none was refused.`;
    const carried: MeasuredFact = { fact: 'concurrency_limit', value: atOnce, unit: 'tasks', scope, note };
    return conclude('passed', note, { ...figures, limit: atOnce }, [carried]);
  }
  return conclude(
    'passed',
    `${atOnce} ran at once and none was refused: the limit is not below that.`,
    figures,
  );
}

type Refusal = { reason: string; atMs: number };

function firstRefusal(tasks: readonly SeenTask[]): Refusal | null {
  const [first] = tasks
    .flatMap(({ refusals: { reason, firstAtMs } }) =>
      firstAtMs === null ? [] : [{ reason: reason ?? 'without a reason', atMs: firstAtMs }],
    )
    .sort((a, b) => a.atMs - b.atMs);
  return first ?? null;
}

/** We may learn of an end so much later. */
const LAG_MS = 15_000;
/** Longer than the windows in which creates are commonly counted. */
const WINDOW_MS = 15_000;

function refusedAbove(
  limit: number,
  reason: string,
  note: string,
  { figures, scope }: { figures: StepRecord['figures']; scope: { model: string } },
): Move {
  const behaviour = `refuses what is above the limit: ${reason}`;
  return conclude('passed', note, { ...figures, limit }, [
    { fact: 'concurrency_limit', value: limit, unit: 'tasks', scope, note },
    { fact: 'overload_behaviour', value: behaviour, scope, note },
  ]);
}

/**
 * Refused in words that fit both too many at once and too many in a short time. One more that is taken while all
 * others still run was refused for the pace; one that is refused again and again while they run, for their number.
 */
function throttled(
  tasks: readonly SeenTask[],
  seen: Seen,
  refused: Refusal,
  { figures, scope }: { figures: StepRecord['figures']; scope: { model: string } },
): Move {
  const first = seen.running.filter(({ acceptedAtMs }) => acceptedAtMs <= refused.atMs);
  const most = mostAtOnce(first);
  const stillAt = (ms: number) =>
    first.filter(({ endedAtMs }) => endedAtMs === null || endedAtMs > ms).length;
  const probe = tasks.find(({ refusals, attempt }) => refusals.count > 0 && attempt?.acceptedAtMs);
  const takenAtMs = probe?.attempt?.acceptedAtMs ?? null;
  if (takenAtMs !== null && stillAt(takenAtMs + LAG_MS) >= most) {
    const pause = secondsOf(takenAtMs - refused.atMs);
    const unit = `creates, then a pause of up to ${pause} s`;
    const note =
      `${most} creates were taken at once and the next refused (${refused.reason}); ${pause} s later one more ` +
      'was taken while all of them ran.';
    return conclude('passed', note, { ...figures, burst: most }, [
      { fact: 'burst_limit', value: most, unit, scope, note },
      {
        fact: 'overload_behaviour',
        value: `refuses creates that come too fast: ${refused.reason}`,
        scope,
        note,
      },
    ]);
  }
  const lastMs = Math.max(...tasks.map(({ refusals }) => refusals.lastAtMs ?? 0));
  if (lastMs - refused.atMs >= WINDOW_MS && stillAt(lastMs) >= most) {
    const again = secondsOf(lastMs - refused.atMs);
    const note = `${most} ran at once; one more was refused (${refused.reason}), and again ${again} s later.`;
    return refusedAbove(most, refused.reason, note, { figures, scope });
  }
  const unclear = `One more was refused while ${most} ran (${refused.reason}): for their number or their pace.`;
  return conclude('failed', `${unclear} The renders were too short to tell.`, figures);
}
