/**
 * One simulation: traffic over paths, event after event in virtual time. Who goes next, on which path, when the gateway
 * asks, what a refusal means, what a limit learns and what a clip costs is decided by `decide/`, the same functions
 * that production calls; the vendor, the network and the line to the storage are models (`engine/`).
 */
import { createArrivals } from './arrivals.ts';
import { admitFamily } from './engine/admit.ts';
import { copied } from './engine/mirror.ts';
import { arrive, giveUp, order } from './engine/order.ts';
import { createRun, EVENT, type Run } from './engine/state.ts';
import { answered, reach, renderEnded } from './engine/submit.ts';
import type { Tally } from './engine/tally.ts';
import { ask, called, noticed } from './engine/track.ts';
import type { Workload, World } from './world.ts';

/** What has not ended by then never will: a backlog that grows. */
const DRAIN_MS = 24 * 3_600_000;
const LOOK_EVERY = 8_192;

export type Simulated = { tally: Tally; tasks: number };

/** `onProgress` hears of the share that is done, between events. */
export function simulate(
  world: World,
  workload: Workload,
  seed: number,
  onProgress: (share: number) => void = () => {},
): Simulated {
  const run = createRun(world, workload, seed);
  const arrivals = createArrivals(workload, world, seed);
  const untilMs = workload.totalMs + Math.max(DRAIN_MS, workload.totalMs);
  let more = arrivals.next();
  let steps = 0;
  for (;;) {
    const eventMs = run.events.firstMs();
    if (more && arrivals.atMs <= eventMs) {
      run.nowMs = arrivals.atMs;
      arrive(run, arrivals.clip, arrivals.account);
      more = arrivals.next();
    } else if (run.tasks.living() === 0 && !more) break;
    else if (eventMs > untilMs || !run.events.pop()) break;
    else {
      run.nowMs = run.events.ms;
      happen(run, run.events.kind, run.events.subject, run.events.version);
    }
    steps += 1;
    if (steps % LOOK_EVERY === 0) onProgress(Math.min(1, Math.max(0, run.nowMs / workload.totalMs)));
  }
  const { tally } = run;
  tally.unfinished = tally.ordered - tally.stored - tally.failed - tally.givenUp;
  return { tally, tasks: run.ordered };
}

function happen(run: Run, kind: number, subject: number, version: number): void {
  if (kind === EVENT.admit) admitFamily(run, subject);
  else if (kind === EVENT.question) askOn(run, subject);
  else if (kind === EVENT.giveUp) giveUp(run, subject, version);
  // Else the attempt that it was about may be over.
  else if (run.tasks.version[subject] === version) proceed(run, kind, subject);
}

function askOn(run: Run, index: number): void {
  const path = run.paths[index];
  if (path) ask(run, path);
}

function proceed(run: Run, kind: number, task: number): void {
  switch (kind) {
    case EVENT.reach:
      reach(run, task);
      break;
    case EVENT.accepted:
    case EVENT.refusedSlot:
    case EVENT.refusedRate:
      answered(run, task, kind);
      break;
    case EVENT.ended:
      renderEnded(run, task);
      break;
    case EVENT.called:
      called(run, task);
      break;
    case EVENT.noticed:
      noticed(run, task);
      break;
    case EVENT.copied:
      copied(run, task);
      break;
    case EVENT.orderAgain:
      order(run, task);
      break;
  }
}
