/**
 * Stage 4 of a simulated task: when the gateway asks, as `decide/polling.ts` says, and claims as `store/sql/track.ts`
 * does: a token bucket for questions, the oldest due first, a question filled up with what is nearly due.
 */
import { pollAfter } from '../../decide/polling.ts';
import { admitFamily } from './admit.ts';
import { copy } from './mirror.ts';
import { routeNumberOf } from './order.ts';
import { waits } from './pace.ts';
import { EVENT, familyOf, type PathState, pathOf, type Run, slotsOf, takeTokens } from './state.ts';
import { hold } from './submit.ts';
import { addAt } from './tally.ts';
import { STATE } from './tasks.ts';

/** As in runtime/rounds.ts, lifecycle/4-track.ts and store/track.ts. */
const IDLE_MS = 250;
const BATCHES_MOST = 10;
const NEARLY_DUE_MS = 2_000;
const OUTCOMES_KEPT = 200;

export function askFirst(run: Run, task: number, path: PathState): void {
  askAt(run, task, path, nextAskMs(run, task, path, run.nowMs, false));
}

/** An upstream calls: due at once. */
export function called(run: Run, task: number): void {
  if (run.tasks.state[task] !== STATE.upstream) return;
  const path = pathOf(run, task);
  run.tasks.askAtMs[task] = run.nowMs;
  path.asking.push(run.nowMs, 0, task, run.tasks.version[task]);
  lookAt(run, path, run.nowMs);
}

function nextAskMs(run: Run, task: number, path: PathState, nowMs: number, callbacks: boolean): number {
  const known = path.known[run.tasks.clip[task] ?? 0];
  if (!known) throw new Error('a clip is known on its path');
  return pollAfter(known.spread(), { nowMs, acceptedAtMs: run.tasks.acceptedMs[task] ?? 0, callbacks });
}

function askAt(run: Run, task: number, path: PathState, atMs: number): void {
  run.tasks.askAtMs[task] = atMs;
  path.asking.push(atMs, 0, task, run.tasks.version[task]);
  // An idle loop looks every so often, so what falls due in between is asked about together.
  lookAt(run, path, Math.ceil(atMs / IDLE_MS) * IDLE_MS);
}

function lookAt(run: Run, path: PathState, atMs: number): void {
  if (atMs >= path.roundAtMs) return;
  path.roundAtMs = atMs;
  run.events.push(atMs, EVENT.question, path.index);
}

/** One round of questions on a path. */
export function ask(run: Run, path: PathState): void {
  const { nowMs, tally } = run;
  // Overtaken by an earlier one.
  if (path.roundAtMs !== nowMs) return;
  path.roundAtMs = Number.POSITIVE_INFINITY;
  const { batch } = path.world;
  const most = batch * BATCHES_MOST;
  const due = takeDue(run, path, nowMs, most);
  if (due.length > 0) {
    const granted = takeTokens(path.queries, Math.ceil(due.length / batch), nowMs);
    for (const task of due.splice(granted * batch)) {
      run.tasks.askAtMs[task] = nowMs;
      path.asking.push(nowMs, 0, task, run.tasks.version[task]);
    }
    due.push(...takeDue(run, path, nowMs + NEARLY_DUE_MS, granted * batch - due.length));
    const counts = tally.paths[path.index];
    if (counts && nowMs >= 0 && nowMs < tally.totalMs) counts.questions += granted;
    for (const task of due) answerAbout(run, path, task);
    if (granted === 0) {
      lookAt(run, path, nowMs + Math.max(IDLE_MS, 1 / path.queries.perMs));
      return;
    }
  }
  const nextMs = path.asking.firstMs();
  if (nextMs === Number.POSITIVE_INFINITY) return;
  lookAt(run, path, nextMs <= nowMs ? nowMs + 1 : Math.ceil(nextMs / IDLE_MS) * IDLE_MS);
}

function takeDue(run: Run, { asking }: PathState, untilMs: number, most: number): number[] {
  const { tasks } = run;
  const due: number[] = [];
  while (due.length < most && asking.firstMs() <= untilMs && asking.pop()) {
    const task = asking.subject;
    if (tasks.version[task] !== asking.version || tasks.askAtMs[task] !== asking.ms) continue;
    // While it is asked about, nothing else is due for it.
    tasks.askAtMs[task] = Number.NaN;
    due.push(task);
  }
  return due;
}

function answerAbout(run: Run, path: PathState, task: number): void {
  const { tasks, nowMs } = run;
  const { questionMs, callbacks } = path.world;
  const seenMs = nowMs + questionMs / 2;
  // Without a way to go, an end at this very moment has not happened yet.
  if (questionMs === 0 ? (tasks.endsMs[task] ?? 0) < seenMs : (tasks.endsMs[task] ?? 0) <= seenMs) {
    if (questionMs === 0) noticed(run, task);
    else run.events.push(nowMs + questionMs, EVENT.noticed, task, tasks.version[task]);
    return;
  }
  const heardMs = nowMs + questionMs;
  const againMs = nextAskMs(run, task, path, heardMs, callbacks !== null);
  tasks.askAtMs[task] = againMs;
  path.asking.push(againMs, 0, task, tasks.version[task]);
}

/** The gateway knows that the render has ended: the slot is free, and the clip is copied, begun again or lost. */
export function noticed(run: Run, task: number): void {
  const { tasks, tally, world } = run;
  // A callback came while the answer to a question was on its way: both tell of the same end.
  if (tasks.state[task] !== STATE.upstream) return;
  const path = pathOf(run, task);
  const family = familyOf(run, task);
  const slots = slotsOf(path, family);
  const clip = tasks.clip[task] ?? 0;
  tasks.noticedMs[task] = run.nowMs;
  hold(run, task, path, slots, -1);
  slots.accepted -= 1;
  const failed = tasks.fails[task] === 1;
  const charged = world.paths[path.index]?.clips[clip]?.charged;
  const counts = tally.paths[path.index];
  if (slots.ends.push(!failed) > OUTCOMES_KEPT) slots.ends.shift();
  if (!failed)
    path.known[clip]?.add(Math.max(0, Math.round((tasks.endsMs[task] ?? 0) - (tasks.acceptedMs[task] ?? 0))));
  if (counts && tasks.counted[task]) {
    const column = failed ? counts.spoiled : counts.delivered;
    column[clip] = (column[clip] ?? 0) + 1;
    const micros = failed ? charged?.failedCostMicros : charged?.costMicros;
    addAt(counts.spentMicros, tally.stepMs, Math.min(run.nowMs, tally.totalMs - 1), Number(micros ?? 0n));
    if (failed) counts.failed += 1;
  }
  if (failed) afterFailure(run, task, path, family);
  else copy(run, task, path);
  admitFamily(run, family);
}

/** Begun again on another path, ordered again by the client, or over. */
function afterFailure(run: Run, task: number, path: PathState, family: number): void {
  const { tasks, world } = run;
  const left = (run.routes[tasks.route[task] ?? 0]?.pathNames ?? []).filter(
    (name) => name !== path.world.name,
  );
  if (world.retry.rerun && (tasks.reruns[task] ?? 0) < 1 && left.length > 0) {
    tasks.reruns[task] = 1;
    tasks.route[task] = routeNumberOf(run, left);
    tasks.state[task] = STATE.queued;
    tasks.notBeforeMs[task] = Number.NEGATIVE_INFINITY;
    run.lanes[family]?.rejoin(task, tasks.account[task] ?? 0, tasks.route[task] ?? 0);
    waits(run, task, 1);
    return;
  }
  endBadly(run, task);
}

/** The task failed; its client may want the clip all the same. */
export function endBadly(run: Run, task: number): void {
  const { tasks, tally, world, nowMs } = run;
  if ((tasks.orders[task] ?? 0) < world.retry.orderAgain) {
    tasks.orders[task] = (tasks.orders[task] ?? 0) + 1;
    tasks.state[task] = STATE.over;
    tasks.version[task] = (tasks.version[task] ?? 0) + 1;
    run.events.push(nowMs + world.retry.orderAgainAfterMs, EVENT.orderAgain, task, tasks.version[task]);
    return;
  }
  if (tasks.counted[task]) tally.failed += 1;
  tasks.give(task);
}
