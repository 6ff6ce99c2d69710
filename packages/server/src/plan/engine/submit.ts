/** Stage 3 of a simulated task: the one paid request, the vendor's answer to it, and what it teaches. */
import { healthAfterTrouble, healthyPath } from '../../decide/health.ts';
import { limitAfterAccept, limitAfterRefusal } from '../../decide/limits.ts';
import { renderMsAt } from '../../decide/render-times.ts';
import { submitVerdict } from '../../decide/retry.ts';
import { admitFamily, lookAgain, lookAtRaise } from './admit.ts';
import { fractionOf, STREAM } from './draw.ts';
import { waits } from './pace.ts';
import {
  EVENT,
  type FamilySlots,
  familyOf,
  type PathState,
  pathOf,
  type Run,
  slotsOf,
  takeTokens,
} from './state.ts';
import { STATE } from './tasks.ts';
import { askFirst } from './track.ts';

/** Attempts of one task that are told apart in the draws. */
const ATTEMPTS = 16;

export function send(run: Run, task: number, path: PathState, slots: FamilySlots): void {
  const { tasks, nowMs } = run;
  tasks.state[task] = STATE.sending;
  tasks.path[task] = path.index;
  tasks.attempts[task] = (tasks.attempts[task] ?? 0) + 1;
  tasks.version[task] = (tasks.version[task] ?? 0) + 1;
  tasks.sentMs[task] = nowMs;
  waits(run, task, -1);
  hold(run, task, path, slots, 1);
  path.sending += 1;
  if (path.world.submitMs === 0) reach(run, task);
  else run.events.push(nowMs + path.world.submitMs / 2, EVENT.reach, task, tasks.version[task]);
}

/** A slot is taken, or falls free, as the gateway counts it. */
export function hold(run: Run, task: number, path: PathState, slots: FamilySlots, change: 1 | -1): void {
  const { tasks, tally, nowMs } = run;
  const account = tasks.account[task] ?? 0;
  slots.occupied += change;
  if (change > 0) slots.inSlots.add(task);
  else slots.inSlots.delete(task);
  run.running[account] = (run.running[account] ?? 0) + change;
  tally.running.add(change, nowMs);
  tally.paths[path.index]?.taken[familyOf(run, task)]?.add(change, nowMs);
}

/** The request arrives at the vendor. */
export function reach(run: Run, task: number): void {
  const { tasks, nowMs } = run;
  const path = pathOf(run, task);
  const slots = slotsOf(path, familyOf(run, task));
  const answer = vendorAnswer(run, path, slots);
  if (answer === EVENT.accepted) {
    if (slots.rendering < slots.most) begin(run, task, slots);
    else {
      tasks.endsMs[task] = Number.POSITIVE_INFINITY;
      slots.queued.push(task);
    }
  }
  if (path.world.submitMs === 0) answered(run, task, answer);
  else run.events.push(nowMs + path.world.submitMs / 2, answer, task, tasks.version[task]);
}

type Answer = typeof EVENT.accepted | typeof EVENT.refusedSlot | typeof EVENT.refusedRate;

function vendorAnswer(run: Run, path: PathState, slots: FamilySlots): Answer {
  if (path.submits !== null && takeTokens(path.submits, 1, run.nowMs) === 0) return EVENT.refusedRate;
  const full = slots.rendering >= slots.most;
  return full && path.world.full === 'refuses' ? EVENT.refusedSlot : EVENT.accepted;
}

function begin(run: Run, task: number, slots: FamilySlots): void {
  const { tasks, nowMs, seed } = run;
  const path = pathOf(run, task);
  const name = (tasks.number[task] ?? 0) * ATTEMPTS + ((tasks.attempts[task] ?? 0) % ATTEMPTS);
  const renders = path.world.clips[tasks.clip[task] ?? 0]?.renders;
  const renderMs = renders ? renderMsAt(renders, fractionOf(seed, STREAM.render, name)) : 0;
  slots.rendering += 1;
  tasks.fails[task] = fractionOf(seed, STREAM.failure, name) < path.world.failureShare ? 1 : 0;
  tasks.endsMs[task] = nowMs + renderMs;
  run.events.push(nowMs + renderMs, EVENT.ended, task, tasks.version[task]);
}

/** The render ends at the vendor; nobody here knows yet. */
export function renderEnded(run: Run, task: number): void {
  const { tasks, nowMs, seed } = run;
  const path = pathOf(run, task);
  const slots = slotsOf(path, familyOf(run, task));
  slots.rendering -= 1;
  const next = slots.queued.shift();
  if (next !== undefined) begin(run, next, slots);
  const { callbacks } = path.world;
  if (callbacks === null) return;
  const name = (tasks.number[task] ?? 0) * ATTEMPTS + ((tasks.attempts[task] ?? 0) % ATTEMPTS);
  if (fractionOf(seed, STREAM.callback, name) >= callbacks.arrive) return;
  run.events.push(nowMs + callbacks.delayMs, EVENT.called, task, tasks.version[task]);
}

export function answered(run: Run, task: number, answer: Answer): void {
  const path = pathOf(run, task);
  const family = familyOf(run, task);
  const slots = slotsOf(path, family);
  path.sending -= 1;
  if (answer === EVENT.accepted) accepted(run, task, path, slots);
  else refused(run, task, path, slots, answer);
  admitFamily(run, family);
}

function accepted(run: Run, task: number, path: PathState, slots: FamilySlots): void {
  const { tasks, tally, nowMs } = run;
  tasks.state[task] = STATE.upstream;
  tasks.acceptedMs[task] = nowMs;
  if ((tasks.waitedMs[task] ?? 0) < 0) tasks.waitedMs[task] = nowMs - (tasks.arrivedMs[task] ?? 0);
  slots.accepted += 1;
  slots.limit = limitAfterAccept(slots.limit, slots.accepted);
  if (path.health.health !== 'ok') path.health = healthyPath;
  const counts = tally.paths[path.index];
  if (tasks.counted[task] && counts) counts.attempts += 1;
  askFirst(run, task, path);
}

const REFUSALS = {
  [EVENT.refusedSlot]: 'no_slot',
  [EVENT.refusedRate]: 'throttled',
} as const;

function refused(
  run: Run,
  task: number,
  path: PathState,
  slots: FamilySlots,
  answer: Exclude<Answer, typeof EVENT.accepted>,
): void {
  const { tasks, tally, nowMs, seed } = run;
  const family = familyOf(run, task);
  const kind = REFUSALS[answer];
  const outcome = { kind: 'refused', class: kind, code: kind, message: '', retryAfterMs: null } as const;
  const name = (tasks.number[task] ?? 0) * ATTEMPTS + ((tasks.attempts[task] ?? 0) % ATTEMPTS);
  const verdict = submitVerdict(outcome, nowMs, fractionOf(seed, STREAM.retry, name));
  if (verdict.kind !== 'requeue')
    throw new Error(`a refusal without a slot is tried again, not ${verdict.kind}`);
  hold(run, task, path, slots, -1);
  const counts = tally.paths[path.index];
  if (counts && tasks.counted[task]) counts[verdict.noSlot ? 'refusedSlot' : 'refusedRate'] += 1;
  if (verdict.noSlot) {
    slots.limit = limitAfterRefusal(slots.limit, slots.accepted, nowMs);
    lookAtRaise(run, family, slots.limit.raiseAtMs);
  }
  if (verdict.health !== null) {
    const { health, ...trouble } = verdict.health;
    path.health = healthAfterTrouble(path.health, health, { nowMs, ...trouble });
    lookAgain(run, family, path.health.untilMs ?? nowMs);
  }
  tasks.state[task] = STATE.queued;
  tasks.notBeforeMs[task] = verdict.notBeforeMs;
  run.lanes[family]?.rejoin(task, tasks.account[task] ?? 0, tasks.route[task] ?? 0);
  waits(run, task, 1);
  lookAgain(run, family, verdict.notBeforeMs);
}
