/** Stage 2 of a simulated task: the decision of production over the queues in memory. */
import { type FreeSlots, slotsToFill } from '../../decide/admission.ts';
import { limitAfterQuiet } from '../../decide/limits.ts';
import { EVENT, type Run, slotsOf } from './state.ts';
import { send } from './submit.ts';

/** A loop that finds nothing looks again after 250 ms: in the middle half of that. */
const LOOK_AGAIN_MS = 125;

export function admitFamily(run: Run, family: number): void {
  const lanes = run.lanes[family];
  while (lanes && lanes.waiting() > 0) {
    const most = run.world.gateway.submitsAtOnce - run.paths.reduce((sum, path) => sum + path.sending, 0);
    const free = freeSlots(run, family, most);
    const total = free.reduce((sum, slots) => sum + slots.free, 0);
    if (total === 0) return;
    const gone = lanes.round(free, most, run.nowMs, (account) => run.running[account] ?? 0);
    if (gone.length === 0) return;
    for (const { task, pathName } of gone) {
      const path = run.paths.find((each) => each.world.name === pathName);
      if (path) send(run, task, path, slotsOf(path, family));
    }
  }
}

/** As store/admission.ts counts them. */
function freeSlots(run: Run, family: number, most: number): FreeSlots[] {
  const free: FreeSlots[] = [];
  for (const path of run.paths) {
    const slots = path.slots[family];
    if (!slots) continue;
    const before = slots.limit;
    slots.limit = limitAfterQuiet(before, slots.occupied, run.nowMs);
    if (slots.limit !== before) lookAtRaise(run, family, slots.limit.raiseAtMs);
    const taken = { occupied: slots.occupied, sending: path.sending };
    const room = slotsToFill(slots.limit, taken, path.health, run.nowMs);
    free.push({ pathName: path.world.name, free: Math.max(0, Math.min(room, most)) });
  }
  return free;
}

/** When the limit may be tried one higher again. */
export function lookAtRaise(run: Run, family: number, raiseAtMs: number | null): void {
  if (raiseAtMs !== null) lookAgain(run, family, raiseAtMs);
}

export function lookAgain(run: Run, family: number, atMs: number): void {
  run.events.push(Math.max(run.nowMs, atMs) + LOOK_AGAIN_MS, EVENT.admit, family);
}
