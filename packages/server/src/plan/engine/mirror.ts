/** Stage 5 of a simulated task: the copy to our storage, the earliest-dying link first, and the end. */
import { EVENT, type PathState, pathOf, type Run } from './state.ts';
import { addAt, type Flow } from './tally.ts';
import { STATE } from './tasks.ts';
import { endBadly } from './track.ts';

/** Links that nobody states a life of come after all others, in the order of their renders. */
const NEVER_MS = 1e14;
/** In the last quarter of its life a link is at risk. */
const SAFE_SHARE = 0.75;

export function copy(run: Run, task: number, path: PathState): void {
  const { tasks, copies, tally, nowMs } = run;
  const { linkLifeMs } = path.world;
  const endsMs = tasks.endsMs[task] ?? 0;
  tasks.state[task] = STATE.copying;
  tasks.linkDiesMs[task] = linkLifeMs === null ? NEVER_MS + endsMs : endsMs + linkLifeMs;
  copies.queue.push(tasks.linkDiesMs[task] ?? 0, 0, task, tasks.version[task]);
  tally.copying.add(1, nowMs);
  startCopies(run);
}

function startCopies(run: Run): void {
  const { copies, tasks, tally, nowMs, world } = run;
  const { copiesAtOnce, copyBytesPerMs, copyOverheadMs } = world.gateway;
  while (copies.active < copiesAtOnce && copies.queue.pop()) {
    const task = copies.queue.subject;
    copies.active += 1;
    tally.copiers.add(1, nowMs);
    const bytes = world.clips[tasks.clip[task] ?? 0]?.bytes ?? 0;
    // A dead link answers at once.
    const dead = (tasks.linkDiesMs[task] ?? 0) <= nowMs;
    const lengthMs = copyOverheadMs + (dead ? 0 : bytes / copyBytesPerMs);
    if (lengthMs === 0) copied(run, task);
    else run.events.push(nowMs + lengthMs, EVENT.copied, task, tasks.version[task]);
  }
}

export function copied(run: Run, task: number): void {
  const { copies, tasks, tally, nowMs, world } = run;
  const path = pathOf(run, task);
  const { linkLifeMs } = path.world;
  const counts = tally.paths[path.index];
  const clip = tasks.clip[task] ?? 0;
  const bytes = world.clips[clip]?.bytes ?? 0;
  const lengthMs = world.gateway.copyOverheadMs + bytes / world.gateway.copyBytesPerMs;
  const endsMs = tasks.endsMs[task] ?? 0;
  copies.active -= 1;
  tally.copiers.add(-1, nowMs);
  tally.copying.add(-1, nowMs);
  const counted = tasks.counted[task] === 1;
  const expired = linkLifeMs !== null && nowMs - lengthMs >= endsMs + linkLifeMs;
  if (counted && counts && linkLifeMs !== null) {
    if (expired) counts.linksExpired += 1;
    else if (nowMs > endsMs + SAFE_SHARE * linkLifeMs) counts.linksAtRisk += 1;
  }
  if (!expired) addAt(tally.copiedBytes, tally.stepMs, nowMs, bytes);
  startCopies(run);
  if (expired) {
    endBadly(run, task);
    return;
  }
  if (counted) stored(run, task, path, clip);
  tasks.give(task);
}

function stored(run: Run, task: number, path: PathState, clip: number): void {
  const { tasks, tally, nowMs } = run;
  const waitMs = tasks.waitedMs[task] ?? 0;
  const finishMs = nowMs - (tasks.arrivedMs[task] ?? 0);
  const counts = tally.paths[path.index];
  handled(run, task, path);
  tally.stored += 1;
  tally.copy.add(nowMs - (tasks.endsMs[task] ?? 0));
  for (const flow of [tally.overall, counts, tally.accounts[tasks.account[task] ?? 0], tally.clips[clip]]) {
    if (flow) addTo(flow, waitMs, finishMs);
  }
  if (counts) counts.stored += 1;
  const [earlyMs = 0, lateMs = 0] = [tasks.earlyMs[task], tasks.lateMs[task]];
  if (lateMs === 0 || (tasks.orders[task] ?? 0) > 0) return;
  tally.forecast.of += 1;
  if (nowMs < earlyMs) tally.forecast.early += 1;
  else if (nowMs <= lateMs) tally.forecast.held += 1;
}

/** As many as production looks at. */
const HANDLED_KEPT = 100;

/** What came around the render, beside it. */
function handled({ tasks, nowMs }: Run, task: number, path: PathState): void {
  const submitMs = (tasks.acceptedMs[task] ?? 0) - (tasks.sentMs[task] ?? 0);
  const endsMs = tasks.endsMs[task] ?? 0;
  const slotMs = submitMs + (tasks.noticedMs[task] ?? 0) - endsMs;
  if (path.handled.push({ besideMs: submitMs + nowMs - endsMs, slotMs }) > HANDLED_KEPT) path.handled.shift();
}

function addTo(flow: Flow, waitMs: number, finishMs: number): void {
  flow.tasks += 1;
  flow.wait.add(waitMs);
  flow.finish.add(finishMs);
}
